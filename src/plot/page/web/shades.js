// What the colors of samples stand for, where it is not their class: how the model answers them.

/** What the address calls them, and their texts. */
const COLORINGS = { class: "colors.class", correctness: "colors.correctness", probability: "colors.probability", loss: "colors.loss" };

/** What stands before the number of a class whose samples are to stand out from all others. */
const ONLY = "only ";

/** Edges between bands of numbers: at most as many bands as there are colors from low to high. */
const MOST_EDGES = LEVEL_COLORS - 1;

/** Numbers that are none, or have no bounds, have colors and shapes of their own. */
const INFINITE = { variable: "bad", marker: "triangle", name: "numbers.infinite" };
const NO_NUMBER = { variable: "curve-2", marker: "square", name: "numbers.none" };

/** One of these with its name in the language of the page. */
function said(shade) {
  return { ...shade, name: say(shade.name) };
}

/** The shades of a run's samples: a list, which of them a sample has at an epoch, and in which order they are drawn. */
class Shades {
  constructor(title, list, at, order) {
    this.title = title;
    this.list = list;
    this.at = at;
    this.order = order;
  }

  /** In a row: the numbers between bands, and what else there is. */
  legend() {
    const parts = this.list.flatMap(({ variable, marker, name, edge }) => {
      const isBand = edge !== undefined;
      const says = isBand ? { role: "img", "aria-label": name, title: name } : { "aria-hidden": "true" };
      const swatch = element("span", { class: `swatch ${isBand ? "band" : marker}`, style: `--swatch: var(--${variable})`, ...says });
      return [element("span", { class: "level" }, swatch, isBand ? edge : name)];
    });
    return element("li", { class: "key wide levels shades" }, say("colors.legend", { title: this.title }), ...parts);
  }
}

/** Those of a run, or null where its samples have the colors of their classes, or of their levels. */
function shadesOf(run, coloring, runs) {
  if (coloring === "loss") return shadesOfLoss(run, runs);
  if (run.numbers) return null;
  if (coloring.startsWith(ONLY)) return shadesOfClass(run, Number(coloring.slice(ONLY.length)));
  if (coloring === "correctness") return shadesOfCorrectness(run);
  return coloring === "probability" && run.own ? shadesOfProbability(run) : null;
}

/** The samples of a class on top of all others; null of a run without such a class. */
function shadesOfClass(run, k) {
  if (!(k < run.classNames.length)) return null;
  const own = { variable: `class-${k % CLASS_COLORS}`, marker: markerOf(k), name: run.classNames[k] };
  const list = [{ variable: "muted", marker: "disc", name: say("colors.others") }, own];
  return new Shades(say("colors.class"), list, (_, sample) => (run.classes[sample] === k ? 1 : 0), [0, 1]);
}

function shadesOfCorrectness(run) {
  const list = [
    { variable: "best", marker: "disc", name: say("colors.correct") },
    { variable: "misclassified", marker: "disc", name: say("colors.misclassified") },
  ];
  return new Shades(say("colors.correctness"), list, (epoch, sample) => (run.isMisclassified(epoch, sample) ? 1 : 0), [0, 1]);
}

/** What the axis of the probabilities says of its ends, which samples do not have. */
const BEYOND = "; the ends hold what is beyond";

/** In the words of the histogram of the same numbers; the lowest are on top. */
function shadesOfProbability(run) {
  const { own } = run;
  const bands = new Bands(evenEdges(own.output.ends));
  const list = [...bands.shades, ...(own.steps.includes(NO_VALUE) ? [said(NO_NUMBER)] : [])];
  const at = (epoch, sample) => {
    const value = own.outputAt(epoch, sample);
    return Number.isNaN(value) ? bands.count : bands.of(value);
  };
  return new Shades(own.probabilities.xLabel.replace(BEYOND, ""), list, at, [...bands.shades.keys()].reverse().concat(bands.count));
}

/** On one scale for all runs of the same loss; the largest are on top. */
function shadesOfLoss(run, runs) {
  const alike = runs.filter(({ lossName }) => lossName === run.lossName);
  const bands = new Bands(logarithmicEdges(...lossEnds(alike)));
  const has = (step) => alike.some(({ losses }) => losses.includes(step));
  const [infinite, none] = [has(INFINITE_LOSS), has(NO_VALUE)];
  const list = [...bands.shades, ...(infinite ? [said(INFINITE)] : []), ...(none ? [said(NO_NUMBER)] : [])];
  const at = (epoch, sample) => {
    const value = run.lossAt(epoch, sample);
    if (Number.isNaN(value)) return list.length - 1;
    return value === Infinity ? bands.count : bands.of(value);
  };
  return new Shades(say("colors.loss"), list, at, [...list.keys()]);
}

/** How many of all losses lie below the first band's ends, and above the last one's: few that are tiny take no colors. */
const BEYOND_BANDS = 0.02;

/** Between what nearly all losses of some runs are, at all epochs. */
function lossEnds(runs) {
  const ends = runs.map(lossEndsOf);
  return [Math.min(...ends.map(([low]) => low)), Math.max(...ends.map(([, high]) => high))];
}

function lossEndsOf({ losses, lossLow, lossStep }) {
  const steps = losses.filter((step) => step > 0 && step < INFINITE_LOSS).sort();
  const last = steps.length - 1;
  const value = (share) => lossLow * Math.exp(lossStep * (steps[Math.round(share * last)] - 1));
  return last < 0 ? [Infinity, 0] : [value(BEYOND_BANDS), value(1 - BEYOND_BANDS)];
}

/** Numbers between edges: one below the first, one from the last on, in colors from low to high. */
class Bands {
  constructor(edges) {
    this.edges = edges.map(({ value }) => value);
    this.count = edges.length + 1;
    const last = Math.max(1, edges.length);
    const color = (band) => Math.floor((band * MOST_EDGES + Math.floor(last / 2)) / last);
    const texts = edges.map(({ text }) => text);
    const finite = say("colors.finite");
    const between = (band) => (band ? say("colors.between", { low: texts[band - 1], high: texts[band] }) : say("colors.below", { edge: texts[0] }));
    const name = (band) => (band < edges.length ? between(band) : edges.length ? say("colors.from", { edge: texts.at(-1) }) : finite);
    this.shades = Array.from({ length: this.count }, (_, band) => ({
      variable: `level-${color(band)}`,
      marker: "disc",
      name: name(band),
      edge: texts[band] ?? (edges.length ? "" : finite),
    }));
  }

  /** The band of a number: that above the last edge that is not above it. */
  of(value) {
    return lastUpTo(this.edges, value) + 1;
  }
}

/** Round values within two ends. */
function evenEdges([low, high]) {
  const ticks = new Scale(low, high, 0, 1).ticks(MOST_EDGES);
  const edges = ticks.filter(({ value }) => value > low && value < high).slice(0, MOST_EDGES);
  return edges.map(({ value, text }) => ({ value, text: withOffset(text, ticks) }));
}

/** 1, 2 and 5 times powers of ten within two ends; of wide ones fewer. */
function logarithmicEdges(low, high) {
  if (!(low > 0 && high > low && high < Infinity)) return [];
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const powers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const within = (digits, every) => {
    const all = powers.filter((power) => power % every === 0).flatMap((power) => digits.map((digit) => Number(`${digit}e${power}`)));
    return all.filter((value) => value > low && value < high);
  };
  const finer = [[[1, 2, 5], 1], [[1, 3], 1]];
  const coarser = [1, 2, 3, 5, 10, 20, 50, 100].map((every) => [[1], every]);
  const edges = [...finer, ...coarser].map(([digits, every]) => within(digits, every));
  return (edges.find(({ length }) => length <= MOST_EDGES) ?? []).map(asPower);
}

/** Their scales are those of all epochs. */
const OF_ALL_EPOCHS = ["probability", "loss"];

/** The select over all spaces, in the head of the page; of runs of numbers only, without what is asked of classes. */
class Coloring {
  /** @param {Filling} filling of all epochs of the runs */
  constructor(page, runs, filling) {
    this.page = page;
    this.runs = runs;
    this.filling = filling;
    this.usual = "class";
    this.select = /** @type {HTMLSelectElement} */ (document.getElementById("color"));
    const areNumbers = runs.every(({ numbers }) => numbers);
    const word = areNumbers ? "colors.level" : runs.some(({ numbers }) => numbers) ? "colors.class-or-level" : "colors.class";
    const offered = Object.keys(COLORINGS).filter((name) => !areNumbers || name === "class" || name === "loss");
    this.select.append(...offered.map((name) => element("option", { value: name }, say(name === "class" ? word : COLORINGS[name]))));
    const names = runs.map(({ classNames }) => classNames).reduce((most, some) => (some.length > most.length ? some : most), []);
    this.select.append(...names.map((name, k) => element("option", { value: ONLY + k }, say("colors.only", { class: name }))));
    this.select.value = this.usual;
    this.select.addEventListener("change", () => void this.apply());
    this.select.parentElement.hidden = !page.panels.some((panel) => panel.colorBy);
  }

  get chosen() {
    return this.select.value;
  }

  /** Chooses by name; one that is not offered changes nothing. */
  read(name) {
    if (name === this.chosen || ![...this.select.options].some(({ value }) => value === name)) return;
    this.select.value = name;
    void this.apply();
  }

  get isKnown() {
    return !OF_ALL_EPOCHS.includes(this.chosen) || !this.filling.missing.length;
  }

  /** The colors stay what they are until others are known. */
  async apply() {
    const { chosen } = this;
    if (this.isKnown) return this.paint();
    const isReady = busy();
    const areFilled = await this.filling.all();
    isReady();
    if (areFilled && chosen === this.chosen) this.paint();
  }

  paint() {
    for (const column of this.page.columns) column.colorBy(shadesOf(column.run, this.chosen, this.runs));
    this.page.fit();
  }
}
