"use strict";
// The runs: a JSON head, and behind it all numbers as base64 of a zlib stream.

const NO_CLASS = 255;
const NO_VALUE = 65535;
const STEPS = 65534;
const INFINITE_LOSS = 65534;

/** A sentence for whoever looks at the page. */
class PageError extends Error {}

/** One that the crate has written, in English. */
class WrittenError extends PageError {}

async function loadRuns() {
  const meta = JSON.parse(new TextDecoder().decode(await partOf("meta")));
  const [bytes, core] = await Promise.all([partOf("data"), Core.load(meta.places)]);
  const thread = core && new Thread(core);
  const runs = meta.runs.map((run, i) => new Run(run, Source.opened(bytes, meta.places[i], thread)));
  return { title: meta.title, captions: meta.captions ?? [], thread, runs: runs.filter((run) => run.epochs.length > 0) };
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
  /** @param {any} meta @param {Source} source */
  constructor(meta, source) {
    this.meta = meta;
    this.source = source;
    this.name = meta.name;
    this.layers = meta.layers;
    this.layer = meta.layer;
    this.units = meta.units;
    this.epochs = meta.epochs;
    this.samples = meta.samples;
    this.of = meta.of;
    this.classNames = meta.class_names;
    this.lossName = meta.loss_name;
    this.shown = meta.shown;
    this.curvesTitle = meta.curves_title;
    this.curveLabels = meta.curve_labels;
    this.curveEnds = meta.curve_ends;
    this.indices = source.valuesOf(meta.indices);
    this.keys = source.valuesOf(meta.keys);
    this.classes = meta.classes && source.valuesOf(meta.classes);
    this.predicted = meta.predicted && source.valuesOf(meta.predicted);
    this.losses = source.valuesOf(meta.losses);
    this.decodeLosses(meta.loss_range);
    this.own = meta.probabilities && new Part(meta, this, source);
    this.output = this.own?.output;
    this.probabilities = this.own?.probabilities;
    this.labels = (meta.labels ?? []).map((label) => new Part(label, this, source));
    this.numbers = meta.numbers && new Numbers(meta.numbers, this, source);
    this.groups = this.numbers ? levelGroups(this.numbers) : classGroups(this);
    this.lossHistogram = new LossCounts(meta.loss_histogram, source);
    this.hidden = meta.hidden && new Space(meta.hidden, this, source);
    this.input = meta.input && new Space(meta.input, this, source);
    this.curves = (meta.curves ?? []).map(readCurve).filter(isLogged);
    this.logged = (meta.logged ?? []).map(readCurve).filter(isLogged);
    this.curveNotes = new Notes({ notes: meta.curve_notes });
    this.violins = (meta.violins ?? []).map((violins) => new Violins(violins, source));
    this.network = meta.network && new Network(meta.network, source);
    this.pictures = (meta.pictures ?? []).map((picture) => new Picture(picture, source));
    this.milestones = meta.milestones ?? [];
    this.notes = meta.notes ?? [];
    this.rows = new Map(Array.from(this.indices, (row, sample) => [row, sample]));
  }

  /**
   * Which of its samples another run has in a row of its data: with the same inputs there or in another row, and the same target if
   * there is such a one; undefined for none.
   */
  sampleLike(row, other) {
    const theirs = other.rows.get(row);
    const [own, key, target] = [this.rows.get(row), other.keys[theirs], other.targetText(theirs)];
    const alike = this.keys[own] === key ? [own, ...this.samplesOf(key)] : this.samplesOf(key);
    return alike.find((sample) => this.targetText(sample) === target) ?? alike[0];
  }

  /** Those with these inputs. @returns {number[]} */
  samplesOf(key) {
    if (!this.byKey) {
      this.byKey = new Map();
      for (const key of this.keys) this.byKey.set(key, []);
      this.keys.forEach((one, sample) => this.byKey.get(one).push(sample));
    }
    return this.byKey.get(key) ?? [];
  }

  /** What is true of a sample, to be compared. */
  targetText(sample) {
    if (this.numbers) return this.numbers.names.map((_, output) => this.numbers.targetOf(sample, output)).join();
    return this.classes ? String(this.classes[sample]) : "";
  }

  /** The units of all layers that are known, each with its name. */
  get namedUnits() {
    const layers = this.network ? this.network.layers.map(({ name, units }) => [name, units]) : this.layers;
    const name = (layer, units, unit) => (units > 1 ? say("surface.unit", { unit, layer }) : layer);
    return layers.flatMap(([layer, units]) => Array.from({ length: units }, (_, unit) => ({ name: name(layer, units, unit), layer, unit })));
  }

  decodeLosses([low, high]) {
    this.lossLow = low;
    this.lossStep = Math.log(high / low) / (STEPS - 2);
  }

  /** Where the clock's epoch, or the last one before it, is among the recorded ones; -1 before the first. */
  at(clock) {
    return lastUpTo(this.epochs, clock);
  }

  /**
   * The run as another view shows it. What was found beside it is the same.
   * @param {View} view
   */
  async looked(view) {
    const found = await this.source.look(view);
    if (!found) return new Run(this.meta, this.source.emptied());
    const run = new Run({ ...found.meta, name: this.name }, found.source);
    const findings = this.milestones.filter(({ is_finding: isFinding }) => isFinding);
    run.milestones = [...run.milestones, ...findings].sort((a, b) => a.epoch - b.epoch);
    run.notes = [...new Set([...this.notes, ...run.notes])];
    // `output` has the threshold that was moved to last.
    const made = view.threshold === null ? [] : [say("view.made-with", { threshold: this.meta.output.threshold })];
    run.pictures = this.pictures.map((picture) => picture.noted(made));
    return run;
  }

  /** Predicts by another threshold from now on. */
  cutAt(threshold) {
    for (const { output } of [this.own, ...this.labels]) output.threshold = threshold;
    this.source.cutAt(threshold);
  }

  /** Whether class 1 is predicted above a threshold, and that between 0 and 1 it can be another. */
  get isCut() {
    return Boolean(this.output?.is_free) && this.output.word === "probability";
  }

  /** Sees to it that what is shown of an epoch is there. */
  fill(epoch) {
    this.source.fill(epoch);
  }

  predictedAt(epoch, sample) {
    return this.predicted[epoch * this.samples + sample];
  }

  isMisclassified(epoch, sample) {
    return !this.numbers && this.predictedAt(epoch, sample) !== this.classes[sample];
  }

  lossAt(epoch, sample) {
    this.fill(epoch);
    const q = this.losses[epoch * this.samples + sample];
    if (q === 0) return 0;
    if (q === NO_VALUE) return NaN;
    return q === INFINITE_LOSS ? Infinity : this.lossLow * Math.exp(this.lossStep * (q - 1));
  }

  /** A loss to be read, or a mean of losses, with the digits that are held of it. */
  lossText(loss) {
    return numberWithin(loss, loss * Math.expm1(this.lossStep));
  }

  className(index) {
    return this.classNames[index === NO_CLASS ? -1 : index] ?? say("sample.no-class");
  }

  /** Of each class, how many samples of the data set there are, and how many of them are classified correctly. */
  countsOf(epoch) {
    return this.classNames.map((_, k) => this.probabilities.totalsOf(epoch, k));
  }
}

/** The probabilities of all classes, or of one label. */
class Part {
  constructor({ probability, output, probabilities }, { samples }, source) {
    this.output = { ...output };
    this.samples = samples;
    this.steps = source.valuesOf(probability);
    this.probabilities = new ClassCounts(probabilities, output.axis, source);
  }

  /** The probability, or the value, for the sample's class; of a single output that for the second. */
  outputAt(epoch, sample) {
    const q = this.steps[epoch * this.samples + sample];
    const [low, high] = this.output.ends;
    return q === NO_VALUE ? NaN : low + (q / STEPS) * (high - low);
  }

  /** The same to be read, with the digits that are held of it: a small probability is not 0, and a large one not 1. */
  outputText(epoch, sample) {
    const { ends: [low, high], word } = this.output;
    const value = this.outputAt(epoch, sample);
    const isShare = word === "probability";
    if (isShare && value < 5e-5) return say("numbers.below", { number: fromLeft(localized("0.0001")) });
    if (isShare && value > 0.99995) return say("numbers.above", { number: fromLeft(localized("0.9999")) });
    return numberWithin(value, (high - low) / STEPS);
  }
}

/** What is true and what is predicted, of numbers. */
class Numbers {
  constructor(meta, { samples }, source) {
    this.names = meta.names;
    this.shown = meta.shown;
    this.samples = samples;
    this.levels = { colors: meta.levels.colors, names: meta.levels.names.map((name) => minus(localized(name))) };
    this.targets = source.valuesOf(meta.targets);
    this.predicted = source.valuesOf(meta.predicted);
    this.levelOf = source.valuesOf(meta.levels.samples);
    this.predictions = { ...wordsOf(meta.predictions), ends: meta.predictions.ends };
    this.residuals = new Counts(meta.residuals, source);
    this.fit = meta.fit && {
      ...wordsOf(meta.fit),
      ends: meta.fit.ends,
      between: meta.fit.between,
      places: meta.fit.places,
      inputs: source.valuesOf(meta.fit.inputs),
      outputs: source.valuesOf(meta.fit.outputs),
    };
  }

  targetOf(sample, output = this.shown) {
    return this.targets[output * this.samples + sample];
  }

  predictedAt(epoch, sample, output = this.shown) {
    return this.predicted[(epoch * this.names.length + output) * this.samples + sample];
  }
}

/** Samples that are drawn alike. */
function classGroups({ classes, classNames }) {
  const color = (k) => palette.ofClass(k);
  return { of: classes, count: classNames.length, color, marker: markerOf };
}

function levelGroups({ levelOf, levels: { colors } }) {
  return { of: levelOf, count: colors.length, color: (k) => palette.ofLevel(colors[k]), marker: () => MARKERS[0] };
}

/** What stands around a panel, and what must be known to read it. */
function wordsOf(meta) {
  const { title, x_label: xLabel, y_label: yLabel } = meta;
  return { title, xLabel, yLabel, notes: new Notes(meta) };
}

class Notes {
  constructor({ notes = [], epoch_notes: epochNotes = [] }) {
    this.notes = notes;
    this.epochNotes = epochNotes;
  }

  get exist() {
    return this.notes.length > 0 || this.epochNotes.some((note) => note);
  }

  get longest() {
    const lengths = this.epochNotes.map((_, epoch) => this.of(epoch).length);
    return lengths.reduce((most, length) => Math.max(most, length), this.of(0).length);
  }

  of(epoch) {
    return [...this.notes, this.epochNotes[epoch]].filter((note) => note).join("; ");
  }
}

/** Numbers, or null where nothing was logged; JSON has words for NaN and the infinities. */
function readCurve(curve) {
  return { ...curve, values: curve.values.map((value) => (typeof value === "string" ? Number(value) : value)) };
}

function isLogged({ values }) {
  return values.some((value) => value !== null);
}

class Violins {
  constructor(meta, source) {
    this.quantity = meta.quantity;
    this.rows = meta.rows;
    this.range = meta.range;
    this.notes = new Notes(meta);
    this.density = source.valuesOf(meta.density);
    this.ends = source.valuesOf(meta.ends);
    this.median = source.valuesOf(meta.median);
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
