// Histograms of probabilities and losses.

const PROBABILITY_BINS = 20;
const LOSS_BINS = 30;
const MULTIPLES = 12;

/** How many samples, and how many misclassified ones, fall into each bin. */
class Counts {
  constructor(rows, bins) {
    this.bins = bins;
    this.all = new Uint32Array(rows * bins);
    this.misclassified = new Uint32Array(rows * bins);
  }

  clean() {
    this.all.fill(0);
    this.misclassified.fill(0);
    this.outside = 0;
  }

  /** `share` is the place between 0 and 1; what is not a number lies outside. */
  add(row, share, isMisclassified) {
    if (!(share >= 0)) {
      this.outside += 1;
      return;
    }
    const at = row * this.bins + this.binOf(share);
    this.all[at] += 1;
    if (isMisclassified) this.misclassified[at] += 1;
  }

  binOf(share) {
    return Math.min(this.bins - 1, Math.floor(share * this.bins));
  }
}

/** The most that any bin ever holds: the fixed end of the axis. */
function peakOf(run, counts, fill) {
  let peak = 1;
  for (let epoch = 0; epoch < run.epochs.length; epoch++) {
    fill(epoch);
    for (const count of counts.all) if (count > peak) peak = count;
  }
  return peak;
}

/** Bars of one row of counts, the misclassified part at the bottom. Whatever is there is at least a visible line. */
function drawBars(context, { x, y, counts, row, color }) {
  const width = (x.to - x.from) / counts.bins;
  for (let bin = 0; bin < counts.bins; bin++) {
    const at = row * counts.bins + bin;
    if (!counts.all[at]) continue;
    const [left, base] = [x.from + bin * width, y.from];
    const height = Math.max(1.5, base - y.px(counts.all[at]));
    const misclassified = counts.misclassified[at] && Math.max(1.5, base - y.px(counts.misclassified[at]));
    context.fillStyle = color;
    context.fillRect(left + 0.5, base - height, width - 1, height);
    context.fillStyle = palette.misclassified;
    context.fillRect(left + 0.5, base - misclassified, width - 1, misclassified);
  }
}

/** The sample's bin and its exact place in it. */
function markBin(context, { x, y, counts, row }, share) {
  const width = (x.to - x.from) / counts.bins;
  const bin = counts.binOf(share);
  const height = Math.max(1.5, y.from - y.px(counts.all[row * counts.bins + bin]));
  context.strokeStyle = palette.text;
  context.lineWidth = 2;
  context.strokeRect(x.from + bin * width, y.from - height, width, height);
  pointer(context, x.from + share * (x.to - x.from), y.from - height - 2);
}

/** A small triangle that points down to a place. */
function pointer(context, x, y) {
  context.fillStyle = palette.text;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x - 5, y - 8);
  context.lineTo(x + 5, y - 8);
  context.fill();
}

function writeOutside(context, panel, count, what) {
  if (!count) return;
  write(context, `${count} ${what}`, panel.width - 6, panel.font + 3, { align: "right", color: palette.misclassified });
}

/** Of every class, the probabilities of its samples. */
class ProbabilityPanel extends Panel {
  constructor(run, index) {
    const isValue = run.output.word !== "probability";
    super(run, index, "probability", isValue ? "Outputs" : "Probabilities");
    const ends = isValue ? "; the ends hold what is beyond" : "";
    this.xLabel = `${run.output.word} of ${run.classNames.length === 2 ? run.classNames[1] : "the own class"}${ends}`;
    this.counts = new Counts(run.classNames.length, PROBABILITY_BINS);
    this.first = 0;
    this.addChooser();
  }

  addChooser() {
    const names = this.run.classNames;
    const starts = names.map((_, i) => i).filter((i) => i % MULTIPLES === 0);
    if (starts.length < 2) return;
    const pages = starts.map((i) => `${names[i]} to ${names[Math.min(i + MULTIPLES, names.length) - 1]}`);
    this.head.append(chooser(pages, "Classes", (page) => this.turnTo(page * MULTIPLES)));
  }

  turnTo(first) {
    this.first = first;
    this.refresh();
    this.onChange();
  }

  fill(epoch) {
    const { run, counts } = this;
    counts.clean();
    for (let i = 0; i < run.samples; i++)
      counts.add(run.classes[i], run.outputShareAt(epoch, i), run.isMisclassified(epoch, i));
  }

  paintStill(context) {
    this.peak ??= peakOf(this.run, this.counts, (epoch) => this.fill(epoch));
    this.layOut(context);
    this.plots.forEach((plot) => this.paintFrame(context, plot));
    write(context, this.xLabel, (this.left + this.width - 10) / 2, this.height - 5, {
      align: "center",
      width: this.width - this.left,
    });
  }

  /** Frames in rows and columns, with equal axes. */
  layOut(context) {
    const { font, width, height, run } = this;
    const count = Math.min(MULTIPLES, run.classNames.length - this.first);
    const columns = count <= 3 ? 1 : width < 380 || count % 3 === 1 ? 2 : 3;
    const gap = columns > 1 ? 28 : 0;
    this.left = Math.ceil(context.measureText(String(this.peak)).width) + 10;
    const cell = {
      gap,
      width: (width - this.left - 10 + gap) / columns,
      height: (height - 2 * font - 16) / Math.ceil(count / columns),
    };
    this.plots = Array.from({ length: count }, (_, i) =>
      this.plot(i, i % columns, Math.floor(i / columns), cell, i + columns >= count),
    );
  }

  plot(i, column, line, cell, isLowest) {
    const left = this.left + column * cell.width;
    const frame = {
      left,
      right: left + cell.width - cell.gap,
      top: line * cell.height + this.font + 10,
      bottom: (line + 1) * cell.height - 3,
    };
    const x = new Scale(...this.run.output.axis, frame.left, frame.right);
    const y = new Scale(0, this.peak, frame.bottom, frame.top);
    return {
      row: this.first + i,
      frame,
      x,
      y,
      isFirst: column === 0,
      isLowest,
      counts: this.counts,
      color: palette.ofClass(this.first + i),
    };
  }

  paintFrame(context, { row, frame, x, y, isFirst, isLowest }) {
    const { font, run } = this;
    if (isFirst) drawYAxis(context, frame, y, { font, whole: true });
    if (isLowest) drawXAxis(context, frame, x, { font, right: this.width });
    else rule(context, frame.left, frame.bottom, frame.right, frame.bottom, palette.rule);
    if (run.classNames.length === 2 && Number.isFinite(run.output.threshold)) {
      const at = x.px(run.output.threshold);
      rule(context, at, frame.top, at, frame.bottom, palette.rule);
    }
    write(context, run.classNames[row], frame.left, frame.top - 6, {
      color: palette.text,
      width: frame.right - frame.left,
    });
  }

  paintEpoch(context, epoch) {
    this.fill(epoch);
    this.plots.forEach((plot) => drawBars(context, plot));
    writeOutside(context, this, this.counts.outside, "not a number");
  }

  paintSample(context, sample) {
    const plot = this.plots[this.run.classes[sample] - this.first];
    const share = this.run.outputShareAt(this.epoch, sample);
    if (plot && share >= 0) markBin(context, plot, share);
  }

  describe(epoch) {
    const counts = this.run.countsOf(epoch);
    return counts.map(({ correct, all }, k) => `${this.run.classNames[k]}: ${correct} of ${all} correct`).join(", ");
  }
}

/** The losses of the samples. */
class LossesPanel extends Panel {
  constructor(run, index) {
    super(run, index, "losses", "Losses");
    this.counts = new Counts(1, LOSS_BINS);
  }

  fill(epoch) {
    const { run, counts } = this;
    counts.clean();
    for (let i = 0; i < run.samples; i++) counts.add(0, run.lossAt(epoch, i) / run.lossEnd, run.isMisclassified(epoch, i));
  }

  paintStill(context) {
    const { font, width, height, run } = this;
    this.peak ??= peakOf(run, this.counts, (epoch) => this.fill(epoch));
    const left = Math.ceil(context.measureText(String(this.peak)).width) + 10;
    const frame = { left, right: width - 10, top: font + 10, bottom: height - 2 * font - 16 };
    const x = new Scale(0, run.lossEnd, frame.left, frame.right);
    const y = new Scale(0, this.peak, frame.bottom, frame.top);
    this.plot = { x, y, counts: this.counts, row: 0, color: palette.violin };
    drawYAxis(context, frame, y, { label: "samples", font, whole: true });
    drawXAxis(context, frame, x, { label: run.lossName, font, right: width });
  }

  paintEpoch(context, epoch) {
    this.fill(epoch);
    drawBars(context, this.plot);
    writeOutside(context, this, this.counts.outside, "not finite");
  }

  paintSample(context, sample) {
    const share = this.run.lossAt(this.epoch, sample) / this.run.lossEnd;
    if (share >= 0) markBin(context, this.plot, Math.min(1, share));
  }

  describe(epoch) {
    const losses = Array.from({ length: this.run.samples }, (_, i) => this.run.lossAt(epoch, i)).filter(
      Number.isFinite,
    );
    const sum = losses.reduce((total, loss) => total + loss, 0);
    return losses.length ? `mean loss ${numberText(sum / losses.length)}` : "no loss is finite";
  }
}
