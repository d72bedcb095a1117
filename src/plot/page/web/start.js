// Loads what the page carries, shows it, and shows it anew where something else is to be looked at.

/** What lives as long as a view of the runs. */
let life = new AbortController();

/** The page as it was written, but for its scripts. */
const WRITTEN = parts().map((part) => part.cloneNode(true));

function parts() {
  return [...document.body.children].filter(({ tagName }) => tagName !== "SCRIPT");
}

/** What is to be shown at first: what the address says, or a page around this one. */
function beginning() {
  return location.hash.slice(1) || (document.documentElement.dataset.begin ?? "");
}

class Workbench {
  /** @param {{ title: string, runs: Run[], captions: [number, string][] }} loaded */
  constructor(loaded) {
    this.loaded = loaded;
    this.asked = 0;
    window.addEventListener("hashchange", ({ newURL }) => this.follow(new URL(newURL).hash.slice(1)));
    document.addEventListener("address", () => (document.documentElement.dataset.address = this.address));
  }

  /** What is shown or about to be, as an address says it. A page around this one asks for it: a frame may have no address. */
  get address() {
    if (!this.page) return beginning();
    const view = this.page.wanted ?? this.page.view;
    const state = new URLSearchParams(this.stateFor(view));
    for (const name of ["threshold", "layer", "units"]) state.delete(name);
    view.write(state);
    return state.toString();
  }

  /** What another address says, once a view that is being computed is there. */
  follow(state) {
    if (this.page && !life.signal.aborted) this.page.address.follow(state);
    else this.next = state;
  }

  /** The runs that compute, as the page was made. */
  get live() {
    return this.loaded.runs.filter(({ source }) => source.isLive);
  }

  async begin() {
    const state = beginning();
    const view = View.read(new URLSearchParams(state)).ofAny(this.live);
    this.show(view.isUsual ? this.loaded.runs : await this.looked(view), view, state);
  }

  /** Looks at something else: computes it, and shows it at the same epoch. */
  async look(wanted) {
    const view = wanted.ofAny(this.live);
    const asked = (this.asked += 1);
    this.page.wanted = view;
    this.page.pause();
    this.rest();
    const state = this.stateFor(view);
    try {
      const runs = await this.looked(view, () => asked === this.asked);
      if (runs) this.renew(runs, view, state);
    } catch (error) {
      showError(error);
    }
  }

  /** What is shown, as the address says it; where one looks closer at a space there is none of another layer or of other units. */
  stateFor({ layer, units }) {
    const state = new URLSearchParams(this.page.address.shown());
    const { view } = this.page;
    if (layer === view.layer && String(units) === String(view.units)) return state.toString();
    for (const name of [...state.keys()]) if (name.endsWith(".hidden.zoom")) state.delete(name);
    return `${state}&${this.page.address.zooms}`;
  }

  /** Nothing is asked of the runs while they are turned to another view: it would be an answer of neither. */
  rest() {
    life.abort();
    for (const id of ["runs", "controls", "lesson"]) document.getElementById(id)?.toggleAttribute("inert", true);
  }

  /** The runs as a view shows them; null where that is no longer wanted. */
  async looked(view, isWanted = () => true) {
    document.documentElement.dataset.stale = "yes";
    announce(say("view.computing"));
    const runs = [];
    for (const run of this.loaded.runs) {
      await new Promise((next) => setTimeout(next));
      if (!isWanted()) return null;
      runs.push(run.source.isLive ? run.looked(view.of(run)) : run);
    }
    return runs;
  }

  /** All over again, with the menu open if it was, and the keyboard where it was. */
  renew(runs, view, state) {
    const [isOpen, focused, speed] = [this.page.menu.details.open, document.activeElement?.id, this.page.speed];
    life = new AbortController();
    const [first, ...others] = parts();
    first.replaceWith(...WRITTEN.map((part) => part.cloneNode(true)));
    others.forEach((part) => part.remove());
    document.documentElement.removeAttribute("data-alone");
    this.show(runs, view, state);
    this.page.menu.details.open = isOpen;
    this.page.setSpeed(speed);
    if (focused) document.getElementById(focused)?.focus();
  }

  show(runs, view, state) {
    delete document.documentElement.dataset.stale;
    this.page = new Page({ ...this.loaded, runs }, view, (wanted) => void this.look(wanted), state);
    fillWhenIdle(runs, life.signal);
    const { next } = this;
    this.next = undefined;
    if (next !== undefined) this.page.address.follow(next);
  }
}

/** So long, in milliseconds, an epoch of a run may take. */
const AN_EPOCH = 8;

/** Computes what is not yet there, epoch by epoch of all runs, when there is nothing else to do. */
function fillWhenIdle(runs, signal) {
  const missing = runs.filter(({ source }) => source.isLive).flatMap((run) => run.epochs.map((_, epoch) => ({ run, epoch })));
  missing.sort((a, b) => a.epoch - b.epoch);
  const whenIdle = globalThis.requestIdleCallback ?? setTimeout;
  const next = (/** @type {IdleDeadline | undefined} */ deadline) => {
    if (signal.aborted) return;
    do {
      const found = missing.shift();
      found?.run.fill(found.epoch);
    } while (missing.length && deadline?.timeRemaining() > AN_EPOCH);
    document.documentElement.dataset.missing = String(missing.length);
    if (missing.length) whenIdle(next);
  };
  whenIdle(next);
}

function showError(error) {
  const line = document.getElementById("error");
  const reason = error instanceof PageError ? error.message : say("errors.damaged");
  line.textContent = reason;
  if (error instanceof WrittenError) asWritten(line);
  line.hidden = false;
  document.getElementById("runs").hidden = document.getElementById("controls").hidden = true;
  document.documentElement.dataset.ready = "no";
}

async function start() {
  try {
    const loaded = await loadRuns();
    if (!loaded.runs.length) throw new PageError(say("errors.no-epoch"));
    await new Workbench(loaded).begin();
  } catch (error) {
    showError(error);
  }
}

// Whatever is asked for later may have to be computed.
window.addEventListener("error", ({ error }) => (error instanceof PageError || error instanceof WebAssembly.RuntimeError) && showError(error));
void start();
