// The player: recordings are opened, looked at and trained on, by the crate itself, in a page that needs no network.

/** As many runs as the module writes on a page. */
const MOST_RUNS = 32;

/** So long, in milliseconds, a browser may take to begin to save a file. */
const KEPT_FOR = 60_000;

class Player {
  /** @param {Core} core @param {Uint8Array} module what its page computes with: the same, gzipped */
  constructor(core, module) {
    this.core = core;
    this.module = module;
    /** @type {Run[]} */
    this.runs = [];
    this.choices = new Choices();
    /** The row of each in the sheet of all. @type {Map<Run, RunRow>} */
    this.rows = new Map();
    this.last = Promise.resolve();
    this.training = new Training(this);
    this.editor = new Editor(this);
    this.listen();
  }

  /** One after the other: what is wanted while something is computed waits for it. @param {() => Promise<void>} action */
  next(action) {
    this.last = this.last.then(action).catch((error) => this.put("", [wordsOf(error)]));
    return this.last;
  }

  listen() {
    const files = byId("files");
    byId("open").addEventListener("click", () => files.click());
    files.addEventListener("change", () => {
      const chosen = [...files.files];
      files.value = "";
      this.next(() => this.openAll(chosen.map(ofFile)));
    });
    byId("only").addEventListener("click", () => this.next(() => this.showBatchesAlone()));
    this.listenForDrops(document);
    document.addEventListener("keydown", (event) => this.onKey(event));
    const sheets = [byId("runs"), byId("fork")];
    for (const sheet of sheets) sheet.addEventListener("toggle", () => this.unfolded(sheet, sheets));
    // The browser asks first: what was trained is nowhere else.
    window.addEventListener("beforeunload", (event) => this.runs.some(({ isUnsaved, hasTrained }) => isUnsaved && hasTrained) && event.preventDefault());
  }

  /** The page of the runs covers most of the window: what is dropped there is dropped here. @param {Document} target */
  listenForDrops(target) {
    const over = (/** @type {boolean} */ isOver) => (document.body.dataset.over = isOver ? "yes" : "no");
    target.addEventListener("dragover", (event) => {
      event.preventDefault();
      over(true);
    });
    target.addEventListener("dragleave", () => over(false));
    target.addEventListener("drop", (event) => {
      event.preventDefault();
      over(false);
      const dropped = [...(event.dataTransfer?.files ?? [])];
      this.next(() => this.openAll(dropped.map(ofFile)));
    });
  }

  /** What nothing of the player has to do with is meant for the page. @param {KeyboardEvent} event */
  onKey({ key, shiftKey, target, ctrlKey, metaKey, altKey }) {
    if (key === "Escape") return this.closeSheets();
    if (ctrlKey || metaKey || altKey) return; // It is meant for the browser.
    const page = byId("page").contentDocument;
    if (target === document.body) page?.body.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey, bubbles: true }));
  }

  /** One at a time, with what is so now. @param {HTMLDetailsElement} sheet @param {HTMLDetailsElement[]} sheets */
  unfolded(sheet, sheets) {
    if (!sheet.open) return;
    for (const other of sheets) if (other !== sheet) other.open = false;
    this.choices.take(byId("page"));
    this.list();
  }

  /** What is dropped on the page is dropped here, and the theme that is chosen there is that of all. @param {Document} page */
  goWith(page) {
    this.listenForDrops(page);
    page.addEventListener("pointerdown", () => this.closeSheets());
    page.addEventListener("keydown", ({ key }) => key === "Escape" && this.closeSheets());
    const root = page.documentElement;
    const follow = () => root.dataset.theme && (document.documentElement.dataset.theme = root.dataset.theme);
    new MutationObserver(follow).observe(root, { attributeFilter: ["data-theme"] });
    follow();
  }

  closeSheets() {
    for (const sheet of [byId("runs"), byId("fork")]) {
      if (sheet.open && sheet.contains(document.activeElement)) sheet.querySelector("summary").focus();
      sheet.open = false;
    }
  }

  /** The epoch that the page is at. */
  get epoch() {
    return byId("page").contentDocument?.documentElement.dataset.epoch;
  }

  /** @param {{ name: string, read: () => Promise<Uint8Array> }[]} recordings */
  async openAll(recordings) {
    const failed = [];
    for (const { name, read } of recordings) {
      await this.say(`Opening ${name}…`);
      try {
        const { fields } = this.core.open(await read());
        const run = new Run(this.unused(name.replace(/\.replay$/, "")), fields);
        this.add(run);
        if (run.torn) failed.push(`${name}: the last ${run.torn} bytes are of no whole record: it is still being written, or was cut off.`);
      } catch (error) {
        failed.push(`${name}: ${wordsOf(error).replaceAll("<memory>", "the file")}`);
      }
    }
    await this.show(failed);
  }

  /** @param {Run} run */
  add(run) {
    if (this.runs.length < MOST_RUNS) return this.runs.push(run);
    this.close(run.handle);
    throw new CoreError("invalid", `A page shows at most ${MOST_RUNS} runs: close one first.`);
  }

  /** @param {Run} run who may be gone by now */
  async remove(run) {
    if (!this.runs.includes(run)) return;
    this.close(run.handle);
    await this.show();
  }

  /** Forgets a recording. @param {number} handle */
  close(handle) {
    this.core.ask({ ask: "close", handle });
    this.runs = this.runs.filter((run) => run.handle !== handle);
    this.editor.forget(handle);
  }

  /** A name that no run has. @param {string} name */
  unused(name) {
    const isUsed = (/** @type {string} */ one) => this.runs.some((run) => run.name === one);
    let [found, count] = [name, 1];
    while (isUsed(found)) found = `${name} (${(count += 1)})`;
    return found;
  }

  /** The runs that the page shows: at least one, if there is one. */
  get shown() {
    const able = this.runs.filter(({ trouble }) => !trouble);
    if (able.length && !able.some(({ isShown }) => isShown)) able[0].isShown = true;
    return able.filter(({ isShown }) => isShown);
  }

  /** Writes the page anew; what was chosen in it stays, but for the epoch if one is given. @param {string[]} troubles that are said with it @param {number} [epoch] */
  async show(troubles = [], epoch) {
    await this.say("Computing…");
    let html;
    try {
      html = this.html(this.shown);
    } catch {
      this.leaveOutWhatCannotBeShown(troubles);
      html = this.html(this.shown);
    }
    await this.put(html, [...new Set(troubles)], { epoch });
  }

  /** The page of some runs, as text. @param {Run[]} runs */
  html(runs) {
    if (!runs.length) return "";
    const request = { ask: "html", title: runs.map(({ name }) => name).join(", "), runs: runs.map(({ shown }) => shown) };
    return new TextDecoder().decode(this.core.ask(request, this.module).file);
  }

  /** What was trained here stays, and can be downloaded. @param {string[]} troubles where it is said why */
  leaveOutWhatCannotBeShown(troubles) {
    for (const run of this.shown) {
      try {
        this.html([run]);
      } catch (error) {
        const trouble = `${run.name}: ${wordsOf(error)}`;
        troubles.push(run.hasTrained ? `${trouble}. It is not shown, and can be downloaded.` : trouble);
        if (run.hasTrained) [run.trouble, run.isShown] = [trouble, false];
        else this.close(run.handle);
      }
    }
  }

  /** @param {string} html @param {string[]} troubles @param {Change} [change] what is to be other than it was chosen in the page */
  async put(html, troubles, change = {}) {
    await this.turn(html, change);
    for (const id of ["page", "runs", "fork", "edit-data"]) byId(id).hidden = !this.runs.length;
    byId("empty").hidden = this.runs.length > 0;
    byId("error").textContent = troubles.join("\n");
    byId("error").hidden = !troubles.length;
    this.list();
    await this.say("");
    document.documentElement.dataset.shown = String(Number(document.documentElement.dataset.shown ?? 0) + 1);
  }

  /** Another page in place of the one that is seen, if there is one. Returns whether it is seen. @param {string} html @param {Change} change */
  async turn(html, change) {
    const [seen, runs] = [byId("page"), this.shown];
    this.choices.take(seen);
    if (!html || !this.runs.length) return false;
    const coming = await loaded(seen, this.choices.begin(html, runs, change));
    if (change.isLive && isInUse(seen)) {
      coming.remove();
      return false;
    }
    this.choices.keepUp(seen, coming, runs);
    replace(seen, coming);
    if (coming.contentDocument) this.goWith(coming.contentDocument);
    return true;
  }

  /** The runs, and what can be done with each. */
  list() {
    byId("runs").querySelector("summary").textContent = `Runs (${this.runs.length})`;
    this.listRows(byId("runs").querySelector("tbody"));
    this.training.list();
    this.editor.list();
    const hints = this.runs.map(({ hint }) => hint).filter(Boolean);
    byId("hint").querySelector("p").textContent = hints.join(" ");
    byId("hint").hidden = !hints.length;
    byId("only").textContent = this.areOthersShown ? "Show batches alone" : "Show all runs";
    byId("only").hidden = this.runs.every(({ batchesOf }) => batchesOf !== undefined);
  }

  /** Each stays where it is: somebody may be typing in one. @param {HTMLTableSectionElement} body */
  listRows(body) {
    for (const [run, { element }] of this.rows) {
      if (this.runs.includes(run)) continue;
      if (element.contains(document.activeElement)) byId("runs").querySelector("summary").focus();
      element.remove();
      this.rows.delete(run);
    }
    for (const run of this.runs) {
      if (!this.rows.has(run)) this.rows.set(run, new RunRow(this, run, body));
      this.rows.get(run)?.update();
    }
  }

  /** Whether runs are shown whose points are epochs. */
  get areOthersShown() {
    return this.runs.some(({ batchesOf, isShown }) => batchesOf === undefined && isShown);
  }

  /** Hides what is not of batches, whose points count something else, or shows all again. */
  async showBatchesAlone() {
    const isAlone = this.areOthersShown;
    for (const run of this.runs) run.isShown = !isAlone || run.batchesOf !== undefined;
    await this.show();
  }

  /** Of all runs but the last one shown; a page shows one at least. @param {Run} run @param {boolean} isShown */
  async showOrHide(run, isShown) {
    const isLast = !isShown && this.runs.every((one) => one === run || !one.isShown);
    run.isShown = isShown || isLast;
    run.trouble = "";
    await this.show(isLast ? ["The page shows one run at least."] : []);
  }

  /** Shows a run in another way, or as before, if it cannot be shown so. @param {Run} run @param {"name" | "layer" | "threshold"} field @param {string} value */
  async change(run, field, value) {
    const before = run[field];
    this.choices.take(byId("page"));
    if (field === "name" && !value.trim()) return this.rows.get(run)?.settle(field, value);
    run[field] = field === "name" ? this.unused(value) : value;
    if (field === "threshold") this.keepThresholds(run);
    if (field === "name") this.training.nameView(run);
    run.trouble = "";
    await this.say("Computing…");
    try {
      await this.put(this.html(this.shown), [], { run, field });
    } catch (error) {
      run[field] = before;
      await this.show([`${run.name}: ${wordsOf(error)}`]);
    }
    this.rows.get(run)?.settle(field, value);
  }

  /** What was chosen in the page for all runs is from now on that of each, but for the one that has its own. @param {Run} run */
  keepThresholds(run) {
    const { threshold } = this.choices;
    if (threshold) for (const other of this.shown) if (other !== run && other.isCut) other.threshold = threshold;
  }

  /** @param {Run} run */
  async download(run) {
    const { file } = this.core.ask({ ask: "download", handle: run.handle });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([/** @type {BlobPart} */ (file)]));
    link.download = `${run.name}.replay`;
    link.click();
    run.isUnsaved = false;
    setTimeout(() => URL.revokeObjectURL(link.href), KEPT_FOR);
  }

  /** Says what it does, and lets the browser show it; who hears it does not hear all of it. @param {string} text @param {boolean} [isSaidAloud] */
  async say(text, isSaidAloud = true) {
    byId("status").textContent = text;
    if (isSaidAloud) byId("said").textContent = text;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** @param {File} file */
function ofFile(file) {
  return { name: file.name, read: async () => new Uint8Array(await file.arrayBuffer()) };
}
