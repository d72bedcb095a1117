"use strict";
// The runs: a JSON head, and behind it all numbers as base64 of a zlib stream.

const NO_CLASS = 255;
const NO_VALUE = 65535;
const STEPS = 65534;
const NO_SCORE = -32768;
const WIDTHS = { u8: 1, i16: 2, u16: 2, u32: 4, f32: 4 };

/** A sentence for whoever looks at the page. */
class PageError extends Error {}

async function loadRuns() {
  const meta = JSON.parse(document.getElementById("meta").textContent);
  const bytes = await inflate(document.getElementById("data").textContent);
  const runs = meta.runs.map((run) => new Run(run, bytes));
  return { title: meta.title, runs: runs.filter((run) => run.epochs.length > 0) };
}

async function inflate(text) {
  if (typeof DecompressionStream === "undefined") {
    throw new PageError("This browser is too old to unpack the data of this page: it has no DecompressionStream.");
  }
  const stream = new Blob([fromBase64(text)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function fromBase64(text) {
  const characters = atob(text.trim());
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

/** The values of an array of the head. */
function valuesOf(array, bytes) {
  const end = array.offset + array.length * WIDTHS[array.type];
  if (!(end <= bytes.length)) throw new PageError("The data of this page are cut off.");
  const values = DECODERS[array.type](bytes.subarray(array.offset, end), array.length);
  return addUp(values, array.delta);
}

const DECODERS = {
  u8: (bytes) => bytes.slice(),
  i16: (bytes, length) => new Int16Array(joinPlanes(bytes, length).buffer),
  u16: joinPlanes,
  u32: (bytes) => new Uint32Array(bytes.slice().buffer),
  f32: (bytes) => new Float32Array(bytes.slice().buffer),
};

function joinPlanes(bytes, length) {
  const values = new Uint16Array(length);
  for (let i = 0; i < length; i++) values[i] = bytes[i] | (bytes[length + i] << 8);
  return values;
}

/** Undoes the differences; typed arrays wrap around as the format wants it. */
function addUp(values, delta) {
  if (delta > 0) for (let i = delta; i < values.length; i++) values[i] += values[i - delta];
  return values;
}

/** The index of the last of `sorted` that is not above `value`, or -1. */
function lastUpTo(sorted, value) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** One run: what it recorded of every sample at every epoch. */
class Run {
  constructor(meta, bytes) {
    Object.assign(this, meta);
    this.classNames = meta.class_names;
    this.lossName = meta.loss_name;
    for (const key of ["indices", "classes", "predicted", "probability", "losses"]) {
      this[key] = valuesOf(meta[key], bytes);
    }
    this.decodeLosses(meta.loss_range);
    this.hidden = meta.hidden && new Space(meta.hidden, this, bytes);
    this.input = meta.input && new Space(meta.input, this, bytes);
    this.curves = (meta.curves ?? []).filter((curve) => curve.values.some(Number.isFinite));
    this.logged = (meta.logged ?? []).filter((curve) => curve.values.some(Number.isFinite));
    this.violins = (meta.violins ?? []).map((violins) => new Violins(violins, bytes));
    this.milestones = meta.milestones ?? [];
    this.notes = meta.notes ?? [];
    this.rows = new Map(Array.from(this.indices, (row, sample) => [row, sample]));
  }

  decodeLosses([low, high]) {
    this.lossEnd = high;
    this.lossLow = low;
    this.lossStep = Math.log(high / low) / (STEPS - 1);
  }

  /** Where the clock's epoch, or the last one before it, is among the recorded ones; -1 before the first. */
  at(clock) {
    return lastUpTo(this.epochs, clock);
  }

  predictedAt(epoch, sample) {
    return this.predicted[epoch * this.samples + sample];
  }

  isMisclassified(epoch, sample) {
    return this.predictedAt(epoch, sample) !== this.classes[sample];
  }

  /** The probability, or the value, for the sample's class; of two classes that for the second. */
  outputAt(epoch, sample) {
    const q = this.probability[epoch * this.samples + sample];
    const [low, high] = this.output.ends;
    return q === NO_VALUE ? NaN : low + (q / STEPS) * (high - low);
  }

  /** Its place on the axis, between 0 and 1. */
  outputShareAt(epoch, sample) {
    const [low, high] = this.output.axis;
    return Math.min(1, Math.max(0, (this.outputAt(epoch, sample) - low) / (high - low)));
  }

  lossAt(epoch, sample) {
    const q = this.losses[epoch * this.samples + sample];
    if (q === 0) return 0;
    return q === NO_VALUE ? NaN : this.lossLow * Math.exp(this.lossStep * (q - 1));
  }

  className(index) {
    return index === NO_CLASS ? "none" : (this.classNames[index] ?? "none");
  }

  /** How many samples of each class there are, and how many of them are classified correctly. */
  countsOf(epoch) {
    const counts = this.classNames.map(() => ({ all: 0, correct: 0 }));
    for (let sample = 0; sample < this.samples; sample++) {
      const mine = counts[this.classes[sample]];
      mine.all += 1;
      if (epoch >= 0 && !this.isMisclassified(epoch, sample)) mine.correct += 1;
    }
    return counts;
  }
}

/** A plane of two features: samples, a bent grid, and where the classes part. */
class Space {
  constructor(meta, run, bytes) {
    Object.assign(this, { title: meta.title, xLabel: meta.x_label, yLabel: meta.y_label, x: meta.x, y: meta.y });
    this.samples = run.samples;
    this.still = meta.still;
    this.points = valuesOf(meta.points, bytes);
    this.grid = meta.grid && new BentGrid(meta.grid, run, bytes);
    this.lines = valuesOf(meta.boundary.lines, bytes);
    this.starts = valuesOf(meta.boundary.starts, bytes);
    this.line = valuesOf(meta.boundary.points, bytes);
  }

  /** The first of the x of an epoch; the y follow `samples` later. */
  offset(epoch) {
    return this.still ? 0 : epoch * 2 * this.samples;
  }
}

class BentGrid {
  constructor(meta, run, bytes) {
    this.size = meta.size;
    this.every = meta.every;
    this.still = meta.still;
    this.count = meta.size * meta.size;
    this.points = valuesOf(meta.points, bytes);
    this.scores = valuesOf(meta.scores, bytes);
    this.planes =
      run.classNames.length > 2 ? run.classNames.length : this.scores.length / this.count / run.epochs.length;
  }

  offset(epoch) {
    return this.still ? 0 : epoch * 2 * this.count;
  }

  scoresOf(epoch) {
    const size = this.planes * this.count;
    return this.scores.subarray(epoch * size, (epoch + 1) * size);
  }
}

class Violins {
  constructor(meta, bytes) {
    this.quantity = meta.quantity;
    this.rows = meta.rows;
    this.range = meta.range;
    this.density = valuesOf(meta.density, bytes);
    this.ends = valuesOf(meta.ends, bytes);
    this.median = valuesOf(meta.median, bytes);
  }

  /** Density, ends and median of a row at an epoch. */
  of(epoch, row) {
    const at = epoch * this.rows.length + row;
    const points = this.density.length / this.median.length;
    return {
      density: this.density.subarray(at * points, (at + 1) * points),
      low: this.ends[2 * at],
      high: this.ends[2 * at + 1],
      median: this.median[at],
    };
  }
}
