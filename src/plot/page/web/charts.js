// Histograms, curves and violins.

const PROBABILITY_BINS = 20;
const LOSS_BINS = 30;
const MULTIPLES = 12;
const LANES = 8;

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
    super(run, index, "probability", "Probabilities");
    this.xLabel = `probability of ${run.classNames.length === 2 ? run.classNames[1] : "the own class"}`;
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
      counts.add(run.classes[i], run.probabilityAt(epoch, i), run.isMisclassified(epoch, i));
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
    const x = new Scale(0, 1, frame.left, frame.right);
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
    if (run.classNames.length === 2) rule(context, x.px(0.5), frame.top, x.px(0.5), frame.bottom, palette.rule);
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
    const share = this.run.probabilityAt(this.epoch, sample);
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

const SHARES = /acc|precision|recall|auc|f1/i;

function isShare(curve) {
  return SHARES.test(curve.name) && curve.values.every((value) => value === null || (value >= 0 && value <= 1));
}

function isNumber(value) {
  return typeof value === "number" && Number.isFinite(value);
}

/** What was measured over the whole run; a click on it goes to that epoch. */
class CurvesPanel extends Panel {
  constructor(run, index, epochs) {
    super(run, index, "curves", "Curves");
    this.epochs = epochs;
    this.curves = run.curves.map((curve, i) => ({ ...curve, index: i, isShare: isShare(curve) }));
    this.solid = new Layer();
    this.legend = element("ul", { class: "curve-legend" });
    this.numbers = this.curves.map((curve) => this.addToLegend(curve));
    this.heading.replaceWith(this.legend);
    this.canvas.classList.add("seeks");
  }

  addToLegend({ name, index }) {
    const [label, number] = [element("span", { class: "name" }), element("span", { class: "number" })];
    setText(label, name);
    const swatch = element("span", { class: "line", style: `--line: var(--curve-${index % 4})` });
    this.legend.append(element("li", {}, swatch, label, number));
    return number;
  }

  paintStill(context) {
    this.layOut(context);
    const { font, frame } = this;
    drawXAxis(context, frame, this.x, { label: "epoch", font, whole: true, right: this.width });
    if (this.left) drawYAxis(context, frame, this.left, { font });
    if (this.right) this.drawRightAxis(context);
    const solid = this.open(this.solid);
    for (const curve of this.curves) {
      this.traceCurve(solid, curve);
      context.globalAlpha = 0.28;
      this.traceCurve(context, curve);
      context.globalAlpha = 1;
    }
  }

  layOut(context) {
    const { font, width, height } = this;
    this.solid.resize(width, height, this.ratio);
    const frame = { top: 8, bottom: height - 2 * font - 16 };
    const most = Math.max(2, Math.floor((frame.bottom - frame.top) / (font * 2.6)));
    this.right = this.scaleOf(
      frame,
      this.curves.filter((curve) => curve.isShare),
      true,
    );
    this.left = this.scaleOf(
      frame,
      this.curves.filter((curve) => !curve.isShare),
      false,
    );
    if (!this.left) [this.left, this.right] = [this.right, null];
    frame.left = Math.ceil(widthOfTicks(context, this.left, most)) + 10;
    frame.right = width - 10 - (this.right ? Math.ceil(widthOfTicks(context, this.right, most)) + 4 : 0);
    this.frame = frame;
    this.x = new Scale(this.epochs[0], this.epochs.at(-1), frame.left, frame.right);
  }

  scaleOf(frame, curves, isShare) {
    if (!curves.length) return null;
    if (isShare) return new Scale(0, 1, frame.bottom, frame.top);
    const values = curves.flatMap((curve) => curve.values.filter(isNumber));
    const low = values.reduce((least, value) => Math.min(least, value), 0);
    const high = values.reduce((most, value) => Math.max(most, value), low);
    return new Scale(low, high, frame.bottom, frame.top);
  }

  drawRightAxis(context) {
    const { frame, font } = this;
    const most = Math.max(2, Math.floor((frame.bottom - frame.top) / (font * 2.6)));
    rule(context, frame.right, frame.top, frame.right, frame.bottom, palette.grid);
    for (const { value, text } of this.right.ticks(most))
      write(context, text, frame.right + 6, this.right.px(value) + font * 0.35);
  }

  scaleFor(curve) {
    return curve.isShare ? (this.right ?? this.left) : this.left;
  }

  traceCurve(context, curve) {
    const scale = this.scaleFor(curve);
    context.strokeStyle = palette.ofCurve(curve.index);
    context.lineWidth = 2;
    context.setLineDash(curve.index >= 4 ? [5, 4] : []);
    tracePlot(
      context,
      curve.values.map((value, i) => (isNumber(value) ? [this.x.px(this.run.epochs[i]), scale.px(value)] : null)),
    );
    context.setLineDash([]);
  }

  paintEpoch(context, epoch) {
    const x = this.x.px(this.run.epochs[epoch]);
    const cut = Math.ceil((x + 0.5) * this.ratio);
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(this.solid.canvas, 0, 0, cut, this.solid.canvas.height, 0, 0, cut, this.solid.canvas.height);
    context.restore();
    rule(context, x - 0.5, this.frame.top, x - 0.5, this.frame.bottom, palette.muted);
    this.curves.forEach((curve, i) => this.paintValue(context, curve, this.numbers[i], x, curve.values[epoch]));
  }

  paintValue(context, curve, number, x, value) {
    number.textContent = !isNumber(value) ? "\u2013" : curve.isShare ? value.toFixed(3) : numberText(value);
    if (isNumber(value)) dot(context, x, this.scaleFor(curve).px(value), 4, palette.ofCurve(curve.index));
  }

  /** The sample's own loss: up to now where it is pinned. */
  paintSample(context, sample) {
    if (!this.curves.some((curve) => /loss/i.test(curve.name) && !curve.isShare)) return;
    const { run, frame } = this;
    const place = (epoch) => {
      const loss = run.lossAt(epoch, sample);
      return Number.isFinite(loss) ? [this.x.px(run.epochs[epoch]), Math.max(frame.top, this.left.px(loss))] : null;
    };
    context.strokeStyle = palette.text;
    context.lineWidth = 1.25;
    context.setLineDash([3, 2]);
    if (this.isPinned)
      tracePlot(
        context,
        Array.from({ length: this.epoch + 1 }, (_, epoch) => place(epoch)),
      );
    context.setLineDash([]);
    const now = place(this.epoch);
    if (now) circle(context, ...now, 5, palette.text, 2);
  }

  epochAt(x) {
    return this.x ? this.x.value(x) : this.epochs[0];
  }

  describe(epoch) {
    return this.curves
      .map(({ name, values }) => `${name} ${isNumber(values[epoch]) ? numberText(values[epoch]) : "not logged"}`)
      .join(", ");
  }
}

/** A line with gaps where there is no place; a place on its own is a dot. */
function tracePlot(context, places) {
  context.beginPath();
  places.forEach((place, i) => {
    if (!place) return;
    if (places[i - 1]) context.lineTo(...place);
    else context.moveTo(...place);
  });
  context.stroke();
  context.fillStyle = context.strokeStyle;
  places.forEach(
    (place, i) => place && !places[i - 1] && !places[i + 1] && context.fillRect(place[0] - 1, place[1] - 1, 2, 2),
  );
}

function dot(context, x, y, radius, color) {
  context.fillStyle = color;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
  circle(context, x, y, radius, palette.paper, 1.5);
}

/** How the values of every layer are spread. */
class ViolinsPanel extends Panel {
  constructor(run, index, onQuantity) {
    super(run, index, "violins", run.violins[0].quantity);
    this.first = 0;
    this.quantities = chooser(
      run.violins.map(({ quantity }) => quantity),
      "Quantity",
      () => onQuantity(this.quantities.selectedOptions[0].textContent),
    );
    this.heading.replaceWith(this.quantities);
    this.choose(run.violins[0].quantity);
  }

  /** Shows a quantity, if this run has it. */
  choose(quantity) {
    const at = this.run.violins.findIndex((violins) => violins.quantity === quantity);
    if (at < 0) return;
    this.violins = this.run.violins[at];
    this.quantities.selectedIndex = at;
    this.heading.title = quantity;
    this.turnTo(0);
    this.renewPages();
  }

  renewPages() {
    this.pages?.remove();
    const { rows } = this.violins;
    const starts = rows.map((_, i) => i).filter((i) => i % LANES === 0);
    if (starts.length < 2) return;
    const names = starts.map((i) => `${rows[i]} to ${rows[Math.min(i + LANES, rows.length) - 1]}`);
    this.pages = chooser(names, "Layers", (page) => this.turnTo(page * LANES));
    this.head.append(this.pages);
  }

  turnTo(first) {
    this.first = first;
    this.refresh();
    this.onChange?.();
  }

  paintStill(context) {
    const { font, width, height, violins } = this;
    const frame = { left: 8, right: width - 8, top: 2, bottom: height - font - 12 };
    const count = Math.min(LANES, violins.rows.length - this.first);
    this.x = new Scale(...violins.range, frame.left + 2, frame.right - 2);
    this.lanes = Array.from({ length: count }, (_, i) => this.lane(frame, i, count));
    drawXAxis(context, frame, this.x, { font, right: width });
    const zero = this.x.px(0);
    if (zero > frame.left && zero < frame.right) rule(context, zero, frame.top, zero, frame.bottom, palette.grid);
    for (const { row, top } of this.lanes)
      write(context, violins.rows[row], frame.left, top + font, {
        color: palette.text,
        width: frame.right - frame.left,
      });
  }

  /** A name, and below it room for a violin. */
  lane(frame, i, count) {
    const height = (frame.bottom - frame.top) / count;
    const top = frame.top + i * height;
    const room = height - this.font - 8;
    return {
      row: this.first + i,
      top,
      middle: top + this.font + 6 + room / 2,
      half: Math.min(26, Math.max(3, room / 2 - 1)),
    };
  }

  paintEpoch(context, epoch) {
    for (const lane of this.lanes) this.paintViolin(context, lane, this.violins.of(epoch, lane.row));
  }

  paintViolin(context, { middle, half }, { density, low, high, median }) {
    if (!Number.isFinite(low + high)) {
      write(context, "no numbers", this.x.from, middle + this.font * 0.35, { color: palette.misclassified });
      return;
    }
    context.fillStyle = context.strokeStyle = palette.violin;
    context.lineWidth = 1;
    context.beginPath();
    this.traceViolin(context, density, low, high, middle, half);
    context.fill();
    context.stroke();
    this.paintMedian(context, median, middle, half);
  }

  traceViolin(context, density, low, high, middle, half) {
    const last = density.length - 1;
    const place = (i) => this.x.px(low + ((high - low) * i) / Math.max(1, last));
    for (let i = 0; i <= last; i++) context.lineTo(place(i), middle - (half * density[i]) / 255);
    for (let i = last; i >= 0; i--) context.lineTo(place(i), middle + (half * density[i]) / 255);
    context.closePath();
  }

  paintMedian(context, median, middle, half) {
    if (!Number.isFinite(median)) return;
    const x = this.x.px(median);
    const reach = Math.min(half, 7);
    context.fillStyle = palette.text;
    context.fillRect(x - 1, middle - reach, 2, 2 * reach);
  }

  describe(epoch) {
    return this.violins.rows
      .map((name, row) => `${name} median ${numberText(this.violins.of(epoch, row).median)}`)
      .join(", ");
  }
}
