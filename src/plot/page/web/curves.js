// Curves over the epochs.

const SHARES = /acc|precision|recall|auc|f1/i;

function isShare(curve) {
  return SHARES.test(curve.metric ?? curve.name) && curve.values.filter(isNumber).every((value) => value >= 0 && value <= 1);
}

/** Neither null, as where nothing was logged, nor NaN or infinite. */
function isNumber(value) {
  return Number.isFinite(value);
}

function curveText(value, { isShare }) {
  if (value === null) return "\u2013";
  if (isNumber(value)) return isShare ? localized(value.toFixed(3)) : numberText(value);
  return Number.isNaN(value) ? say("numbers.nan") : minus(String(value).replace("Infinity", "\u221e"));
}

/** What was measured over the whole run; a click on it goes to that epoch. */
class CurvesPanel extends Panel {
  constructor(run, index, epochs, runs) {
    super(run, index, "curves", run.curvesTitle);
    this.epochs = epochs;
    this.solid = new Layer();
    this.leftLabel = this.rightLabel = "";
    this.legend = element("ul", { class: "curve-legend" });
    this.heading.replaceWith(this.legend);
    this.canvas.classList.add("seeks");
    this.take(run.curves.length ? run.curves : run.logged.slice(0, 1));
    const shared = metricsOfAll(runs);
    const names = [run.curves, ...run.logged.map((curve) => [curve])].map((curves) => listed(curves.map(({ name }) => name)));
    names.push(...shared.map(([{ metric }]) => say("curves.of-all-runs", { metric })));
    const choices = [run.curves, ...run.logged.map((curve) => [curve]), ...shared];
    const titles = [run.curvesTitle, ...names.slice(1)];
    const kept = choices.map((_, i) => i).filter((i) => choices[i].length);
    if (kept.length > 1)
      this.control(chooser("metric", kept.map((i) => names[i]), say("curves.metric"), (i) => this.takeInstead(choices[kept[i]], titles[kept[i]])));
    this.control(toggle("log", say("panel.log"), say("curves.log"), (isLog) => this.turnTo(isLog)));
  }

  /** Those of all runs go on where this one has ended. */
  show(epoch, clock) {
    if (this.isOfAll && clock !== this.clock) this.isSceneOld = this.isOld = true;
    super.show(epoch, clock);
  }

  /** The curves of the right axis are dashed, so that one that lies on another leaves it to be seen. */
  take(curves) {
    const isOnRight = curves.map(isShare);
    const isAlone = isOnRight.every(Boolean);
    this.curves = curves.map((curve, index) => ({
      ...curve,
      epochs: curve.epochs ?? this.run.epochs,
      index,
      isShare: isOnRight[index],
      isDashed: (isOnRight[index] && !isAlone) || index >= CURVE_COLORS,
    }));
    this.ends = curves === this.run.curves ? this.run.curveEnds : null;
    this.renewNotes();
    this.legend.replaceChildren();
    this.numbers = this.curves.map((curve) => this.addToLegend(curve));
  }

  /** A logarithmic axis leaves nothing out, but it takes something above 0. */
  renewNotes() {
    const isInVain = this.isLog && !this.curves.some((curve) => this.canBeLog(curve) && curve.values.some((value) => value > 0));
    const notes = isInVain ? [say("curves.none-above-0")] : [];
    this.takeNotes(this.ends && !this.isLog ? this.run.curveNotes : new Notes({ notes }));
  }

  /** Shares have an even axis, unless there is nothing else. */
  canBeLog(curve) {
    return !curve.isShare || this.curves.every(({ isShare }) => isShare);
  }

  turnTo(isLog) {
    this.isLog = isLog;
    this.renewNotes();
    this.refresh();
    this.onChange();
  }

  takeInstead(curves, title) {
    this.rename(title);
    this.take(curves);
    this.refresh();
    this.onChange();
  }

  addToLegend({ name, index, isDashed }) {
    const [label, number] = [element("span", { class: "name" }), element("span", { class: "number" })];
    setText(asNamed(label), name);
    const style = `--line: var(--curve-${index % CURVE_COLORS})`;
    this.legend.append(element("li", {}, element("span", { class: isDashed ? "line dashed" : "line", style }), label, number));
    return number;
  }

  paintStill(context) {
    this.layOut(context);
    const { font, frame } = this;
    drawXAxis(context, frame, this.x, { label: say("curves.epoch"), font, whole: true, right: this.width });
    if (this.left) drawYAxis(context, frame, this.left, { font, label: this.leftLabel });
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
    const frame = { left: 0, right: width, top: font + 15, bottom: height - 2 * font - 16 };
    const shares = this.curves.filter((curve) => curve.isShare);
    const others = this.curves.filter((curve) => !curve.isShare);
    [this.leftLabel, this.rightLabel] = this.labels(shares, others);
    this.right = this.scaleOf(frame, shares, true);
    this.left = this.scaleOf(frame, others, false);
    if (!this.left) [this.left, this.right] = [this.right, null];
    const most = mostTicks(frame, font);
    frame.left = Math.ceil(widthOfTicks(context, this.left, most)) + 10;
    frame.right = width - 10 - (this.right ? Math.ceil(widthOfTicks(context, this.right, most)) + 4 : 0);
    this.frame = frame;
    this.x = new Scale(this.epochs[0], this.epochs.at(-1), frame.left, frame.right);
  }

  /** The words of the pictures, or the name of the one metric that is chosen. */
  labels(shares, others) {
    const [left, right] = this.run.curveLabels;
    if (this.isOfAll) return [this.curves[0].metric, ""];
    if (this.curves.length === 1) return [this.curves[0].name, ""];
    return others.length ? [left, right] : [shares.length ? right : left, ""];
  }

  scaleOf(frame, curves, isShare) {
    if (!curves.length) return null;
    const values = curves.flatMap((curve) => curve.values.filter(isNumber));
    const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
    if (this.isLog && high > 0 && this.canBeLog(curves[0])) {
      const low = values.filter((value) => value > 0).reduce((least, value) => Math.min(least, value));
      return new LogScale(low < high ? low : low / 10, high, frame.bottom, frame.top);
    }
    if (isShare) return new Scale(0, 1, frame.bottom, frame.top);
    if (this.ends) return new Scale(...this.ends, frame.bottom, frame.top);
    const low = values.reduce((least, value) => Math.min(least, value), Infinity);
    return new Scale(...endsAround(low, high), frame.bottom, frame.top);
  }

  drawRightAxis(context) {
    const { frame, font } = this;
    rule(context, frame.right, frame.top, frame.right, frame.bottom, palette.grid);
    const ticks = this.right.ticks(mostTicks(frame, font));
    for (const { value, text } of ticks) write(context, text, frame.right + 6, this.right.px(value) + font * 0.35);
    write(context, withOffset(this.rightLabel, ticks), this.width - 6, frame.top - 10, { align: "right" });
  }

  scaleFor(curve) {
    return curve.isShare ? (this.right ?? this.left) : this.left;
  }

  traceCurve(context, curve) {
    const scale = this.scaleFor(curve);
    const x = (i) => this.x.px(curve.epochs[i]);
    context.strokeStyle = context.fillStyle = palette.ofCurve(curve.index);
    context.lineWidth = 2;
    context.setLineDash(curve.isDashed ? [6, 4] : []);
    const places = curve.values.map((value, i) => (isOn(scale, value) ? [x(i), scale.px(value)] : null));
    clipped(context, around(this.frame, 3), () => tracePlot(context, places));
    context.setLineDash([]);
    const room = new Map();
    curve.values.forEach((value, i) => {
      if (value !== null && !isOn(scale, value)) markAtEdge(context, isNumber(value) ? -Infinity : value, x(i), this.frame, room);
    });
  }

  paintEpoch(context, epoch) {
    const x = this.x.px(this.now(epoch));
    const cut = Math.ceil((x + 0.5) * this.ratio);
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(this.solid.canvas, 0, 0, cut, this.solid.canvas.height, 0, 0, cut, this.solid.canvas.height);
    context.restore();
    rule(context, x - 0.5, this.frame.top, x - 0.5, this.frame.bottom, palette.muted);
    this.curves.forEach((curve, i) => this.paintValue(context, curve, this.numbers[i], x, this.valueAt(curve, epoch)));
  }

  /** Of the run its own epoch, of all runs the clock's: others may go on where this one has ended. */
  now(epoch) {
    return this.isOfAll ? this.clock : this.run.epochs[epoch];
  }

  /** Of another run that of its last epoch up to now. */
  valueAt(curve, epoch) {
    return curve.values[lastUpTo(curve.epochs, this.now(epoch))] ?? null;
  }

  get isOfAll() {
    return Boolean(this.curves[0]?.metric);
  }

  paintValue(context, curve, number, x, value) {
    number.textContent = curveText(value, curve);
    const scale = this.scaleFor(curve);
    const y = scale.px(value);
    if (isOn(scale, value) && y > this.frame.top - 1) dot(context, x, y, 4, palette.ofCurve(curve.index));
  }

  /** The sample's own loss: up to now where it is pinned, and where it lies within the axis. */
  paintSample(context, sample) {
    if (this.isOfAll || !this.curves.some((curve) => (/loss/i.test(curve.name) || curve.name === this.run.lossName) && !curve.isShare)) return;
    const { run } = this;
    const place = (epoch) => {
      const loss = run.lossAt(epoch, sample);
      const isWithin = loss >= this.left.low && loss <= this.left.high;
      return isWithin ? [this.x.px(run.epochs[epoch]), this.left.px(loss)] : null;
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
    const text = (metric, value) =>
      value === null ? say("curves.not-logged", { metric }) : say("curves.value", { metric, value: numberText(value) });
    return listed(this.curves.map((curve) => text(curve.name, this.valueAt(curve, epoch))));
  }
}

/** Each metric that several runs have, with a curve for each of them. */
function metricsOfAll(runs) {
  const found = new Map();
  for (const run of runs.length > 1 ? runs : [])
    for (const { name, values } of [...run.curves, ...run.logged])
      found.set(name, [...(found.get(name) ?? []), { name: run.name, metric: name, values, epochs: run.epochs }]);
  return [...found.values()].filter((curves) => curves.length > 1);
}

/** Whether a value has a place on an axis: zero and what is below it has none on a logarithmic one. */
function isOn(scale, value) {
  return isNumber(value) && (value > 0 || !(scale instanceof LogScale));
}

/** A frame with room for the width of a line. */
function around({ left, right, top, bottom }, room) {
  return { left: left - room, right: right + room, top: top - room, bottom: bottom + room };
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
  places.forEach((place, i) => {
    if (!place || places[i - 1] || places[i + 1]) return;
    context.beginPath();
    context.arc(...place, 3.5, 0, 2 * Math.PI);
    context.fill();
  });
}

/**
 * From 0 to the largest value, or from the smallest where that is below 0. What hardly differs beside its size, such as times,
 * has the axis to itself.
 */
function endsAround(low, high) {
  if (!(low <= high)) return [0, 1];
  if (low > 0 && low < high && high - low < 0.1 * high) return [low, high];
  return [Math.min(0, low), Math.max(0, high)];
}

/** A cross above for NaN, a triangle above or below for what is beyond the axis: one where many would lie on each other. */
function markAtEdge(context, value, x, { top, bottom }, room) {
  const kind = String(value);
  if (x - (room.get(kind) ?? -Infinity) < 7) return;
  room.set(kind, x);
  const [y, way] = value === -Infinity ? [bottom - 4, 1] : [top + 4, -1];
  context.beginPath();
  if (Number.isNaN(value)) {
    for (const side of [-1, 1]) {
      context.moveTo(x - 3.5, y - 3.5 * side);
      context.lineTo(x + 3.5, y + 3.5 * side);
    }
    context.stroke();
    return;
  }
  context.moveTo(x, y + 4 * way);
  context.lineTo(x - 4.5, y - 4 * way);
  context.lineTo(x + 4.5, y - 4 * way);
  context.fill();
}

function dot(context, x, y, radius, color) {
  context.fillStyle = color;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
  circle(context, x, y, radius, palette.paper, 1.5);
}
