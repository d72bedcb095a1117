// What a person has chosen in the page of the runs: it stays when the page is written anew.

/** @typedef {{ epoch?: number, run?: Run, field?: "name" | "layer" | "threshold" }} Change an epoch to go to, or what was set for a run outside of the page */

class Choices {
  constructor() {
    /** As the address of the page says it, but for what is of one run. */
    this.ofAll = new URLSearchParams();
    /** The runs as the page was written with them: it knows them by their places. @type {Run[]} */
    this.written = [];
    /** The panel that is seen alone. @type {{ run: Run, kind: string } | undefined} */
    this.alone = undefined;
  }

  /** Asks the page. In a sandbox, where frames are strangers, and before it is there, what it was begun with is all that is known. @param {HTMLIFrameElement} frame */
  take({ contentDocument: page }) {
    page?.dispatchEvent(new Event("address"));
    const { address, epoch } = page?.documentElement.dataset ?? {};
    if (address === undefined) return;
    this.ofAll = new URLSearchParams();
    this.alone = undefined;
    for (const run of this.written) run.choices.clear();
    for (const [name, value] of new URLSearchParams(address)) this.read(name, value);
    if (epoch !== undefined) this.ofAll.set("epoch", epoch);
  }

  /** What begins with a number is of the run at that place. @param {string} name @param {string} value */
  read(name, value) {
    const [place, rest] = placeAndRest(name === "panel" ? value : name);
    const run = this.written[place];
    if (!rest) this.ofAll.append(name, value);
    else if (run && name === "panel") this.alone = { run, kind: rest };
    else run?.choices.set(rest, value);
  }

  /** A page of some runs that begins with what was chosen. @param {string} html @param {Run[]} runs @param {Change} change */
  begin(html, runs, change) {
    this.change(change);
    const state = new URLSearchParams(this.ofAll);
    runs.forEach((run, place) => run.choices.forEach((value, name) => state.set(`${place}.${name}`, value)));
    const place = runs.findIndex((run) => run === this.alone?.run);
    if (place >= 0) state.set("panel", `${place}.${this.alone?.kind}`);
    this.written = runs;
    return html.replace("<html ", `<html data-begin="${state.toString().replaceAll("&", "&amp;")}" `);
  }

  /** The page's own choice would hide what was set outside of it. @param {Change} change */
  change({ epoch, run, field }) {
    if (epoch !== undefined) this.ofAll.set("epoch", String(epoch));
    if (field === "threshold") this.ofAll.delete("threshold");
    if (field !== "layer") return;
    for (const name of ["layer", "units"]) this.ofAll.delete(name);
    run?.choices.delete("hidden.zoom"); // It was of another space.
  }
}

/** @param {string} key @returns {[number, string]} */
function placeAndRest(key) {
  const [, place, rest] = key.match(/^(\d+)\.(.+)$/) ?? [];
  return [Number(place), rest ?? ""];
}
