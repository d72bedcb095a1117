// Where the arrays of a run come from: the page holds them, or those of each epoch are computed when they are first needed.

const TYPES = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f32: Float32Array, bits: Float32Array };

const DECODERS = {
  u8: (bytes) => bytes.slice(),
  u16: (bytes, length) => joinPlanes(bytes, new Uint16Array(length)),
  u32: (bytes, length) => joinPlanes(bytes, new Uint32Array(length)),
  bits: (bytes, length) => joinPlanes(bytes, new Uint32Array(length)),
  f32: (bytes) => new Float32Array(bytes.slice().buffer),
};

/** The lowest bytes of all values come first, then the second ones, and so on. */
function joinPlanes(bytes, values) {
  const { length, BYTES_PER_ELEMENT: planes } = values;
  for (let plane = 0; plane < planes; plane++) {
    for (let i = 0; i < length; i++) values[i] |= bytes[plane * length + i] << (8 * plane);
  }
  return values;
}

/** Undoes the differences; typed arrays wrap around as the format wants it. */
function addUp(values, delta) {
  if (delta > 0) for (let i = delta; i < values.length; i++) values[i] += values[i - delta];
  return values;
}

class Source {
  /** @param {Uint8Array} bytes @param {(number | null)[]} places @param {Thread | null} thread @param {number | null} run */
  constructor(bytes, places, thread, run, looked = new Uint8Array()) {
    this.bytes = bytes;
    this.places = places;
    this.thread = thread;
    /** The number by which the core knows the run, if it computes. */
    this.run = run;
    /** What the core is turned to when this is shown. */
    this.looked = looked;
    this.threshold = NaN;
    /** The numbers of the arrays that are computed, in their order; and what takes the bytes of an epoch of those that are shown. */
    this.numbers = places.flatMap((place, number) => (place === null ? [number] : []));
    this.slots = [];
    this.computedOnes = [];
    this.filled = [];
  }

  /** Of what a page carries. */
  static opened(bytes, { arrays, live }, thread) {
    return new Source(bytes, arrays, thread, live && thread.core.open(bytes.subarray(live[0], live[0] + live[1])));
  }

  get core() {
    return this.thread.core;
  }

  /** The same before anything is computed. */
  emptied() {
    return new Source(this.bytes, this.places, this.thread, this.run);
  }

  /** What is to be said of another view, and where its arrays come from once it is turned to; null of that which the page was made with. */
  async look(view) {
    const answer = await this.thread.call("look", this.run, view);
    if (!answer.length) return null;
    const [looked, text, bytes] = arraysOf(answer);
    const [meta, { arrays }] = JSON.parse(new TextDecoder().decode(text));
    return { meta, source: new Source(bytes, arrays, this.thread, this.run, looked) };
  }

  /** Sees to it that what is computed is what this shows. */
  turn() {
    if (this.isLive) this.thread.turn(this.run, this.looked);
  }

  /** Computes by another threshold from now on. */
  cutAt(threshold) {
    this.threshold = threshold;
    this.filled = [];
  }

  /** Whether epochs are computed when they are needed. */
  get isLive() {
    return this.run !== null;
  }

  /** The values of an array. Those that are computed are there once their epoch is filled. */
  valuesOf(array) {
    const place = this.places[array.number];
    return place === null ? this.computed(array) : this.decoded(array, place);
  }

  decoded({ type, length, by_epoch: epoch }, place) {
    const end = place + length * TYPES[type].BYTES_PER_ELEMENT;
    if (!(end <= this.bytes.length)) throw new PageError(say("errors.cut-off"));
    const values = DECODERS[type](this.bytes.subarray(place, end), length);
    const whole = type === "f32" ? values : addUp(values, Number(epoch) || 0);
    return type === "bits" ? new Float32Array(whole.buffer) : whole;
  }

  /** An array that is shown in two places is one. */
  computed({ number, type, length, by_epoch: each }) {
    return (this.computedOnes[number] ??= this.newlyComputed(number, type, length, each));
  }

  newlyComputed(number, type, length, each) {
    const values = new TYPES[type](length);
    this.slots[number] = (epoch, bytes) => values.set(typed(type, bytes, each), epoch * each);
    return values;
  }

  /** The lines of every epoch. */
  linesOf(boundary) {
    const parts = ["lines", "starts", "points", "levels"].filter((name) => boundary[name]);
    if (this.places[boundary.lines.number] === null) return this.computedLines(boundary, parts);
    const values = /** @type {any} */ (Object.fromEntries(parts.map((name) => [name, this.valuesOf(boundary[name])])));
    return new Lines((epoch) => ({ ...values, first: values.lines[epoch], last: values.lines[epoch + 1] }), Boolean(boundary.levels));
  }

  computedLines(boundary, parts) {
    const epochs = [];
    for (const name of parts) {
      const { number, type } = boundary[name];
      this.slots[number] = (epoch, bytes) => ((epochs[epoch] ??= {})[name] = typed(type, bytes));
    }
    return new Lines((epoch) => ({ ...epochs[epoch], first: 0, last: epochs[epoch].lines[1] }), Boolean(boundary.levels));
  }

  /** What is predicted between some ends of a plane. */
  closeUp(epoch, isOfInputs, ends) {
    return this.core.closeUp(this.run, epoch, isOfInputs, ends, this.threshold);
  }

  /** What a unit of a layer makes of the inputs between some ends. */
  surface(epoch, layer, unit, ends) {
    return this.core.surface(this.run, epoch, layer, unit, ends);
  }

  /** Whether what is shown of an epoch is there. */
  has(epoch) {
    return !this.isLive || epoch < 0 || Boolean(this.filled[epoch]);
  }

  /** Computes what is shown of an epoch, if that has not been done. */
  fill(epoch) {
    if (!this.has(epoch)) this.take(epoch, this.core.epoch(this.run, epoch, this.threshold));
  }

  /** The same in another thread. */
  async fillAside(epoch) {
    const { threshold } = this;
    const arrays = await this.thread.call("epoch", this.run, epoch, threshold);
    if (Object.is(threshold, this.threshold)) this.take(epoch, arrays);
  }

  take(epoch, arrays) {
    if (arrays.length !== this.numbers.length) throw new PageError(say("errors.other-arrays"));
    arrays.forEach((bytes, i) => this.slots[this.numbers[i]]?.(epoch, bytes));
    this.filled[epoch] = true;
  }
}

/** The values that some bytes are, so many of them if their number is known. */
function typed(type, bytes, count = bytes.length / TYPES[type].BYTES_PER_ELEMENT) {
  const values = new TYPES[type](bytes.slice().buffer);
  if (values.length !== count) throw new PageError(say("errors.other-size"));
  return values;
}

/** The lines of a plane. */
class Lines {
  /**
   * @param {(epoch: number) => { lines: Uint32Array, starts: Uint32Array, points: Uint16Array, levels?: Uint8Array, first: number, last: number }} at
   *   of an epoch the first line and the one behind the last, and where each line begins among the points: x of all, then y
   * @param {boolean} areLevels
   */
  constructor(at, areLevels) {
    this.at = at;
    this.areLevels = areLevels;
  }
}
