"use strict";
// The runs: a JSON head, and behind it all numbers as base64 of a zlib stream.

const NO_CLASS = 255;
const NO_VALUE = 65535;
const STEPS = 65534;
const INFINITE_LOSS = 65534;
const WIDTHS = { u8: 1, u16: 2, u32: 4, f32: 4 };

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
  u16: (bytes, length) => joinPlanes(bytes, new Uint16Array(length)),
  u32: (bytes, length) => joinPlanes(bytes, new Uint32Array(length)),
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
      this[key] = meta[key] && valuesOf(meta[key], bytes);
    }
    this.decodeLosses(meta.loss_range);
    this.probabilities = meta.probabilities && new ClassCounts(meta.probabilities, meta.output.axis, bytes);
    this.lossHistogram = new LossCounts(meta.loss_histogram, bytes);
    this.hidden = meta.hidden && new Space(meta.hidden, this, bytes);
    this.input = meta.input && new Space(meta.input, this, bytes);
    this.curves = (meta.curves ?? []).map(readCurve).filter(isLogged);
    this.logged = (meta.logged ?? []).map(readCurve).filter(isLogged);
    this.violins = (meta.violins ?? []).map((violins) => new Violins(violins, bytes));
    this.milestones = meta.milestones ?? [];
    this.notes = meta.notes ?? [];
    this.rows = new Map(Array.from(this.indices, (row, sample) => [row, sample]));
  }

  decodeLosses([low, high]) {
    this.lossLow = low;
    this.lossStep = Math.log(high / low) / (STEPS - 2);
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

  /** The probability, or the value, for the sample's class; of a single output that for the second. */
  outputAt(epoch, sample) {
    const q = this.probability[epoch * this.samples + sample];
    const [low, high] = this.output.ends;
    return q === NO_VALUE ? NaN : low + (q / STEPS) * (high - low);
  }

  lossAt(epoch, sample) {
    const q = this.losses[epoch * this.samples + sample];
    if (q === 0) return 0;
    if (q === NO_VALUE) return NaN;
    return q === INFINITE_LOSS ? Infinity : this.lossLow * Math.exp(this.lossStep * (q - 1));
  }

  className(index) {
    return index === NO_CLASS ? "none" : (this.classNames[index] ?? "none");
  }

  /** Of each class, how many samples of the data set there are, and how many of them are classified correctly. */
  countsOf(epoch) {
    return this.classNames.map((_, k) => this.probabilities.totalsOf(epoch, k));
  }

  /** How many of the samples that the page shows have each class: the most frequent ones first. */
  classesByFrequency() {
    const counts = this.classNames.map(() => 0);
    for (const k of this.classes) counts[k] += 1;
    return [...counts.keys()].sort((a, b) => counts[b] - counts[a]);
  }
}

/** Numbers, or null where nothing was logged; JSON has words for NaN and the infinities. */
function readCurve(curve) {
  return { ...curve, values: curve.values.map((value) => (typeof value === "string" ? Number(value) : value)) };
}

function isLogged({ values }) {
  return values.some((value) => value !== null);
}

/** Counts of samples in bins of equal width between two ends, row by row, at every epoch. */
class BinCounts {
  constructor({ bins, correct, misclassified }, ends, rows, bytes) {
    Object.assign(this, { bins, rows, ends });
    this.correct = valuesOf(correct, bytes);
    this.misclassified = misclassified ? valuesOf(misclassified, bytes) : new Uint32Array(this.correct.length);
    this.peak = this.correct.reduce((peak, count, i) => Math.max(peak, count + this.misclassified[i]), 1);
  }

  /** All samples in a bin, and the misclassified ones. */
  at(epoch, row, bin) {
    const at = (epoch * this.rows + row) * this.bins + bin;
    return { all: this.correct[at] + this.misclassified[at], misclassified: this.misclassified[at] };
  }

  /** The bin of a value; what is beyond the ends is counted in the outermost ones. */
  binOf(value) {
    const [low, high] = this.ends;
    return Math.min(this.bins - 1, Math.max(0, Math.floor(((value - low) / (high - low)) * this.bins)));
  }
}

/** The samples of each class by their probabilities. */
class ClassCounts extends BinCounts {
  constructor(meta, ends, bytes) {
    super(meta, ends, meta.titles.length, bytes);
    Object.assign(this, { title: meta.title, titles: meta.titles, xLabel: meta.x_label, yLabel: meta.y_label });
    this.undecided = valuesOf(meta.undecided, bytes);
  }

  undecidedAt(epoch, row) {
    return this.undecided[epoch * this.rows + row];
  }

  /** Before the first epoch, those of the first one: how many there are does not change. */
  totalsOf(epoch, row) {
    const totals = { all: this.undecidedAt(Math.max(0, epoch), row), correct: 0 };
    for (let bin = 0; bin < this.bins; bin++) {
      const { all, misclassified } = this.at(Math.max(0, epoch), row, bin);
      totals.all += all;
      if (epoch >= 0) totals.correct += all - misclassified;
    }
    return totals;
  }
}

/** The samples by their losses, on an even axis and on a logarithmic one. */
class LossCounts {
  constructor(meta, bytes) {
    Object.assign(this, { title: meta.title, xLabel: meta.x_label, yLabel: meta.y_label });
    this.linear = new BinCounts(meta.linear, meta.linear.ends, 1, bytes);
    this.logarithmic = new BinCounts(meta.logarithmic, meta.logarithmic.ends.map(Math.log), 1, bytes);
    this.noLosses = valuesOf(meta.no_losses, bytes);
  }

  /** How many losses are NaN, and how many infinite. */
  noLossesAt(epoch) {
    return this.noLosses.subarray(2 * epoch, 2 * epoch + 2);
  }
}

/** A plane of two features: samples, a bent grid, and where the classes part. */
class Space {
  constructor(meta, run, bytes) {
    Object.assign(this, { title: meta.title, xLabel: meta.x_label, yLabel: meta.y_label, x: meta.x, y: meta.y });
    Object.assign(this, { scales: meta.scales ?? [], notes: meta.notes ?? [], epochNotes: meta.epoch_notes ?? [] });
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

  /** What the places of an epoch are between: x, then y. */
  endsOf(epoch) {
    return this.scales[epoch] ?? [this.x, this.y];
  }

  get hasNotes() {
    return this.notes.length > 0 || this.epochNotes.some((note) => note);
  }

  noteOf(epoch) {
    return [...this.notes, this.epochNotes[epoch]].filter((note) => note).join("; ");
  }
}

class BentGrid {
  constructor(meta, run, bytes) {
    this.size = meta.size;
    this.every = meta.every;
    this.still = meta.still;
    this.count = meta.size * meta.size;
    this.points = valuesOf(meta.points, bytes);
    this.halves = valuesOf(meta.scores, bytes);
    this.planes =
      run.classNames.length > 2 ? run.classNames.length : this.halves.length / this.count / run.epochs.length;
    this.bits = new Uint32Array(this.planes * this.count);
    this.scores = new Float32Array(this.bits.buffer);
  }

  offset(epoch) {
    return this.still ? 0 : epoch * 2 * this.count;
  }

  /** The page holds the upper halves of the numbers. */
  scoresOf(epoch) {
    const from = epoch * this.bits.length;
    for (let i = 0; i < this.bits.length; i++) this.bits[i] = this.halves[from + i] << 16;
    return this.scores;
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
