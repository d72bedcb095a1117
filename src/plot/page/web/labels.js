// Of several labels a sample: the histogram and the confusion matrix of one of them.

/** A panel of a label that can be chosen. */
class LabelPanel extends Panel {
  constructor(run, index, kind, title) {
    super(run, index, kind, title);
    asSaid(this.heading);
    const names = run.labels.map(({ probabilities }) => probabilities.title);
    const select = chooser("label", names, say("probabilities.label"), (label) => this.turnTo(label));
    select.selectedIndex = run.shown;
    select.dataset.usual = run.shown;
    if (names.length > 1) this.control(select);
    this.take(run.shown);
  }

  take(label) {
    this.chosen = label;
    this.part = this.run.labels[label];
    this.takeNotes(this.part.probabilities.notes);
  }

  turnTo(label) {
    this.take(label);
    this.refresh();
    this.onChange();
  }

  /** Of the samples without the label and of those with it: how many are taken to be so, and how many are not. */
  totals(epoch) {
    return [0, 1].map((row) => this.part.probabilities.totalsOf(epoch, row));
  }
}

/** The samples without the label and those with it by its probability, on top of each other, and the misclassified ones. */
class LabelHistogramPanel extends LabelPanel {
  constructor(run, index) {
    super(run, index, "probability", say(run.own.output.word === "output" ? "probabilities.title-of-outputs" : "probabilities.title"));
  }

  paintStill(context) {
    const counts = this.part.probabilities;
    const { xLabel, yLabel, bins } = counts;
    const { axis, threshold } = this.part.output;
    this.plot = plotOf(this, context, { counts, ends: axis, xLabel, yLabel, peak: counts.stackedPeak });
    if (!Number.isFinite(threshold)) return;
    const { x, frame } = this.plot;
    rule(context, x.px(threshold), frame.top, x.px(threshold), frame.bottom, palette.rule);
  }

  paintEpoch(context, epoch) {
    const { counts } = this.plot;
    const hatched = hatch(context, this.ratio);
    for (let bin = 0; bin < counts.bins; bin++) {
      const [without, with_] = [0, 1].map((row) => counts.at(epoch, row, bin));
      const wrong = without.misclassified + with_.misclassified;
      this.paintStack(context, bin, [
        [without.all - without.misclassified, palette.ofClass(0)],
        [with_.all - with_.misclassified, palette.ofClass(1)],
        [wrong, hatched],
      ]);
    }
  }

  paintStack(context, bin, parts) {
    const { x, y, counts } = this.plot;
    const width = (x.to - x.from) / counts.bins;
    const gap = Math.min(1, width / 4);
    let below = 0;
    for (const [count, color] of parts) {
      const height = heightOf(count, y);
      context.fillStyle = color;
      context.fillRect(x.from + bin * width + gap / 2, y.from - below - height, width - gap, height);
      below += height;
    }
  }

  paintSample(context, sample) {
    const output = this.part.outputAt(this.epoch, sample);
    if (Number.isNaN(output)) return;
    const { x, y, counts } = this.plot;
    const at = (epoch, _, bin) => ({ all: counts.at(epoch, 0, bin).all + counts.at(epoch, 1, bin).all });
    markBin(context, { x, y, row: 0, counts: { bins: counts.bins, at } }, this.epoch, counts.binOf(output), x.px(output));
  }

  describe(epoch) {
    const { titles } = this.part.probabilities;
    return listed(this.totals(epoch).map(({ correct, all }, row) => sayCount("panel.correct", all, { name: titles[row], correct, count: all })));
  }
}

/** A row for what is true, the first above, a column for what is predicted. */
class ConfusionPanel extends LabelPanel {
  constructor(run, index) {
    super(run, index, "confusion", say("confusion.title"));
  }

  /** A sample for which nothing is predicted is in no cell. */
  counts(epoch) {
    const undecided = (row) => this.part.probabilities.undecidedAt(epoch, row);
    const wrong = ({ all, correct }, row) => all - correct - undecided(row);
    const [without, with_] = this.totals(epoch);
    return [
      [without.correct, wrong(without, 0)],
      [wrong(with_, 1), with_.correct],
    ];
  }

  paintStill(context) {
    const { font, width, height } = this;
    const names = this.part.probabilities.titles;
    const widest = Math.max(...names.map((name) => context.measureText(name).width));
    const left = Math.min(Math.ceil(widest) + 14, width * 0.4);
    this.frame = { left, right: width - 10, top: font + 10, bottom: height - 2 * font - 16 };
    const { right, top, bottom } = this.frame;
    this.cell = { width: (right - left) / 2, height: (bottom - top) / 2 };
    names.forEach((name, i) => {
      const [x, y] = this.middle(i, i);
      write(context, fitted(context, name, left - 12), left - 8, y + font * 0.35, { align: "right" });
      write(context, fitted(context, name, this.cell.width - 6), x, bottom + font + 6, { align: "center" });
    });
    write(context, say("confusion.true"), left, top - 7);
    write(context, say("confusion.predicted"), (left + right) / 2, bottom + 2 * font + 11, { align: "center" });
  }

  middle(row, column) {
    return [this.frame.left + (column + 0.5) * this.cell.width, this.frame.top + (row + 0.5) * this.cell.height];
  }

  /** The area of each square is its share of the row. */
  paintEpoch(context, epoch) {
    const side = 0.94 * Math.min(this.cell.width, this.cell.height);
    this.counts(epoch).forEach((row, i) => {
      const all = row[0] + row[1];
      row.forEach((count, k) => {
        const [x, y] = this.middle(i, k);
        const size = all ? side * Math.sqrt(count / all) : 0;
        context.fillStyle = palette.tintOf(k);
        context.fillRect(x - size / 2, y - size / 2, size, size);
        write(context, countText(count), x, y + this.font * 0.35, { align: "center", color: palette.text });
      });
    });
  }

  /** The cell that the sample is in, where the label is the one whose samples are colored. */
  paintSample(context, sample) {
    const predicted = this.run.predictedAt(this.epoch, sample);
    if (this.chosen !== this.run.shown || predicted === NO_CLASS) return;
    const [x, y] = this.middle(this.run.classes[sample], predicted);
    const { width, height } = this.cell;
    context.strokeStyle = palette.text;
    context.lineWidth = 2;
    context.strokeRect(x - width / 2 + 3, y - height / 2 + 3, width - 6, height - 6);
  }

  describe(epoch) {
    const names = this.part.probabilities.titles;
    const cells = this.counts(epoch).flatMap((row, i) => row.map((count, k) => sayCount("confusion.cell", count, { actual: names[i], predicted: names[k], count })));
    return listed(cells);
  }
}
