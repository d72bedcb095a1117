// What is shown of all epochs is computed beside the page, before it is asked for.

class Filling {
  /** @param {Run[]} runs @param {AbortSignal} signal ends it */
  constructor(runs, signal) {
    this.runs = runs;
    this.signal = signal;
    /** Whether someone waits for it. */
    this.isUrgent = false;
    this.hasFailed = false;
    this.ended = this.fill();
  }

  /** What is not there, the first epochs of all runs first. */
  get missing() {
    const all = this.runs.flatMap((run) => run.epochs.map((_, epoch) => ({ run, epoch })));
    return all.filter(({ run, epoch }) => !run.source.has(epoch)).sort((a, b) => a.epoch - b.epoch);
  }

  get isOver() {
    return this.signal.aborted || this.hasFailed;
  }

  /** Resolves when all is there: to whether it is. */
  async all() {
    while (!this.isOver && this.missing.length) {
      this.isUrgent = true;
      await this.ended;
      if (this.missing.length) this.ended = this.fill();
    }
    return !this.isOver;
  }

  async fill() {
    for (const { run, epoch } of this.missing) {
      if (!this.isUrgent) await idle();
      if (this.isOver) return;
      await this.fillOne(run, epoch);
    }
    this.isUrgent = false;
  }

  /** What is shown meanwhile is there already. */
  async fillOne(run, epoch) {
    try {
      if (!run.source.has(epoch)) await run.source.fillAside(epoch);
    } catch (error) {
      if (error instanceof Stopped || this.signal.aborted) return;
      this.hasFailed = true;
      showError(error);
    }
  }
}

/** Until there is nothing else to do. */
function idle() {
  return new Promise((/** @type {(_: unknown) => void} */ next) => (globalThis.requestIdleCallback ?? setTimeout)(next));
}
