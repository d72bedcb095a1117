// What is looked at of runs that compute what they show: the threshold, the layer, and which of its units are along the axes.

/** What is looked at; null where it is what the page was made with. */
class View {
  /** @param {{ threshold?: number | null, layer?: string | null, units?: [number, number] | null }} [chosen] */
  constructor({ threshold = null, layer = null, units = null } = {}) {
    this.threshold = threshold;
    this.layer = layer;
    this.units = units;
  }

  /** @param {URLSearchParams} wanted */
  static read(wanted) {
    const threshold = wanted.get("threshold")?.trim() ? Number(wanted.get("threshold")) : NaN;
    const units = (wanted.get("units") ?? "").split(",").map((unit) => (/^\d+$/.test(unit) ? Number(unit) : NaN));
    const isPair = units.length === 2 && units.every(Number.isInteger) && units[0] !== units[1];
    return new View({
      threshold: threshold >= 0 && threshold <= 1 ? threshold : null,
      layer: wanted.get("layer"),
      units: isPair ? /** @type {[number, number]} */ (units) : null,
    });
  }

  /** @param {URLSearchParams} shown */
  write(shown) {
    if (this.threshold !== null) shown.set("threshold", String(this.threshold));
    if (this.layer !== null) shown.set("layer", this.layer);
    if (this.units) shown.set("units", this.units.join(","));
  }

  with(changes) {
    return new View({ ...this, ...changes });
  }

  /** What of it a run has: another layer, or units that it has not, are left alone. */
  of({ layers, layer: usual, isCut }) {
    const layer = layers.some(([name]) => name === this.layer) ? this.layer : null;
    const [, width] = layers.find(([name]) => name === (layer ?? usual)) ?? [null, 0];
    return new View({
      layer: layer === usual ? null : layer,
      units: this.units?.every((unit) => unit < width) ? this.units : null,
      threshold: isCut ? this.threshold : null,
    });
  }

  /** What is another than when captions and lessons were written, so that nobody takes their words for it. */
  get words() {
    const { threshold, layer, units } = this;
    const parts = [threshold !== null && say("view.threshold-part", { threshold }), layer, units && say("view.units-part", { units: listed(units.map(String).map(localized)) })].filter((part) => part);
    return parts.length ? say("view.words", { parts: listed(parts) }) : say("view.word");
  }

  /** What of it any of some runs has. */
  ofAny(runs) {
    const views = runs.map((run) => this.of(run));
    const found = (name) => views.map((view) => view[name]).find((value) => value !== null) ?? null;
    return new View({ threshold: found("threshold"), layer: found("layer"), units: found("units") });
  }

  get isUsual() {
    return this.threshold === null && this.layer === null && this.units === null;
  }
}

/** The menu by which it is chosen. */
class ViewMenu {
  /** @param {{ runs: Run[], columns: Column[], show: () => void, wanted: View | undefined }} page @param {View} view @param {(view: View) => void} look */
  constructor(page, view, look) {
    this.page = page;
    this.view = view;
    this.look = look;
    this.runs = page.runs.filter(({ source }) => source.isLive);
    this.details = /** @type {HTMLDetailsElement} */ (document.getElementById("view"));
    this.threshold = /** @type {HTMLInputElement} */ (document.getElementById("threshold"));
    this.number = document.getElementById("threshold-number");
    this.layer = /** @type {HTMLSelectElement} */ (document.getElementById("layer"));
    const select = (id) => /** @type {HTMLSelectElement} */ (document.getElementById(id));
    this.units = [select("first-unit"), select("second-unit")];
    this.cut = this.runs.filter(({ isCut }) => isCut);
    setText(this.details.querySelector("summary"), view.words);
    document.documentElement.toggleAttribute("data-viewed", !view.isUsual);
    this.offerThreshold();
    this.offerLayers();
    this.details.hidden = this.threshold.parentElement.hidden && this.layer.parentElement.hidden;
    this.listen();
  }

  offerThreshold() {
    this.threshold.parentElement.hidden = !this.cut.length;
    if (this.threshold.parentElement.hidden) return;
    this.threshold.value = String(this.cut[0].output.threshold);
    this.say(this.cut.map(({ output }) => output.threshold));
  }

  /** Runs may have been made with several. @param {number[]} thresholds */
  say(thresholds) {
    const texts = thresholds.map((threshold) => {
      const shortest = String(Number(threshold.toPrecision(6)));
      return localized(/\.\d{3,}|e/.test(shortest) ? shortest : threshold.toFixed(2));
    });
    this.number.textContent = listed([...new Set(texts)]);
  }

  offerLayers() {
    const layers = layersOf(this.runs);
    const shown = new Set(this.runs.map(({ layer }) => layer).filter((layer) => layer !== null));
    const options = [...layers].map(([name, widths]) => element("option", { value: name }, say("view.layer-option", { layer: name, units: unitsText(widths) })));
    if (shown.size > 1) options.unshift(element("option", { value: "" }, say("view.own-layers")));
    this.layer.replaceChildren(...options);
    this.layer.value = shown.size > 1 ? (this.view.layer ?? "") : ([...shown][0] ?? "");
    const widest = (names) => names.flatMap((name) => layers.get(name) ?? []).reduce((most, width) => Math.max(most, width), 0);
    const width = widest(this.layer.value ? [this.layer.value] : [...shown]);
    this.layer.parentElement.hidden = layers.size === 0 || (layers.size === 1 && width < 3);
    this.offerUnits(width);
  }

  offerUnits(width) {
    const units = this.runs.map((run) => run.units).find((pair) => pair);
    const numbers = Array.from({ length: width }, (_, unit) => element("option", { value: unit }, say("view.unit-option", { unit })));
    this.units.forEach((select, i) => {
      const principal = i === 0 ? [element("option", { value: "" }, say("view.principal-plane"))] : [];
      select.replaceChildren(...principal, ...numbers.map((option) => option.cloneNode(true)));
      select.value = units ? String(units[i]) : i === 0 ? "" : "1";
    });
    this.units[0].parentElement.hidden = width < 3;
    this.units[1].hidden = this.units[0].value === "";
  }

  listen() {
    this.threshold.addEventListener("input", () => this.slide());
    this.layer.addEventListener("change", () => this.look(this.wanted.with({ layer: this.layer.value || null, units: null })));
    for (const select of this.units) select.addEventListener("change", () => this.chooseUnits());
    this.details.querySelector(".menu > button").addEventListener("click", () => this.look(new View()));
    this.details.addEventListener("keydown", (event) => event.key === "Escape" && this.close(event));
  }

  /** The key is meant for the menu alone. @param {KeyboardEvent} event */
  close(event) {
    if (!this.details.open) return;
    event.stopPropagation();
    this.details.open = false;
    this.details.querySelector("summary").focus();
  }

  /** What is to be seen once it is computed. */
  get wanted() {
    return this.page.wanted ?? this.view;
  }

  chooseUnits() {
    const [first, second] = this.units.map(({ value }) => (value === "" ? null : Number(value)));
    const other = second === null || second === first ? (first === 0 ? 1 : 0) : second;
    this.look(this.wanted.with({ units: first === null ? null : [first, other] }));
  }

  /** Shows the epoch at the threshold at once, and all of the run when the hand rests. */
  slide() {
    const threshold = Number(this.threshold.value);
    this.page.wanted = this.wanted.with({ threshold });
    this.say([threshold]);
    for (const run of this.cut) run.cutAt(threshold);
    document.documentElement.dataset.stale = "yes";
    this.page.show();
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.look(this.wanted.with({ threshold })), RESTING);
  }
}

/** The hidden layers of some runs, each with the numbers of units that it has in them. @param {Run[]} runs @returns {Map<string, number[]>} */
function layersOf(runs) {
  const found = new Map();
  for (const [name, units] of runs.flatMap(({ layers }) => layers)) found.set(name, [...new Set([...(found.get(name) ?? []), units])]);
  return found;
}

/** In rising order. @param {number[]} widths */
function unitsText(widths) {
  const sorted = [...widths].sort((a, b) => a - b);
  const count = listed(sorted.map(countText));
  return sayCount("view.units", sorted.at(-1) ?? 0, { count });
}

/** So long, in milliseconds, is a threshold left alone before all epochs are computed at it. */
const RESTING = 500;
