// Samples, regions, bent grid and boundary in a plane of two features.

const TRAIL = 24;
const NEAR = 10;
const CLOSE = 5;

class SpacePanel extends Panel {
  constructor(run, index, kind) {
    super(run, index, kind, run[kind].title);
    this.space = run[kind];
    this.regions = this.space.grid?.hasScores ? new Regions(this.space.grid, run.classNames.length) : null;
    this.stamping = new Stamping();
    this.stillDots = new Layer();
    this.stillMesh = new Layer();
    this.dots = new Layer();
    this.xs = this.ys = this.gridX = this.gridY = this.order = null;
    this.canvas.classList.add("has-samples");
    this.takeNotes(this.space.notes);
    if (!this.space.still) this.control(toggle("fit", say("panel.fit"), say("panel.fit-axes"), (isOn) => this.turnTo(isOn)));
  }

  /** Colors samples by shades, or by their groups where there are none. */
  colorBy(shades) {
    this.shades = shades;
    this.refresh();
  }

  turnTo(isFitted) {
    this.isFitted = isFitted;
    this.refresh();
    this.onChange();
  }

  show(epoch, clock) {
    if (this.isFitted && epoch !== this.epoch) this.refresh();
    super.show(epoch, clock);
  }

  paintStill(context) {
    this.layOut(context);
    drawXAxis(context, this.frame, this.x, { label: this.space.xLabel, font: this.font, right: this.width });
    drawYAxis(context, this.frame, this.y, { label: this.space.yLabel, font: this.font, lines: false });
    rule(context, this.frame.left, this.frame.top, this.frame.left, this.frame.bottom, palette.rule);
    this.makeStamps();
    for (const layer of [this.dots, this.stillDots, this.stillMesh]) layer.resize(this.width, this.height, this.ratio);
    this.stamping.resize(this.dots.canvas.width, this.dots.canvas.height);
    if (this.space.still) this.keepStill();
  }

  layOut(context) {
    const { font, width, height } = this;
    const frame = { left: 0, right: width - 10, top: font + 10, bottom: height - 2 * font - 16 };
    const [x, y] = this.isFitted && this.epoch >= 0 ? this.fittedEnds(this.epoch) : [this.space.x, this.space.y];
    this.y = new Scale(...y, frame.bottom, frame.top);
    frame.left = Math.ceil(widthOfTicks(context, this.y, mostTicks(frame, font))) + 8;
    this.x = new Scale(...x, frame.left, frame.right);
    this.frame = frame;
  }

  /** Around the samples and the grid of an epoch. */
  fittedEnds(epoch) {
    const { space, run } = this;
    const ends = space.endsOf(epoch);
    const from = space.offset(epoch);
    return [0, 1].map((axis) => {
      const places = stepsFrom(space.points, from + axis * run.samples, run.samples);
      if (space.grid && !space.grid.still)
        places.push(...stepsFrom(space.grid.points, space.grid.offset(epoch) + axis * space.grid.count, space.grid.count));
      return endsOfSteps(places, ends[axis]);
    });
  }

  makeStamps() {
    const { frame, run, ratio } = this;
    const room = Math.sqrt(((frame.right - frame.left) * (frame.bottom - frame.top)) / Math.max(1, run.samples));
    this.radius = Math.min(4, Math.max(1.5, 0.3 * room));
    const markers = MARKERS.map((name) => markerStamp(name, this.radius * ratio));
    const groups = [...Array(run.groups.count).keys()];
    const stampOf = (marker) => markers[MARKERS.indexOf(marker)];
    this.stamps = groups.map((k) => stampOf(run.groups.marker(k)));
    this.highlight = ringStamp((this.radius + 1.2) * ratio, 1.3 * ratio);
    this.colors = groups.map((k) => packed32(run.groups.color(k)));
    this.shadeStamps = this.shades?.list.map(({ marker }) => stampOf(marker));
    this.shadeColors = this.shades?.list.map(({ variable }) => packed32(palette.named(variable)));
    this.misclassified = packed32(palette.misclassified);
    this.order ??= this.rareOnTop();
  }

  /** The samples of the most frequent class first: those of a rare one would vanish under them. */
  rareOnTop() {
    const { of, count } = this.run.groups;
    const samples = Array.from({ length: count }, () => []);
    of.forEach((k, i) => samples[k].push(i));
    return samples.sort((a, b) => b.length - a.length).flat();
  }

  keepStill() {
    this.place(0);
    this.stamping.clean();
    this.stampSamples();
    this.stillDots.context.putImageData(this.stamping.image, 0, 0);
    if (this.space.grid) this.paintMesh(this.stillMesh.clean(), ...this.gridPixels(0));
  }

  /** The samples' pixels at an epoch. */
  place(epoch) {
    const { space, run } = this;
    const from = space.offset(epoch);
    const [x, y] = this.readers(epoch);
    this.xs ??= new Float64Array(run.samples);
    this.ys ??= new Float64Array(run.samples);
    for (let i = 0; i < run.samples; i++) {
      this.xs[i] = x(space.points[from + i]);
      this.ys[i] = y(space.points[from + run.samples + i]);
    }
  }

  /**
   * How places of an epoch become pixels.
   * @returns {[(step: number) => number, (step: number) => number]}
   */
  readers(epoch) {
    const [x, y] = this.space.endsOf(epoch);
    return [this.x.reader(x), this.y.reader(y)];
  }

  /** Whether a pixel lies in the frame, or on its edge. */
  isInside(x, y) {
    const { left, right, top, bottom } = this.frame;
    return x > left - 1 && x < right + 1 && y > top - 1 && y < bottom + 1;
  }

  stampSamples() {
    const { run, stamping, ratio, xs, ys } = this;
    for (const i of this.order) {
      const k = run.groups.of[i];
      if (this.isInside(xs[i], ys[i])) stamping.put(this.stamps[k], xs[i] * ratio, ys[i] * ratio, this.colors[k]);
    }
  }

  /** Shade by shade, so that the last ones lie on top. */
  stampShades(epoch) {
    const { shades, stamping, ratio, xs, ys } = this;
    const found = shades.list.map(() => []);
    for (const i of this.order) if (this.isInside(xs[i], ys[i])) found[shades.at(epoch, i)].push(i);
    for (const k of shades.order) {
      for (const i of found[k] ?? []) stamping.put(this.shadeStamps[k], xs[i] * ratio, ys[i] * ratio, this.shadeColors[k]);
    }
  }

  /** Rings around what is misclassified, and under all samples: where they lie close, their class is still seen. */
  stampErrors(epoch) {
    const { run, stamping, ratio, xs, ys } = this;
    for (let i = 0; i < run.samples; i++) {
      if (run.isMisclassified(epoch, i) && this.isInside(xs[i], ys[i]))
        stamping.put(this.highlight, xs[i] * ratio, ys[i] * ratio, this.misclassified);
    }
  }

  paintEpoch(context, epoch) {
    clipped(context, this.frame, () => {
      if (this.space.grid) this.paintGrid(context, epoch);
      if (this.space.still) lay(context, this.stillMesh);
    });
    if (!this.space.still) this.place(epoch);
    this.stamping.clean();
    this.stampErrors(epoch);
    if (this.shades) this.stampShades(epoch);
    else if (!this.space.still) this.stampSamples();
    this.dots.context.putImageData(this.stamping.image, 0, 0);
    lay(context, this.dots);
    if (this.space.still && !this.shades) lay(context, this.stillDots);
    clipped(context, this.frame, () => this.paintBoundary(context, epoch));
  }

  paintGrid(context, epoch) {
    const [xs, ys] = this.gridPixels(epoch);
    this.regions?.paths(context, xs, ys, this.space.grid.scoresOf(epoch)).forEach((path, k) => {
      context.fillStyle = palette.tintOf(k);
      context.fill(path);
    });
    if (!this.space.still) this.paintMesh(context, xs, ys);
  }

  /** Thin where it is straight, for it says nothing there, and where it is squashed: it would cover what lies under it. */
  paintMesh(context, xs, ys) {
    context.strokeStyle = palette.mesh;
    context.lineWidth = this.space.grid.still ? 0.5 : Math.max(0.5, 1 - squashed(this.space.grid, xs, ys));
    context.stroke(gridLines(emptyPath(context), this.space.grid, xs, ys));
  }

  gridPixels(epoch) {
    const { space } = this;
    const { grid } = space;
    const from = grid.offset(epoch);
    const [x, y] = grid.still ? [this.x.reader(space.x), this.y.reader(space.y)] : this.readers(epoch);
    this.gridX ??= new Float64Array(grid.count);
    this.gridY ??= new Float64Array(grid.count);
    for (let i = 0; i < grid.count; i++) {
      this.gridX[i] = x(grid.points[from + i]);
      this.gridY[i] = y(grid.points[from + grid.count + i]);
    }
    return [this.gridX, this.gridY];
  }

  paintBoundary(context, epoch) {
    if (this.space.lines.areLevels) return this.paintLevels(context, epoch);
    const lines = this.space.lines.at(epoch);
    const readers = this.readers(epoch);
    context.beginPath();
    for (let line = lines.first; line < lines.last; line++) this.traceLine(context, lines, line, readers);
    context.strokeStyle = palette.boundary;
    context.lineWidth = 1.75;
    context.stroke();
  }

  /** Each line in the color of its level, whose name stands on the longest. */
  paintLevels(context, epoch) {
    const lines = this.space.lines.at(epoch);
    const { starts, levels } = lines;
    const readers = this.readers(epoch);
    const longest = new Map();
    context.lineWidth = 1.75;
    for (let line = lines.first; line < lines.last; line++) {
      const [level, length] = [levels[line], starts[line + 1] - starts[line]];
      context.strokeStyle = this.run.groups.color(level);
      context.beginPath();
      this.traceLine(context, lines, line, readers);
      context.stroke();
      if (length > (longest.get(level)?.length ?? 0)) longest.set(level, { length, middle: starts[line] + (length >> 1) });
    }
    for (const [level, { middle }] of longest) this.writeLevel(context, level, lineAt(lines, middle, readers));
  }

  writeLevel(context, level, [x, y]) {
    context.strokeStyle = palette.paper;
    context.lineWidth = 4;
    context.textAlign = "center";
    const [name, below] = [this.run.numbers.levels.names[level], y + this.font * 0.35];
    context.strokeText(name, x, below);
    write(context, name, x, below, { align: "center", color: palette.text });
  }

  traceLine(context, lines, line, readers) {
    const [from, to] = [lines.starts[line], lines.starts[line + 1]];
    for (let i = from; i < to; i++) {
      const at = lineAt(lines, i, readers);
      if (i === from) context.moveTo(...at);
      else context.lineTo(...at);
    }
  }

  /** The sample nearest to a place in the canvas, or -1. */
  sampleNear(x, y) {
    return this.epoch < 0 || !this.xs ? -1 : nearest(this.xs, this.ys, x, y);
  }

  /** @returns {[number, number][]} */
  placesOf(sample) {
    return [[this.xs[sample], this.ys[sample]]];
  }

  paintSample(context, sample) {
    if (this.isPinned && !this.space.still) this.paintTrail(context, sample);
    this.placesOf(sample).forEach((place) => ring(context, place, this.radius));
  }

  /** Where the sample was at the epochs before. */
  paintTrail(context, sample) {
    const places = [];
    for (let epoch = Math.max(0, this.epoch - TRAIL); epoch <= this.epoch; epoch++)
      places.push(this.placeOf(epoch, sample));
    context.strokeStyle = context.fillStyle = palette.text;
    context.lineWidth = 1.5;
    for (let i = 1; i < places.length; i++) segment(context, places[i - 1], places[i], 0.2 + (0.8 * i) / places.length);
    context.globalAlpha = 1;
  }

  /** @returns {[number, number]} */
  placeOf(epoch, sample) {
    this.run.fill(epoch);
    const at = this.space.offset(epoch) + sample;
    const { points } = this.space;
    const [x, y] = this.readers(epoch);
    return [x(points[at]), y(points[at + this.run.samples])];
  }

  describe(epoch) {
    return this.shades ? say("panel.colored-by", { state: this.counted(epoch), title: this.shades.title }) : this.counted(epoch);
  }

  counted(epoch) {
    if (this.run.numbers) return describeNumbers(this.run, epoch);
    const counts = this.run.countsOf(epoch);
    const sum = (name) => counts.reduce((total, count) => total + count[name], 0);
    return sayCount("panel.samples-correct", sum("all"), { correct: countText(sum("correct")) });
  }
}

/** @returns {[number, number]} */
function lineAt({ points }, i, [x, y]) {
  return [x(points[i]), y(points[points.length / 2 + i])];
}

/** The place nearest to another one that is near enough, or -1. */
function nearest(xs, ys, x, y) {
  let [best, least] = [-1, NEAR * NEAR];
  for (let i = 0; i < xs.length; i++) {
    const distance = (xs[i] - x) ** 2 + (ys[i] - y) ** 2;
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}

/** Around the sample that is followed. */
function ring(context, [x, y], radius) {
  if (!Number.isFinite(x + y)) return;
  circle(context, x, y, radius + 5, palette.paper, 4.5);
  circle(context, x, y, radius + 5, palette.text, 2);
}

/** How much of a grid has lines that are less than so many pixels apart. */
function squashed({ size, every }, xs, ys) {
  let [close, all] = [0, 0];
  for (let i = 0; i + every < size; i += every) {
    for (let j = 0; j + every < size; j += every) {
      const at = i * size + j;
      const [right, up] = [at + every, at + every * size];
      const apart = Math.min(Math.hypot(xs[right] - xs[at], ys[right] - ys[at]), Math.hypot(xs[up] - xs[at], ys[up] - ys[at]));
      close += apart < CLOSE ? 1 : 0;
      all += 1;
    }
  }
  return close / Math.max(1, all);
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

function gridLines(path, grid, xs, ys) {
  for (let i = 0; i < grid.size; i += grid.every) {
    traceGrid(path, xs, ys, i * grid.size, 1, grid.size);
    traceGrid(path, xs, ys, i, grid.size, grid.size);
  }
  return path;
}

function traceGrid(path, xs, ys, from, step, count) {
  let isOpen = false;
  for (let i = 0; i < count; i++) {
    const at = from + i * step;
    const isThere = Number.isFinite(xs[at] + ys[at]);
    if (isThere && isOpen) path.lineTo(xs[at], ys[at]);
    else if (isThere) path.moveTo(xs[at], ys[at]);
    isOpen = isThere;
  }
}

function circle(context, x, y, radius, color, width) {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.stroke();
}

function segment(context, [x1, y1], [x2, y2], alpha) {
  if (!Number.isFinite(x1 + y1 + x2 + y2)) return;
  context.globalAlpha = alpha;
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
  context.fillRect(x1 - 1.75, y1 - 1.75, 3.5, 3.5);
}
