// The player: recordings are opened, looked at and trained on, by the crate itself, in a page that needs no network.

/** How long it trains, in milliseconds, before it says how far it is. */
const PIECE = 50;

/** As many runs as the module writes on a page. */
const MOST_RUNS = 32;

/** @param {string} id @returns {any} */
const byId = (id) => document.getElementById(id);

/** A recording that is open. */
class Run {
  /** @param {string} name @param {Record<string, any>} described what `open` or `train` has answered */
  constructor(name, { handle, epochs, layers }) {
    this.name = name;
    this.handle = handle;
    /** @type {number[]} */
    this.epochs = epochs;
    /** @type {string[]} */
    this.layers = layers ?? [];
    this.layer = "";
    this.threshold = "";
  }

  /** How a page shows it. */
  get shown() {
    const layer = this.layer === "" ? {} : { layer: this.layer };
    const threshold = this.threshold === "" ? {} : { threshold: Number(this.threshold) };
    return { handle: this.handle, name: this.name, ...layer, ...threshold };
  }
}

class Player {
  /** @param {Core} core */
  constructor(core) {
    this.core = core;
    /** @type {Run[]} */
    this.runs = [];
    this.last = Promise.resolve();
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
      this.next(() => this.openAll(chosen));
    });
    byId("pause").addEventListener("click", () => (this.isPaused = true));
    const form = byId("fork").querySelector("form");
    form.addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      const wanted = new FormData(form);
      this.next(() => this.train(wanted));
    });
    form.elements.run.addEventListener("change", () => this.listLayers());
    // Not when it has unfolded, which is said later: a number that was typed by then would be lost.
    const summary = byId("fork").querySelector("summary");
    summary.addEventListener("click", () => (form.elements.epoch.value = this.epoch ?? 0));
    this.listenForDrops(document);
    document.addEventListener("keydown", ({ key }) => key === "Escape" && this.closeSheets());
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
      this.next(() => this.openAll(dropped));
    });
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

  /** @param {File[]} files */
  async openAll(files) {
    const failed = [];
    for (const file of files) {
      await this.say(`Opening ${file.name}…`);
      try {
        const { fields } = this.core.open(new Uint8Array(await file.arrayBuffer()));
        this.add(new Run(this.unused(file.name.replace(/\.replay$/, "")), fields));
      } catch (error) {
        failed.push(`${file.name}: ${wordsOf(error)}`);
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

  /** @param {Run} run */
  remove(run) {
    this.close(run.handle);
    return this.show();
  }

  /** Forgets a recording. @param {number} handle */
  close(handle) {
    this.core.ask({ ask: "close", handle });
    this.runs = this.runs.filter((run) => run.handle !== handle);
  }

  /** A name that no run has. @param {string} name */
  unused(name) {
    const isUsed = (/** @type {string} */ one) => this.runs.some((run) => run.name === one);
    let [found, count] = [name, 1];
    while (isUsed(found)) found = `${name} (${(count += 1)})`;
    return found;
  }

  /** Writes the page of all runs anew; what was chosen in it stays. @param {string[]} troubles that are said with it */
  async show(troubles = []) {
    await this.say("Computing…");
    let html;
    try {
      html = this.html(this.runs);
    } catch {
      this.closeWhatCannotBeShown(troubles);
      html = this.html(this.runs);
    }
    await this.put(html, troubles);
  }

  /** The page of some runs, as text. @param {Run[]} runs */
  html(runs) {
    const request = { ask: "html", title: runs.map(({ name }) => name).join(", "), runs: runs.map(({ shown }) => shown) };
    return new TextDecoder().decode(this.core.ask(request).file);
  }

  /** @param {string[]} troubles where it is said why */
  closeWhatCannotBeShown(troubles) {
    for (const run of this.runs) {
      try {
        this.html([run]);
      } catch (error) {
        troubles.push(`${run.name}: ${wordsOf(error)}`);
        this.close(run.handle);
      }
    }
  }

  /** @param {string} html @param {string[]} troubles */
  async put(html, troubles) {
    const frame = byId("page");
    const address = this.address();
    if (html && this.runs.length) {
      await loaded(frame, html);
      if (frame.contentDocument) this.listenForDrops(frame.contentDocument);
      if (address && frame.contentDocument) frame.contentWindow.location.hash = address;
    }
    for (const id of ["page", "runs", "fork"]) byId(id).hidden = !this.runs.length;
    byId("empty").hidden = this.runs.length > 0;
    byId("error").textContent = troubles.join("\n");
    byId("error").hidden = !troubles.length;
    this.list();
    await this.say("");
    document.documentElement.dataset.shown = String(Number(document.documentElement.dataset.shown ?? 0) + 1);
  }

  /** What is chosen in the page, as its address has it; in a sandbox, where frames are strangers, it cannot be known. */
  address() {
    const frame = byId("page");
    if (frame.hidden || !frame.contentDocument) return "";
    const chosen = new URLSearchParams(frame.contentWindow.location.hash.slice(1));
    if (this.epoch !== undefined) chosen.set("epoch", this.epoch);
    return `#${chosen}`;
  }

  /** The runs, and what can be done with each. */
  list() {
    byId("runs").querySelector("summary").textContent = `Runs (${this.runs.length})`;
    byId("runs").querySelector("tbody").replaceChildren(...this.runs.map((run) => this.row(run)));
    const { run, activation } = byId("fork").querySelector("form").elements;
    const chosen = run.value;
    run.replaceChildren(...this.runs.map(({ name, handle }) => new Option(name, String(handle))));
    if (this.runs.some(({ handle }) => String(handle) === chosen)) run.value = chosen;
    activation.value = "";
    this.listLayers();
  }

  listLayers() {
    const { run, layer } = byId("fork").querySelector("form").elements;
    const layers = this.runs.find(({ handle }) => String(handle) === run.value)?.layers ?? [];
    layer.replaceChildren(...layers.map((name) => new Option(name)));
  }

  /** @param {Run} run */
  row(run) {
    const { name, epochs, layers } = run;
    const set = (/** @type {"name" | "layer" | "threshold"} */ field, /** @type {any} */ control) => {
      control.value = run[field];
      control.ariaLabel = `${field} of ${name}`;
      control.addEventListener("change", () => this.next(() => this.change(run, field, control.value)));
      return control;
    };
    // The last layer has no space of its own on the page: it is what the others are looked at for.
    const layer = element("select", new Option("the usual one", ""), ...layers.slice(0, -1).map((one) => new Option(one)));
    const threshold = Object.assign(document.createElement("input"), { type: "number", step: "any", placeholder: "usual" });
    const download = button(`Download ${name}`, "Download", () => this.next(() => this.download(run)));
    const close = button(`Close ${name}`, "Close", () => this.next(() => this.remove(run)));
    const cells = [set("name", document.createElement("input")), set("layer", layer), set("threshold", threshold)];
    const last = epochs.length ? `${epochs.length}, to ${epochs.at(-1)}` : "none";
    return element("tr", ...[...cells, last, element("span", download, " ", close)].map((cell) => element("td", cell)));
  }

  /** Shows a run in another way, or as before, if it cannot be shown so. @param {Run} run @param {"name" | "layer" | "threshold"} field @param {string} value */
  async change(run, field, value) {
    const before = run[field];
    run[field] = field === "name" ? this.unused(value) : value;
    await this.say("Computing…");
    try {
      await this.put(this.html(this.runs), []);
    } catch (error) {
      run[field] = before;
      await this.show([`${run.name}: ${wordsOf(error)}`]);
    }
  }

  /** @param {Run} run */
  async download(run) {
    const { file } = this.core.ask({ ask: "download", handle: run.handle });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([/** @type {BlobPart} */ (file)]));
    link.download = `${run.name}.replay`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href));
  }

  /** Begins a run that goes on from another, and shows it when it is trained or paused. @param {FormData} wanted */
  async train(wanted) {
    const parent = this.runs.find(({ handle }) => String(handle) === wanted.get("run"));
    if (!parent) return;
    this.closeSheets();
    if (this.runs.length === MOST_RUNS) return this.show([`A page shows at most ${MOST_RUNS} runs: close one first.`]);
    const epoch = Number(wanted.get("epoch"));
    const name = this.unused(`${parent.name} from ${epoch}`);
    const troubles = [];
    let handle;
    try {
      ({ handle } = this.core.train({ handle: parent.handle, epoch, ...settingsOf(wanted) }).fields);
      await this.step(name, handle, Number(wanted.get("epochs")));
    } catch (error) {
      troubles.push(`${name}: ${wordsOf(error)}`); // What was trained until then is a run.
    }
    if (handle !== undefined) this.add(new Run(name, this.core.ask({ ask: "describe", handle }).fields));
    await this.show(troubles);
  }

  /** Trains piece by piece, so that it can be paused. @param {string} name @param {number} handle @param {number} epochs */
  async step(name, handle, epochs) {
    this.isPaused = false;
    byId("pause").hidden = false;
    try {
      for (let done = 0; done < epochs && !this.isPaused; ) {
        const until = performance.now() + PIECE;
        do {
          this.core.ask({ ask: "step", handle, epochs: 1 });
          done += 1;
        } while (done < epochs && performance.now() < until);
        await this.say(`${name}: epoch ${done} of ${epochs}`);
      }
    } finally {
      byId("pause").hidden = true;
    }
  }

  /** Says what it does, and lets the browser show it. @param {string} text */
  async say(text) {
    byId("status").textContent = text;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What of a form is to be other than it was recorded. @param {FormData} wanted */
function settingsOf(wanted) {
  const numbers = ["learning_rate", "batch_size", "seed"].filter((name) => wanted.get(name) !== "");
  const settings = Object.fromEntries(numbers.map((name) => [name, Number(wanted.get(name))]));
  const optimizer = wanted.get("optimizer");
  const activation = wanted.get("activation");
  return {
    ...settings,
    ...(optimizer ? { optimizer } : {}),
    ...(activation ? { activation: [wanted.get("layer"), activation] } : {}),
  };
}

/** Resolves when a frame has loaded a page. @param {HTMLIFrameElement} frame @param {string} html */
function loaded(frame, html) {
  return new Promise((resolve) => {
    frame.addEventListener("load", () => resolve(undefined), { once: true });
    frame.hidden = false;
    frame.srcdoc = html;
  });
}

/** @param {unknown} error */
function wordsOf(error) {
  if (error instanceof CoreError) return error.message;
  // The module has trapped: what it holds is not to be trusted any more.
  return `This is a fault of the page, and not of the recording: ${error}. Load the page anew.`;
}

/** @param {string} name @param {(Node | string)[]} children @returns {any} */
function element(name, ...children) {
  const made = document.createElement(name);
  made.append(...children);
  return made;
}

/** @param {string} name that differs from that of other buttons @param {string} text @param {() => void} action */
function button(name, text, action) {
  const made = element("button", text);
  Object.assign(made, { type: "button", ariaLabel: name });
  made.addEventListener("click", action);
  return made;
}

/** The module, which the page holds deflated and in base64. */
async function loadCore() {
  const text = byId("module").textContent.trim();
  const packed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return Core.load(await new Response(stream).arrayBuffer());
}

try {
  new Player(await loadCore());
  document.documentElement.dataset.ready = "yes";
} catch (error) {
  byId("error").textContent = `This browser cannot run the page: ${error}`;
  byId("error").hidden = false;
  byId("open").disabled = true;
  document.documentElement.dataset.ready = "no";
}
