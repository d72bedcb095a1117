// Scales, ticks and how numbers are written.

/** Maps `low`..`high` to `from`..`to` in pixels. */
class Scale {
  constructor(low, high, from, to) {
    const width = high > low ? high - low : 1;
    this.low = high > low ? low : low - 0.5;
    this.high = this.low + width;
    this.from = from;
    this.to = to;
    this.factor = (to - from) / width;
  }

  px(value) {
    return this.from + (value - this.low) * this.factor;
  }

  value(px) {
    return this.low + (px - this.from) / this.factor;
  }

  /** Pixels of a coordinate as the page stores it. */
  quantized(q) {
    return q === NO_VALUE ? NaN : this.from + ((this.to - this.from) * q) / STEPS;
  }

  /** At most `most` round values, 1, 2 or 5 times a power of ten apart. */
  ticks(most, whole = false) {
    const step = roundStep((this.high - this.low) / Math.max(1, most), whole);
    const first = Math.ceil(this.low / step - 1e-9);
    const ticks = Array.from({ length: most + 1 }, (_, i) => (first + i) * step);
    const within = ticks.filter((value) => value <= this.high + step * 1e-9);
    return within.map((value) => ({ value, text: tickText(value, step) }));
  }
}

function roundStep(least, whole) {
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((round) => round >= least * (1 - 1e-9));
  return whole ? Math.max(1, Math.round(step)) : step;
}

function tickText(value, step) {
  const size = Math.max(Math.abs(value), step);
  if (size >= 1e6 || step < 1e-5) return minus(value.toExponential(1).replace(".0e", "e").replace("e+", "e"));
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return minus((Math.abs(value) < step / 2 ? 0 : value).toFixed(digits));
}

function minus(text) {
  return text.replace(/-/g, "\u2212");
}

/** A number to be read: four digits behind the point, or a power of ten. */
function numberText(value) {
  if (!Number.isFinite(value)) return "not a number";
  const size = Math.abs(value);
  if (size !== 0 && (size < 5e-5 || size >= 1e5)) return minus(value.toExponential(2).replace("e+", "e"));
  return minus(value.toFixed(4));
}

function countText(count) {
  return count.toLocaleString("en-US");
}
