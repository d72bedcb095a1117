// A thread of its own that computes what takes long: the page can be used meanwhile.

/** What was no longer wanted before it was there. */
class Stopped extends Error {}

/** The same module, with the same runs under the same numbers; where a page may have no thread, the page computes. */
class Thread {
  /** @param {Core} core @param {Uint8Array[]} runs the bytes of each */
  constructor(core, runs) {
    this.core = core;
    this.runs = runs;
    this.waiting = [];
    this.worker = null;
    this.isForbidden = false;
  }

  /** Calls a method of the core. @returns {Promise<any>} */
  async call(method, ...given) {
    if (!this.isForbidden) this.begin();
    if (!this.worker) return this.core[method](...given);
    const { worker } = this;
    return new Promise((resolve, reject) => {
      this.waiting.push({ method, given, resolve, reject });
      worker.postMessage({ method, given });
    });
  }

  begin() {
    if (this.worker) return;
    const url = URL.createObjectURL(new Blob([OF_THREAD], { type: "text/javascript" }));
    try {
      this.worker = new Worker(url);
    } catch {
      this.forbid();
      return;
    } finally {
      URL.revokeObjectURL(url);
    }
    this.worker.onmessage = ({ data }) => this.answer(data);
    this.worker.onerror = (event) => (event.preventDefault(), this.forbid());
    this.worker.postMessage({ module: this.core.module, runs: this.runs });
  }

  answer({ answer, error, isWritten }) {
    const { resolve, reject } = this.waiting.shift();
    if (error === undefined) resolve(answer);
    else reject(isWritten ? new WrittenError(error) : new PageError(say("errors.damaged")));
  }

  /** Some frames may have no threads: what has been asked for is computed here. */
  forbid() {
    this.isForbidden = true;
    this.worker = null;
    for (const { method, given, resolve, reject } of this.waiting.splice(0)) this.call(method, ...given).then(resolve, reject);
  }

  /** Whatever has been asked for and is not there is no longer wanted. */
  stop() {
    this.worker?.terminate();
    this.worker = null;
    for (const { reject } of this.waiting.splice(0)) reject(new Stopped());
  }
}
