// A grid over a plane and the lines in it, at one epoch, drawn in pixels: of the whole plane, or closer.

/** Less apart, in pixels, are lines that are squashed. */
const CLOSE = 5;

class PlanePart {
  /**
   * @param {{
   *   grid: { size: number, every: number, still: boolean, x: (i: number) => number, y: (i: number) => number } | null,
   *   regions: Regions | null, scores: Float32Array | null,
   *   lines: { starts: Uint32Array, levels?: Uint8Array, first: number, last: number, areLevels: boolean },
   *   pointAt: (i: number) => [number, number],
   * }} part the pixels of the points of its grid, and of those of its lines
   */
  constructor({ grid, regions, scores, lines, pointAt }) {
    this.grid = grid;
    this.regions = regions;
    this.scores = scores;
    this.lines = lines;
    this.pointAt = pointAt;
    const count = grid ? grid.size * grid.size : 0;
    this.xs = new Float64Array(count);
    this.ys = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      this.xs[i] = grid.x(i);
      this.ys[i] = grid.y(i);
    }
  }

  paintTints(context) {
    this.regions?.paths(context, this.xs, this.ys, this.scores).forEach((path, k) => {
      context.fillStyle = palette.tintOf(k);
      context.fill(path);
    });
  }

  /** Thin where it is straight, for it says nothing there, and where it is squashed: it would cover what lies under it. */
  paintMesh(context) {
    if (!this.grid?.size) return;
    context.strokeStyle = palette.mesh;
    context.lineWidth = this.grid.still ? 0.5 : Math.max(0.5, 1 - this.squashed());
    context.stroke(this.mesh(emptyPath(context)));
  }

  /** How much of the grid has lines that are less than so many pixels apart. */
  squashed() {
    const { grid, xs, ys } = this;
    const { size, every } = grid;
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

  mesh(path) {
    const { size, every } = this.grid;
    for (let i = 0; i < size; i += every) {
      this.trace(path, i * size, 1);
      this.trace(path, i, size);
    }
    return path;
  }

  trace(path, from, step) {
    let isOpen = false;
    for (let i = 0; i < this.grid.size; i++) {
      const at = from + i * step;
      const isThere = Number.isFinite(this.xs[at] + this.ys[at]);
      if (isThere && isOpen) path.lineTo(this.xs[at], this.ys[at]);
      else if (isThere) path.moveTo(this.xs[at], this.ys[at]);
      isOpen = isThere;
    }
  }

  paintBoundary(context, color = palette.boundary) {
    context.beginPath();
    for (let line = this.lines.first; line < this.lines.last; line++) this.traceLine(context, line);
    context.strokeStyle = color;
    context.lineWidth = 1.75;
    context.stroke();
  }

  /** Each line in the color of its level, whose name stands on the longest. */
  paintLevels(context, font, colorOf, nameOf) {
    const { starts, levels, first, last } = this.lines;
    const longest = new Map();
    context.lineWidth = 1.75;
    for (let line = first; line < last; line++) {
      const [level, length] = [levels[line], starts[line + 1] - starts[line]];
      context.strokeStyle = colorOf(level);
      context.beginPath();
      this.traceLine(context, line);
      context.stroke();
      if (length > (longest.get(level)?.length ?? 0)) longest.set(level, { length, middle: starts[line] + (length >> 1) });
    }
    for (const [level, { middle }] of longest) writeLevel(context, font, nameOf(level), this.pointAt(middle));
  }

  traceLine(context, line) {
    const [from, to] = [this.lines.starts[line], this.lines.starts[line + 1]];
    for (let i = from; i < to; i++) {
      if (i === from) context.moveTo(...this.pointAt(i));
      else context.lineTo(...this.pointAt(i));
    }
  }
}

/** A name in the middle of a line, on paper. */
function writeLevel(context, font, name, [x, y]) {
  context.strokeStyle = palette.paper;
  context.lineWidth = 4;
  context.textAlign = "center";
  const below = y + 0.35 * font;
  context.strokeText(name, x, below);
  write(context, name, x, below, { align: "center", color: palette.text });
}
