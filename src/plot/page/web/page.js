// One clock for all runs: the epoch. Everything that is shown follows from it.

const SPEEDS = [1, 2, 5, 10, 20, 30, 60];
const USUAL_SPEED = 10;
const LONGEST_PAUSE = 0.25;
const REST = 200;

class Page {
  /**
   * @param {{ title: string, runs: Run[], captions: [number, string][] }} loaded
   * @param {View} view what is looked at
   * @param {{ look: (view: View) => void, filling: Filling }} asks what asks for another view, and for all epochs of this one
   * @param {string} state what is shown at first, as the address says it
   */
  constructor({ title, runs, captions }, view, { look, filling }, state) {
    this.captions = captions;
    this.runs = runs;
    this.view = view;
    /** What is about to be looked at. @type {View | undefined} */
    this.wanted = undefined;
    this.epochs = [...new Set(runs.flatMap((run) => run.epochs))].sort((a, b) => a - b);
    this.at = 0;
    this.speed = USUAL_SPEED;
    this.isPlaying = false;
    this.root = document.documentElement;
    const redraw = () => this.redraw();
    const actions = {
      redraw,
      runs,
      showQuantity: (quantity) => this.showQuantity(quantity),
      seek: (epoch) => this.seek(epoch),
    };
    this.columns = runs.map((run, i) => new Column(run, i, this.epochs, actions));
    this.panels = this.columns.flatMap(({ panels }) => panels);
    this.tip = new Tip();
    this.timeline = new Timeline(runs, this.epochs, this.tip, (epoch) => this.seek(epoch));
    this.follower = new Follower(this.columns, this.tip, redraw);
    Overlay.offer(this.panels);
    this.zooming = new Zooming(this.panels, redraw);
    this.stage = new Stage(this.panels, () => this.fit());
    this.lesson = new Lesson(this);
    this.keys = new Keys(this);
    this.coloring = new Coloring(this, runs, filling);
    this.arrangement = new Arrangement(this);
    this.build(title);
    this.listen();
    this.followTheme();
    this.goTo(0);
    this.fit();
    this.menu = new ViewMenu(this, view, look);
    this.address = new Address(this, state);
  }

  build(title) {
    setText(asNamed(document.getElementById("title")), title);
    const main = document.getElementById("runs");
    main.append(...this.columns.map(({ section }) => section));
    main.dataset.runs = String(this.columns.length);
    this.controls = document.getElementById("controls");
    main.hidden = this.controls.hidden = false;
    this.output = document.getElementById("epoch");
    this.caption = document.getElementById("caption");
    this.caption.hidden = !this.captions.length;
    this.playButton = document.getElementById("play");
    this.speeds = /** @type {HTMLSelectElement} */ (document.getElementById("speed"));
    this.speeds.append(
      ...SPEEDS.map((speed) => element("option", { value: speed }, sayCount("controls.epochs-a-second", speed))),
    );
    this.setSpeed(this.speed);
  }

  setSpeed(speed) {
    this.speed = speed;
    this.speeds.value = String(speed);
  }

  listen() {
    const onClick = (id, action) => document.getElementById(id).addEventListener("click", action);
    onClick("play", () => this.toggle());
    onClick("back", (event) => this.step(event.shiftKey ? -10 : -1));
    onClick("forward", (event) => this.step(event.shiftKey ? 10 : 1));
    onClick("theme", () => this.setTheme(this.root.dataset.theme === "dark" ? "light" : "dark"));
    this.speeds.addEventListener("change", () => (this.speed = Number(this.speeds.value)));
    for (const panel of this.panels) if (panel.epochAt) this.listenForSeeks(panel);
    const observer = new ResizeObserver(() => this.fit());
    this.panels.forEach(({ body }) => observer.observe(body));
    new ResizeObserver(() => this.measure()).observe(this.controls);
    window.addEventListener("beforeprint", () => this.print(), { signal: life.signal });
    window.addEventListener("resize", () => this.fit(), { signal: life.signal });
  }

  /** What has the focus is not to lie behind the bar. */
  measure() {
    if (this.controls.isConnected) this.root.style.setProperty("--bar", `${this.controls.offsetHeight}px`);
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

  /** What is shown from now on stands in the address. */
  pause() {
    if (this.isPlaying) this.label();
    this.setPlaying(false);
  }

  setPlaying(isPlaying) {
    this.isPlaying = isPlaying;
    this.root.dataset.playing = isPlaying ? "yes" : "no";
    this.playButton.ariaLabel = say(isPlaying ? "controls.pause" : "controls.play");
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
    if (String(clock) !== this.root.dataset.epoch) announce(""); // It was of another epoch.
    this.columns.forEach((column) => column.show(clock));
    this.timeline.show(clock);
    this.output.textContent = say("controls.epoch", { epoch: clock });
    if (this.captions.length) setText(this.caption, this.captionAt(clock) || "\u00a0");
    this.root.dataset.epoch = clock;
    this.lesson.show(clock);
    this.redraw();
  }

  /** That of the epoch, or the last one before it. */
  captionAt(clock) {
    const epochs = this.captions.map(([epoch]) => epoch);
    return this.captions[lastUpTo(epochs, clock)]?.[1] ?? "";
  }

  /** Shows the epoch again: what is known of it has changed. */
  show() {
    for (const column of this.columns) column.renew();
    this.panels.forEach((panel) => panel.refresh());
    this.goTo(this.at);
  }

  showQuantity(quantity) {
    this.panels.forEach((panel) => panel.choose?.(quantity));
    this.redraw();
  }

  fit() {
    this.arrangement.fit();
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
    this.labelling = setTimeout(() => {
      this.panels.forEach((panel) => panel.label());
      this.address.write();
    }, REST);
  }

  followTheme() {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    this.setTheme(dark.matches ? "dark" : "light");
    dark.addEventListener("change", () => this.setTheme(dark.matches ? "dark" : "light"), { signal: life.signal });
  }

  /** Paper is white, and nothing on it unfolds: a dark page is printed in the light colors, with what happened in each run. */
  print() {
    const { theme } = this.root.dataset;
    const folded = [...document.querySelectorAll(".events:not([open])")];
    const turn = (/** @type {string} */ to, /** @type {boolean} */ isUnfolded) => {
      folded.forEach((one) => one.toggleAttribute("open", isUnfolded));
      if (to === this.root.dataset.theme) return;
      this.setTheme(to);
      this.draw();
    };
    turn("light", true);
    window.addEventListener("afterprint", () => turn(theme, false), { once: true, signal: life.signal });
  }

  setTheme(theme) {
    this.root.dataset.theme = theme;
    const other = theme === "dark" ? "light" : "dark";
    const button = document.getElementById("theme");
    button.textContent = say(other === "dark" ? "head.dark" : "head.light");
    button.ariaLabel = say(other === "dark" ? "head.switch-to-dark" : "head.switch-to-light");
    palette = new Palette();
    this.panels.forEach((panel) => panel.refresh());
    this.redraw();
  }
}
