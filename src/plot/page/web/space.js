// Samples, regions, bent grid and boundary in a plane of two features.

const TRAIL = 24;
const NEAR = 10;

class SpacePanel extends Panel {
  constructor(run, index, kind) {
    super(run, index, kind, run[kind].title);
    this.space = run[kind];
    this.regions = this.space.grid?.hasScores ? new Regions(this.space.grid, run.classNames.length) : null;
    this.stamping = new Stamping();
    this.stillDots = new Layer();
    this.stillMesh = new Layer();
    this.dots = new Layer();
    this.xs = this.ys = this.order = null;
    this.closer = new Closer(run, kind);
    /** @type {Overlay | null} */
    this.overlay = null;
    /** Between which ends one looks closer: of x, then of y. */
    this.zoom = null;
    this.canvas.classList.add("has-samples");
    this.takeNotes(this.space.notes);
    if (!this.space.still) this.control(toggle("fit", say("panel.fit"), say("panel.fit-axes"), (isOn) => this.turnTo(isOn)));
    else this.offerSurfaces();
  }

  /** Colors samples by shades, or by their groups where there are none. */
  colorBy(shades) {
    this.shades = shades;
    this.refresh();
  }

  /** What the colors stand for, where the panel is seen alone. */
  get colorKeys() {
    const { groups, numbers, classNames } = this.run;
    const named = numbers ? numbers.levels.names : classNames;
    const ofGroups = [...Array(groups.count).keys()].map((k) => ({ color: groups.color(k), marker: groups.marker(k), name: named[k] }));
    const ofShades = this.shades?.list.map(({ variable, marker, name }) => ({ color: palette.named(variable), marker, name }));
    const [keys, name] = [ofShades ?? ofGroups, say("colors.misclassified")];
    const isSaid = numbers || keys.some((key) => key.name === name); // Of correctness it is a color.
    return isSaid ? keys : [...keys, { color: palette.misclassified, marker: "ring", name }];
  }

  turnTo(isFitted) {
    this.isFitted = isFitted;
    this.zoomTo(null);
  }

  /** What a unit makes of the inputs can be shown where it can be computed. */
  offerSurfaces() {
    this.surfaces = [{ name: say("surface.predictions") }, ...(this.run.source.isLive ? this.run.namedUnits : [])];
    if (this.surfaces.length > 1) this.control(this.surfaceChooser());
  }

  /** Beside the title there is room for its arrow alone: what it is for is said to the pointer. */
  surfaceChooser() {
    const names = this.surfaces.map(({ name }) => name);
    return Object.assign(chooser("surface", names, say("surface.label"), (i) => this.chooseSurface(i)), { title: say("surface.label") });
  }

  chooseSurface(i) {
    this.unit = i > 0 ? this.surfaces[i] : null;
    this.makeRoomForNote();
    this.refresh();
    this.onChange();
  }

  get hasNothingToSay() {
    return !this.notes.exist && !this.unit && !this.closer.trouble;
  }

  placeOfUnit(wanted) {
    return this.surfaces.findIndex(({ layer, unit }) => layer === wanted.layer && unit === wanted.unit);
  }

  nameOf(unit) {
    return this.surfaces[this.placeOfUnit(unit)].name;
  }

  /** Shows the surface of a unit, or no longer, if it is shown. @param {{ layer: string, unit: number }} wanted */
  showUnit(wanted) {
    const at = this.placeOfUnit(wanted);
    const select = /** @type {HTMLSelectElement} */ (this.head.querySelector("[data-name=surface]"));
    select.selectedIndex = at === select.selectedIndex ? 0 : at;
    select.dispatchEvent(new Event("change"));
  }

  /** What a surface reaches, and what could not be computed, is said below the head. */
  makeRoomForNote() {
    this.note.hidden = this.hasNothingToSay;
    if (!this.note.hidden) setText(this.note, (this.epoch >= 0 && this.noteOf(this.epoch)) || "\u00a0");
  }

  /** Shows what lies between some ends, or the whole plane. */
  zoomTo(ends) {
    this.zoom = ends;
    this.head.querySelector(".zoom-out")?.toggleAttribute("hidden", !ends);
    this.canvas.classList.toggle("zoomed", ends !== null);
    this.refresh();
    this.onChange();
  }

  /** What is seen where nobody looks closer. */
  get wholeEnds() {
    return this.isFitted && this.epoch >= 0 ? this.fittedEnds(this.epoch) : [this.space.x, this.space.y];
  }

  show(epoch, clock) {
    if (this.isFitted && epoch !== this.epoch) this.refresh();
    if (this.overlay?.isOn && clock !== this.clock) this.isSceneOld = this.isOld = true;
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
    const [x, y] = this.zoom ?? this.wholeEnds;
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
    if (this.space.grid && !this.isComputed) clipped(this.stillMesh.clean(), this.frame, () => this.whole(0).paintMesh(this.stillMesh.context));
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
    const part = this.partAt(epoch);
    clipped(context, this.frame, () => {
      if (this.unit) paintSurface(context, this.surfaceAt(epoch), [this.x, this.y]);
      else part.paintTints(context);
      if (this.isComputed || !this.space.still) part.paintMesh(context);
      else lay(context, this.stillMesh);
    });
    if (!this.space.still) this.place(epoch);
    this.stamping.clean();
    this.stampErrors(epoch);
    if (this.shades) this.stampShades(epoch);
    else if (!this.space.still) this.stampSamples();
    this.dots.context.putImageData(this.stamping.image, 0, 0);
    lay(context, this.dots);
    if (this.space.still && !this.shades) lay(context, this.stillDots);
    clipped(context, this.frame, () => this.paintLines(context, part));
    clipped(context, this.frame, () => this.overlay?.paint(context, part));
    if (this.unit || this.note.hidden !== this.hasNothingToSay) this.makeRoomForNote();
  }

  paintLines(context, part) {
    const { groups, numbers } = this.run;
    if (!part.lines.areLevels) return part.paintBoundary(context);
    part.paintLevels(context, this.font, (level) => groups.color(level), (level) => numbers.levels.names[level]);
  }

  /** Whether a part of the plane is computed anew, closer. */
  get isComputed() {
    return this.zoom !== null && this.run.source.isLive;
  }

  /** The grid and the lines of an epoch: computed closer, or those of the whole plane. */
  partAt(epoch) {
    const closeUp = this.isComputed ? this.closer.closeUp(epoch, this.zoom) : null;
    return closeUp ? this.closePart(closeUp) : this.whole(epoch);
  }

  /** What a panel of another run shows, in this plane. @param {SpacePanel} other */
  partOf(other) {
    const { x, y, zoom } = this;
    return Object.assign(Object.create(other), { x, y, zoom }).partAt(other.epoch);
  }

  whole(epoch) {
    const { space, regions } = this;
    const { grid } = space;
    const [readers, lines] = [this.readers(epoch), space.lines.at(epoch)];
    return new PlanePart({
      grid: grid && gridOfSteps(grid, epoch, grid.still ? [this.x.reader(space.x), this.y.reader(space.y)] : readers),
      regions,
      scores: regions && grid.scoresOf(epoch),
      lines: { ...lines, areLevels: space.lines.areLevels },
      pointAt: (i) => lineAt(lines, i, readers),
    });
  }

  closePart({ size, every, points, scores, lines, linePoints }) {
    const count = size * size;
    const planes = scores.length / count;
    const [x, y] = [this.x, this.y];
    return new PlanePart({
      grid: this.space.grid && { size, every, still: this.space.grid.still, x: (i) => x.px(points[i]), y: (i) => y.px(points[count + i]) },
      regions: planes ? new Regions({ size, planes, count }, this.run.classNames.length) : null,
      scores,
      lines: { ...lines, areLevels: this.space.lines.areLevels },
      pointAt: (i) => [x.px(linePoints[i]), y.px(linePoints[linePoints.length / 2 + i])],
    });
  }

  surfaceAt(epoch) {
    return this.closer.surface(epoch, this.unit, this.zoom ?? this.wholeEnds);
  }

  noteOf(epoch) {
    const texts = [this.unit && textOfSurface(this.unit, this.surfaceAt(epoch)), this.closer.trouble, super.noteOf(epoch)];
    return listedApart(texts.filter((text) => text));
  }

  /** The sample nearest to a place in the canvas, or -1. */
  sampleNear(x, y) {
    return this.epoch < 0 || !this.xs ? -1 : nearest(this.xs, this.ys, x, y, (i) => this.isInside(this.xs[i], this.ys[i]));
  }

  /** @returns {[number, number][]} */
  placesOf(sample) {
    return [[this.xs[sample], this.ys[sample]]];
  }

  paintSample(context, sample) {
    clipped(context, this.frame, () => {
      if (this.isPinned && !this.space.still) this.paintTrail(context, sample);
      this.placesOf(sample).forEach((place) => ring(context, place, this.radius));
    });
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
    const shaded = this.shades ? say("panel.colored-by", { state: this.counted(epoch), title: this.shades.title }) : this.counted(epoch);
    return this.overlay?.isOn ? say("overlay.described", { state: shaded }) : shaded;
  }

  counted(epoch) {
    if (this.run.numbers) return describeNumbers(this.run, epoch);
    const counts = this.run.countsOf(epoch);
    const sum = (name) => counts.reduce((total, count) => total + count[name], 0);
    return sayCount("panel.samples-correct", sum("all"), { correct: countText(sum("correct")) });
  }
}

/** The place nearest to another one that is near enough, or -1. */
function nearest(xs, ys, x, y, isSeen = (_i) => true) {
  let [best, least] = [-1, NEAR * NEAR];
  for (let i = 0; i < xs.length; i++) {
    const distance = (xs[i] - x) ** 2 + (ys[i] - y) ** 2;
    if (distance < least && isSeen(i)) [best, least] = [i, distance];
  }
  return best;
}

/** Around the sample that is followed. */
function ring(context, [x, y], radius) {
  if (!Number.isFinite(x + y)) return;
  circle(context, x, y, radius + 5, palette.paper, 4.5);
  circle(context, x, y, radius + 5, palette.text, 2);
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
