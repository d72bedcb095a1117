// One clock for all runs: the epoch. Everything that is shown follows from it.

const SPEEDS = [1, 2, 5, 10, 20, 30, 60];
const USUAL_SPEED = 10;
const LONGEST_PAUSE = 0.25;
const REST = 200;

/** A run: its name, its classes, its panels. */
class Column {
  constructor(run, index, epochs, actions) {
    this.run = run;
    this.epoch = -2;
    this.name = element("h2");
    setText(this.name, run.name);
    this.status = element("p", { class: "status" });
    const usual = panelsOf(run, index, epochs, actions);
    const pictures = run.pictures.map((picture, i) => new PicturePanel(run, index, picture, i, actions.redraw));
    this.panels = [...usual, ...pictures];
    const rows = [...this.legendRows(), ...outputRows(run), ...keyRows(run), ...selectionRow(run)];
    const legend = element("ul", { class: "legend" }, ...rows);
    const grid = gridOf(usual, "panels");
    const more = pictures.length ? [gridOf(pictures, "panels pictures")] : [];
    const head = element("header", { class: "run-head" }, this.name, this.status);
    const notes = run.notes.map((note) => element("li", {}, note));
    const below = notes.length ? [element("ul", { class: "notes", "aria-label": "Notes" }, ...notes)] : [];
    this.section = element("section", { class: "run", "data-epoch": "" }, head, legend, grid, ...more, ...below);
    this.section.ariaLabel = run.name;
  }

  legendRows() {
    this.counts = [];
    return this.run.classNames.map((name, k) => {
      const [label, count] = [element("span", { class: "name" }), element("span", { class: "count" })];
      setText(label, name);
      this.counts.push(count);
      const color = `--swatch: var(--class-${k % CLASS_COLORS})`;
      const swatch = element("span", { class: `swatch ${markerOf(k)}`, style: color });
      return element("li", {}, swatch, label, count);
    });
  }

  /** Shows the clock's epoch, or the last one recorded before it. */
  show(clock) {
    const epoch = this.run.at(clock);
    this.panels.forEach((panel) => panel.show(epoch, clock));
    const isOther = epoch !== this.epoch;
    this.epoch = epoch;
    this.showStatus(clock);
    if (isOther) this.showCounts();
  }

  showStatus(clock) {
    const recorded = this.run.epochs[this.epoch];
    setText(this.status, epochText(recorded, clock, this.run.epochs[0]));
    this.section.dataset.epoch = recorded ?? "";
  }

  showCounts() {
    if (this.run.numbers) return;
    this.run.countsOf(this.epoch).forEach(({ correct, all }, k) => {
      this.counts[k].textContent = this.epoch < 0 ? `${countText(all)} ${all === 1 ? "sample" : "samples"}` : `${countText(correct)} of ${countText(all)} correct`;
      this.counts[k].classList.toggle("misclassified", this.epoch >= 0 && correct < all);
    });
  }
}

function gridOf(panels, name) {
  return element("div", { class: name, "data-count": panels.length }, ...panels.map(({ section }) => section));
}

/** Of numbers a row for each output, and what the colors of samples and lines stand for. */
function outputRows({ numbers }) {
  if (!numbers) return [];
  const { names, levels, shown } = numbers;
  const outputs = names.map((name, k) => {
    const label = element("span", { class: "name" });
    setText(label, name);
    return element("li", {}, element("span", { class: "line", style: `--line: var(--curve-${k % CURVE_COLORS})` }), label);
  });
  const level = (name, k) =>
    element("span", { class: "level" }, element("span", { class: "swatch disc", style: `--swatch: var(--level-${levels.colors[k]})` }), name);
  const word = names.length > 1 ? `levels of ${names[shown]}:` : "levels:";
  return [...outputs, element("li", { class: "key wide levels" }, word, ...levels.names.map(level))];
}

/** How what is misclassified is drawn, and that colors are used again. */
function keyRows({ classNames }) {
  if (!classNames.length) return [];
  const wrong = element("li", { class: "key" }, element("span", { class: "swatch wrong" }), "misclassified");
  const again = `${CLASS_COLORS} colors, then again in other shapes; hover a sample for its class`;
  return classNames.length > CLASS_COLORS ? [wrong, element("li", { class: "key wide" }, again)] : [wrong];
}

function selectionRow({ samples, of }) {
  return samples < of
    ? [element("li", { class: "selection" }, `showing ${countText(samples)} of ${countText(of)} samples`)]
    : [];
}

function epochText(recorded, clock, first) {
  if (recorded === undefined) return `nothing recorded yet: its first epoch is ${first}`;
  return recorded === clock ? `epoch ${recorded}` : `epoch ${recorded}, the last one recorded`;
}

function panelsOf(run, index, epochs, { redraw, showQuantity }) {
  const panels = [];
  if (run.hidden) panels.push(new SpacePanel(run, index, "hidden"));
  if (run.input) panels.push(new SpacePanel(run, index, "input"));
  panels.push(...answerPanels(run, index));
  panels.push(new LossesPanel(run, index));
  if (run.curves.length || run.logged.length) panels.push(new CurvesPanel(run, index, epochs));
  if (run.violins.length) panels.push(new ViolinsPanel(run, index, showQuantity));
  for (const panel of panels) panel.onChange = redraw;
  return panels;
}

/** What the model answers. */
function answerPanels(run, index) {
  if (run.numbers) {
    const fit = run.numbers.fit ? [new FitPanel(run, index)] : [];
    return [...fit, new PredictionPanel(run, index), new ResidualsPanel(run, index)];
  }
  if (run.labels.length) return [new LabelHistogramPanel(run, index), new ConfusionPanel(run, index)];
  return run.probabilities ? [new ProbabilityPanel(run, index)] : [];
}

class Page {
  constructor({ title, runs }) {
    this.epochs = [...new Set(runs.flatMap((run) => run.epochs))].sort((a, b) => a - b);
    this.at = 0;
    this.speed = USUAL_SPEED;
    this.isPlaying = false;
    this.root = document.documentElement;
    const redraw = () => this.redraw();
    const actions = { redraw, showQuantity: (quantity) => this.showQuantity(quantity) };
    this.columns = runs.map((run, i) => new Column(run, i, this.epochs, actions));
    this.panels = this.columns.flatMap(({ panels }) => panels);
    this.tip = new Tip();
    this.timeline = new Timeline(runs, this.epochs, this.tip, (epoch) => this.seek(epoch));
    this.follower = new Follower(this.columns, this.tip, redraw);
    this.build(title);
    this.listen();
    this.followTheme();
    this.goTo(0);
    this.fit();
  }

  build(title) {
    setText(document.getElementById("title"), title);
    const main = document.getElementById("runs");
    main.append(...this.columns.map(({ section }) => section));
    main.dataset.runs = this.columns.length;
    main.hidden = document.getElementById("controls").hidden = false;
    this.output = document.getElementById("epoch");
    this.playButton = document.getElementById("play");
    this.speeds = document.getElementById("speed");
    this.speeds.append(
      ...SPEEDS.map((speed) => element("option", { value: speed }, `${speed} epoch${speed === 1 ? "" : "s"}/s`)),
    );
    this.speeds.value = this.speed;
  }

  listen() {
    const onClick = (id, action) => document.getElementById(id).addEventListener("click", action);
    onClick("play", () => this.toggle());
    onClick("back", (event) => this.step(event.shiftKey ? -10 : -1));
    onClick("forward", (event) => this.step(event.shiftKey ? 10 : 1));
    onClick("theme", () => this.setTheme(this.root.dataset.theme === "dark" ? "light" : "dark"));
    this.speeds.addEventListener("change", () => (this.speed = Number(this.speeds.value)));
    document.addEventListener("keydown", (event) => this.onKey(event));
    for (const panel of this.panels) if (panel.epochAt) this.listenForSeeks(panel);
    const observer = new ResizeObserver(() => this.fit());
    this.panels.forEach(({ body }) => observer.observe(body));
    window.addEventListener("resize", () => this.fit());
  }

  /** A press where epochs have their places, and dragging on, goes to the one under the pointer. */
  listenForSeeks(panel) {
    const { canvas } = panel;
    const seek = (event) => this.seek(panel.epochAt(event.offsetX, event.offsetY));
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      seek(event);
    });
    canvas.addEventListener("pointermove", (event) => canvas.hasPointerCapture(event.pointerId) && seek(event));
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") this.follower.release();
    const action = this.actionOf(event.key, event.shiftKey);
    if (!action || isBusyWith(event.target, event.key)) return;
    event.preventDefault();
    action();
  }

  actionOf(key, isShift) {
    const by = isShift ? 10 : 1;
    const actions = {
      " ": () => this.toggle(),
      ArrowLeft: () => this.step(-by),
      ArrowRight: () => this.step(by),
      Home: () => this.jump(0),
      End: () => this.jump(this.epochs.length - 1),
    };
    return Object.hasOwn(actions, key) ? actions[key] : null;
  }

  toggle() {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  play() {
    if (this.epochs.length < 2) return;
    if (this.at === this.epochs.length - 1) this.goTo(0);
    this.setPlaying(true);
    this.due = this.at;
    this.before = null;
    requestAnimationFrame((now) => this.tick(now));
  }

  pause() {
    this.setPlaying(false);
  }

  setPlaying(isPlaying) {
    this.isPlaying = isPlaying;
    this.root.dataset.playing = isPlaying ? "yes" : "no";
    this.playButton.ariaLabel = isPlaying ? "Pause" : "Play";
  }

  tick(now) {
    if (!this.isPlaying) return;
    const seconds = Math.min(LONGEST_PAUSE, (now - (this.before ?? now)) / 1000);
    this.before = now;
    this.due += seconds * this.speed;
    if (Math.floor(this.due) !== this.at) this.goTo(Math.floor(this.due));
    if (this.at === this.epochs.length - 1) this.pause();
    else requestAnimationFrame((next) => this.tick(next));
  }

  step(by) {
    this.jump(this.at + by);
  }

  /** Whoever goes somewhere wants to look at it. */
  jump(at) {
    this.pause();
    this.goTo(at);
  }

  /** To the recorded epoch that is nearest to a number. */
  seek(epoch) {
    const below = Math.max(0, lastUpTo(this.epochs, epoch));
    const above = Math.min(below + 1, this.epochs.length - 1);
    this.jump(this.epochs[above] - epoch < epoch - this.epochs[below] ? above : below);
  }

  goTo(at) {
    this.at = Math.min(this.epochs.length - 1, Math.max(0, at));
    const clock = this.epochs[this.at];
    this.columns.forEach((column) => column.show(clock));
    this.timeline.show(clock);
    this.output.textContent = `epoch ${clock}`;
    this.root.dataset.epoch = clock;
    this.redraw();
  }

  showQuantity(quantity) {
    this.panels.forEach((panel) => panel.choose?.(quantity));
    this.redraw();
  }

  fit() {
    this.panels.forEach((panel) => panel.fit());
    this.redraw();
  }

  redraw() {
    if (this.isDue) return;
    this.isDue = true;
    requestAnimationFrame(() => this.draw());
  }

  draw() {
    this.isDue = false;
    const start = performance.now();
    this.panels.forEach((panel) => panel.draw());
    this.follower.showTip();
    this.label();
    this.root.dataset.redraw = (performance.now() - start).toFixed(2);
    this.root.dataset.ready = "yes";
  }

  /** In words when it has come to rest: nobody can hear sixty epochs a second. */
  label() {
    clearTimeout(this.labelling);
    this.labelling = setTimeout(() => this.panels.forEach((panel) => panel.label()), REST);
  }

  followTheme() {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    this.setTheme(dark.matches ? "dark" : "light");
    dark.addEventListener("change", () => this.setTheme(dark.matches ? "dark" : "light"));
  }

  setTheme(theme) {
    this.root.dataset.theme = theme;
    const other = theme === "dark" ? "light" : "dark";
    const button = document.getElementById("theme");
    button.textContent = other === "dark" ? "Dark" : "Light";
    button.ariaLabel = `Switch to ${other} colors`;
    palette = new Palette();
    this.panels.forEach((panel) => panel.refresh());
    this.redraw();
  }
}

/** Whether a key means something to what has the focus. */
function isBusyWith(target, key) {
  if (target.closest("select, textarea, input:not([type=range])")) return true;
  return key === " " && target.closest("button") !== null;
}

function showError(error) {
  const line = document.getElementById("error");
  const reason = error instanceof PageError ? error.message : "The data of this page are damaged, and cannot be shown.";
  line.textContent = reason;
  line.hidden = false;
  document.getElementById("runs").hidden = document.getElementById("controls").hidden = true;
  document.documentElement.dataset.ready = "no";
}

async function start() {
  try {
    const loaded = await loadRuns();
    if (!loaded.runs.length) throw new PageError("No epoch is recorded in this page.");
    new Page(loaded);
  } catch (error) {
    showError(error);
  }
}

start();
