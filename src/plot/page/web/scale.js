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

  /** Pixels of coordinates as the page stores them, between two ends. */
  reader([low, high]) {
    const first = this.px(low);
    const step = (this.px(high) - first) / STEPS;
    return (q) => (q === NO_VALUE ? NaN : first + step * q);
  }

  /** At most `most` round values, 1, 2 or 5 times a power of ten apart, whose texts differ. */
  ticks(most, whole = false) {
    const step = roundStep((this.high - this.low) / Math.max(1, most), whole);
    const first = Math.ceil(this.low / step - 1e-9);
    const ticks = Array.from({ length: most + 1 }, (_, i) => (first + i) * step);
    return labelled(ticks.filter((value) => value <= this.high + step * 1e-9), step);
  }
}

/** The same by logarithms; what is not above 0 lies at the lower end. */
class LogScale {
  constructor(low, high, from, to) {
    this.low = low;
    this.high = high > low ? high : low * 10;
    this.from = from;
    this.to = to;
    this.factor = (to - from) / Math.log(this.high / this.low);
  }

  px(value) {
    return value > this.low ? this.from + Math.log(value / this.low) * this.factor : this.from;
  }

  /** Powers of ten; within few of them also 2 and 5 times as much. */
  ticks(most) {
    const [first, last] = [Math.floor(Math.log10(this.low)), Math.ceil(Math.log10(this.high))];
    const powers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    const within = (values) => values.filter((value) => value >= this.low * 0.999 && value <= this.high * 1.001);
    const fine = within(powers.flatMap((power) => [1, 2, 5].map((digit) => Number(`${digit}e${power}`))));
    if (fine.length < 2) return new Scale(this.low, this.high, this.from, this.to).ticks(most);
    if (fine.length <= most) return fine.map(asPower);
    const coarse = within(powers.map((power) => Number(`1e${power}`)));
    const every = Math.ceil(coarse.length / Math.max(1, most));
    return coarse.filter((_, i) => (coarse.length - 1 - i) % every === 0).map(asPower);
  }
}

function asPower(value) {
  if (value >= 1e4 && value < 1e6) return { value, text: countText(value) };
  const isPlain = value >= 1e-3 && value < 1e4;
  return { value, text: minus(localized(isPlain ? String(value) : value.toExponential().replace("e+", "e"))) };
}

function roundStep(least, whole) {
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((round) => round >= least * (1 - 1e-9));
  return whole ? Math.max(1, Math.round(step)) : step;
}

const MOST_DECIMALS = 4;
const MOST_PLACES = 3;

/**
 * Values with the digits that it takes to tell neighbors apart: written out, else with a power of ten, else as what they
 * are more than a round number, which is in `offset` of the list.
 */
function labelled(values, step) {
  const size = Math.max(step, ...values.map(Math.abs));
  const decimals = Math.max(0, -powerOf(step));
  const places = powerOf(size) - powerOf(step);
  if (size < 1e6 && decimals <= MOST_DECIMALS) return values.map((value) => ({ value, text: plain(value, step, decimals) }));
  if (places <= MOST_PLACES) return values.map((value) => ({ value, text: scientific(value, powerOf(size), places) }));
  const round = 10 ** (powerOf(values.at(-1) - values[0] || step) + 1);
  const offset = Math.floor(values[0] / round + 1e-9) * round;
  const rest = labelled(values.map((value) => Math.round((value - offset) / step) * step), step);
  const ticks = values.map((value, i) => ({ value, text: rest[i].text }));
  ticks.offset = offsetText(offset);
  return ticks;
}

function powerOf(size) {
  return Math.floor(Math.log10(size) + 1e-9);
}

function plain(value, step, decimals) {
  const number = Math.abs(value) < step / 2 ? 0 : value;
  return minus(Math.abs(number) >= 1e4 ? countText(number) : localized(number.toFixed(decimals)));
}

function scientific(value, power, places) {
  const digits = Number(`${value}e${-power}`) || value / 10 ** power;
  return minus(localized(value === 0 ? "0" : `${digits.toFixed(places)}e${power}`));
}

function offsetText(offset) {
  const number = Number(Math.abs(offset).toPrecision(15));
  const sign = offset < 0 ? "\u2212" : "+";
  return `${sign} ${number >= 1 && Number.isInteger(number) && number < 1e15 ? countText(number) : minus(localized(String(number)))}`;
}

function minus(text) {
  return fromLeft(text.replace(/-/g, "\u2212"));
}

/** A number to be read: four digits behind the point, or a power of ten; and no more digits in all than so many. */
function numberText(value, most = Infinity) {
  if (Number.isNaN(value)) return say("numbers.none");
  const size = Math.abs(value);
  if (size === Infinity) return say(value > 0 ? "numbers.infinite" : "numbers.minus-infinite");
  if (size !== 0 && (size < 5e-5 || size >= 1e5)) return minus(localized(value.toExponential(Math.min(2, most - 1)).replace("e+", "e")));
  if (size === 0 || most === Infinity) return minus(localized(value.toFixed(4)));
  const rounded = Number(value.toPrecision(most));
  return minus(localized(rounded.toFixed(Math.max(0, Math.min(4, most - 1 - powerOf(Math.abs(rounded)))))));
}

/** A number that is held to within an error, with the digits that are certain; less than the error is about 0. */
function numberWithin(value, error) {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || size === 0 || !(error > 0)) return numberText(value);
  if (size <= error) return say("numbers.about", { number: 0 });
  // The last digit is as large as both sides of the error, or larger.
  return numberText(value, Math.max(1, powerOf(size) + 1 + Math.floor(-Math.log10(2 * error))));
}
