// Violins of every layer.

const LANES = 12;

/** How the values of every layer are spread. */
class ViolinsPanel extends Panel {
  constructor(run, index, onQuantity) {
    super(run, index, "violins", run.violins[0].quantity);
    this.first = 0;
    this.quantities = chooser(
      "quantity",
      run.violins.map(({ quantity }) => quantity),
      say("violins.quantity"),
      () => onQuantity(this.quantities.selectedOptions[0].textContent),
    );
    [...this.quantities.options].forEach(asWritten);
    this.heading.replaceWith(this.named(this.quantities));
    this.head.classList.add("apart");
    this.control(toggle("fit", say("panel.fit"), say("panel.fit-axis"), (isOn) => this.fitAxis(isOn)));
    this.choose(run.violins[0].quantity);
  }

  fitAxis(isFitted) {
    this.isFitted = isFitted;
    this.renewNotes();
    this.refresh();
    this.onChange();
  }

  show(epoch, clock) {
    if (this.isFitted && epoch !== this.epoch) this.refresh();
    super.show(epoch, clock);
  }

  /** The ends of the axis: of the run, or of the values of this epoch. */
  get range() {
    if (!this.isFitted || this.epoch < 0) return this.violins.range;
    const rows = this.violins.rows.map((_, row) => this.violins.of(this.epoch, row));
    const ends = rows.flatMap(({ low, high }) => [low, high]).filter(Number.isFinite);
    if (!ends.length) return this.violins.range;
    const [low, high] = [Math.min(...ends), Math.max(...ends)];
    const margin = (high - low) * 0.02 || Math.max(Math.abs(low), 1) / 2;
    return [low - margin, high + margin];
  }

  /** Shows a quantity, if this run has it. */
  choose(quantity) {
    const at = this.run.violins.findIndex((violins) => violins.quantity === quantity);
    if (at < 0) return;
    this.violins = this.run.violins[at];
    this.quantities.selectedIndex = at;
    this.rename(quantity);
    this.renewNotes();
    this.turnTo(0);
    this.renewPages();
  }

  /** The axis of one epoch leaves nothing out. */
  renewNotes() {
    this.takeNotes(this.isFitted ? new Notes({}) : this.violins.notes);
  }

  renewPages() {
    this.pages?.remove();
    const { rows } = this.violins;
    const starts = rows.map((_, i) => i).filter((i) => i % LANES === 0);
    if (starts.length < 2) return;
    const names = starts.map((i) => say("panel.range", { first: rows[i], last: rows[Math.min(i + LANES, rows.length) - 1] }));
    this.pages = chooser("layers", names, say("violins.layers"), (page) => this.turnTo(page * LANES));
    this.pages.dataset.usual = "0";
    this.control(this.pages);
  }

  turnTo(first) {
    this.first = first;
    this.refresh();
    this.onChange?.();
  }

  paintStill(context) {
    const { font, width, height, violins } = this;
    const frame = { left: 8, right: width - 8, top: 2, bottom: height - font - 12 };
    const count = Math.min(LANES, violins.rows.length - this.first);
    this.frame = frame;
    this.x = new Scale(...this.range, frame.left + 2, frame.right - 2);
    this.lanes = Array.from({ length: count }, (_, i) => this.lane(frame, i, count));
    drawXAxis(context, frame, this.x, { font, right: width });
    const zero = this.x.px(0);
    if (zero > frame.left && zero < frame.right) rule(context, zero, frame.top, zero, frame.bottom, palette.grid);
    for (const { row, top } of this.lanes)
      write(context, violins.rows[row], frame.left, top + font, {
        color: palette.text,
        width: frame.right - frame.left,
      });
  }

  /** A name, and below it room for a violin. */
  lane(frame, i, count) {
    const height = (frame.bottom - frame.top) / count;
    const top = frame.top + i * height;
    const room = height - this.font - 8;
    return {
      row: this.first + i,
      top,
      middle: top + this.font + 6 + room / 2,
      half: Math.min(26, Math.max(3, room / 2 - 1)),
    };
  }

  paintEpoch(context, epoch) {
    clipped(context, this.frame, () => {
      for (const lane of this.lanes) this.paintViolin(context, lane, this.violins.of(epoch, lane.row));
    });
  }

  paintViolin(context, { middle, half }, { density, low, high, median }) {
    if (!Number.isFinite(low + high)) {
      write(context, say("violins.no-numbers"), this.x.from, middle + this.font * 0.35, { color: palette.misclassified });
      return;
    }
    context.fillStyle = context.strokeStyle = palette.violin;
    context.lineWidth = 1;
    context.beginPath();
    this.traceViolin(context, density, low, high, middle, half);
    context.fill();
    context.stroke();
    this.paintMedian(context, median, middle, half);
  }

  traceViolin(context, density, low, high, middle, half) {
    const last = density.length - 1;
    const place = (i) => this.x.px(low + ((high - low) * i) / Math.max(1, last));
    for (let i = 0; i <= last; i++) context.lineTo(place(i), middle - (half * density[i]) / 255);
    for (let i = last; i >= 0; i--) context.lineTo(place(i), middle + (half * density[i]) / 255);
    context.closePath();
  }

  paintMedian(context, median, middle, half) {
    if (!Number.isFinite(median)) return;
    const x = this.x.px(median);
    const reach = Math.min(half, 7);
    context.fillStyle = palette.text;
    context.fillRect(x - 1, middle - reach, 2, 2 * reach);
  }

  describe(epoch) {
    const median = (layer, row) => say("violins.median", { layer, value: numberText(this.violins.of(epoch, row).median) });
    return listed(this.violins.rows.map(median));
  }
}
