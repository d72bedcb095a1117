// How many samples a histogram has in each of its bins.

/** Counts of samples in bins of equal width between two ends, row by row, at every epoch. */
class BinCounts {
  constructor(meta, ends, rows, source) {
    const { bins, correct, misclassified } = meta;
    const { title, xLabel, yLabel, notes } = wordsOf(meta);
    this.title = title;
    this.xLabel = xLabel;
    this.yLabel = yLabel;
    this.notes = notes;
    this.bins = bins;
    this.rows = rows;
    this.ends = ends;
    this.correct = source.valuesOf(correct);
    this.misclassified = misclassified ? source.valuesOf(misclassified) : new Uint32Array(this.correct.length);
    this.peak = Math.max(1, meta.peak);
  }

  /** All samples in a bin, and the misclassified ones. */
  at(epoch, row, bin) {
    const at = (epoch * this.rows + row) * this.bins + bin;
    return { all: this.correct[at] + this.misclassified[at], misclassified: this.misclassified[at] };
  }

  /** The bin of a value within the axis, or -1. */
  binWithin(value) {
    const [low, high] = this.ends;
    return value >= low && value <= high ? this.binOf(value) : -1;
  }

  /** The bin of a value; what is beyond the ends is counted in the outermost ones. */
  binOf(value) {
    const [low, high] = this.ends;
    return Math.min(this.bins - 1, Math.max(0, Math.floor(((value - low) / (high - low)) * this.bins)));
  }
}

/** The samples of each class by their probabilities. */
class ClassCounts extends BinCounts {
  constructor(meta, ends, source) {
    super(meta, ends, meta.titles.length, source);
    this.titles = meta.titles;
    this.stackedPeak = Math.max(1, meta.stacked_peak);
    this.undecided = source.valuesOf(meta.undecided);
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

/** All samples, along one axis. */
class Counts extends BinCounts {
  constructor(meta, source, ends = meta.ends) {
    super(meta, ends, 1, source);
  }
}

/** The samples by their losses, on an even axis and on a logarithmic one. */
class LossCounts {
  constructor(meta, source) {
    this.title = meta.title;
    this.xLabel = meta.x_label;
    this.yLabel = meta.y_label;
    this.linear = new Counts(meta.linear, source);
    this.logarithmic = new Counts(meta.logarithmic, source, meta.logarithmic.ends.map(Math.log));
  }
}
