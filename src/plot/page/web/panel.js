// What all panels share: a canvas in layers, its frame and its axes.

/** Longer notes have two lines. */
const LONG = 45;

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Says something to whoever cannot see it change. */
function announce(text) {
  document.getElementById("live").textContent = text;
}

/** Text that may be cut by the style sheet, with all of it in the title. */
function setText(target, text) {
  if (target.textContent === text) return;
  target.textContent = text;
  target.title = text;
}

/**
 * One picture of one run. `paintStill` draws what only a new size or theme changes, `paintEpoch` what every epoch
 * changes, and `paintSample` what the pointer changes.
 */
class Panel {
  constructor(run, index, kind, title) {
    this.run = run;
    this.kind = kind;
    this.key = `${index}.${kind}`;
    this.epoch = -1;
    this.clock = 0;
    this.sample = null;
    /** Called when it has changed by itself; whoever shows it says what is to be done. */
    this.onChange = () => {};
    this.heading = asWritten(element("h3"));
    setText(this.heading, title);
    /** The controls that were taken in, and what each says for itself. @type {Map<HTMLElement, string>} */
    this.controlWords = new Map();
    this.save = iconButton("save", "", "M8 2v8m0 0L5 7m3 3 3-3M3 13h10");
    const nodes = "M1.5 10.5h3v3h-3zm10 0h3v3h-3zm-5-8h3v3h-3zM3 10.5C3 7 4 4.5 6.5 4m3 0c2.5.5 3.5 3 3.5 6.5";
    this.saveSvg = iconButton("save-svg", "", nodes);
    this.enlarge = iconButton("enlarge", "", "M9 3h4v4M7 13H3V9m10-6L9 7m-6 6 4-4");
    this.enlarge.setAttribute("aria-pressed", "false");
    this.head = element("div", { class: "panel-head" }, this.heading, this.save, this.saveSvg, this.enlarge);
    this.note = asWritten(element("p", { class: "panel-note", hidden: "" }));
    this.canvas = element("canvas", { role: "img", "data-run": index, "data-panel": kind });
    this.body = element("div", { class: "panel-body" }, this.canvas);
    // The one stop of the Tab key: Enter leads to its buttons.
    this.section = element("section", { class: "panel", role: "group", tabindex: "0" }, this.head, this.note, this.body);
    this.sayNames();
    this.context = this.canvas.getContext("2d");
    this.still = new Layer();
    this.scene = new Layer();
    this.isStillOld = this.isSceneOld = this.isOld = true;
  }

  /** What it is called, by what it shows now. */
  get name() {
    return say("panel.name", { title: this.heading.title, run: this.run.name });
  }

  /** It shows something else now. */
  rename(title) {
    this.heading.title = title;
    this.sayNames();
  }

  /** Names itself and its controls. */
  sayNames() {
    const panel = this.name;
    this.section.setAttribute("aria-label", panel);
    const isAlone = this.enlarge.getAttribute("aria-pressed") === "true";
    const keys = new Map([[this.save, "panel.save-png"], [this.saveSvg, "panel.save-svg"], [this.enlarge, isAlone ? "panel.show-all" : "panel.enlarge"]]);
    keys.forEach((key, button) => (button.ariaLabel = button.title = say(key, { panel })));
    this.controlWords.forEach((control, made) => made.setAttribute("aria-label", say("panel.control", { control, panel })));
  }

  /** Takes a control into the head, under a name that says whose it is. */
  control(made) {
    this.save.before(this.named(made));
  }

  named(made) {
    this.controlWords.set(made, made.ariaLabel);
    made.setAttribute("aria-label", say("panel.control", { control: made.ariaLabel, panel: this.name }));
    made.tabIndex = -1;
    return made;
  }

  /** The controls in the head. */
  get controls() {
    return [...this.head.querySelectorAll("select, button")];
  }

  /** Fits the canvas to its box, if that has changed. */
  fit() {
    const { clientWidth: width, clientHeight: height } = this.body;
    const ratio = window.devicePixelRatio || 1;
    if (width === this.width && height === this.height && ratio === this.ratio) return;
    this.width = width;
    this.height = height;
    this.ratio = ratio;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.still.resize(width, height, ratio);
    this.scene.resize(width, height, ratio);
    this.font = Math.round(Math.min(14, Math.max(11, 9 + width / 130)));
    this.refresh();
  }

  /** Everything has to be drawn again. */
  refresh() {
    this.isStillOld = this.isSceneOld = this.isOld = true;
  }

  show(epoch, clock) {
    if (epoch !== this.epoch) this.isSceneOld = this.isOld = true;
    this.epoch = epoch;
    this.clock = clock;
    if (this.note.hidden) return;
    // A line that is always there: what is below must not hop from epoch to epoch.
    setText(this.note, (epoch >= 0 && this.noteOf(epoch)) || "\u00a0");
  }

  /** Takes what has to be known to read the panel right, and makes room for it where there is something at some epoch. */
  takeNotes(notes) {
    this.notes = notes;
    this.note.hidden = !notes.exist;
    this.note.classList.toggle("long", notes.longest > LONG);
    if (!this.note.hidden) setText(this.note, (this.epoch >= 0 && this.noteOf(this.epoch)) || "\u00a0");
  }

  mark(sample, isPinned) {
    if (sample === this.sample && isPinned === this.isPinned) return;
    this.sample = sample;
    this.isPinned = isPinned;
    this.isOld = true;
  }

  draw() {
    if (!this.isOld || !this.width || !this.height) return;
    if (this.isStillOld) this.paintStill(this.open(this.still));
    if (this.isSceneOld) this.drawScene();
    this.context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    this.context.clearRect(0, 0, this.width, this.height);
    lay(this.context, this.scene);
    if (this.sample !== null && this.epoch >= 0) this.paintSample(this.ready(this.context), this.sample);
    this.isStillOld = this.isSceneOld = this.isOld = false;
  }

  drawScene() {
    const context = this.open(this.scene);
    lay(context, this.still);
    if (this.epoch >= 0) this.paintEpoch(context, this.epoch);
  }

  /** Says in words what the canvas shows. */
  label() {
    const title = this.name;
    const epoch = this.run.epochs[this.epoch];
    const label = this.epoch < 0 ? say("panel.label-nothing", { title }) : say("panel.label", { title, epoch, state: this.describe(this.epoch) });
    const note = this.epoch >= 0 ? this.noteOf(this.epoch) : "";
    this.canvas.setAttribute("aria-label", note ? say("panel.label-noted", { label, note }) : label);
  }

  open(layer) {
    return this.ready(layer.clean());
  }

  ready(context) {
    context.font = `${this.font}px system-ui, sans-serif`;
    context.lineJoin = "round";
    context.textBaseline = "alphabetic";
    context.direction = "ltr"; // As numbers are read, whatever the page's language.
    return context;
  }

  // What the kinds of panels do.
  paintStill(_context) {}
  paintEpoch(_context, _epoch) {}
  paintSample(_context, _sample) {}
  describe(_epoch) {
    return "";
  }
  noteOf(epoch) {
    return this.notes?.of(epoch) ?? "";
  }
}

/** Draws nothing beyond a frame. */
function clipped(context, { left, right, top, bottom }, draw) {
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, bottom - top);
  context.clip();
  draw();
  context.restore();
}

/** Text that is cut to a width, with an ellipsis. */
function fitted(context, text, width) {
  if (context.measureText(text).width <= width) return text;
  let [low, high] = [0, Math.min(text.length, 200)];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (context.measureText(`${text.slice(0, middle)}\u2026`).width <= width) low = middle;
    else high = middle - 1;
  }
  return low ? `${text.slice(0, low)}\u2026` : "";
}

function write(context, text, x, y, { align = "left", color = palette.muted, width = Infinity } = {}) {
  context.textAlign = align;
  context.fillStyle = color;
  context.fillText(width === Infinity ? text : fitted(context, text, width), x, y);
}

/** A straight line on the pixel grid, one pixel wide. */
function rule(context, x1, y1, x2, y2, color) {
  context.strokeStyle = color;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5);
  context.lineTo(Math.round(x2) + 0.5, Math.round(y2) + 0.5);
  context.stroke();
}

/** A straight line in dashes. */
function dashes(context, from, to, color, width) {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.setLineDash([5, 4]);
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(...to);
  context.stroke();
  context.setLineDash([]);
}

/** Ticks and labels below a frame. The outermost stay within it. */
function drawXAxis(context, frame, scale, { label = "", font, whole = false, right = frame.right }) {
  const y = frame.bottom;
  rule(context, frame.left, y, frame.right, y, palette.rule);
  const ticks = ticksWithin(context, scale, frame.right - frame.left, font, whole);
  for (const { value, text } of ticks) {
    const x = scale.px(value);
    rule(context, x, y, x, y + 4, palette.rule);
    const half = context.measureText(text).width / 2;
    write(context, text, Math.min(Math.max(x, half), right - half), y + font + 6, { align: "center" });
  }
  const middle = (frame.left + frame.right) / 2;
  const width = frame.right - frame.left;
  write(context, withOffset(label, ticks), middle, y + 2 * font + 11, { align: "center", width });
}

/** As many ticks as there is room for beside each other. */
function ticksWithin(context, scale, room, font, whole) {
  for (let most = Math.max(2, Math.floor(room / (font * 3))); ; most--) {
    const ticks = scale.ticks(most, whole);
    const widest = Math.max(0, ...ticks.map(({ text }) => context.measureText(text).width));
    if (most <= 1 || most * (widest + 1.4 * font) <= room) return ticks;
  }
}

/** What stands at an axis: its label, and what its ticks are more than. */
function withOffset(label, { offset }) {
  return offset ? say("panel.at-axis", { label, offset }).trim() : label;
}

/** Ticks left of a frame, faint lines through it, and the label above it. */
function drawYAxis(context, frame, scale, { label = "", font, whole = false, lines = true }) {
  const ticks = scale.ticks(mostTicks(frame, font), whole);
  let last = -Infinity;
  for (const { value, text } of [...ticks].reverse()) {
    const y = scale.px(value);
    if (lines && y < frame.bottom - 1) rule(context, frame.left, y, frame.right, y, palette.grid);
    if (y - last < font) continue; // In a low frame the highest number alone has room.
    write(context, text, frame.left - 6, y + font * 0.35, { align: "right" });
    last = y;
  }
  write(context, withOffset(label, ticks), frame.left, frame.top - 7, { width: frame.right - frame.left });
}

/** How many ticks have room above each other. */
function mostTicks(frame, font) {
  return Math.max(2, Math.floor((frame.bottom - frame.top) / (font * 2.6)));
}

/** How wide the labels of an axis are. */
function widthOfTicks(context, scale, most, whole) {
  return Math.max(0, ...scale.ticks(most, whole).map(({ text }) => context.measureText(text).width));
}

/** A select over names, for panels that cannot show all at once; `key` is what the address calls it. */
function chooser(key, names, label, onChange) {
  const select = element(
    "select",
    { "aria-label": label, "data-name": key },
    ...names.map((name, i) => element("option", { value: i }, name)),
  );
  select.addEventListener("change", () => onChange(select.selectedIndex));
  return select;
}

/** A button that stays down; `key` is what the address calls it. */
function toggle(key, text, title, onChange) {
  const attributes = { type: "button", class: "toggle", title, "aria-label": title, "aria-pressed": "false", "data-name": key };
  const button = element("button", attributes, text);
  button.addEventListener("click", () => {
    const isOn = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(isOn));
    onChange(isOn);
  });
  return button;
}

/** A button with a drawing in lines, on 16 by 16. */
function iconButton(name, label, path) {
  const button = element("button", { type: "button", class: `icon ${name}`, title: label, "aria-label": label, tabindex: "-1" });
  button.innerHTML = `<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${path}"/></svg>`;
  return button;
}
