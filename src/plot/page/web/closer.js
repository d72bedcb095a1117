// What is computed of a part of a plane where the page is shown: what is predicted there, and what a unit makes of it.

/** As many bands has the surface of a unit on either side of 0. */
const BANDS = 8;

/** Asks the core, and keeps the last answer of each kind: a panel is drawn more often than it changes. */
class Closer {
  /** @param {Run} run @param {string} kind */
  constructor(run, kind) {
    this.run = run;
    this.isOfInputs = kind === "input";
    this.kept = new Map();
    /** Why a part could not be computed, in words. */
    this.trouble = "";
  }

  /** What is predicted between some ends at an epoch; null where that cannot be computed. */
  closeUp(epoch, ends) {
    const { source } = this.run;
    return this.once("close-up", [epoch, source.threshold, ...ends.flat()], () => closeUpOf(source.closeUp(epoch, this.isOfInputs, ends)));
  }

  /** What a unit makes of the inputs between some ends at an epoch; null where that cannot be computed. */
  surface(epoch, { layer, unit }, ends) {
    const asked = [epoch, layer, unit, ...ends.flat()];
    return this.once("surface", asked, () => surfaceOf(this.run.source.surface(epoch, layer, unit, ends), ends));
  }

  once(kind, asked, ask) {
    const key = asked.join(" ");
    if (this.kept.get(kind)?.key !== key) this.kept.set(kind, { key, answer: this.answerOf(ask) });
    return this.kept.get(kind).answer;
  }

  answerOf(ask) {
    this.trouble = "";
    try {
      return ask();
    } catch (error) {
      if (!(error instanceof PageError)) throw error;
      this.trouble = say("zoom.failed", { reason: error.message });
      return null;
    }
  }
}

/** What the arrays of an answer hold. */
function closeUpOf(arrays) {
  const [sizes, points, halves, starts, linePoints, levels] = arrays;
  const [size, every] = typed("u32", sizes);
  const whole = typed("u32", starts);
  const lines = { starts: whole, levels: typed("u8", levels), first: 0, last: whole.length - 1 };
  return { size, every, points: typed("f32", points), scores: asNumbers(typed("u16", halves)), lines, linePoints: typed("f32", linePoints) };
}

/** The same of a surface, with what its values lie between: of all, and of those in sight. */
function surfaceOf(arrays, ends) {
  const [sizes, points, values] = arrays;
  const [size] = typed("u32", sizes);
  const surface = { size, points: typed("f32", points), values: typed("f32", values) };
  return { ...surface, ends: endsOf(surface.values), seen: endsInSight(surface, ends) };
}

/** Numbers out of their upper halves. */
function asNumbers(halves) {
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
}

/** The ends of some values; null where none is finite. */
function endsOf(values) {
  const finite = values.filter(Number.isFinite);
  return finite.length ? [finite.reduce((a, b) => Math.min(a, b)), finite.reduce((a, b) => Math.max(a, b))] : null;
}

/** The same of what is seen of a surface, between its points and up to the ends of the axes: its grid reaches beyond them. */
function endsInSight({ size, points, values }, [acrossEnds, upEnds]) {
  const axis = (from, by) => Array.from({ length: size }, (_, i) => points[from + i * by]);
  const [columns, rows] = [placesSeen(axis(0, 1), acrossEnds), placesSeen(axis(size * size, size), upEnds)];
  const at = (row, [column, share]) => along(values[row * size + column], values[row * size + column + 1], share);
  const seen = rows.flatMap(([row, share]) => columns.map((column) => along(at(row, column), at(row + 1, column), share)));
  return endsOf(seen);
}

/**
 * The points of an axis that are seen and its ends, each as the number of the point before it and the share of the way to the next.
 * @param {number[]} points @param {[number, number]} ends @returns {[number, number][]}
 */
function placesSeen(points, [low, high]) {
  /** @returns {[number, number]} */
  const place = (/** @type {number} */ value) => {
    const before = Math.max(0, Math.min(points.length - 2, points.filter((point) => point <= value).length - 1));
    const share = (value - points[before]) / (points[before + 1] - points[before]);
    return [before, Math.min(1, Math.max(0, share || 0))];
  };
  return [low, ...points.filter((point) => point > low && point < high), high].map(place);
}

/** What lies so far from one number to another; at its ends the other counts for nothing. */
function along(from, to, share) {
  if (share === 0 || share === 1) return share ? to : from;
  return from + (to - from) * share;
}

function textOfSurface({ name: unit }, surface) {
  if (!surface?.seen) return say("surface.none-finite", { unit });
  const [low, high] = surface.seen.map((end) => numberText(end));
  return say("surface.ends", { unit, low, high });
}

/** In the colors of weights above and below 0, the stronger the further from it. */
function paintSurface(context, surface, scales) {
  if (!surface?.ends) return;
  const largest = Math.max(...surface.ends.map(Math.abs)) || 1;
  bandsOf(context, surface, scales, largest).forEach((path, band) => {
    context.globalAlpha = (0.75 * Math.abs(band)) / BANDS;
    context.fillStyle = colorOf(band);
    context.fill(path);
  });
  context.globalAlpha = 1;
}

/** The cells of each band, those beside each other in one piece. */
function bandsOf(context, surface, [x, y], largest) {
  const { size, points } = surface;
  const paths = new Map();
  const put = (band, row, from, to) => {
    if (!band) return;
    if (!paths.has(band)) paths.set(band, emptyPath(context));
    const [left, right] = [x.px(points[from]), x.px(points[to])];
    const [bottom, top] = [y.px(points[size * size + row * size]), y.px(points[size * size + (row + 1) * size])];
    paths.get(band).rect(left, top, right - left, bottom - top);
  };
  for (let row = 0; row < size - 1; row++) {
    let first = 0;
    for (let column = 1; column < size; column++) {
      const band = bandOf(surface, row, first, largest);
      if (column < size - 1 && bandOf(surface, row, column, largest) === band) continue;
      put(band, row, first, column);
      first = column;
    }
  }
  return paths;
}

/** Which band the mean of the corners of a cell is in: 0 where it is nearly 0, or no number. */
function bandOf({ size, values }, row, column, largest) {
  const at = row * size + column;
  const mean = (values[at] + values[at + 1] + values[at + size] + values[at + size + 1]) / 4;
  return Number.isFinite(mean) ? Math.round((BANDS * mean) / largest) : 0;
}
