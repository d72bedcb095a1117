// One sample, followed through all panels of all runs.

/** The box beside the pointer, about what is under it. */
class Tip {
  constructor() {
    this.box = document.getElementById("tip");
    this.onHide = () => {};
  }

  showAbove(target, texts) {
    const { left, right, top } = target.getBoundingClientRect();
    this.show(
      texts.map((text) => asWritten(element("p", {}, text))),
      (left + right) / 2,
      top - 4,
    );
  }

  /** Beside a place of the window, within it. */
  show(content, x, y, { beside = false } = {}) {
    this.box.replaceChildren(...content);
    this.box.hidden = false;
    const { width, height } = this.box.getBoundingClientRect();
    const { clientWidth, clientHeight } = document.documentElement;
    const left = beside ? besides(x, width, clientWidth) : x - width / 2;
    const top = beside ? besides(y, height, clientHeight) : y - height - 6;
    this.box.style.left = `${within(left, width, clientWidth)}px`;
    this.box.style.top = `${within(top, height, clientHeight)}px`;
  }

  hide() {
    this.box.hidden = true;
    this.onHide();
  }
}

function besides(at, size, room) {
  return at + 16 + size < room - 8 ? at + 16 : at - 16 - size;
}

function within(at, size, room) {
  return Math.max(8, Math.min(at, room - size - 8));
}

/** The sample under the pointer, or the one that a click has pinned. */
class Follower {
  constructor(columns, tip, redraw) {
    this.columns = columns;
    this.tip = tip;
    this.redraw = redraw;
    this.row = null;
    this.panel = null;
    this.isPinned = false;
    tip.onHide = () => this.showTip();
    for (const column of columns)
      column.panels.filter((panel) => panel.sampleNear).forEach((panel) => this.watch(panel));
    document.addEventListener("click", (event) => this.releaseBeside(event), { signal: life.signal });
  }

  watch(panel) {
    const { canvas } = panel;
    canvas.addEventListener("pointermove", (event) => this.hover(panel, event));
    canvas.addEventListener("pointerleave", () => this.isPinned || this.set(null, null, false));
    canvas.addEventListener("click", (event) => this.pin(panel, event));
  }

  rowUnder(panel, event) {
    const sample = panel.sampleNear(event.offsetX, event.offsetY);
    return sample < 0 ? null : panel.run.indices[sample];
  }

  hover(panel, event) {
    const row = this.rowUnder(panel, event);
    panel.canvas.style.cursor = row === null ? "" : "pointer";
    if (!this.isPinned) this.set(row, panel, false);
  }

  /** What is shown to be under the pointer: where samples lie close, a click rounds to another one. */
  pin(panel, event) {
    const isShown = !this.isPinned && this.panel === panel && this.row !== null;
    const row = isShown ? this.row : this.rowUnder(panel, event);
    this.set(row, panel, row !== null);
  }

  /** Pins the next sample that a run shows, in the order of the data, and says in words what is known of it. */
  step(panel, by, isWanted = (_sample) => true) {
    const { indices } = panel.run;
    const from = this.row === null ? -1 : (panel.run.rows.get(this.row) ?? -1);
    for (let steps = 1; steps <= indices.length; steps++) {
      const start = from < 0 && by < 0 ? indices.length : from;
      const sample = (((start + by * steps) % indices.length) + indices.length) % indices.length;
      if (!isWanted(sample)) continue;
      this.set(indices[sample], panel, true);
      return announce(listedApart(this.content().flatMap(spoken)));
    }
    const { run } = panel;
    return announce(run.samples < run.of ? ofShown(run, say("sample.none-shown")) : say("sample.none"));
  }

  release() {
    this.set(null, null, false);
  }

  /** Controls and curves can be used without losing the sample. */
  releaseBeside({ target }) {
    if (this.isPinned && !target.closest(".controls, .top, canvas.has-samples, canvas.seeks, select, .toggle, .icon")) this.release();
  }

  set(row, panel, isPinned) {
    if (row === this.row && isPinned === this.isPinned && panel === this.panel) return;
    this.row = row;
    this.panel = panel;
    this.isPinned = isPinned;
    for (const { run, panels } of this.columns) {
      const sample = row === null ? null : (run.sampleLike(row, panel.run) ?? null);
      panels.forEach((one) => one.mark(sample, isPinned));
    }
    this.redraw();
  }

  /** Called when all panels are drawn, for only then it is known where the sample lies. */
  showTip() {
    if (this.row === null) {
      if (!this.tip.box.hidden && this.isShown) this.tip.box.hidden = true;
      this.isShown = false;
      return;
    }
    this.isShown = true;
    const { canvas, run } = this.panel;
    // A panel that is not seen has no places, and may never have been drawn.
    const places = canvas.offsetParent && this.panel.epoch >= 0 ? this.panel.placesOf(run.rows.get(this.row)) : [];
    const [x, y] = places.find((place) => place.every(Number.isFinite)) ?? [0, 0];
    const box = canvas.getBoundingClientRect();
    this.tip.show(this.content(), box.left + x, box.top + y, { beside: true });
  }

  content() {
    const title = element("p", { class: "tip-title" }, say("sample.title", { row: this.row }));
    const hint = this.isPinned ? [element("p", { class: "absent" }, say("sample.release"))] : [];
    const isOfNumbers = ({ run }) => Boolean(run.numbers);
    const kinds = [this.columns.filter((column) => !isOfNumbers(column)), this.columns.filter(isOfNumbers)];
    return [title, ...kinds.filter((columns) => columns.length).map((columns) => this.table(columns)), ...hint];
  }

  table(columns) {
    const [{ run }] = columns;
    const areNamed = columns.some((column) => column.run.numbers?.names.length > 1);
    const words = run.numbers ? (areNamed ? ["sample.output"] : []) : ["sample.class", "sample.predicted"];
    const numbers = run.numbers ? ["sample.true", "sample.predicted", "sample.residual", "sample.loss"] : [run.output.word === "output" ? "sample.output" : "sample.probability", "sample.loss"];
    const heads = [element("th"), ...words.map((key) => element("th", {}, say(key)))];
    const head = element("tr", {}, ...heads, ...numbers.map((key) => element("th", { class: "number" }, say(key))));
    const rows = columns.flatMap((column) => this.lines(column, words.length + numbers.length, areNamed));
    for (const { cells } of rows) if (cells.length === head.cells.length) [...cells].forEach((cell, i) => (cell.dataset.head = head.cells[i].textContent));
    return element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows));
  }

  /** Of numbers a line for each output. */
  lines({ run, epoch }, width, areNamed) {
    const sample = run.sampleLike(this.row, this.panel.run);
    const name = asNamed(element("th", { class: "name" }, this.nameOf(run, sample)));
    if (sample === undefined || epoch < 0) {
      const text = say(sample === undefined ? "sample.absent" : "sample.nothing");
      return [element("tr", {}, name, element("td", { colspan: width, class: "absent" }, text))];
    }
    if (!run.numbers) return [element("tr", {}, name, ...cellsOfClass(run, epoch, sample))];
    return run.numbers.names.map((_, output) =>
      element("tr", {}, output ? element("th") : name, ...cellsOfNumber(run, epoch, sample, output, areNamed)),
    );
  }

  /** With the row where it is another than that of the title. */
  nameOf(run, sample) {
    const row = run.indices[sample];
    return row === undefined || row === this.row ? run.name : say("sample.row", { run: run.name, row });
  }
}

/** What a part of the box says, where nobody sees its columns: of a table what each row holds. */
function spoken(part) {
  if (!(part instanceof HTMLTableElement)) return [part.textContent];
  return [...part.tBodies[0].rows].map(({ cells: [name, ...cells] }) => {
    const said = cells.filter((cell) => cell.textContent).map((cell) => `${cell.dataset.head ?? ""} ${cell.textContent}`.trim());
    return name.textContent ? say("sample.spoken", { name: name.textContent, values: listed(said) }) : listed(said);
  });
}

function cellsOfClass(run, epoch, sample) {
  const className = run.isMisclassified(epoch, sample) ? "name misclassified" : "name";
  const predicted = element("td", { class: className }, run.className(run.predictedAt(epoch, sample)));
  const own = element("td", { class: "name" }, run.className(run.classes[sample]));
  return [own, predicted, ...[run.own.outputText(epoch, sample), run.lossText(run.lossAt(epoch, sample))].map(textCell)];
}

/** The loss is that of all outputs, and stands once. */
function cellsOfNumber(run, epoch, sample, output, isNamed) {
  const { numbers } = run;
  const [target, predicted] = [numbers.targetOf(sample, output), numbers.predictedAt(epoch, sample, output)];
  const loss = output ? element("td") : textCell(run.lossText(run.lossAt(epoch, sample)));
  const name = isNamed ? [element("td", { class: "name" }, numbers.names[output])] : [];
  return [...name, ...[target, predicted, predicted - target].map(numberCell), loss];
}

function numberCell(value) {
  return textCell(numberText(value));
}

function textCell(text) {
  return element("td", { class: "number" }, text);
}
