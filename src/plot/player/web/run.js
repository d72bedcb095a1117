// The runs that the player has open.

/** The most epochs of a run that are shown: what lies between all of them is found anew with each change. */
const MOST_EPOCHS = 300;

/** A recording that is open. */
class Run {
  /** @param {string} name @param {Record<string, any>} described what `open` or `train` has answered */
  constructor(name, described) {
    this.name = name;
    this.layer = "";
    this.threshold = "";
    this.isShown = true;
    /** Whether the player trains it. */
    this.isTrained = false;
    /** Of batches: the epoch that they are of. @type {number | undefined} */
    this.batchesOf = undefined;
    /** What it was called by the player, and not by a person. */
    this.given = name;
    /** The batches of its epoch, as a run of their own. @type {Run | undefined} */
    this.view = undefined;
    /** Which batches of it were shown last. */
    this.seen = "";
    this.describe(described);
  }

  /** @param {Record<string, any>} described */
  describe({ handle, epochs, layers, batches, data }) {
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
  }

  /** How a page shows it. */
  get shown() {
    const layer = this.layer === "" ? {} : { layer: this.layer };
    const threshold = this.threshold === "" ? {} : { threshold: Number(this.threshold) };
    return { handle: this.handle, name: this.name, epochs: this.batchesOf === undefined ? MOST_EPOCHS : 2 * MOST_EPOCHS, ...layer, ...threshold };
  }

  /** Its points, in words. */
  get points() {
    const last = this.epochs.at(-1);
    if (last === undefined) return "none";
    if (this.batchesOf !== undefined) return `batches to ${last}`;
    const hidden = this.epochs.length > MOST_EPOCHS ? `, ${MOST_EPOCHS} shown` : "";
    return `${this.epochs.length}, to ${last}${hidden}`;
  }

  /** What the page cannot say of it, which knows no batches. */
  get hint() {
    if (this.batchesOf === undefined || !this.isShown) return "";
    return `The points of “${this.name}” are batches, and 0 is before the epoch: where the page says epoch ${this.epochs.at(-1)} of it, that is batch ${this.epochs.at(-1)}.`;
  }
}

/** The row of a run in the sheet of all. */
class RunRow {
  /** @param {Player} player @param {Run} run */
  constructor(player, run) {
    this.player = player;
    this.run = run;
  }

  get element() {
    const { run } = this;
    // The last layer has no space of its own on the page: it is what the others are looked at for.
    const layer = element("select", new Option("the usual one", ""), ...run.layers.slice(0, -1).map((one) => new Option(one)));
    const threshold = Object.assign(document.createElement("input"), { type: "number", step: "any", placeholder: "usual" });
    const controls = [this.set("name", document.createElement("input")), this.set("layer", layer), this.set("threshold", threshold)];
    const cells = [this.show, ...controls, run.points, element("span", ...this.buttons)];
    // A narrow window shows no heads of columns.
    const heads = ["Show", "Name", "Layer", "Threshold", "Epochs", ""];
    const row = element("tr", ...cells.map((cell) => element("td", cell)));
    for (const [at, cell] of [...row.cells].entries()) cell.dataset.head = heads[at];
    return row;
  }

  get show() {
    const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: this.run.isShown });
    box.ariaLabel = `Show ${this.run.name}`;
    box.addEventListener("change", () => this.player.next(() => this.player.showOrHide(this.run, box.checked)));
    return box;
  }

  /** Batches are no recording of their own: that of their run holds them. */
  get buttons() {
    const { player, run } = this;
    const download = button(`Download ${run.name}`, "Download", () => player.next(() => player.download(run)));
    const close = button(`Close ${run.name}`, "Close", () => player.next(() => player.remove(run)));
    return run.batchesOf === undefined ? [download, " ", close] : [close];
  }

  /** @param {"name" | "layer" | "threshold"} field @param {any} control */
  set(field, control) {
    control.value = this.run[field];
    control.ariaLabel = `${field} of ${this.run.name}`;
    control.addEventListener("change", () => this.player.next(() => this.player.change(this.run, field, control.value)));
    return control;
  }
}
