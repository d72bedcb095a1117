// Planes of two features, as the page holds them.

/** A plane of two features: samples, a bent grid, and where the classes part. */
class Space {
  constructor(meta, run, source) {
    const { title, xLabel, yLabel, notes } = wordsOf(meta);
    this.title = title;
    this.xLabel = xLabel;
    this.yLabel = yLabel;
    this.notes = notes;
    this.x = meta.x;
    this.y = meta.y;
    this.scales = meta.scales ?? [];
    this.samples = run.samples;
    this.still = meta.still;
    this.points = source.valuesOf(meta.points);
    this.grid = meta.grid && new BentGrid(meta.grid, run, source);
    this.lines = source.linesOf(meta.boundary);
  }

  /** The first of the x of an epoch; the y follow `samples` later. */
  offset(epoch) {
    return this.still ? 0 : epoch * 2 * this.samples;
  }

  /** What the places of an epoch are between: x, then y. */
  endsOf(epoch) {
    return this.scales[epoch] ?? [this.x, this.y];
  }
}

class BentGrid {
  constructor(meta, run, source) {
    this.size = meta.size;
    this.every = meta.every;
    this.still = meta.still;
    this.count = meta.size * meta.size;
    this.points = source.valuesOf(meta.points);
    this.halves = meta.scores ? source.valuesOf(meta.scores) : new Uint16Array(0);
    this.planes =
      run.classNames.length > 2 ? run.classNames.length : this.halves.length / this.count / run.epochs.length;
    this.bits = new Uint32Array(this.planes * this.count);
    this.scores = new Float32Array(this.bits.buffer);
  }

  /** Whether there are classes to be tinted, and not numbers. */
  get hasScores() {
    return this.halves.length > 0;
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

/** @returns {[number, number]} */
function lineAt({ points }, i, [x, y]) {
  return [x(points[i]), y(points[points.length / 2 + i])];
}

/** A grid of the page at an epoch, in pixels. */
function gridOfSteps({ size, every, still, count, points }, epoch, [x, y]) {
  const from = still ? 0 : epoch * 2 * count;
  return { size, every, still, x: (i) => x(points[from + i]), y: (i) => y(points[from + count + i]) };
}

/** The places of so many points of an array, without those that are no numbers. */
function stepsFrom(array, from, count) {
  return Array.from(array.subarray(from, from + count)).filter((step) => step !== NO_VALUE);
}

/** From the smallest to the largest of some places between two ends, and a little more. */
function endsOfSteps(steps, [low, high]) {
  if (!steps.length) return [low, high];
  const [first, last] = steps.reduce(([least, most], step) => [Math.min(least, step), Math.max(most, step)], [STEPS, 0]);
  const margin = Math.max(1, (last - first) * 0.02);
  return [first - margin, last + margin].map((step) => low + ((high - low) * step) / STEPS);
}
