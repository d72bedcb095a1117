// Numbers that are predicted: against what is true, over a single input, and how far they are off.

/** Plots with a dot for each sample and output, in the color of the output. */
class DotsPanel extends Panel {
  constructor(run, index, kind, words) {
    super(run, index, kind, words.title);
    this.words = words;
    this.takeNotes(words.notes);
    this.stamping = new Stamping();
    this.dots = new Layer();
    this.frame = { left: 0, right: 0, top: 0, bottom: 0 };
    this.x = this.y = this.xs = this.ys = null;
    this.canvas.classList.add("has-samples");
  }

  paintStill(context) {
    this.layOut(context);
    drawXAxis(context, this.frame, this.x, { label: this.words.xLabel, font: this.font, right: this.width });
    drawYAxis(context, this.frame, this.y, { label: this.words.yLabel, font: this.font });
    rule(context, this.frame.left, this.frame.top, this.frame.left, this.frame.bottom, palette.rule);
    this.dots.resize(this.width, this.height, this.ratio);
    this.stamping.resize(this.dots.canvas.width, this.dots.canvas.height);
    const { names, samples } = this.run.numbers;
    const { left, right, top, bottom } = this.frame;
    const room = Math.sqrt(((right - left) * (bottom - top)) / Math.max(1, samples * names.length));
    this.radius = Math.min(3.5, Math.max(1.5, 0.3 * room));
    this.stamp = markerStamp("disc", this.radius * this.ratio);
    this.colors = names.map((_, output) => packed32(palette.ofCurve(output)));
  }

  // What the kinds of them do.
  layOut(_context) {}
  /** @returns {number[]} */
  valuesOf(_epoch, _sample, _output) {
    return [NaN, NaN];
  }

  /** The pixels of all samples, output by output. */
  place(epoch) {
    const { names, samples } = this.run.numbers;
    this.xs ??= new Float64Array(names.length * samples);
    this.ys ??= new Float64Array(names.length * samples);
    for (let i = 0; i < this.xs.length; i++) {
      const [x, y] = this.valuesOf(epoch, i % samples, Math.floor(i / samples));
      this.xs[i] = this.x.px(x);
      this.ys[i] = this.y.px(y);
    }
  }

  paintDots(context, epoch) {
    this.place(epoch);
    this.stamping.clean();
    const { samples } = this.run.numbers;
    const { left, right, top, bottom } = this.frame;
    for (let i = 0; i < this.xs.length; i++) {
      const [x, y] = [this.xs[i], this.ys[i]];
      if (x > left - 1 && x < right + 1 && y > top - 1 && y < bottom + 1)
        this.stamping.put(this.stamp, x * this.ratio, y * this.ratio, this.colors[Math.floor(i / samples)]);
    }
    this.dots.context.putImageData(this.stamping.image, 0, 0);
    lay(context, this.dots);
  }

  sampleNear(x, y) {
    const found = this.epoch < 0 || !this.xs ? -1 : nearest(this.xs, this.ys, x, y);
    return found < 0 ? found : found % this.run.numbers.samples;
  }

  placesOf(sample) {
    const { names, samples } = this.run.numbers;
    return names.map((_, output) => [this.xs[output * samples + sample], this.ys[output * samples + sample]]);
  }

  paintSample(context, sample) {
    this.placesOf(sample).forEach((place) => ring(context, place, this.radius));
  }

  describe(epoch) {
    return describeNumbers(this.run, epoch);
  }
}

/** What is predicted against what is true, on one scale, with the diagonal on which both are equal. */
class PredictionPanel extends DotsPanel {
  constructor(run, index) {
    super(run, index, "predictions", run.numbers.predictions);
  }

  /** A square. */
  layOut(context) {
    const { font, width, height, words } = this;
    const frame = { left: 0, right: width, top: font + 10, bottom: height - 2 * font - 16 };
    this.y = new Scale(...words.ends, frame.bottom, frame.top);
    const left = Math.ceil(widthOfTicks(context, this.y, mostTicks(frame, font))) + 8;
    const side = Math.min(width - 10 - left, frame.bottom - frame.top);
    frame.left = left + (width - 10 - left - side) / 2;
    frame.right = frame.left + side;
    frame.top = frame.bottom - side;
    this.frame = frame;
    this.y = new Scale(...words.ends, frame.bottom, frame.top);
    this.x = new Scale(...words.ends, frame.left, frame.right);
  }

  valuesOf(epoch, sample, output) {
    const { numbers } = this.run;
    return [numbers.targetOf(sample, output), numbers.predictedAt(epoch, sample, output)];
  }

  paintEpoch(context, epoch) {
    const { left, right, top, bottom } = this.frame;
    dashes(context, [left, bottom], [right, top], palette.text, 1);
    this.paintDots(context, epoch);
  }
}

/** The outputs over a single input as lines, with what is true as dots. */
class FitPanel extends DotsPanel {
  constructor(run, index) {
    super(run, index, "fit", run.numbers.fit);
  }

  layOut(context) {
    const { font, width, height } = this;
    const frame = { left: 0, right: width - 10, top: font + 10, bottom: height - 2 * font - 16 };
    this.y = new Scale(...this.run.numbers.predictions.ends, frame.bottom, frame.top);
    frame.left = Math.ceil(widthOfTicks(context, this.y, mostTicks(frame, font))) + 8;
    this.x = new Scale(...this.words.ends, frame.left, frame.right);
    this.frame = frame;
  }

  valuesOf(epoch, sample, output) {
    return [this.words.inputs[sample], this.run.numbers.targetOf(sample, output)];
  }

  paintEpoch(context, epoch) {
    this.paintDots(context, epoch);
    clipped(context, this.frame, () => {
      this.run.numbers.names.forEach((_, output) => this.paintLine(context, epoch, output));
    });
  }

  paintLine(context, epoch, output) {
    const { places, outputs, between: [first, last] } = this.words;
    const from = (epoch * this.run.numbers.names.length + output) * places;
    const x = (i) => this.x.px(first + ((last - first) * i) / (places - 1));
    const place = (i) => (Number.isFinite(outputs[from + i]) ? [x(i), this.y.px(outputs[from + i])] : null);
    context.strokeStyle = palette.ofCurve(output);
    context.lineWidth = 2;
    tracePlot(
      context,
      Array.from({ length: places }, (_, i) => place(i)),
    );
  }
}

/** How far what is predicted is from what is true. */
class ResidualsPanel extends Panel {
  constructor(run, index) {
    super(run, index, "residuals", run.numbers.residuals.title);
    this.counts = run.numbers.residuals;
    this.takeNotes(this.counts.notes);
  }

  paintStill(context) {
    const { counts } = this;
    this.plot = plotOf(this, context, { counts, ends: counts.ends, xLabel: counts.xLabel, yLabel: counts.yLabel });
    this.plot.color = palette.ofCurve(this.run.numbers.shown);
  }

  paintEpoch(context, epoch) {
    drawBars(context, this.plot, epoch, this.ratio);
    const { x, frame } = this.plot;
    dashes(context, [x.px(0), frame.top], [x.px(0), frame.bottom], palette.boundary, 1.5);
  }

  paintSample(context, sample) {
    const { numbers } = this.run;
    const residual = Math.fround(numbers.predictedAt(this.epoch, sample) - numbers.targetOf(sample));
    const bin = this.counts.binWithin(residual);
    if (bin >= 0) markBin(context, this.plot, this.epoch, bin, this.plot.x.px(residual));
  }

  describe(epoch) {
    return describeNumbers(this.run, epoch);
  }
}

/** How far the outputs are off at an epoch, each by the root of its mean squared residual. */
function describeNumbers(run, epoch) {
  const { names, samples } = run.numbers;
  const square = (sample, output) => (run.numbers.predictedAt(epoch, sample, output) - run.numbers.targetOf(sample, output)) ** 2;
  const sum = (output) => Array.from({ length: samples }, (_, sample) => square(sample, output)).reduce((a, b) => a + b, 0);
  return ofShown(run, listed(names.map((name, k) => say("outputs.off-by", { output: name, size: numberText(Math.sqrt(sum(k) / samples)) }))));
}
