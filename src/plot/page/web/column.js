// A run in a column of its own.

/** A run: its name, its classes, its panels. */
class Column {
  constructor(run, index, epochs, actions) {
    this.run = run;
    this.epoch = -2;
    this.name = element("h2");
    setText(asNamed(this.name), run.name);
    this.status = element("p", { class: "status" });
    const usual = panelsOf(run, index, epochs, actions);
    const pictures = run.pictures.map((picture, i) => new PicturePanel(run, index, picture, i, actions.redraw));
    this.panels = [...usual, ...pictures];
    const rows = [...this.legendRows(), ...outputRows(run), ...keyRows(run), ...selectionRow(run)];
    this.legend = element("ul", { class: "legend" }, ...rows);
    this.grids = [gridOf(usual, "panels"), ...(pictures.length ? [gridOf(pictures, "panels pictures")] : [])];
    const head = element("header", { class: "run-head" }, this.name, this.status);
    const notes = run.notes.map((note) => asWritten(element("li", {}, note)));
    const below = notes.length ? [element("ul", { class: "notes", "aria-label": say("run.notes") }, ...notes)] : [];
    const events = run.milestones.length ? [eventsOf(run, actions.seek)] : [];
    this.section = element("section", { class: "run", "data-epoch": "" }, head, this.legend, ...this.grids, ...below, ...events);
    this.section.ariaLabel = run.name;
    this.section.toggleAttribute("data-cut", run.isCut); // For a page around this one.
  }

  /** Colors the samples of all spaces, and says what the colors stand for. */
  colorBy(shades) {
    this.panels.forEach((panel) => panel.colorBy?.(shades));
    this.legend.querySelector(".shades")?.remove();
    if (shades) this.legend.prepend(shades.legend());
  }

  legendRows() {
    this.counts = [];
    return this.run.classNames.map((name, k) => {
      const [label, count] = [element("span", { class: "name" }), element("span", { class: "count" })];
      setText(asNamed(label), name);
      this.counts.push(count);
      const color = `--swatch: var(--class-${k % CLASS_COLORS})`;
      const swatch = element("span", { class: `swatch ${markerOf(k)}`, style: color });
      return element("li", {}, swatch, label, count);
    });
  }

  /** What is known of its epoch has changed. */
  renew() {
    this.epoch = -2;
  }

  /** Shows the clock's epoch, or the last one recorded before it. */
  show(clock) {
    const epoch = this.run.at(clock);
    this.run.fill(Math.max(0, epoch));
    this.panels.forEach((panel) => panel.show(epoch, clock));
    const isOther = epoch !== this.epoch;
    this.epoch = epoch;
    this.showStatus(clock);
    if (isOther) this.showCounts();
  }

  showStatus(clock) {
    const recorded = this.run.epochs[this.epoch];
    writeStatus(this.status, this.run, recorded, clock);
    this.section.dataset.epoch = recorded ?? "";
  }

  showCounts() {
    if (this.run.numbers) return;
    this.run.countsOf(this.epoch).forEach(({ correct, all }, k) => {
      this.counts[k].textContent = this.epoch < 0 ? sayCount("run.samples", all) : sayCount("run.correct", all, { correct: countText(correct) });
      this.counts[k].classList.toggle("misclassified", this.epoch >= 0 && correct < all);
    });
  }
}

/** The milestones in sentences, with what their marks on the timeline stand for. */
function eventsOf(run, seek) {
  const rows = run.milestones.map((milestone) => {
    const label = say("run.milestone", { run: run.name, epoch: milestone.epoch, milestone: milestone.text });
    const epoch = element("button", { type: "button", class: "plain", "aria-label": label }, say("run.epoch", { epoch: milestone.epoch }));
    epoch.addEventListener("click", () => seek(milestone.epoch));
    const shape = lasts(milestone) ? "bar" : "moment";
    const mark = element("span", { class: `mark ${shape} ${toneOf(milestone)}`, "aria-hidden": "true" });
    return element("li", {}, mark, epoch, asWritten(element("span", { dir: "auto" }, milestone.text)));
  });
  const word = sayCount("run.happened", rows.length);
  return element("details", { class: "events" }, element("summary", {}, word), element("ol", {}, ...rows));
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
    setText(asNamed(label), name);
    return element("li", {}, element("span", { class: "line", style: `--line: var(--curve-${k % CURVE_COLORS})` }), label);
  });
  const level = (name, k) =>
    element("span", { class: "level" }, element("span", { class: "swatch disc", style: `--swatch: var(--level-${levels.colors[k]})` }), name);
  const word = names.length > 1 ? say("run.levels-of", { output: names[shown] }) : say("run.levels");
  return [...outputs, element("li", { class: "key wide levels" }, word, ...levels.names.map(level))];
}

/** How what is misclassified is drawn, and that colors are used again. */
function keyRows({ classNames }) {
  if (!classNames.length) return [];
  const wrong = element("li", { class: "key" }, element("span", { class: "swatch wrong" }), say("run.misclassified"));
  const again = sayCount("run.colors-again", CLASS_COLORS);
  return classNames.length > CLASS_COLORS ? [wrong, element("li", { class: "key wide" }, again)] : [wrong];
}

function selectionRow({ samples, of }) {
  return samples < of
    ? [element("li", { class: "selection" }, sayCount("run.showing", of, { samples: countText(samples) }))]
    : [];
}

/** The epoch, and in a sentence what began there. */
function writeStatus(status, run, recorded, clock) {
  const begun = recorded === clock ? run.milestones.filter(({ epoch }) => epoch === recorded) : [];
  const [epoch, texts] = [epochText(recorded, clock, run.epochs[0]), begun.map(({ text }) => text)];
  setText(status, [epoch, ...texts].join(" \u00b7 "));
  if (begun.length && !pageLanguage().isEnglish)
    status.replaceChildren(epoch, ...texts.flatMap((text) => [" \u00b7 ", asWritten(element("span", {}, text))]));
}

function epochText(recorded, clock, first) {
  if (recorded === undefined) return say("run.not-begun", { epoch: first });
  return say(recorded === clock ? "run.epoch" : "run.last-epoch", { epoch: recorded });
}

function panelsOf(run, index, epochs, { redraw, showQuantity, runs }) {
  const panels = [];
  if (run.hidden) panels.push(new SpacePanel(run, index, "hidden"));
  if (run.input) panels.push(new SpacePanel(run, index, "input"));
  panels.push(...answerPanels(run, index));
  panels.push(new LossesPanel(run, index));
  if (run.curves.length || run.logged.length) panels.push(new CurvesPanel(run, index, epochs, runs));
  if (run.violins.length) panels.push(new ViolinsPanel(run, index, showQuantity));
  if (run.network) panels.push(new NetworkPanel(run, index));
  for (const panel of panels) panel.onChange = redraw;
  const [inputs, network] = ["input", "network"].map((kind) => panels.find((panel) => panel.kind === kind));
  if (inputs?.surfaces.length > 1) network?.leadTo(inputs);
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
