// The slider over the epochs, and under it a lane of milestones for every run.

const BAR_ROWS = 3;
const TONES = {
  "all correct": "good",
  "fewest errors": "best",
  "best loss": "best",
  widened: "best",
  fall: "move",
  plateau: "still",
  "final errors": "end",
  "final loss": "end",
  squashed: "bad",
  saturated: "bad",
  dead: "bad",
  "vanishing gradient": "bad",
  "exploding gradient": "bad",
  diverged: "bad",
  frozen: "bad",
  "no learning": "bad",
  "no fall": "bad",
  "poor start": "bad",
  "flat start": "bad",
  "large steps": "bad",
  "small steps": "bad",
  "dead layer": "bad",
  "loss spike": "bad",
  overfitting: "bad",
  "copied units": "bad",
  "never predicted": "bad",
  "drowning feature": "bad",
  "missing bias": "bad",
  "shifted validation": "bad",
  leakage: "bad",
  "noisy labels": "bad",
  "other loss": "bad",
};
const WEIGHTS = ["bad", "good", "best", "move", "still", "other", "end"];

function toneOf({ kind }) {
  return Object.hasOwn(TONES, kind) ? TONES[kind] : "other";
}

class Timeline {
  constructor(runs, epochs, tip, onSeek) {
    this.low = epochs[0];
    this.high = epochs.at(-1);
    this.tip = tip;
    this.onSeek = onSeek;
    this.slider = /** @type {HTMLInputElement} */ (document.getElementById("slider"));
    Object.assign(this.slider, { min: this.low, max: this.high, disabled: epochs.length < 2 });
    this.slider.addEventListener("input", () => onSeek(Number(this.slider.value)));
    this.lanes = document.getElementById("lanes");
    this.lanes.classList.toggle("alone", runs.length === 1);
    runs.forEach((run) => run.milestones.length && this.addLane(run));
  }

  show(epoch) {
    this.slider.value = String(epoch);
    this.slider.setAttribute("aria-valuetext", say("controls.epoch", { epoch }));
    this.slider.style.setProperty("--done", String(this.share(epoch)));
  }

  share(epoch) {
    return this.high > this.low ? Math.min(1, Math.max(0, (epoch - this.low) / (this.high - this.low))) : 0;
  }

  addLane(run) {
    const name = element("span", { class: "lane-name" });
    setText(asNamed(name), run.name);
    const lane = element("div", { class: "lane" });
    const [bars, moments] = [run.milestones.filter(lasts), run.milestones.filter((one) => !lasts(one))];
    const rows = packed(bars);
    lane.style.setProperty("--rows", Math.min(BAR_ROWS, Math.max(0, ...rows.map((row) => row + 1))));
    bars.forEach((bar, i) => lane.append(this.bar(run, bar, rows[i])));
    for (const group of byEpoch(moments)) lane.append(this.moment(run, group));
    rove(lane);
    this.point(lane);
    this.lanes.append(name, lane);
  }

  /** Marks are larger than what is seen of them, and may lie on each other: what is pressed is the one that is seen nearest. */
  point(lane) {
    const moments = [...lane.querySelectorAll(".moment")];
    lane.addEventListener("pointermove", (event) => {
      const mark = meant(moments, event);
      if (mark) mark.dispatchEvent(new Event("point"));
      else this.tip.hide();
    });
    lane.addEventListener("pointerleave", () => this.tip.hide());
    const press = (event) => {
      const mark = meant(moments, event);
      if (event.detail === 0 || mark === event.target) return; // By a key, or by what follows.
      event.stopPropagation();
      mark?.click();
    };
    lane.addEventListener("click", press, { capture: true });
  }

  bar(run, milestone, row) {
    const button = this.button(run, [milestone], "bar");
    button.style.setProperty("--to", this.share(milestone.until));
    button.style.setProperty("--row", row);
    return button;
  }

  moment(run, group) {
    const heaviest = [...group].sort((a, b) => WEIGHTS.indexOf(toneOf(a)) - WEIGHTS.indexOf(toneOf(b)));
    return this.button(run, heaviest, "moment");
  }

  /** Milestones of one run and epoch: hovering or focusing shows their text, a click goes there. */
  button(run, group, shape) {
    const texts = group.map(({ text }) => text);
    const label = say("run.mark", { run: run.name, milestone: listedApart(texts) });
    const button = element("button", {
      type: "button",
      class: `milestone ${shape} ${toneOf(group[0])}`,
      "aria-label": label,
    });
    asWritten(button);
    button.dataset.epoch = group[0].epoch;
    button.style.setProperty("--from", this.share(group[0].epoch));
    const show = () => this.tip.showAbove(button, texts);
    button.addEventListener("click", () => this.onSeek(group[0].epoch));
    button.addEventListener("point", show);
    button.addEventListener("focus", show);
    button.addEventListener("blur", () => this.tip.hide());
    return button;
  }
}

/** The mark that somebody points at: of moments that lie on each other the nearest. */
function meant(moments, { target, clientX }) {
  if (!moments.includes(target)) return target.closest(".milestone");
  const away = (moment) => {
    const { left, right } = moment.getBoundingClientRect();
    return Math.abs((left + right) / 2 - clientX);
  };
  return moments.reduce((nearest, one) => (away(one) < away(nearest) ? one : nearest));
}

/** One stop of the Tab key for a whole lane: the arrows go from mark to mark. */
function rove(lane) {
  const marks = [...lane.children].sort((a, b) => a.dataset.epoch - b.dataset.epoch);
  marks.forEach((mark, i) => (mark.tabIndex = i ? -1 : 0));
  lane.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const next = by && marks[marks.indexOf(event.target) + by];
    if (!by || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    next?.focus();
  });
}

function lasts({ epoch, until }) {
  return until !== null && until !== undefined && until > epoch;
}

/** A row for each bar, so that no two overlap as long as there are rows. */
function packed(bars) {
  const ends = [];
  return bars.map(({ epoch, until }) => {
    const free = ends.findIndex((end) => end < epoch);
    const row = free >= 0 ? free : Math.min(ends.length, BAR_ROWS - 1);
    ends[row] = until;
    return row;
  });
}

function byEpoch(milestones) {
  const groups = new Map();
  for (const milestone of milestones) {
    const group = groups.get(milestone.epoch) ?? [];
    groups.set(milestone.epoch, [...group, milestone]);
  }
  return [...groups.values()];
}
