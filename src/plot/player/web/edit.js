// The sheet where the data of a run are edited, by mouse, finger or keys.

/** How far a key moves the cross, as a share of the frame: by itself, and with Shift. */
const STRIDE = { short: 0.01, long: 0.1 };

/** From the number of a sample to where none is, before the next one. */
const BETWEEN = -0.5;

class Editor {
  /** @param {Player} player */
  constructor(player) {
    this.player = player;
    /** What was edited, by the handles of runs. @type {Map<number, Draft>} */
    this.drafts = new Map();
    /** The sample that is carried, if one is. @type {number | undefined} */
    this.held = undefined;
    /** The handle of the run whose data are seen, as the form has it. @type {string | undefined} */
    this.chosen = undefined;
    /** Whether what is carried was moved already. */
    this.isMoved = false;
    /** The sample that keys went to last. */
    this.last = BETWEEN;
    this.dialog = byId("edit");
    this.form = this.dialog.querySelector("form");
    this.canvas = this.dialog.querySelector("canvas");
    this.board = new Board(this.canvas);
    this.listen();
    this.listenOnBoard();
  }

  listen() {
    const { run, close, undo, restore, noise, take, use } = this.form.elements;
    byId("edit-data").addEventListener("click", () => this.open());
    this.form.addEventListener("submit", (/** @type {Event} */ event) => event.preventDefault());
    run.addEventListener("change", () => this.attempt(() => this.choose()));
    close.addEventListener("click", () => this.dialog.close());
    undo.addEventListener("click", () => this.undo());
    restore.addEventListener("click", () => this.restore());
    noise.addEventListener("click", () => this.attempt(() => this.addNoise()));
    take.addEventListener("click", () => this.attempt(() => this.take()));
    use.addEventListener("click", () => this.use());
    this.dialog.addEventListener("cancel", (/** @type {Event} */ event) => this.held !== undefined && event.preventDefault());
    this.dialog.addEventListener("close", () => this.player.training.listOfRun());
    this.dialog.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      const isText = event.target instanceof HTMLInputElement && event.target.type === "number";
      if (!isText && event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey)) this.undo();
    });
  }

  listenOnBoard() {
    const place = (/** @type {PointerEvent} */ event) => this.board.fromPixels([event.offsetX, event.offsetY]);
    this.canvas.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
      if (event.button !== 0 || !this.draft) return;
      this.canvas.setPointerCapture(event.pointerId);
      this.board.isByKeys = false;
      this.put();
      this.act(place(event), event.pointerType === "touch" ? REACH.touch : REACH.mouse);
    });
    this.canvas.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => this.held !== undefined && event.buttons && this.carry(place(event)));
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, () => this.put());
    this.canvas.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.key(event) && event.preventDefault());
    this.canvas.addEventListener("blur", () => this.put());
  }

  /** Of the run that is chosen. */
  get draft() {
    return this.drafts.get(Number(this.form.elements.run.value));
  }

  get tool() {
    return this.form.elements.tool.value;
  }

  /** What was edited of a run, if something was. @param {number} handle */
  draftOf(handle) {
    const draft = this.drafts.get(handle);
    return draft?.isChanged ? draft : undefined;
  }

  /** @param {number} handle */
  forget(handle) {
    this.drafts.delete(handle);
  }

  /** The runs whose data can be edited: of two inputs. */
  get editable() {
    return this.player.runs.filter(({ features, batchesOf }) => features === 2 && batchesOf === undefined);
  }

  list() {
    const { editable } = this;
    offer(this.form.elements.run, editable.map(({ name, handle }) => new Option(name, String(handle))));
    byId("edit-data").disabled = !editable.length;
    byId("edit-data").title = editable.length ? "" : "Only data of two inputs are edited here.";
    if (this.dialog.open && this.form.elements.run.value !== this.chosen) this.chooseAgain();
  }

  /** The run whose data are edited was closed. */
  chooseAgain() {
    if (this.editable.length) this.attempt(() => this.choose());
    else this.dialog.close();
  }

  open() {
    this.player.closeSheets();
    this.dialog.showModal();
    this.attempt(() => this.choose());
    this.canvas.focus();
  }

  /** Shows the data of the run that is chosen. */
  choose() {
    this.chosen = this.form.elements.run.value;
    this.last = BETWEEN;
    const handle = Number(this.chosen);
    this.put();
    this.board.show(this.draft);
    if (!this.drafts.has(handle)) this.drafts.set(handle, new Draft(this.player.core.ask({ ask: "data", handle })));
    const draft = /** @type {Draft} */ (this.draft);
    const { kind, tool, name } = this.form.elements;
    kind.replaceChildren(...draft.classNames.map((one, at) => new Option(one, String(at))));
    // Without classes there is no target for a new sample, no other label, and no data set of classes.
    const hasClasses = draft.classNames.length > 0;
    for (const one of [kind, name, this.form.elements.take, ...[...tool].filter(({ value }) => ["add", "flip"].includes(value))]) one.disabled = !hasClasses;
    if (!hasClasses && ["add", "flip"].includes(tool.value)) tool.value = "move";
    this.board.show(draft);
    this.say(hasClasses ? "" : "The targets are numbers: samples can be moved and deleted.");
  }

  /** @param {() => void} action that may fail */
  attempt(action) {
    try {
      action();
    } catch (error) {
      this.say(wordsOf(error));
    }
  }

  /** What was done, and how many samples there are. @param {string} text */
  say(text) {
    const { draft } = this;
    const counts = draft?.classNames.map((name, kind) => `${draft.now.classes?.filter((one) => one === kind).length} ${name}`) ?? [];
    const all = draft ? `${draft.count} ${draft.count === 1 ? "sample" : "samples"}${counts.length ? `: ${counts.join(", ")}` : ""}` : "";
    byId("edit-count").textContent = all;
    byId("edit-said").textContent = text;
    this.form.elements.undo.disabled = !draft?.before.length;
    this.form.elements.restore.disabled = !draft?.isChanged;
    this.form.elements.use.disabled = !draft;
    this.board.draw();
  }

  /** A sample in words, with its row as the page has it. @param {number} sample */
  inWords(sample) {
    const draft = /** @type {Draft} */ (this.draft);
    const kind = draft.now.classes?.[sample];
    const [x, y] = draft.at(sample).map((one) => Number(one.toPrecision(3)));
    return `the sample in row ${sample}${kind === undefined ? "" : `, ${draft.classNames[kind]}`}, at ${x}, ${y}`;
  }

  /** Does what is chosen. @param {[number, number]} place @param {number} reach */
  act(place, reach) {
    const { draft, tool } = this;
    if (!draft) return;
    if (tool === "add") {
      draft.add(Number(this.form.elements.kind.value), place);
      return this.say(`Added ${this.inWords(draft.count - 1)}.`);
    }
    const sample = this.board.near(place, reach);
    if (sample === undefined) return this.say("There is no sample here.");
    if (tool === "flip") this.flip(sample);
    else if (tool === "delete") this.remove(sample);
    else this.hold(sample);
  }

  /** @param {number} sample */
  flip(sample) {
    const { draft } = this;
    if (!draft?.now.classes) return this.say("The targets are numbers: there is no label to flip.");
    draft.flip(sample);
    this.say(`Now ${this.inWords(sample)}.`);
  }

  /** @param {number} sample */
  remove(sample) {
    const words = this.inWords(sample);
    // The next one has its number now.
    if (this.draft && this.draft.count > 1) this.last = sample + BETWEEN;
    this.say(this.draft?.remove(sample) ? `Deleted ${words}.` : "Data have one sample at least.");
  }

  /** @param {number} sample */
  hold(sample) {
    [this.held, this.isMoved] = [sample, false];
    this.say(`Holding ${this.inWords(sample)}.`);
  }

  /** @param {[number, number]} place */
  carry(place) {
    if (this.held === undefined || !this.draft) return;
    this.draft.move(this.held, place, !this.isMoved);
    this.isMoved = true;
    this.say(`Holding ${this.inWords(this.held)}.`);
  }

  /** Lets go of what is held. */
  put() {
    if (this.held === undefined) return;
    const words = this.inWords(this.held);
    const isMoved = this.isMoved;
    this.held = undefined;
    this.say(isMoved ? `Moved ${words}.` : `Let go of ${words}.`);
  }

  /** Puts what is held back where it was. */
  putBack() {
    if (this.isMoved) this.draft?.undo();
    this.held = undefined;
    this.say("Put back.");
  }

  /** Does what a key stands for, and returns whether it stands for something. @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.draft) return false;
    const stride = event.shiftKey ? STRIDE.long : STRIDE.short;
    const ways = { ArrowLeft: [-stride, 0], ArrowRight: [stride, 0], ArrowUp: [0, stride], ArrowDown: [0, -stride] };
    const way = ways[/** @type {keyof typeof ways} */ (event.key)];
    this.board.isByKeys = this.board.isByKeys || event.key !== "Tab";
    if (way) return this.moveCross(way[0], way[1]);
    return this.press(event.key);
  }

  /** @param {number} across @param {number} up */
  moveCross(across, up) {
    this.board.moveCross(across, up);
    if (this.held !== undefined) this.carry(this.board.cross);
    else this.sayCross();
    return true;
  }

  sayCross() {
    const sample = this.sampleAtCross;
    const [x, y] = this.board.cross.map((one) => Number(one.toPrecision(3)));
    this.say(sample === undefined ? `The cross is at ${x}, ${y}.` : `The cross is at ${this.inWords(sample)}.`);
  }

  /** @param {string} key */
  press(key) {
    if (key === "Enter" || key === " ") return this.enter();
    if (key === "Escape") return this.held === undefined ? false : (this.putBack(), true);
    if (this.held !== undefined) return false;
    if (["n", "p"].includes(key.toLowerCase())) return this.go(key.toLowerCase() === "n" ? 1 : -1);
    const does = { f: this.flip, delete: this.remove, backspace: this.remove }[key.toLowerCase()];
    if (!does) return false;
    const sample = this.sampleAtCross;
    if (sample === undefined) this.say("There is no sample at the cross.");
    else does.call(this, sample);
    return true;
  }

  enter() {
    if (this.held !== undefined) this.put();
    else this.act(this.board.cross, REACH.mouse);
    // The cross is where the sample is: it does not jump when it is carried.
    if (this.held !== undefined) this.board.cross = /** @type {Draft} */ (this.draft).at(this.held);
    this.board.draw();
    return true;
  }

  /** The cross goes to the next sample or the one before. @param {number} by */
  go(by) {
    const draft = /** @type {Draft} */ (this.draft);
    const here = Number.isInteger(this.last) ? (this.sampleAtCross ?? BETWEEN) : this.last;
    const next = by > 0 ? Math.floor(here) + 1 : Math.ceil(here) - 1;
    this.last = (next + draft.count) % draft.count;
    this.board.cross = draft.at(this.last);
    this.sayCross();
    return true;
  }

  /** The sample at the cross: where several lie, the one that keys went to. */
  get sampleAtCross() {
    const { board, draft, last } = this;
    const isThere = draft && Number.isInteger(last) && last < draft.count && String(draft.at(last)) === String(board.cross);
    return isThere ? last : board.near(board.cross, REACH.mouse);
  }

  undo() {
    this.put();
    const isDone = this.draft?.undo();
    this.say(isDone ? "Taken back." : "There is nothing to take back.");
  }

  /** All as it was recorded, which can be taken back. */
  restore() {
    this.put();
    this.draft?.restore();
    this.board.show(this.draft);
    this.say("As recorded.");
  }

  addNoise() {
    const { draft } = this;
    if (!draft) return;
    const { deviation, noise_seed: seed, run } = this.form.elements;
    const request = { ask: "noise", handle: Number(run.value), samples: draft.count, deviation: numberOf(deviation), seed: numberOf(seed) };
    draft.become({ inputs: this.player.core.ask(request, draft.bytes).arrays[0].values });
    this.board.fitIfBeyond(draft);
    this.say(`Added noise of ${deviation.value}, seed ${seed.value}.`);
  }

  /** Takes a built-in data set. */
  take() {
    const { draft } = this;
    if (!draft) return;
    const { run, name, samples, spread, seed } = this.form.elements;
    const request = { ask: "generate", handle: Number(run.value), name: name.value, samples: numberOf(samples), noise: numberOf(spread), seed: numberOf(seed) };
    const [inputs, targets, classes] = this.player.core.ask(request).arrays.map(({ values }) => values);
    draft.become({ inputs, targets, classes });
    this.board.fit(draft);
    this.say(`Taken: ${name.value}.`);
  }

  /** Goes on to the form that trains. */
  use() {
    const run = this.player.runs.find(({ handle }) => handle === Number(this.form.elements.run.value));
    this.dialog.close();
    if (run) this.player.training.open(run);
  }
}

/** The number in a field, or why there is none, under the name that stands before it. @param {HTMLInputElement} field */
function numberOf(field) {
  const name = field.closest("label")?.firstChild?.textContent?.trim() ?? field.name;
  if (field.value.trim() === "") throw new CoreError("invalid", `${name} is empty: it must be a number.`);
  const number = Number(field.value);
  if (field.step === "1" && !Number.isInteger(number)) throw new CoreError("invalid", `${name} is ${field.value}: it must be a whole number.`);
  // Another one would be taken in its place.
  if (field.step === "1" && Number.isInteger(number) && !Number.isSafeInteger(number)) {
    throw new CoreError("invalid", `${field.value} is too large: whole numbers go to ${Number.MAX_SAFE_INTEGER} here.`);
  }
  return number;
}
