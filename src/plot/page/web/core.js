// The crate as WebAssembly, in pages that carry recordings: it computes what is shown of an epoch.

/** What is compiled once, and asked for the epochs of all runs. */
class Core {
  /** @param {WebAssembly.WebAssemblyInstantiatedSource} loaded */
  constructor({ module, instance }) {
    this.module = module;
    this.exports = /** @type {any} */ (instance.exports);
    /** The bytes of each run, and what it is turned to. @type {{ bytes: Uint8Array, looked: Uint8Array }[]} */
    this.runs = [];
  }

  /** @returns {Promise<Core | null>} null where no run needs it */
  static async load(places) {
    if (!places.some(({ live }) => live)) return null;
    if (typeof WebAssembly === "undefined") throw new PageError(say("errors.no-webassembly"));
    return new Core(await instantiated(await partOf("core")));
  }

  /** The number of a run that is opened from its bytes. */
  open(bytes) {
    this.give(bytes);
    this.answerIf(this.exports.open_run());
    return this.runs.push({ bytes, looked: new Uint8Array() }) - 1;
  }

  /** What is to be said of a run that looks at something else. */
  look(run, { threshold, layer, units }) {
    this.give(new TextEncoder().encode(layer ?? ""));
    const [first, second] = units ?? [-1, -1];
    return this.answerIf(this.exports.look(run, threshold ?? NaN, first, second));
  }

  /** Turns a run to what was looked at, of which these bytes are the first array; to what the page was made with, if there are none. */
  turn(run, looked) {
    this.give(looked);
    this.answerIf(this.exports.turn(run));
    this.runs[run].looked = looked;
  }

  give(bytes) {
    const at = this.exports.room(bytes.length) >>> 0;
    if (at === 0) throw new PageError(say("errors.no-memory"));
    new Uint8Array(this.exports.memory.buffer, at, bytes.length).set(bytes);
  }

  /** The bytes of each array of an epoch. */
  epoch(run, place, threshold = NaN) {
    return arraysOf(this.answerIf(this.exports.compute_epoch(run, place, threshold)));
  }

  /** What is predicted between some ends of a plane at an epoch. */
  closeUp(run, place, isOfInputs, [[left, right], [bottom, top]], threshold) {
    return arraysOf(this.answerIf(this.exports.close_up(run, place, isOfInputs, left, right, bottom, top, threshold)));
  }

  /** What a unit of a layer makes of the inputs between some ends at an epoch. */
  surface(run, place, layer, unit, [[left, right], [bottom, top]]) {
    this.give(new TextEncoder().encode(layer));
    return arraysOf(this.answerIf(this.exports.surface(run, place, unit, left, right, bottom, top)));
  }

  answerIf(isWell) {
    const { answer, length, memory } = this.exports;
    const bytes = new Uint8Array(memory.buffer, answer() >>> 0, length() >>> 0).slice();
    if (!isWell) throw new WrittenError(new TextDecoder().decode(bytes));
    return bytes;
  }
}

/** The bytes of each array of an answer. */
function arraysOf(answer) {
  const numbers = new Uint32Array(answer.buffer, 0, answer.length >> 2);
  let at = 4 * (1 + numbers[0]);
  return Array.from(numbers.subarray(1, 1 + numbers[0]), (length) => {
    const bytes = answer.subarray(at, at + length);
    at = Math.ceil((at + length) / 4) * 4;
    return bytes;
  });
}
