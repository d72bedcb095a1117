// Where all runs part the classes, in one plane of the same inputs.

class Overlay {
  /** @param {SpacePanel} panel @param {SpacePanel[]} others of other runs, over the same plane */
  constructor(panel, others) {
    this.panel = panel;
    this.others = others;
    this.isOn = false;
    panel.control(toggle("all", say("overlay.all"), say("overlay.label"), (isOn) => this.turn(isOn)));
  }

  /** For planes of the same inputs, where lines part classes. @param {any[]} panels */
  static offer(panels) {
    const planes = panels.filter((panel) => panel instanceof SpacePanel && panel.space.still && !panel.space.lines.areLevels);
    for (const panel of planes) {
      const others = planes.filter((one) => one !== panel && areAlike(one, panel));
      if (others.length) panel.overlay = new Overlay(panel, others);
    }
  }

  turn(isOn) {
    this.isOn = isOn;
    this.panel.refresh();
    this.panel.onChange();
  }

  /** The boundaries of the others in the colors of their runs, and the names of all where they end. */
  paint(context, own) {
    if (!this.isOn) return;
    const ends = [{ part: own, name: this.panel.run.name, color: palette.boundary }];
    for (const other of this.others.filter(({ epoch }) => epoch >= 0)) {
      const color = palette.ofCurve(runOf(other));
      const part = this.panel.partOf(other);
      part.paintBoundary(context, color);
      ends.push({ part, name: this.nameOf(other), color });
    }
    this.writeNames(context, ends);
  }

  /** With its epoch where that is another than the one that the panel names. @param {SpacePanel} other */
  nameOf({ run, epoch }) {
    const { panel } = this;
    return run.epochs[epoch] === panel.run.epochs[panel.epoch] ? run.name : say("overlay.at-epoch", { run: run.name, epoch: run.epochs[epoch] });
  }

  /** Beside each other where they would cover each other. */
  writeNames(context, ends) {
    const { frame, font } = this.panel;
    const named = ends.map((end) => ({ ...end, place: lastIn(end.part, frame) })).filter(({ place }) => place);
    named.sort((a, b) => a.place[1] - b.place[1]);
    let lowest = frame.top;
    for (const { place, name, color } of named) {
      lowest = Math.max(place[1] - 4, lowest + 1.15 * font);
      context.strokeStyle = palette.paper;
      context.lineWidth = 4;
      context.textAlign = "right";
      const width = (frame.right - frame.left) / 2;
      context.strokeText(fitted(context, name, width), frame.right - 4, lowest);
      write(context, name, frame.right - 4, lowest, { align: "right", color, width });
    }
  }
}

/** The number of its run. */
function runOf({ key }) {
  return Number(key.split(".")[0]);
}

/** The point of the lines of a part that is furthest to the right of those in sight; null where none is. */
function lastIn({ lines, pointAt }, { left, right, top, bottom }) {
  let best = null;
  for (let i = lines.starts[lines.first]; i < lines.starts[lines.last]; i++) {
    const [x, y] = pointAt(i);
    if (x >= left && x <= right + 1 && y >= top && y <= bottom && x > (best?.[0] ?? -Infinity)) best = [x, y];
  }
  return best;
}
