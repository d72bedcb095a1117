// Looking closer at planes: with the wheel, fingers, keys and buttons.

/** How much closer a step leads. */
const CLOSER = 2;
/** As close as this share of a plane. */
const NARROWEST_VIEW = 1 / 1000;
/** As far as so many times a plane of inputs, where what is predicted there can be computed. */
const WIDEST_VIEW = 3;
/** A share of what is seen, by which a key moves it. */
const STRIDE = 0.2;
/** A press that moves less, in pixels, is a click. */
const STILL = 4;

class Zooming {
  /** @param {any[]} panels @param {() => void} onChange */
  constructor(panels, onChange) {
    this.panels = panels.filter((panel) => panel instanceof SpacePanel);
    this.onChange = onChange;
    this.panels.forEach((panel) => this.offer(panel));
  }

  offer(panel) {
    const button = (name, label, path) => panel.control(iconButton(name, label, path));
    button("zoom-in", say("zoom.in"), "M7 3a4 4 0 1 0 0 8a4 4 0 1 0 0-8M10 10l4 4M7 5v4M5 7h4");
    button("zoom-out", say("zoom.out"), "M7 3a4 4 0 1 0 0 8a4 4 0 1 0 0-8M10 10l4 4M5 7h4");
    const [closer, whole] = ["zoom-in", "zoom-out"].map((name) => panel.head.querySelector(`.${name}`));
    whole.hidden = true;
    closer.addEventListener("click", () => this.by(panel, 1 / CLOSER));
    whole.addEventListener("click", () => this.to(panel, null));
    panel.canvas.classList.add("zooms");
    new Hand(panel, this);
  }

  /** So many times as wide, around a place in pixels that stays where it is. */
  by(panel, factor, [x, y] = middleOf(panel.frame)) {
    const at = [panel.x.value(x), panel.y.value(y)];
    this.to(panel, endsNow(panel).map((ends, axis) => ends.map((end) => at[axis] + (end - at[axis]) * factor)));
  }

  /** Moved by so many pixels. */
  move(panel, dx, dy) {
    const shift = [panel.x.value(0) - panel.x.value(dx), panel.y.value(0) - panel.y.value(dy)];
    this.to(panel, endsNow(panel).map((ends, axis) => ends.map((end) => end + shift[axis])));
  }

  /** By a share of what is seen. */
  stride(panel, right, up) {
    if (!panel.zoom) return;
    const { left, right: end, top, bottom } = panel.frame;
    this.move(panel, -right * STRIDE * (end - left), up * STRIDE * (bottom - top));
  }

  /** Between these ends, as far as that goes; planes of the same inputs all together. */
  to(panel, wanted) {
    const ends = wanted && endsWithin(wanted, panel);
    for (const one of this.alike(panel)) this.show(one, ends);
    this.onChange();
  }

  show(panel, ends) {
    panel.zoomTo(ends);
  }

  alike(panel) {
    return this.panels.filter((one) => one === panel || areAlike(one, panel));
  }

  /** What the address says, where it makes sense. @param {URLSearchParams} wanted */
  read(wanted) {
    for (const panel of this.panels) {
      const text = wanted.get(zoomName(panel));
      if (text === null) continue;
      const [left, right, bottom, top] = text.split(",").map((end) => (end.trim() ? Number(end) : NaN));
      const areNumbers = [left, right, bottom, top].every(Number.isFinite);
      if (areNumbers && left < right && bottom < top) this.to(panel, [[left, right], [bottom, top]]);
      else if (text === "off") this.to(panel, null);
    }
  }

  /** @param {URLSearchParams} shown */
  write(shown) {
    for (const panel of this.panels) if (panel.zoom) shown.set(zoomName(panel), panel.zoom.flatMap(shortly).join(","));
  }
}

/** Whether two panels show the same plane of inputs. */
function areAlike(one, other) {
  const plane = ({ space }) => JSON.stringify([space.x, space.y, space.xLabel, space.yLabel]);
  return one.space.still && other.space.still && plane(one) === plane(other);
}

/** Where it is in the address. */
function zoomName(panel) {
  return `${panel.key}.zoom`;
}

/** With as many digits as tell its ends apart. */
function shortly([low, high]) {
  const power = Math.floor(Math.log10(high - low)) - 4;
  return [low, high].map((end) => String(Number(`${Math.round(end / 10 ** power)}e${power}`)));
}

function middleOf({ left, right, top, bottom }) {
  return [(left + right) / 2, (top + bottom) / 2];
}

function endsNow(panel) {
  return panel.zoom ?? panel.wholeEnds;
}

/** The ends that are wanted, no closer, no farther and no further away than makes sense; null for the whole plane. */
function endsWithin(wanted, { space, run }) {
  const most = space.still && run.source.isLive ? WIDEST_VIEW : 1;
  const share = Math.min(...wanted.map(([low, high], axis) => spanOf([space.x, space.y][axis]) / (high - low)));
  if (most === 1 && share <= 1) return null;
  const ends = wanted.map((ends, axis) => pushedWithin(ends, [space.x, space.y][axis], most));
  return ends.every((pair, axis) => pair.every((end, i) => end === [space.x, space.y][axis][i])) ? null : ends;
}

function pushedWithin([low, high], whole, most) {
  const all = spanOf(whole);
  const width = Math.min(most * all, Math.max(NARROWEST_VIEW * all, high - low));
  const spare = ((most - 1) / 2) * all;
  const from = (low + high - width) / 2;
  const start = Math.min(Math.max(from, whole[0] - spare), whole[1] + spare - width);
  return [start, start + width];
}

function spanOf([low, high]) {
  return high - low;
}

/** What wheel and pointers do with a panel. */
class Hand {
  /** @param {any} panel @param {Zooming} zooming */
  constructor(panel, zooming) {
    this.panel = panel;
    this.zooming = zooming;
    /** Where each pointer is that is down. */
    this.pointers = new Map();
    const { canvas } = panel;
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => this.up(event));
    // A drag is no click: it would pin a sample.
    canvas.addEventListener("click", (event) => this.hasMoved && event.stopImmediatePropagation(), { capture: true });
  }

  /** With Ctrl, as pinching says it too, or where nothing could be scrolled. */
  wheel(event) {
    if (!event.ctrlKey && !event.metaKey && !this.panel.section.classList.contains("alone")) return;
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const amount = Math.min(200, Math.max(-200, event.deltaY * lines));
    this.zooming.by(this.panel, 1.005 ** amount, [event.offsetX, event.offsetY]);
  }

  down(event) {
    if (event.button !== 0) return;
    if (!this.pointers.size) this.hasMoved = false;
    this.pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
    this.began = [event.offsetX, event.offsetY];
  }

  move(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    if (!event.buttons) return this.up(event); // It was let go of elsewhere.
    const now = [event.offsetX, event.offsetY];
    const isTwo = this.pointers.size === 2;
    this.hasMoved ||= isTwo || Math.hypot(now[0] - this.began[0], now[1] - this.began[1]) > STILL;
    if (!this.hasMoved) return;
    this.pointers.set(event.pointerId, now);
    if (isTwo) return this.pinch(event.pointerId, before, now);
    if (!this.panel.zoom) return;
    this.panel.canvas.setPointerCapture(event.pointerId);
    this.zooming.move(this.panel, now[0] - before[0], now[1] - before[1]);
  }

  /** The other finger stays where it is. */
  pinch(pointer, before, now) {
    const [, other] = [...this.pointers].find(([id]) => id !== pointer);
    const apart = ([x, y]) => Math.max(1, Math.hypot(x - other[0], y - other[1]));
    this.zooming.by(this.panel, apart(before) / apart(now), other);
  }

  up(event) {
    this.pointers.delete(event.pointerId);
  }
}
