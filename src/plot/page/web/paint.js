// Colors, layers, and the two things that must be fast: many samples, and colored regions.

const MARKERS = ["disc", "square", "triangle"];

/** As many as the style sheet has of each: after these, colors are used again. */
const CLASS_COLORS = 10;
const CURVE_COLORS = 8;

/** The colors of the theme, read from the style sheet. */
class Palette {
  constructor() {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue(name).trim();
    for (const name of ["text", "muted", "rule", "grid", "mesh", "paper", "misclassified", "boundary"])
      this[name] = read(`--${name}`);
    const readAll = (name, length) => Array.from({ length }, (_, i) => read(`--${name}-${i}`));
    this.classes = readAll("class", CLASS_COLORS);
    this.tints = readAll("tint", CLASS_COLORS);
    this.curves = readAll("curve", CURVE_COLORS);
    this.violin = read("--violin");
  }

  ofClass(index) {
    return this.classes[index % CLASS_COLORS];
  }

  tintOf(index) {
    return this.tints[index % CLASS_COLORS];
  }

  ofCurve(index) {
    return this.curves[index % CURVE_COLORS];
  }
}

let palette = null;

function markerOf(index) {
  return MARKERS[Math.floor(index / CLASS_COLORS) % MARKERS.length];
}

/** Red, green and blue of `#rrggbb`. */
function channels(color) {
  return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
}

/** A canvas that is not in the page, measured in the page's pixels. */
class Layer {
  constructor() {
    this.canvas = document.createElement("canvas");
    this.context = this.canvas.getContext("2d");
  }

  resize(width, height, ratio) {
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.ratio = ratio;
  }

  /** Empty, ready to be drawn on. */
  clean() {
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    return this.context;
  }
}

/** Puts a layer under what is drawn next, pixel by pixel. */
function lay(context, layer) {
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.drawImage(layer.canvas, 0, 0);
  context.restore();
}

const PHASES = 4;

/** How much a marker covers of the pixels around it, for 4 x 4 places within a pixel: samples glide, they do not hop. */
class Stamp {
  constructor(cover, reach) {
    this.reach = Math.ceil(reach) + 1;
    this.size = 2 * this.reach + 1;
    this.masks = [];
    for (let phase = 0; phase < PHASES * PHASES; phase++) this.masks.push(this.mask(cover, phase));
  }

  mask(cover, phase) {
    const x = this.reach + (phase % PHASES) / PHASES;
    const y = this.reach + Math.floor(phase / PHASES) / PHASES;
    const mask = new Uint8Array(this.size * this.size);
    mask.forEach((_, i) => {
      const share = cover((i % this.size) + 0.5 - x, Math.floor(i / this.size) + 0.5 - y);
      mask[i] = Math.round(255 * Math.min(1, Math.max(0, share)));
    });
    return mask;
  }
}

const COVERS = {
  disc: (r) => (x, y) => r + 0.5 - Math.hypot(x, y),
  square: (r) => (x, y) => 0.9 * r + 0.5 - Math.max(Math.abs(x), Math.abs(y)),
  triangle: (r) => (x, y) => 0.6 * r + 0.5 - Math.max(y, 0.87 * Math.abs(x) - 0.5 * y),
};

function ringStamp(radius, width) {
  return new Stamp((x, y) => width / 2 + 0.5 - Math.abs(Math.hypot(x, y) - radius), radius + width);
}

/** Pixels that samples are stamped on: thousands of small paths would take several times as long. */
class Stamping {
  resize(width, height) {
    this.image = new ImageData(Math.max(1, width), Math.max(1, height));
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  clean() {
    this.pixels.fill(0);
  }

  /** Coordinates are device pixels; what is not a number is not drawn. */
  put(stamp, x, y, color) {
    const { width, height } = this.image;
    if (!(x >= 0 && y >= 0 && x < width && y < height)) return;
    const mask = stamp.masks[Math.floor((x % 1) * PHASES) + PHASES * Math.floor((y % 1) * PHASES)];
    const left = Math.floor(x) - stamp.reach;
    const top = Math.floor(y) - stamp.reach;
    const from = Math.max(0, -left);
    const to = Math.min(stamp.size, width - left);
    const end = Math.min(stamp.size, height - top);
    for (let row = Math.max(0, -top); row < end; row++) {
      this.putRow(mask, row * stamp.size, from, to, (top + row) * width + left, color);
    }
  }

  putRow(mask, line, from, to, at, color) {
    const { pixels } = this;
    for (let i = from; i < to; i++) {
      const cover = mask[line + i];
      const under = pixels[at + i];
      if (cover === 0 || under === color) continue;
      if (cover === 255) pixels[at + i] = color;
      else pixels[at + i] = under === 0 ? ((color & 0xffffff) | (cover << 24)) >>> 0 : over(color, cover, under);
    }
  }
}

/** A color as the pixels hold it, opaque. */
function packed32(color) {
  const [red, green, blue] = channels(color);
  return (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;
}

/** What a color that covers a part of a pixel makes of what is there. */
function over(color, cover, under) {
  const below = ((under >>> 24) * (255 - cover)) / 255;
  const alpha = cover + below;
  const share = cover / alpha;
  const red = (under & 255) + ((color & 255) - (under & 255)) * share;
  const green = ((under >> 8) & 255) + (((color >> 8) & 255) - ((under >> 8) & 255)) * share;
  const blue = ((under >> 16) & 255) + (((color >> 16) & 255) - ((under >> 16) & 255)) * share;
  return ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

const NOTHING = -1;
const HOLE = 255;
const FLAT = 1e-3;

/**
 * The regions of the classes, from scores on a bent grid: blocks of cells, and cells cut where the classes part. Class 0
 * lies under all others and so has every cell, which are fewer shapes, and no seams.
 */
class Regions {
  constructor(grid, classCount) {
    this.size = grid.size;
    this.planes = grid.planes;
    this.count = grid.count;
    this.classCount = classCount;
    this.won = new Uint8Array(grid.count);
    this.ground = new Int16Array(grid.count);
    this.tags = new Int16Array(grid.count);
  }

  /** A path for each class, to be filled in this order; x and y are pixels. */
  paths(xs, ys, scores) {
    Object.assign(this, { xs, ys, scores });
    this.made = Array.from({ length: this.classCount }, () => new Path2D());
    for (let i = 0; i < this.count; i++) this.won[i] = Number.isFinite(xs[i] + ys[i]) ? this.winner(i) : HOLE;
    this.judgeCells();
    this.emitAll(this.ground);
    this.emitAll(this.tags);
    return this.made;
  }

  winner(i) {
    const { scores, count } = this;
    if (this.planes === 1) return scores[i] === NO_SCORE ? HOLE : Number(scores[i] > 0);
    let best = 0;
    for (let k = 0; k < this.planes; k++) {
      if (scores[k * count + i] === NO_SCORE) return HOLE;
      if (scores[k * count + i] > scores[best * count + i]) best = k;
    }
    return best;
  }

  judgeCells() {
    const { size } = this;
    for (let row = 0; row < size - 1; row++) {
      for (let column = 0; column < size - 1; column++) this.judgeCell(row * size + column);
    }
  }

  /** A tag is twice the class, plus one where folding has turned the cell over. */
  judgeCell(i) {
    const { won, size } = this;
    const [a, b, c, d] = [won[i], won[i + 1], won[i + size + 1], won[i + size]];
    this.tags[i] = this.ground[i] = NOTHING;
    if (a === HOLE || b === HOLE || c === HOLE || d === HOLE) return;
    this.ground[i] = Number(this.turn(i) < 0);
    if (a !== b || b !== c || c !== d) this.cutCell([i, i + 1, i + size + 1, i + size]);
    else if (a > 0) this.tags[i] = 2 * a + this.ground[i];
  }

  /** Twice the area of a cell, negative where folding has turned it over. */
  turn(i) {
    const { xs, ys, size } = this;
    const last = i + size + 1;
    return (xs[last] - xs[i]) * (ys[i + size] - ys[i + 1]) - (xs[i + size] - xs[i + 1]) * (ys[last] - ys[i]);
  }

  emitAll(tags) {
    const cells = this.size - 1;
    this.emit(0, 0, cells, cells, this.gather(tags, 0, 0, cells, cells));
  }

  /** The tag of all cells of a block. Where they differ it emits the parts, and nothing is left of the block. */
  gather(tags, row, column, bottom, right) {
    if (bottom - row === 1 && right - column === 1) return tags[row * this.size + column];
    const isTall = bottom - row >= right - column;
    const low = isTall ? (row + bottom) >> 1 : bottom;
    const end = isTall ? right : (column + right) >> 1;
    const [top, left] = isTall ? [low, column] : [row, end];
    const first = this.gather(tags, row, column, low, end);
    const second = this.gather(tags, top, left, bottom, right);
    if (first === second) return first;
    this.emit(row, column, low, end, first);
    this.emit(top, left, bottom, right, second);
    return NOTHING;
  }

  emit(row, column, bottom, right, tag) {
    if (tag === NOTHING) return;
    const rim = rimOf(row, column, bottom, right, this.size);
    this.trace(this.made[tag >> 1], tag & 1 ? rim.reverse() : rim);
  }

  /** Filling closes an outline. `closePath` would look through the whole path each time. */
  trace(path, rim) {
    const { xs, ys } = this;
    path.moveTo(xs[rim[0]], ys[rim[0]]);
    let last = rim[0];
    for (let i = 1; i < rim.length; i++) {
      // Seen from the last corner that was drawn: where a grid is squashed, neighbors are one and the same point.
      if (this.isStraight(last, rim[i], rim[(i + 1) % rim.length])) continue;
      path.lineTo(xs[rim[i]], ys[rim[i]]);
      last = rim[i];
    }
  }

  /** Whether the second of three points can be left out: nearly all can where the grid is not bent. */
  isStraight(a, b, c) {
    const { xs, ys } = this;
    return Math.abs((xs[b] - xs[a]) * (ys[c] - ys[b]) - (xs[c] - xs[b]) * (ys[b] - ys[a])) < FLAT;
  }

  /** As two triangles, in which scores are linear: a class may win in the middle of a cell and at none of its corners. */
  cutCell(cell) {
    const [a, b, c, d] = cell.map((i) => this.corner(i));
    for (const triangle of [[a, b, c], [a, c, d]]) {
      const classes = contenders(triangle);
      for (const k of classes) if (k > 0) tracePoints(this.made[k], this.partOf(triangle, k, classes));
    }
  }

  partOf(outline, k, classes) {
    return classes.reduce((part, other) => (other === k ? part : cut(part, k, other)), outline);
  }

  /** A corner with the score of every class. */
  corner(i) {
    const { scores, count } = this;
    const own =
      this.planes === 1
        ? [-scores[i], scores[i]]
        : Array.from({ length: this.planes }, (_, k) => scores[k * count + i]);
    return { x: this.xs[i], y: this.ys[i], scores: own };
  }
}

/** The points around a block of cells. */
function rimOf(row, column, bottom, right, size) {
  const rim = [];
  for (let c = column; c < right; c++) rim.push(row * size + c);
  for (let r = row; r < bottom; r++) rim.push(r * size + right);
  for (let c = right; c > column; c--) rim.push(bottom * size + c);
  for (let r = bottom; r > row; r--) rim.push(r * size + column);
  return rim;
}

/** The classes that no other class beats at every corner. */
function contenders(corners) {
  const classes = [...corners[0].scores.keys()];
  const holds = (k) => (other) => corners.some(({ scores }) => scores[k] >= scores[other]);
  return classes.filter((k) => classes.every(holds(k)));
}

/** The part of a polygon in which class `k` has no less than `other`. */
function cut(corners, k, other) {
  const part = [];
  corners.forEach((a, i) => {
    const b = corners[(i + 1) % corners.length];
    const [here, there] = [a.scores[k] - a.scores[other], b.scores[k] - b.scores[other]];
    if (here >= 0) part.push(a);
    if (here < 0 !== there < 0) part.push(between(a, b, here / (here - there)));
  });
  return part;
}

function between(a, b, t) {
  const scores = a.scores.map((score, k) => score + t * (b.scores[k] - score));
  return { x: a.x + t * (b.x - a.x), y: a.y + t * (b.y - a.y), scores };
}

/** All polygons run the same way around, or those of a fold would cancel each other out. */
function tracePoints(path, corners) {
  if (corners.length < 3) return;
  const ordered = areaOf(corners) < 0 ? corners.slice().reverse() : corners;
  ordered.forEach(({ x, y }, i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
}

function areaOf(corners) {
  return corners.reduce((sum, a, i) => {
    const b = corners[(i + 1) % corners.length];
    return sum + a.x * b.y - b.x * a.y;
  }, 0);
}
