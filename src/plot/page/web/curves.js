// Curves over the epochs.

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
    this.solid = new Layer();
    this.legend = element("ul", { class: "curve-legend" });
    this.heading.replaceWith(this.legend);
    this.canvas.classList.add("seeks");
    this.take(run.curves);
    if (run.logged.length) {
      const names = [run.curves.map(({ name }) => name).join(", "), ...run.logged.map(({ name }) => name)];
      this.head.append(chooser(names, "Metric", (i) => this.takeInstead(i ? [run.logged[i - 1]] : run.curves)));
    }
  }

  take(curves) {
    this.curves = curves.map((curve, i) => ({ ...curve, index: i, isShare: isShare(curve) }));
    this.legend.replaceChildren();
    this.numbers = this.curves.map((curve) => this.addToLegend(curve));
  }

  takeInstead(curves) {
    this.take(curves);
    this.refresh();
    this.onChange();
  }

  addToLegend({ name, index }) {
    const [label, number] = [element("span", { class: "name" }), element("span", { class: "number" })];
    setText(label, name);
    const swatch = element("span", { class: "line", style: `--line: var(--curve-${index % CURVE_COLORS})` });
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
    context.setLineDash(curve.index >= CURVE_COLORS ? [5, 4] : []);
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
