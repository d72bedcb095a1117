// A thread beside that of the page, which computes what takes long: the page can be used meanwhile.

/** What was no longer wanted before it was there. */
class Stopped extends Error {}

/** The module once more, with the same runs under the same numbers. Where a page may have no thread, it computes itself. */
class Thread {
  /** @param {Core} core */
  constructor(core) {
    this.core = core;
    /** What has been asked for, and is not there yet. */
    this.waiting = [];
    /** @type {Worker | null} */
    this.worker = null;
    this.isForbidden = false;
  }

  /** Calls a method of the core by its name. @returns {Promise<any>} */
  async call(method, ...given) {
    if (!this.isForbidden) this.begin();
    if (!this.worker) return this.computed(method, given);
    return new Promise((resolve, reject) => {
      this.waiting.push({ method, given, resolve, reject });
      this.worker.postMessage({ method, given });
    });
  }

  /** When whatever is to be done has been begun. */
  async computed(method, given) {
    await new Promise((next) => setTimeout(next));
    return this.core[method](...given);
  }

  begin() {
    if (this.worker) return;
    const url = URL.createObjectURL(new Blob([SCRIPT_OF_THREAD], { type: "text/javascript" }));
    try {
      this.worker = new Worker(url);
    } catch {
      return this.forbid();
    } finally {
      URL.revokeObjectURL(url);
    }
    this.worker.onmessage = ({ data }) => this.answer(data);
    this.worker.onmessageerror = () => this.forbid();
    this.worker.onerror = (event) => {
      event.preventDefault();
      this.forbid();
    };
    // A part of an array would be handed over with all of it.
    const runs = this.core.runs.map(({ bytes, looked }) => ({ bytes: bytes.slice(), looked: looked.slice() }));
    this.worker.postMessage({ module: this.core.module, runs });
  }

  answer({ answer, error, isWritten }) {
    const { resolve, reject } = this.waiting.shift();
    if (error === undefined) return resolve(answer);
    if (!isWritten) this.stop(); // It may compute nothing any more.
    reject(isWritten ? new WrittenError(error) : new PageError(say("errors.damaged")));
  }

  /** A frame may have to do without: what has been asked for is computed here. */
  forbid() {
    this.isForbidden = true;
    this.dismiss();
    for (const { method, given, resolve, reject } of this.waiting.splice(0)) this.computed(method, given).then(resolve, reject);
  }

  /** What has been asked for and is not there is no longer wanted. */
  stop() {
    this.dismiss();
    for (const { reject } of this.waiting.splice(0)) reject(new Stopped());
  }

  /** What it has said and nobody has heard is not heard any more. */
  dismiss() {
    if (this.worker) this.worker.onmessage = this.worker.onerror = null;
    this.worker?.terminate();
    this.worker = null;
  }

  /** Turns a run here and there. */
  turn(run, looked) {
    this.core.turn(run, looked);
    // One that is stopped is turned where it begins again.
    if (this.worker) this.call("turn", run, looked).catch(() => undefined);
  }
}

/** What the thread does: it answers calls one after the other. Of the page it knows what its script holds, and nothing else. */
function serve() {
  /** @type {Core} */
  let core;
  const begin = ({ module, runs }) => {
    core = new Core({ module, instance: new WebAssembly.Instance(module, {}) });
    for (const { bytes, looked } of runs) core.turn(core.open(bytes), looked);
  };
  const answer = ({ method, given }) => {
    try {
      return { answer: core[method](...given) };
    } catch (error) {
      return { error: String(error.message), isWritten: error instanceof WrittenError };
    }
  };
  self.onmessage = ({ data }) => (data.module ? begin(data) : self.postMessage(answer(data)));
}

const SCRIPT_OF_THREAD = `"use strict";\n${[PageError, WrittenError, Core, arraysOf].join("\n")}\n(${serve})();`;
