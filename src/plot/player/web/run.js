// The runs that the player has open.

/** The most epochs of a run that are shown: what lies between all of them is found anew with each change. */
const MOST_EPOCHS = 300;

/** The same while it is trained, and shown every now and then. */
const MOST_MOVING = 100;

/** What is computed of each of them: of so many places of planes, beside the samples. */
const PLACES = 10_000;

/** So many products of two numbers, some seconds, a page may take: of wide networks fewer epochs are shown. */
const MOST_PRODUCTS = 1e10;

const FEWEST_EPOCHS = 10;

/** A recording that is open. */
class Run {
  /** @param {string} name @param {Record<string, any>} described what `open` or `train` has answered */
  constructor(name, described) {
    this.name = name;
    this.layer = "";
    this.threshold = "";
    this.isShown = true;
    /** What was chosen in its panels, by the names of the page. @type {Map<string, string>} */
    this.choices = new Map();
    /** Whether the player trains it. */
    this.isTrained = false;
    /** Whether the player has begun it. */
    this.isOwn = false;
    /** Whether it is being trained, and shown meanwhile. */
    this.isMoving = false;
    /** Of batches: the epoch that they are of. @type {number | undefined} */
    this.batchesOf = undefined;
    /** What it was called by the player, and not by a person. */
    this.given = name;
    /** Why the page cannot show it: then it is kept, and can be downloaded. */
    this.trouble = "";
    /** Whether it was trained since it was downloaded last. */
    this.isUnsaved = false;
    /** The batches of its epoch, as a run of their own. @type {Run | undefined} */
    this.view = undefined;
    /** Whether the page offers a threshold for it: what two classes or two outputs have is none. */
    this.isCut = false;
    /** Which batches of it were shown last. */
    this.seen = "";
    this.describe(described);
  }

  /** @param {Record<string, any>} described */
  describe({ handle, epochs, layers, batches, data, training, no_training: noTraining, parameters, torn_bytes: torn }) {
    /** @type {number} */
    this.handle = handle;
    /** @type {number[]} */
    this.epochs = epochs;
    /** @type {string[]} */
    this.layers = layers ?? [];
    /** Epochs with the number of batches that were recorded of each. @type {[number, number][]} */
    this.batches = batches;
    /** @type {number} */
    this.features = data?.features ?? 0;
    /** How it was trained, in words, or why that is not known. @type {string} */
    this.training = training === null ? String(noTraining) : `Recorded: ${training}.`;
    /** How much one epoch takes to be shown. */
    this.products = parameters * (PLACES + (data?.samples ?? 0));
    /** How many bytes there are behind the last whole record. @type {number} */
    this.torn = torn;
  }

  /** Whether something was trained here that is nowhere else. */
  get hasTrained() {
    return this.isOwn && (this.epochs.length > 1 || this.batches.length > 0);
  }

  /** How a page shows it. */
  get shown() {
    const layer = this.layer === "" ? {} : { layer: this.layer };
    const threshold = this.threshold === "" ? {} : { threshold: Number(this.threshold) };
    return { handle: this.handle, name: this.name, epochs: this.mostEpochs, ...layer, ...threshold };
  }

  get mostEpochs() {
    const most = this.batchesOf === undefined ? MOST_EPOCHS : 2 * MOST_EPOCHS;
    return Math.max(FEWEST_EPOCHS, Math.floor(Math.min(this.isMoving ? MOST_MOVING : most, MOST_PRODUCTS / this.products)));
  }

  /** Its points, in words. */
  get points() {
    const last = this.epochs.at(-1);
    if (last === undefined) return "none";
    const { mostEpochs } = this;
    const hidden = this.epochs.length > mostEpochs ? `, ${mostEpochs} shown` : "";
    if (this.batchesOf === undefined) return `${this.epochs.length}, to ${last}${hidden}`;
    const first = this.epochs.find((batch) => batch > 0);
    return `batches ${first === 1 ? "" : `${first} `}to ${last}${hidden}`;
  }

  /** What the page cannot say of it, which knows no batches. */
  get hint() {
    if (this.batchesOf === undefined || !this.isShown) return "";
    const first = this.epochs.find((batch) => batch > 0) ?? 1;
    const left = first > 1 ? `, of which the first ${first - 1} are left out` : "";
    return `The points of “${this.name}” are batches${left}, and 0 is before the epoch: where the page says epoch ${this.epochs.at(-1)} of it, that is batch ${this.epochs.at(-1)}.`;
  }
}

/** The row of a run in the sheet of all. */
class RunRow {
  /** @param {Player} player @param {Run} run @param {HTMLTableSectionElement} body where it stands last */
  constructor(player, run, body) {
    this.player = player;
    this.run = run;
    this.box = this.showBox();
    const input = () => document.createElement("input");
    // The last layer has no space of its own on the page: it is what the others are looked at for.
    const layer = element("select", new Option("the usual one", ""), ...run.layers.slice(0, -1).map((one) => new Option(one)));
    const threshold = Object.assign(input(), { type: "number", step: "any", placeholder: "usual" });
    /** @type {["name" | "layer" | "threshold", any][]} */
    this.controls = [["name", input()], ["layer", layer], ["threshold", threshold]];
    this.points = element("td");
    this.download = button("", "Download", () => player.next(() => player.download(run)));
    this.close = button("", "Close", () => player.next(() => player.remove(run)));
    for (const [field, control] of this.controls) this.listen(field, control);
    this.element = this.row();
    body.append(this.element);
  }

  showBox() {
    const box = Object.assign(document.createElement("input"), { type: "checkbox" });
    box.addEventListener("change", () => this.player.next(() => this.player.showOrHide(this.run, box.checked)));
    return box;
  }

  /** @param {"name" | "layer" | "threshold"} field @param {any} control */
  listen(field, control) {
    control.addEventListener("change", () => this.player.next(() => this.player.change(this.run, field, control.value)));
  }

  row() {
    const cells = [this.box, ...this.controls.map(([, control]) => control)].map((one) => element("td", one));
    // Batches are no recording of their own: that of their run holds them.
    const buttons = this.run.batchesOf === undefined ? [this.download, " ", this.close] : [this.close];
    const row = element("tr", ...cells, this.points, element("td", element("span", ...buttons)));
    // A narrow window shows no heads of columns.
    const heads = ["Show", "Name", "Layer", "Threshold", "Epochs", ""];
    for (const [at, cell] of [...row.cells].entries()) cell.dataset.head = heads[at];
    return row;
  }

  /** What was set is what is so now, if nothing else was typed since. @param {"name" | "layer" | "threshold"} field @param {string} value that was set */
  settle(field, value) {
    const [, control] = this.controls.find(([name]) => name === field) ?? [];
    if (control?.value === value) control.value = this.run[field];
  }

  /** Says what is so now; what somebody is typing stays. */
  update() {
    const { run } = this;
    this.box.checked = run.isShown;
    this.box.ariaLabel = `Show ${run.name}`;
    for (const [field, control] of this.controls) {
      if (control !== document.activeElement || control.value === this.was?.[field]) control.value = run[field];
      control.ariaLabel = `${field} of ${run.name}`;
    }
    const threshold = this.controls[2][1];
    threshold.placeholder = (run.isShown && run.isCut && this.player.choices.threshold) || "usual";
    this.was = { name: run.name, layer: run.layer, threshold: run.threshold };
    this.points.textContent = run.points;
    this.download.ariaLabel = `Download ${run.name}`;
    this.close.ariaLabel = `Close ${run.name}`;
  }
}
