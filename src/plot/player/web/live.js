// The page while a run is trained: it is written anew as often as training has time for it.

/** So many times as long as it took to show a run it is trained before it is shown again. */
const PATIENCE = 1;

class Live {
  /** @param {Player} player @param {Run} run that is trained */
  constructor(player, run) {
    this.player = player;
    this.run = run;
    /** The last epoch of it that the page has. @type {number | undefined} */
    this.end = undefined;
    this.hasFailed = false;
    /** How long it took, and when it was done, in milliseconds. */
    this.cost = 0;
    this.since = performance.now();
  }

  /** The last epoch of a run, for the page to go to; none if somebody has gone to another than the last that it has. @param {Run | undefined} [run] */
  epoch(run = this.run) {
    const isAtEnd = this.end === undefined || (this.player.epoch ?? String(this.end)) === String(this.end);
    return isAtEnd ? run?.epochs.at(-1) : undefined;
  }

  /** Whether it is time to show it. */
  get isDue() {
    const isSeen = this.run.isShown && !this.hasFailed && !isInUse(byId("page"));
    return isSeen && performance.now() - this.since >= PATIENCE * this.cost;
  }

  /** Shows it with fewer epochs than when it rests. What fails is said then. */
  async show() {
    const [begun, epoch, end] = [performance.now(), this.epoch(), this.run.epochs.at(-1)];
    this.run.isMoving = true;
    try {
      if (await this.player.turn(this.player.html(this.player.shown), { epoch, isLive: true })) this.end = end;
    } catch {
      this.hasFailed = true;
    } finally {
      this.run.isMoving = false;
    }
    this.since = performance.now();
    this.cost = this.since - begun;
  }
}
