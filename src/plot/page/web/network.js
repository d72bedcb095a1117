// The diagram of a network, with the weights of every epoch.

/** The widest line, and the narrowest. */
const WIDEST = 5;
const NARROWEST = 0.5;

/** How far a pointer may be from a line that it means. */
const REACH = 8;

/** What a line or a bias stands for: its place among the values of an epoch, and between which units it is. */
function partsOf(inputs, layers) {
  const parts = [];
  let width = inputs.length;
  layers.forEach(({ units, has_biases: hasBiases }, layer) => {
    for (let from = 0; from < width; from++) for (let unit = 0; unit < units; unit++) parts.push({ layer, from, unit });
    if (hasBiases) for (let unit = 0; unit < units; unit++) parts.push({ layer, from: null, unit });
    width = units;
  });
  return parts;
}

/** Weights and gradients of every epoch. */
class Network {
  constructor(meta, source) {
    const { inputs, layers } = meta;
    this.inputs = inputs;
    this.layers = layers;
    this.parts = partsOf(inputs, layers);
    this.weights = source.valuesOf(meta.weights);
    this.gradients = meta.gradients && source.valuesOf(meta.gradients);
    this.columns = [inputs.length, ...layers.map(({ units }) => units)];
    this.largest = { weight: meta.largest[0] || 1, bias: meta.largest[1] || 1 };
  }

  /** The sizes of the largest weight and of the largest bias; 1 where there is none. */
  largestOf(values) {
    const largest = { weight: 0, bias: 0 };
    values.forEach((value, i) => {
      const kind = this.parts[i % this.parts.length].from === null ? "bias" : "weight";
      if (Number.isFinite(value)) largest[kind] = Math.max(largest[kind], Math.abs(value));
    });
    return { weight: largest.weight || 1, bias: largest.bias || 1 };
  }

  largestAt(epoch) {
    const { length } = this.parts;
    return this.largestOf(this.weights.subarray(epoch * length, (epoch + 1) * length));
  }

  weightAt(epoch, part) {
    return this.weights[epoch * this.parts.length + part];
  }

  gradientAt(epoch, part) {
    return this.gradients?.[epoch * this.parts.length + part] ?? null;
  }

  /** Which unit, and from where: `x1 to unit 0 of hidden`. */
  nameOf({ layer, from, unit }) {
    const to = this.unitName(layer, unit);
    if (from === null) return say("network.bias", { unit: to });
    return say("network.weight", { from: layer === 0 ? this.inputs[from] : this.unitName(layer - 1, from), to });
  }

  unitName(layer, unit) {
    const { name, units } = this.layers[layer];
    return units > 1 ? say("network.unit", { unit, layer: name }) : name;
  }
}

class NetworkPanel extends Panel {
  constructor(run, index) {
    super(run, index, "network", say("network.title", { shape: localized(run.network.columns.join("-")) }));
    asSaid(this.heading);
    asSaid(this.note);
    this.network = run.network;
    this.part = null;
    this.isKept = false;
    this.takeNotes(new Notes({ notes: [say("network.note")] }));
    this.control(toggle("fit", say("panel.fit"), say("panel.fit-widths"), (isOn) => this.fitWidths(isOn)));
    this.canvas.addEventListener("pointermove", (event) => this.isKept || this.pointAt(this.partNear(event)));
    this.canvas.addEventListener("pointerleave", () => this.isKept || this.pointAt(null));
    this.canvas.addEventListener("click", (event) => this.press(event));
  }

  /** A press on a unit shows its surface over the inputs, where that can be computed. @param {SpacePanel} inputs */
  leadTo(inputs) {
    this.inputs = inputs;
    this.canvas.addEventListener("pointermove", (event) => this.hover(this.unitNear(event)));
    this.canvas.addEventListener("pointerleave", () => this.hover(null));
  }

  /** Says what a press on a unit does. @param {{ layer: string, unit: number } | null} over */
  hover(over) {
    this.over = over;
    this.canvas.style.cursor = over ? "pointer" : "";
    this.show(this.epoch, this.clock);
  }

  press(event) {
    const unit = this.inputs && this.unitNear(event);
    if (unit) this.inputs.showUnit(unit);
    else this.keep(this.partNear(event));
  }

  fitWidths(isFitted) {
    this.isFitted = isFitted;
    this.refresh();
    this.onChange();
  }

  /** Keeps what was clicked, or lets go of what was kept. */
  keep(part) {
    const isAgain = this.isKept && part === this.part;
    this.isKept = part !== null && !isAgain;
    this.pointAt(isAgain ? null : part);
  }

  pointAt(part) {
    if (part === this.part) return;
    this.part = part;
    this.isSceneOld = this.isOld = true;
    this.show(this.epoch, this.clock);
    this.onChange();
  }

  /** The next weight in their order, kept; says which. */
  stepPart(by) {
    const { length } = this.network.parts;
    this.isKept = true;
    this.pointAt(this.part === null ? (by > 0 ? 0 : length - 1) : (this.part + by + length) % length);
    return this.noteOf(this.epoch);
  }

  release() {
    this.isKept = false;
    this.pointAt(null);
  }

  noteOf(epoch) {
    if (this.over) return say("network.press", { unit: this.inputs.nameOf(this.over) });
    if (this.part === null || epoch < 0) return super.noteOf(epoch);
    const { network, part } = this;
    const gradient = network.gradientAt(epoch, part);
    const found = { part: network.nameOf(network.parts[part]), value: numberText(network.weightAt(epoch, part)) };
    return gradient === null ? say("network.value", found) : say("network.value-with-gradient", { ...found, gradient: numberText(gradient) });
  }

  paintStill(context) {
    const { columns } = this.network;
    const top = 1.6 * this.font;
    const bottom = this.height - 3.4 * this.font;
    const most = Math.max(...columns);
    this.radius = Math.max(2, Math.min(15, (0.34 * (bottom - top)) / most, (0.12 * this.width) / columns.length));
    this.disc = 0.36 * this.radius;
    const x = (column) => (this.width * (column + 0.5)) / columns.length;
    const y = (unit, of) => top + ((bottom - top) * (unit + 0.5)) / of;
    this.places = columns.map((count, column) => Array.from({ length: count }, (_, unit) => [x(column), y(unit, count)]));
    this.lines = this.network.parts.map((part) => this.lineOf(part));
    this.writeColumns(context);
  }

  /** From rim to rim; a bias is a disc below its unit. */
  lineOf({ layer, from, unit }) {
    const to = this.places[layer + 1][unit];
    if (from === null) return { at: [to[0], to[1] + this.radius + this.disc + 1] };
    const start = this.places[layer][from];
    const [dx, dy] = [to[0] - start[0], to[1] - start[1]];
    const share = this.radius / Math.hypot(dx, dy);
    return { start: [start[0] + dx * share, start[1] + dy * share], end: [to[0] - dx * share, to[1] - dy * share] };
  }

  /** Below every column its name, and its function on a line of its own. */
  writeColumns(context) {
    const { layers } = this.network;
    const width = this.width / (layers.length + 1) - 4;
    const put = (column, texts) =>
      texts.forEach((text, line) => {
        const y = this.height - (1.9 - 1.3 * line) * this.font;
        write(context, text, this.places[column][0][0], y, { align: "center", color: line ? palette.muted : palette.text, width });
      });
    put(0, [say("network.inputs")]);
    layers.forEach(({ name, activation }, i) => put(i + 1, activation ? [name, activation] : [name]));
  }

  paintEpoch(context, epoch) {
    // Over all epochs, so that a line that grows is seen to grow.
    this.largest = this.isFitted ? this.network.largestAt(epoch) : this.network.largest;
    this.network.parts.forEach((part, i) => part.from !== null && this.paintLine(context, i, this.network.weightAt(epoch, i)));
    this.places.forEach((column, layer) => column.forEach((place, unit) => this.paintUnit(context, place, layer, unit)));
    this.network.parts.forEach((part, i) => part.from === null && this.paintBias(context, i, this.network.weightAt(epoch, i)));
    context.setLineDash([]);
  }

  paintLine(context, i, weight) {
    const { start, end } = this.lines[i];
    context.strokeStyle = colorOf(weight);
    context.lineWidth = widthOf(weight, this.largest.weight);
    if (i === this.part) this.underline(context, start, end);
    context.setLineDash(weight < 0 ? [6, 4] : []);
    strokeLine(context, start, end);
  }

  /** Beneath the line that is chosen. */
  underline(context, start, end) {
    context.save();
    context.setLineDash([]);
    context.strokeStyle = palette.rule;
    context.lineWidth += 6;
    strokeLine(context, start, end);
    context.restore();
  }

  paintUnit(context, [x, y], column, unit) {
    const { radius } = this;
    context.setLineDash([]);
    context.fillStyle = palette.paper;
    context.strokeStyle = palette.text;
    context.lineWidth = 1.2;
    traceDisc(context, x, y, radius);
    context.fill();
    context.stroke();
    const text = column === 0 ? this.network.inputs[unit] : this.network.columns[column] > 1 ? String(unit) : "";
    const isWithin = context.measureText(text).width < 1.7 * radius;
    const room = this.width / this.places.length - 4;
    if (isWithin) write(context, text, x, y + 0.35 * this.font, { align: "center", color: palette.text });
    else if (column === 0 && radius > 5) write(context, text, x, y - radius - 4, { align: "center", color: palette.text, width: room });
  }

  /** A disc, or a ring where it is negative; its area is as large as the bias is. */
  paintBias(context, i, bias) {
    const [x, y] = this.lines[i].at;
    context.setLineDash([]);
    context.fillStyle = context.strokeStyle = colorOf(bias);
    context.lineWidth = 1.4;
    traceDisc(context, x, y, this.discOf(bias));
    if (bias < 0) context.stroke();
    else context.fill();
    if (i !== this.part) return;
    context.strokeStyle = palette.rule;
    context.lineWidth = 3;
    traceDisc(context, x, y, this.disc + 3);
    context.stroke();
  }

  discOf(bias) {
    const share = Math.sqrt(Math.abs(bias) / this.largest.bias);
    return Math.max(1, this.disc * (Number.isFinite(share) ? share : 1));
  }

  /** The unit that a pointer is on, but for inputs, or null. */
  unitNear({ offsetX, offsetY }) {
    const isOn = ([x, y]) => Math.hypot(x - offsetX, y - offsetY) <= Math.max(this.radius, REACH);
    for (const [i, { name: layer }] of this.network.layers.entries()) {
      const unit = this.places?.[i + 1].findIndex(isOn) ?? -1;
      if (unit >= 0) return { layer, unit };
    }
    return null;
  }

  /** The part that a pointer means, or null. */
  partNear({ offsetX, offsetY }) {
    let [best, least] = [null, REACH];
    this.lines?.forEach((line, i) => {
      const away = line.at ? Math.hypot(line.at[0] - offsetX, line.at[1] - offsetY) : awayFrom(line, offsetX, offsetY);
      if (away < least) [best, least] = [i, away];
    });
    return best;
  }

  describe(epoch) {
    const { parts } = this.network;
    const values = parts.map((_, i) => this.network.weightAt(epoch, i));
    if (parts.length <= 12) return listed(parts.map((part, i) => say("network.part", { part: this.network.nameOf(part), value: numberText(values[i]) })));
    const finite = values.filter(Number.isFinite);
    const none = values.length - finite.length;
    if (!finite.length) return sayCount("network.none-finite", values.length);
    const [low, high] = [numberText(Math.min(...finite)), numberText(Math.max(...finite))];
    if (none) return sayCount("network.range-but-some", none, { all: countText(values.length), low, high });
    return sayCount("network.range", values.length, { low, high });
  }
}

/** What is no number has the color of what is wrong. */
function colorOf(weight) {
  if (!Number.isFinite(weight)) return palette.misclassified;
  return palette.ofCurve(weight < 0 ? 2 : 0);
}

function widthOf(weight, largest) {
  const share = Math.abs(weight) / largest;
  return NARROWEST + (WIDEST - NARROWEST) * (Number.isFinite(share) ? share : 1);
}

function strokeLine(context, [x1, y1], [x2, y2]) {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}

function traceDisc(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
}

/** How far a point is from a line between two others. */
function awayFrom({ start, end }, x, y) {
  const [dx, dy] = [end[0] - start[0], end[1] - start[1]];
  const along = ((x - start[0]) * dx + (y - start[1]) * dy) / (dx * dx + dy * dy || 1);
  const share = Math.min(1, Math.max(0, along));
  return Math.hypot(start[0] + share * dx - x, start[1] + share * dy - y);
}
