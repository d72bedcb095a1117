// Histograms of probabilities and losses.

const MULTIPLES = 12;

/** Bars of one row of counts, the misclassified part on top and hatched. Whatever is there is at least a visible line. */
function drawBars(context, { x, y, counts, row, color }, epoch, ratio) {
  const width = (x.to - x.from) / counts.bins;
  const gap = Math.min(1, width / 4);
  const hatched = hatch(context, ratio);
  for (let bin = 0; bin < counts.bins; bin++) {
    const { all, misclassified } = counts.at(epoch, row, bin);
    const left = x.from + bin * width + gap / 2;
    const correct = heightOf(all - misclassified, y);
    const wrong = misclassified ? Math.max(1.5, heightOf(all, y) - correct) : 0;
    context.fillStyle = color;
    context.fillRect(left, y.from - correct, width - gap, correct);
    context.fillStyle = hatched;
    context.fillRect(left, y.from - correct - wrong, width - gap, wrong);
  }
}

function heightOf(count, y) {
  return count && Math.max(1.5, y.from - y.px(count));
}

/** The sample's bin, which is the one that it is counted in, and its place in it. */
function markBin(context, { x, y, counts, row }, epoch, bin, place) {
  const width = (x.to - x.from) / counts.bins;
  const height = heightOf(counts.at(epoch, row, bin).all, y);
  context.strokeStyle = palette.text;
  context.lineWidth = 2;
  context.strokeRect(x.from + bin * width, y.from - height, width, height);
  pointer(context, Math.min(x.to, Math.max(x.from, place)), y.from - height - 2);
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

/** Of every class, the probabilities of its samples. */
class ProbabilityPanel extends Panel {
  constructor(run, index) {
    super(run, index, "probability", run.probabilities.title);
    this.counts = run.probabilities;
    this.first = 0;
    this.addChooser();
    this.takeNotes(this.counts.notes);
  }

  addChooser() {
    const names = this.run.classNames;
    const starts = names.map((_, i) => i).filter((i) => i % MULTIPLES === 0);
    if (starts.length < 2) return;
    const pages = starts.map((i) => say("panel.range", { first: names[i], last: names[Math.min(i + MULTIPLES, names.length) - 1] }));
    this.control(chooser("classes", pages, say("probabilities.classes"), (page) => this.turnTo(page * MULTIPLES)));
  }

  turnTo(first) {
    this.first = first;
    this.refresh();
    this.onChange();
  }

  paintStill(context) {
    this.layOut(context);
    this.plots.forEach((plot) => this.paintFrame(context, plot));
    write(context, this.counts.xLabel, (this.left + this.width - 10) / 2, this.height - 5, {
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
    this.left = Math.ceil(context.measureText(countText(this.counts.peak)).width) + 10;
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
    const y = new Scale(0, this.counts.peak, frame.bottom, frame.top);
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
    write(context, this.counts.titles[row], frame.left, frame.top - 6, {
      color: palette.text,
      width: frame.right - frame.left,
    });
  }

  paintEpoch(context, epoch) {
    this.plots.forEach((plot) => drawBars(context, plot, epoch, this.ratio));
  }

  paintSample(context, sample) {
    const plot = this.plots[this.run.classes[sample] - this.first];
    const output = this.run.own.outputAt(this.epoch, sample);
    if (plot && !Number.isNaN(output)) markBin(context, plot, this.epoch, this.counts.binOf(output), plot.x.px(output));
  }

  describe(epoch) {
    const counts = this.run.countsOf(epoch);
    return listed(counts.map(({ correct, all }, k) => sayCount("panel.correct", all, { name: this.run.classNames[k], correct, count: all })));
  }
}

/** The losses of the samples. */
class LossesPanel extends Panel {
  constructor(run, index) {
    super(run, index, "losses", run.lossHistogram.title);
    this.heading.title = say("losses.title", { title: this.heading.title, loss: run.lossName });
    this.counts = run.lossHistogram.linear;
    this.control(toggle("log", say("panel.log"), say("losses.log"), (isLog) => this.turnTo(isLog)));
    this.takeNotes(this.counts.notes);
  }

  turnTo(isLog) {
    this.isLog = isLog;
    this.counts = isLog ? this.run.lossHistogram.logarithmic : this.run.lossHistogram.linear;
    this.takeNotes(this.counts.notes);
    this.refresh();
    this.onChange();
  }

  paintStill(context) {
    const { counts } = this;
    const { xLabel, yLabel } = this.run.lossHistogram;
    const ends = this.isLog ? counts.ends.map(Math.exp) : counts.ends;
    this.plot = plotOf(this, context, { counts, ends, xLabel, yLabel, Kind: this.isLog ? LogScale : Scale });
  }

  paintEpoch(context, epoch) {
    drawBars(context, this.plot, epoch, this.ratio);
  }

  paintSample(context, sample) {
    const loss = this.run.lossAt(this.epoch, sample);
    if (!Number.isFinite(loss)) return;
    // A logarithmic axis begins above 0; what is below it is in its lowest bin.
    const bin = this.isLog ? this.counts.binOf(Math.log(loss)) : this.counts.binWithin(loss);
    if (bin >= 0) markBin(context, this.plot, this.epoch, bin, this.plot.x.px(loss));
  }

  describe(epoch) {
    return describeLosses(this.run, epoch);
  }
}

/**
 * Frame and axes of a panel with one histogram.
 * @param {Panel} panel
 * @param {CanvasRenderingContext2D} context
 * @param {{ counts: any, ends: any, xLabel: string, yLabel: string, peak?: number, Kind?: typeof Scale | typeof LogScale }} axes
 */
function plotOf({ font, width, height }, context, { counts, ends, xLabel, yLabel, peak = counts.peak, Kind = Scale }) {
  const left = Math.ceil(context.measureText(countText(peak)).width) + 10;
  const frame = { left, right: width - 10, top: font + 10, bottom: height - 2 * font - 16 };
  const x = new Kind(...ends, frame.left, frame.right);
  const y = new Scale(0, peak, frame.bottom, frame.top);
  drawYAxis(context, frame, y, { label: yLabel, font, whole: true });
  drawXAxis(context, frame, x, { label: xLabel, font, right: width });
  return { x, y, frame, counts, row: 0, color: palette.violin };
}

/** A number that was made of the samples that are shown says so where they are not all. */
function ofShown({ samples, of }, text) {
  return samples < of ? `${text}, ${sayCount("run.showing", of, { samples: countText(samples) })}` : text;
}

function describeLosses(run, epoch) {
  const losses = Array.from({ length: run.samples }, (_, i) => run.lossAt(epoch, i)).filter(Number.isFinite);
  if (!losses.length) return say("losses.none");
  const loss = run.lossText(losses.reduce((total, loss) => total + loss, 0) / losses.length);
  const isAll = losses.length === run.samples;
  return ofShown(run, isAll ? say("losses.mean", { loss }) : sayCount("losses.mean-of-finite", losses.length, { loss }));
}
