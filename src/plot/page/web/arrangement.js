// Which kinds of panels are shown, and in which order: for all runs together.

/** In the order in which they usually stand, before pictures. */
const KINDS = {
  hidden: "kinds.hidden",
  input: "kinds.input",
  fit: "kinds.fit",
  predictions: "kinds.predictions",
  residuals: "kinds.residuals",
  probability: "kinds.probability",
  confusion: "kinds.confusion",
  losses: "kinds.losses",
  curves: "kinds.curves",
  violins: "kinds.violins",
  network: "kinds.network",
};

/** Below this a row of panels shows nothing: then the page is scrolled, as it usually is. */
const LEAST_ROW = 120;
/** Below which a plot is too small to see something in it. */
const LEAST_PLOT = 100;
const GAP = 10;

/** What a kind has in the menu. */
const NO_CONTROLS = { row: null, box: null, up: null, down: null };

class Arrangement {
  constructor(page) {
    this.page = page;
    this.usual = kindsOf(page.panels);
    this.details = /** @type {HTMLDetailsElement} */ (document.getElementById("panels"));
    this.list = this.details.querySelector("ul");
    for (const kind of this.usual) this.addRow(kind);
    this.details.querySelector(".menu > button").addEventListener("click", () => this.restore());
    this.details.addEventListener("keydown", (event) => event.key === "Escape" && this.close(event));
    document.addEventListener("pointerdown", ({ target }) => {
      if (!(target instanceof Node && this.details.contains(target))) this.details.open = false;
    }, { signal: life.signal });
    this.kinds = [...this.usual];
    this.mark();
  }

  addRow(kind) {
    kind.box = element("input", { type: "checkbox", "aria-label": say("arrangement.show", { panel: kind.name }) });
    kind.box.addEventListener("change", () => this.turn(kind, kind.box.checked));
    const move = (sign, name, by) => {
      const button = element("button", { type: "button", class: "plain", "aria-label": name }, sign);
      button.addEventListener("click", () => this.move(kind, by));
      return button;
    };
    [kind.up, kind.down] = [["\u2191", "arrangement.move-up", -1], ["\u2193", "arrangement.move-down", 1]].map(([sign, key, by]) => move(sign, say(key, { panel: kind.name }), by));
    const label = element("label", {}, kind.box, (kind.isWritten ? asWritten : asNamed)(element("span", { class: "name" }, kind.name)));
    kind.row = element("li", {}, label, kind.up, kind.down);
    this.list.append(kind.row);
  }

  /** One stays: a page without panels would look broken. */
  turn(kind, isShown) {
    kind.isShown = isShown;
    const isLast = !this.kinds.some((one) => one.isShown);
    if (isLast) kind.isShown = true;
    this.apply();
    announce(isLast ? say("arrangement.one-stays") : say(isShown ? "arrangement.shown" : "arrangement.hidden", { panel: kind.name }));
  }

  /** The neighbor goes to the other side, so that what has the focus keeps it. */
  move(kind, by) {
    const at = this.kinds.indexOf(kind);
    const other = this.kinds[at + by];
    if (!canSwap(kind, other)) return;
    [this.kinds[at], this.kinds[at + by]] = [other, kind];
    if (by < 0) kind.row.after(other.row);
    else kind.row.before(other.row);
    this.apply();
    announce(sayCount("arrangement.moved", this.kinds.length, { panel: kind.name, place: at + by + 1 }));
  }

  restore() {
    for (const kind of this.usual) kind.isShown = true;
    this.order(this.usual);
    announce(say("arrangement.restored"));
  }

  order(kinds) {
    this.kinds = [...kinds].sort((a, b) => a.isPicture - b.isPicture);
    this.list.append(...this.kinds.map(({ row }) => row));
    this.apply();
  }

  close(event) {
    if (!this.details.open) return;
    event.stopPropagation();
    this.details.open = false;
    this.details.querySelector("summary").focus();
  }

  /** The names of the kinds that are shown, or nothing where all are, in the usual order. */
  get text() {
    const shown = namesOf(this.kinds.filter(({ isShown }) => isShown));
    return shown === this.usualText ? "" : shown;
  }

  get usualText() {
    return namesOf(this.usual);
  }

  /** Shows the kinds of a list of names; those of no panel are passed over. */
  read(text) {
    const found = text.split(",").map((name) => this.usual.find(({ key }) => key === name));
    const wanted = new Set(found.filter(Boolean));
    if (!wanted.size) return;
    for (const kind of this.usual) kind.isShown = wanted.has(kind);
    this.order([...wanted, ...this.kinds.filter((kind) => !wanted.has(kind))]);
  }

  apply() {
    const { page } = this;
    const now = this.kinds.map(({ key }) => key).join();
    for (const { panels, isShown } of this.kinds) {
      for (const { section } of panels) {
        section.hidden = !isShown;
        if (now !== this.before) section.parentElement.append(section);
      }
    }
    this.before = now;
    if (page.stage.panel?.section.hidden) page.stage.show(null);
    this.keepSample();
    this.mark();
    page.fit();
  }

  /** A sample that is followed stays so where another panel shows it. */
  keepSample() {
    const { follower, panels } = this.page;
    if (!follower.panel?.section.hidden) return;
    const other = panels.find((one) => one.sampleNear && !one.section.hidden && one.run.rows.has(follower.row));
    if (other) follower.set(follower.row, other, follower.isPinned);
    else follower.release();
  }

  mark() {
    this.kinds.forEach((kind, at) => {
      kind.box.checked = kind.isShown;
      kind.up.ariaDisabled = String(!canSwap(kind, this.kinds[at - 1]));
      kind.down.ariaDisabled = String(!canSwap(kind, this.kinds[at + 1]));
    });
    for (const { grids } of this.page.columns) grids.forEach(countPanels);
  }

  /** Where some are hidden, the others share the window. */
  fit() {
    const isChosen = this.kinds.some(({ isShown }) => !isShown);
    for (const { grids: [grid] } of this.page.columns) {
      const panels = shownIn(grid);
      const across = isChosen && panels.length ? acrossOf(grid, panels.length) : 0;
      grid.classList.toggle("fitted", across > 0);
      grid.style.setProperty("--across", Math.max(1, across));
      const last = across ? across - ((panels.length - 1) % across) : 0;
      panels.forEach((panel, i) => {
        panel.style.gridColumn = across ? (i === panels.length - 1 ? `span ${last}` : "auto") : "";
      });
    }
  }
}

/** As they stand in the address. */
function namesOf(kinds) {
  return kinds.map(({ key }) => key).join(",");
}

/** Pictures have shapes of their own, and stand below the other panels. */
function canSwap(kind, other) {
  return Boolean(other) && kind.isPicture === other.isPicture;
}

/** The kinds of all runs: of pictures those of one title are one. */
function kindsOf(panels) {
  const usual = Object.entries(KINDS).map(([key, word]) => {
    const own = panels.filter(({ kind }) => kind === key);
    const name = nameOf(own, say(word));
    return { key, name, isWritten: name !== say(word), isPicture: false, panels: own };
  });
  const pictures = panels.filter(({ picture }) => picture);
  const titles = [...new Set(pictures.map(({ picture }) => picture.title))];
  const drawn = titles.map((title, i) => {
    const name = usual.some((kind) => kind.name === title) ? say("kinds.picture", { title }) : title;
    return { key: `picture-${i}`, name, isWritten: false, isPicture: true, panels: pictures.filter(({ picture }) => picture.title === title) };
  });
  return [...usual, ...drawn].filter((kind) => kind.panels.length).map((kind) => ({ ...kind, isShown: true, ...NO_CONTROLS }));
}

/** Spaces by the title that they have in all runs. */
function nameOf(panels, word) {
  const titles = new Set(panels.filter((panel) => panel.space).map(({ heading }) => heading.title));
  return titles.size === 1 ? [...titles][0] : word;
}

function shownIn(grid) {
  return [...grid.children].filter((panel) => !panel.hidden);
}

function countPanels(grid) {
  const { length } = shownIn(grid);
  grid.dataset.count = length;
  grid.hidden = !length;
}

/** In how many columns so many panels have the largest plots when all are in sight, or 0 where they cannot be, or would be too small. */
function acrossOf(grid, count) {
  const [width, height] = [grid.clientWidth, roomOf(grid)];
  let [best, most] = [0, LEAST_PLOT];
  for (let across = 1; across <= count; across++) {
    const rows = Math.ceil(count / across);
    const each = [(width - GAP * (across - 1)) / across, (height - GAP * (rows - 1)) / rows];
    // Around a plot stand axes and a title.
    const plot = Math.min(each[0] - 60, each[1] - 90);
    if (each[1] >= LEAST_ROW && plot > most) [best, most] = [across, plot];
  }
  return best;
}

/** From the top of a grid to the bar at the end of the window, without what stands below it. */
function roomOf(grid) {
  const top = grid.getBoundingClientRect().top + window.scrollY;
  const after = [...grid.parentElement.children].slice([...grid.parentElement.children].indexOf(grid) + 1);
  const below = after.filter((one) => !one.classList.contains("panels")).reduce((sum, one) => sum + one.offsetHeight + GAP, 0);
  return window.innerHeight - document.getElementById("controls").offsetHeight - top - below - 16;
}
