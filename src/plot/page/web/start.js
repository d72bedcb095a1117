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
  /** @param {{ title: string, runs: Run[], captions: [number, string][], thread: Thread | null }} loaded */
  constructor(loaded) {
    this.loaded = loaded;
    this.asked = 0;
    window.addEventListener("hashchange", ({ newURL }) => this.follow(new URL(newURL).hash.slice(1)));
    document.addEventListener("address", () => (document.documentElement.dataset.address = this.address));
    document.addEventListener("follow", (event) => this.follow(/** @type {CustomEvent} */ (event).detail));
  }

  /** What is shown or about to be, as an address says it. A page around this one asks for it, and says another: a frame may have no address. */
  get address() {
    if (!this.page) return beginning();
    const view = this.page.wanted ?? this.page.view;
    const state = new URLSearchParams(this.stateFor(view));
    for (const name of ["threshold", "layer", "units"]) state.delete(name);
    view.write(state);
    return state.toString();
  }

  /** What another address says, once there is a page. */
  follow(state) {
    if (this.page) this.page.address.follow(state);
    else this.next = state;
  }

  /** The runs that compute, as the page was made. */
  get live() {
    return this.loaded.runs.filter(({ source }) => source.isLive);
  }

  /** What the address says; the page as it was made, where that takes long. */
  async begin() {
    const state = beginning();
    const view = View.read(new URLSearchParams(state)).ofAny(this.live);
    if (view.isUsual) return this.show(this.loaded.runs, view, state);
    const runs = await Promise.race([this.looked(view), new Promise((next) => setTimeout(next, SOON))]);
    if (runs) return this.show(runs, view, state);
    this.next ??= state;
    this.show(this.loaded.runs, new View(), "");
  }

  /** Looks at something else: computes it, and shows it then. */
  async look(wanted) {
    const view = wanted.ofAny(this.live);
    this.page.wanted = view;
    this.page.address.write();
    try {
      const runs = await this.looked(view);
      if (this.page.wanted !== view) return; // A threshold is being moved.
      this.renew(runs, view, this.stateFor(view));
      announce(say("head.computed"));
    } catch (error) {
      if (!(error instanceof Stopped)) showError(error);
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

  /** The runs as a view shows them. What was to be looked at before is no longer wanted. */
  async looked(view) {
    const asked = (this.asked += 1);
    this.loaded.thread?.stop();
    document.documentElement.dataset.stale = "yes";
    const isReady = busy();
    try {
      const runs = [];
      for (const run of this.loaded.runs) {
        runs.push(run.source.isLive ? await run.looked(view.of(run)) : run);
        if (asked !== this.asked) throw new Stopped();
      }
      return runs;
    } finally {
      isReady();
    }
  }

  /** All over again, and everybody where they were. */
  renew(runs, view, state) {
    const { isPlaying, speed } = this.page;
    const place = new Place(document);
    this.page.setPlaying(false);
    life.abort();
    life = new AbortController();
    const [first, ...others] = parts();
    first.replaceWith(...WRITTEN.map((part) => part.cloneNode(true)));
    others.forEach((part) => part.remove());
    document.documentElement.removeAttribute("data-alone");
    this.show(runs, view, state);
    this.page.setSpeed(speed);
    place.restore(document);
    if (isPlaying && this.page.at < this.page.epochs.length - 1) this.page.play();
  }

  show(runs, view, state) {
    delete document.documentElement.dataset.stale;
    for (const { source } of runs) source.turn();
    const filling = new Filling(runs, life.signal);
    this.page = new Page({ ...this.loaded, runs }, view, { look: (wanted) => void this.look(wanted), filling }, state);
    const { next } = this;
    this.next = undefined;
    if (next !== undefined) this.page.address.follow(next);
  }
}

/** So long, in milliseconds, a page stays empty while what its address names is computed. */
const SOON = 400;

/** How much is being computed. */
let tasks = 0;

/** Says that something is being computed; what it returns ends that. */
function busy() {
  const sign = (by) => {
    tasks += by;
    document.getElementById("busy").hidden = tasks === 0;
  };
  if (tasks === 0) announce(say("head.computing"));
  sign(1);
  return () => {
    sign(-1);
    if (tasks === 0) announce(say("head.computed"));
  };
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
