// Training: a run that goes on from an epoch of another, and how far.

/** How long it trains, in milliseconds, before it says how far it is; how long until who hears it hears it again. */
const PIECE = 50;
const ALOUD = 5000;

/** As many epochs as a run goes on for, if nobody pauses it: each is recorded. */
const MOST_TRAINED = 10_000;

class Training {
  /** @param {Player} player */
  constructor(player) {
    this.player = player;
    this.isPaused = false;
    this.form = byId("fork").querySelector("form");
    const { run, epoch, initial, train, activation } = this.form.elements;
    train.addEventListener("click", () => this.start());
    // A sandbox may forbid to submit forms.
    this.form.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
      event.preventDefault();
      this.start();
    });
    run.addEventListener("change", () => {
      activation.value = "";
      this.listOfRun();
    });
    initial.addEventListener("click", () => (epoch.value = this.parent?.epochs[0] ?? 0));
    // Not when it has unfolded, which is said later: a number that was typed by then would be lost.
    byId("fork").querySelector("summary").addEventListener("click", () => (epoch.value = this.usualEpoch));
    byId("pause").addEventListener("click", () => (this.isPaused = true));
    byId("go").addEventListener("click", () => player.next(() => this.goOn({ epochs: MOST_TRAINED })));
    byId("one-epoch").addEventListener("click", () => player.next(() => this.goOn({ epochs: 1 })));
    byId("one-batch").addEventListener("click", () => player.next(() => this.goOn({ batches: 1 })));
  }

  /** Begins what the form says, if it says it whole. */
  start() {
    if (!this.form.reportValidity()) return;
    const wanted = new FormData(this.form);
    const draft = wanted.get("data") === "edited" ? this.player.editor.draftOf(Number(wanted.get("run"))) : undefined;
    // As they are now: it may have to wait.
    const data = draft && { count: draft.count, bytes: draft.bytes };
    this.player.closeSheets();
    this.player.next(() => this.begin(wanted, data));
  }

  /** The last recorded epoch of the run up to that of the page; the last of all where the page does not show it. */
  get usualEpoch() {
    const { epochs = [], isShown } = this.parent ?? {};
    const areBatches = this.player.runs.some((run) => run.isShown && run.batchesOf !== undefined);
    const at = isShown && !areBatches ? Number(this.player.epoch ?? Infinity) : Infinity;
    return epochs.filter((epoch) => epoch <= at).at(-1) ?? epochs[0] ?? 0;
  }

  /** @param {string} handle */
  run(handle) {
    return this.player.runs.find((run) => String(run.handle) === handle);
  }

  /** The run that the form is about. */
  get parent() {
    return this.run(this.form.elements.run.value);
  }

  /** What can be trained on, and what goes on. */
  list() {
    const { runs } = this.player;
    const options = (/** @type {Run[]} */ some) => some.map(({ name, handle }) => new Option(name, String(handle)));
    offer(this.form.elements.run, options(runs.filter(({ batchesOf }) => batchesOf === undefined)));
    offer(byId("driven"), options(runs.filter(({ isTrained }) => isTrained)));
    byId("drive").hidden = !runs.some(({ isTrained }) => isTrained);
    this.listOfRun();
  }

  /** What the form offers for the run that is chosen in it. */
  listOfRun() {
    const { layer, initial, data } = this.form.elements;
    const { layers = [], epochs = [], handle = -1, training = "" } = this.parent ?? {};
    byId("recorded-training").textContent = training;
    offer(layer, layers.map((name) => new Option(name)));
    const first = epochs[0] ?? 0;
    initial.textContent = first === 0 ? "The same initial weights" : `The first weights, of epoch ${first}`;
    const draft = this.player.editor.draftOf(handle);
    const edited = draft ? [new Option(`edited: ${draft.count} samples`, "edited")] : [];
    offer(data, [new Option("as recorded", ""), ...edited]);
  }

  /** Unfolds the form for a run and the data that were edited of it. @param {Run} run */
  open(run) {
    const { run: list, data, epoch } = this.form.elements;
    list.value = String(run.handle);
    this.listOfRun();
    data.value = this.player.editor.draftOf(run.handle) ? "edited" : "";
    epoch.value = run.epochs[0] ?? 0;
    byId("fork").open = true;
    epoch.focus();
  }

  /**
   * Begins a run that goes on from another, and shows it when it is trained or paused.
   * @param {FormData} wanted @param {{ count: number, bytes: Uint8Array } | undefined} draft
   */
  async begin(wanted, draft) {
    const { player } = this;
    const parent = this.run(String(wanted.get("run")));
    if (!parent) return player.show(["The run that was to be trained on was closed before."]);
    if (player.runs.length === MOST_RUNS) return player.show([`A page shows at most ${MOST_RUNS} runs: close one first.`]);
    const epoch = Number(wanted.get("epoch"));
    const name = player.unused(`${parent.name} from ${epoch}${draft ? ", edited data" : ""}`);
    const samples = draft ? { samples: draft.count } : {};
    const troubles = [];
    let run, live;
    try {
      const settings = { handle: parent.handle, epoch, ...settingsOf(wanted), ...samples };
      run = new Run(name, player.core.train(settings, draft?.bytes).fields);
      run.isTrained = run.isOwn = run.isUnsaved = true;
      player.add(run);
      this.form.elements.activation.value = "";
      live = new Live(player, run);
      await this.train(live, { epochs: Number(wanted.get("epochs")) });
    } catch (error) {
      troubles.push(this.failed(name, run, error)); // What was trained until then is a run.
    }
    if (run) this.refresh(run);
    await player.show(troubles, live?.epoch());
    if (run?.isTrained) byId("driven").value = String(run.handle);
  }

  /** The run that was chosen goes on, and the page with it. @param {{ epochs?: number, batches?: number }} pieces */
  async goOn(pieces) {
    const run = this.run(byId("driven").value);
    if (!run) return;
    const [live, troubles] = [new Live(this.player, run), /** @type {string[]} */ ([])];
    try {
      await this.train(live, pieces);
    } catch (error) {
      troubles.push(this.failed(run.name, run, error));
    }
    this.refresh(run);
    run.isUnsaved = true;
    const view = this.showBatches(run, troubles);
    // What goes on is looked at where it is shown; batches and epochs are not of one count.
    const seen = [pieces.batches ? view : run, view].find((one) => one?.isShown);
    await this.player.show(troubles, seen && live.epoch(seen));
  }

  /** What went wrong, in words. What failed does not go on. @param {string} name @param {Run | undefined} run @param {unknown} error */
  failed(name, run, error) {
    if (run) run.isTrained = false;
    return `${name}: ${wordsOf(error)}`;
  }

  /** @param {Run} run */
  refresh(run) {
    run.describe(this.player.core.ask({ ask: "describe", handle: run.handle }).fields);
  }

  /** Trains piece by piece, so that it can be seen and paused. @param {Live} live @param {{ epochs?: number, batches?: number }} pieces */
  async train(live, { epochs = 0, batches = 0 }) {
    const [{ core }, { run }] = [this.player, live];
    const stops = this.canBePaused();
    let aloud = 0;
    try {
      if (batches) core.ask({ ask: "step", handle: run.handle, batches });
      for (let done = 0; done < epochs && !this.isPaused; ) {
        const until = performance.now() + PIECE;
        let logged;
        do {
          [logged] = core.ask({ ask: "step", handle: run.handle, epochs: 1 }).fields.epochs;
          done += 1;
        } while (done < epochs && performance.now() < until);
        const isSaidAloud = performance.now() >= aloud;
        if (isSaidAloud) aloud = performance.now() + ALOUD;
        await this.player.say(inWords(logged, done, epochs), isSaidAloud);
        if (done < epochs && !this.isPaused && live.isDue) await this.show(live);
      }
    } finally {
      stops();
    }
  }

  /** How far it is, as the page has it. @param {Live} live */
  async show(live) {
    this.refresh(live.run);
    await live.show();
    this.player.list();
  }

  /** While it trains there is nothing but to pause it; the focus goes from one button to the other. Returns what ends that. */
  canBePaused() {
    const others = ["go", "one-epoch", "one-batch", "driven"].map(byId);
    const before = document.activeElement;
    const isTrading = others.includes(before);
    this.isPaused = false;
    byId("pause").hidden = false;
    if (isTrading) byId("pause").focus();
    for (const one of others) one.disabled = true;
    return () => {
      for (const one of others) one.disabled = false;
      if (isTrading && document.activeElement === byId("pause")) /** @type {HTMLElement} */ (before).focus();
      byId("pause").hidden = true;
    };
  }

  /** Shows the batches of the epoch that was trained by batches last, as a run beside it. One that was closed comes back with the next batch. @param {Run} run @param {string[]} troubles */
  showBatches(run, troubles) {
    const [epoch, count] = run.batches.at(-1) ?? [];
    const view = this.viewOf(run);
    if (epoch === undefined || run.seen === `${epoch}, ${count}`) return view;
    run.seen = `${epoch}, ${count}`;
    try {
      const described = this.player.core.ask({ ask: "batches", handle: run.handle, epoch }).fields;
      return this.viewed(run, epoch, described);
    } catch (error) {
      troubles.push(wordsOf(error));
      return view;
    }
  }

  /** The view of its batches, if it was not closed. @param {Run} run */
  viewOf({ view }) {
    return view && this.player.runs.includes(view) ? view : undefined;
  }

  /** The view of a run's batches, in place of the one before. @param {Run} run @param {number} epoch @param {Record<string, any>} described */
  viewed(run, epoch, described) {
    const { player } = this;
    const old = this.viewOf(run);
    const view = old ?? new Run("", described);
    if (old) {
      player.core.ask({ ask: "close", handle: old.handle });
      old.describe(described);
    } else {
      player.add(view);
    }
    view.batchesOf = epoch;
    view.layer ||= run.layer;
    run.view = view;
    this.nameView(run);
    return view;
  }

  /** By its run, unless a person has called it something else. @param {Run} run */
  nameView(run) {
    const view = this.viewOf(run);
    if (!view || view.name !== view.given) return;
    view.name = ""; // Its own is free.
    view.name = view.given = this.player.unused(`${run.name}: batches of epoch ${view.batchesOf}`);
  }
}

/** How far it is. @param {[number, [string, any][]] | undefined} logged the last epoch @param {number} done @param {number} epochs */
function inWords(logged, done, epochs) {
  const far = `epoch ${done} of ${epochs}`;
  const metrics = logged?.[1].filter(([name]) => name !== "learning_rate") ?? [];
  return [far, ...metrics.map(([name, value]) => `${name} ${inShort(Number(value))}`)].join(", ");
}

/** A metric with some of its digits: there is room for few. @param {number} value */
function inShort(value) {
  return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(2) : value.toPrecision(4);
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
