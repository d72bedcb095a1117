// The crate as WebAssembly, in pages that carry recordings: it computes what is shown of an epoch.

/** What is compiled once, and asked for the epochs of all runs. */
class Core {
  constructor(exports) {
    this.exports = exports;
    this.runs = 0;
  }

  /** @returns {Promise<Core | null>} null where no run needs it */
  static async load(places) {
    if (!places.some(({ live }) => live)) return null;
    if (typeof WebAssembly === "undefined") throw new PageError(say("errors.no-webassembly"));
    const bytes = await inflate(document.getElementById("core").textContent, "gzip");
    return new Core((await instantiated(bytes)).exports);
  }

  /** The number of a run that is opened from its bytes. */
  open(bytes) {
    this.give(bytes);
    this.answerIf(this.exports.open_run());
    this.runs += 1;
    return this.runs - 1;
  }

  /** Looks at something else of a run; what is to be said of it. */
  look(run, { threshold, layer, units }) {
    this.give(new TextEncoder().encode(layer ?? ""));
    const [first, second] = units ?? [-1, -1];
    return this.answerIf(this.exports.look(run, threshold ?? NaN, first, second));
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
