// What a person has chosen in the page of the runs: it stays when the page is written anew.

/** @typedef {{ epoch?: number, isLive?: boolean, run?: Run, field?: "name" | "layer" | "threshold" }} Change an epoch to go to, and whether that can wait until nobody is about something in the page; or what was set for a run outside of it */

/** What begins with the number of a run in its value. */
const PLACED = ["panel", "sample"];

class Choices {
  constructor() {
    /** As the address of the page says it, but for what is of one run. */
    this.ofAll = new URLSearchParams();
    /** The runs as the page was written with them: it knows them by their places. @type {Run[]} */
    this.written = [];
    /** The panel that is seen alone and the sample that is followed, each with its run. @type {Map<string, { run: Run, rest: string }>} */
    this.placed = new Map();
    /** What the page said last. */
    this.said = new URLSearchParams();
  }

  /** Asks the page. In a sandbox, where frames are strangers, and before it is there, what it was begun with is all that is known. @param {HTMLIFrameElement} frame */
  take(frame) {
    const said = saidBy(frame);
    if (!said) return;
    this.said = said;
    const columns = frame.contentDocument?.querySelectorAll(".run") ?? [];
    this.written.forEach((run, place) => (run.isCut = columns[place]?.hasAttribute("data-cut") ?? false));
    this.ofAll = new URLSearchParams();
    this.placed.clear();
    for (const run of this.written) run.choices.clear();
    for (const [name, value] of said) this.read(name, value);
  }

  /** What begins with a number is of the run at that place. @param {string} name @param {string} value */
  read(name, value) {
    if (PLACED.includes(name)) return this.place(name, value);
    const [place, rest] = placeAndRest(name);
    if (rest) this.written[place]?.choices.set(rest, value);
    else this.ofAll.set(name, value);
  }

  /** Without a number it is of the first run. @param {string} name @param {string} value */
  place(name, value) {
    const [place, rest] = placeAndRest(value);
    const run = this.written[rest ? place : 0];
    if (run) this.placed.set(name, { run, rest: rest || value });
  }

  /** It is as usual. @param {string} name */
  forget(name) {
    const [place, rest] = placeAndRest(name);
    if (rest) this.written[place]?.choices.delete(rest);
    else this.ofAll.delete(name);
    this.placed.delete(name);
  }

  /** A page of some runs that begins with what was chosen. @param {string} html @param {Run[]} runs @param {Change} change */
  begin(html, runs, change) {
    this.change(change);
    return html.replace("<html ", `<html data-begin="${this.of(runs).replaceAll("&", "&amp;")}" `);
  }

  /**
   * That page goes where somebody has gone in the one before while it was loaded, and is the one that is asked from now on.
   * @param {HTMLIFrameElement} before @param {HTMLIFrameElement} now @param {Run[]} runs of that page
   */
  keepUp(before, now, runs) {
    const [then, later] = [this.said, saidBy(before) ?? this.said];
    const changed = [...new Set([...then.keys(), ...later.keys()])].filter((name) => then.get(name) !== later.get(name));
    for (const name of changed) {
      if (later.has(name)) this.read(name, later.get(name) ?? "");
      else this.forget(name);
    }
    this.written = runs;
    if (changed.length) now.contentDocument?.dispatchEvent(new CustomEvent("follow", { detail: this.of(runs) }));
  }

  /** The threshold that was chosen in the page for all runs that have one; empty if none was. */
  get threshold() {
    return this.ofAll.get("threshold") ?? "";
  }

  /** As the address of a page of some runs. @param {Run[]} runs */
  of(runs) {
    const state = new URLSearchParams(this.ofAll);
    runs.forEach((run, place) => run.choices.forEach((value, name) => state.set(`${place}.${name}`, value)));
    this.placed.forEach(({ run, rest }, name) => runs.includes(run) && state.set(name, `${runs.indexOf(run)}.${rest}`));
    return state.toString();
  }

  /** The page's own choice would hide what was set outside of it: of the other runs it is set, too. @param {Change} change */
  change({ epoch, run, field }) {
    if (epoch !== undefined) this.ofAll.set("epoch", String(epoch));
    if (field === "threshold") this.ofAll.delete("threshold");
    if (field !== "layer") return;
    for (const name of ["layer", "units"]) this.ofAll.delete(name);
    run?.choices.delete("hidden.zoom"); // It was of another space.
  }
}

/** What is chosen in a page, as its address says it, and its epoch in any case. @param {HTMLIFrameElement} frame */
function saidBy({ contentDocument: page }) {
  page?.dispatchEvent(new Event("address"));
  const { address, epoch } = page?.documentElement.dataset ?? {};
  if (address === undefined) return undefined;
  const said = new URLSearchParams(address);
  if (epoch !== undefined) said.set("epoch", epoch);
  return said;
}

/** @param {string} key @returns {[number, string]} */
function placeAndRest(key) {
  const [, place, rest] = key.match(/^(\d+)\.(.+)$/) ?? [];
  return [Number(place), rest ?? ""];
}
