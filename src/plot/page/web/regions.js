// The regions of the classes on a bent grid.

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

  /** A path for each class, to be filled in a context in this order; x and y are pixels. */
  paths(context, xs, ys, scores) {
    this.xs = xs;
    this.ys = ys;
    this.scores = scores;
    this.made = Array.from({ length: this.classCount }, () => emptyPath(context));
    for (let i = 0; i < this.count; i++) this.won[i] = Number.isFinite(xs[i] + ys[i]) ? this.winner(i) : HOLE;
    this.judgeCells();
    this.emitAll(this.ground);
    this.emitAll(this.tags);
    return this.made;
  }

  winner(i) {
    const { scores, count } = this;
    if (this.planes === 1) return Number.isNaN(scores[i]) ? HOLE : Number(scores[i] > 0);
    let best = 0;
    for (let k = 0; k < this.planes; k++) {
      if (Number.isNaN(scores[k * count + i])) return HOLE;
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
