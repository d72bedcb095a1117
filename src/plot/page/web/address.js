// What is shown, in the address: a link leads to this moment.

/** `epoch`, `panel`, `panels`, `color`, `sample`, `sentence`, `lesson`, `theme` where they were chosen, the controls of panels: `0.losses.log=on`, and where one looks closer. */
class Address {
  /** @param {string} state what is shown at first */
  constructor(page, state) {
    this.page = page;
    this.usualTheme = page.root.dataset.theme;
    /** Where a link looks closer at spaces: they may be those of the view that it leads to. */
    this.zooms = new URLSearchParams();
    for (const [, control] of this.controls()) control.dataset.usual ??= stateOf(control);
    this.read(state);
  }

  /** The controls of all panels, each with its name in the address. */
  controls() {
    const of = (panel) => panel.controls.filter(({ dataset }) => dataset.name);
    return this.page.panels.flatMap((panel) => of(panel).map((control) => [`${panel.key}.${control.dataset.name}`, control]));
  }

  /** Another view is computed first. What is usual stands in no address: so what this one does not name is to be as usual. */
  follow(state) {
    const wanted = new URLSearchParams(state);
    for (const name of new URLSearchParams(this.shown()).keys()) {
      const usual = wanted.has(name) || (name === "epoch" && wanted.has("sentence")) ? null : this.usual(name);
      if (usual !== null) wanted.set(name, usual);
    }
    const [view, { menu }] = [View.read(wanted), this.page];
    this.zooms = new URLSearchParams([...wanted].filter(([name]) => name.endsWith(".hidden.zoom")));
    if (!wanted.get("sample")) this.page.follower.release();
    this.read(wanted);
    if (JSON.stringify(view) !== JSON.stringify(this.page.wanted ?? menu.view)) menu.look(view);
  }

  /** What stands in an address for what is usual; null where that is not for this one to say. */
  usual(name) {
    const { epochs, coloring, arrangement } = this.page;
    if (name.endsWith(".zoom")) return "off";
    const control = this.controls().find(([own]) => own === name)?.[1];
    if (control) return usualWordOf(control);
    const words = { epoch: epochs[0], color: coloring.usual, panels: arrangement.usualText, panel: "", lesson: "on", theme: this.usualTheme };
    return words[name] ?? null;
  }

  /** Shows what the address says; what it does not name stays as it is. */
  read(state) {
    const wanted = new URLSearchParams(state);
    const { page } = this;
    if (["light", "dark"].includes(wanted.get("theme"))) page.setTheme(wanted.get("theme"));
    if (wanted.has("color")) page.coloring.read(wanted.get("color"));
    if (wanted.has("panels")) page.arrangement.read(wanted.get("panels"));
    if (wanted.has("lesson")) page.lesson.open(wanted.get("lesson") !== "off");
    if (wanted.has("sentence")) page.lesson.read(wanted.get("sentence"));
    // One that is turned may bring another one anew.
    const control = (name) => this.controls().find(([own]) => own === name)?.[1];
    for (const [name] of this.controls()) if (wanted.has(name) && control(name)) turn(control(name), wanted.get(name));
    page.zooming.read(wanted);
    if (wanted.has("panel")) this.showAlone(wanted.get("panel"));
    const epoch = wanted.get("epoch");
    if (epoch?.trim() && Number.isFinite(Number(epoch))) page.seek(Number(epoch));
    this.pin(wanted.get("sample") ?? "");
  }

  showAlone(wanted) {
    const { panels, stage } = this.page;
    stage.show(panels.find(({ key, section }) => key === wanted && !section.hidden) ?? null);
  }

  /** By its row, of the first run or of that whose number stands before it. @param {string} text */
  pin(text) {
    const [, run, digits] = text.trim().match(/^(?:(\d+)\.)?(\d+)$/) ?? [];
    if (digits === undefined) return;
    const row = Number(digits);
    const has = (panel) => panel.sampleNear && panel.run.rows.has(row) && runOf(panel) === Number(run ?? runOf(panel));
    const panel = this.page.panels.find((one) => has(one) && one.section.offsetParent) ?? this.page.panels.find(has);
    if (panel) this.page.follower.set(row, panel, true);
  }

  /** Writes what is shown, without a step in the history. */
  write() {
    if (this.page.isPlaying || life.signal.aborted) return;
    const text = `#${this.shown()}`;
    if (text === (location.hash || "#")) return;
    try {
      history.replaceState(null, "", text === "#" ? location.pathname + location.search : text);
    } catch {
      // A frame without an address of its own, as in a notebook: there is nothing to link to.
    }
  }

  shown() {
    const { page } = this;
    const shown = new URLSearchParams();
    if (page.at > 0) shown.set("epoch", page.epochs[page.at]);
    (page.wanted ?? page.view).write(shown);
    if (page.coloring.chosen !== page.coloring.usual) shown.set("color", page.coloring.chosen);
    if (page.arrangement.text) shown.set("panels", page.arrangement.text);
    if (page.stage.panel) shown.set("panel", page.stage.panel.key);
    if (page.lesson.shown) shown.set("sentence", page.lesson.shown);
    if (page.lesson.region && !page.lesson.isOpen) shown.set("lesson", "off");
    if (page.follower.isPinned) shown.set("sample", sampleName(page.follower));
    for (const [name, control] of this.controls())
      if (control.dataset.usual !== undefined && stateOf(control) !== control.dataset.usual) shown.set(name, wordOf(control));
    page.zooming.write(shown);
    if (page.root.dataset.theme !== this.usualTheme) shown.set("theme", page.root.dataset.theme);
    return shown.toString().replaceAll("%2C", ",");
  }
}

/** The row of a sample, and the number of its run where that is not the first. */
function sampleName({ row, panel }) {
  return runOf(panel) ? `${runOf(panel)}.${row}` : String(row);
}

/** What is chosen: of a list by its place, for words may be there twice. */
function stateOf(control) {
  return control.tagName === "SELECT" ? String(control.selectedIndex) : control.getAttribute("aria-pressed");
}

/** The same as it stands in the address. */
function wordOf(control) {
  if (control.tagName === "SELECT") return control.selectedOptions[0].textContent;
  return control.getAttribute("aria-pressed") === "true" ? "on" : "off";
}

function usualWordOf(control) {
  const { usual } = control.dataset;
  if (control.tagName === "SELECT") return control.options[Number(usual)].textContent;
  return usual === "true" ? "on" : "off";
}

function turn(control, word) {
  if (control.tagName !== "SELECT") {
    if (["on", "off"].includes(word) && wordOf(control) !== word) control.click();
    return;
  }
  const at = [...control.options].findIndex((option) => option.textContent === word);
  if (at < 0 || at === control.selectedIndex) return;
  control.selectedIndex = at;
  control.dispatchEvent(new Event("change"));
}
