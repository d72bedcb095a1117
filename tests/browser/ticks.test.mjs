// What stands at the ticks of an axis: texts that differ, and say what they stand for.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const read = (name) => readFileSync(new URL(`../../src/plot/page/web/${name}`, import.meta.url), "utf8");
const root = { lang: "en", dir: "ltr" };
const page = { documentElement: root, getElementById: () => ({ textContent: read("texts/en.json") }) };
const { Scale, LogScale, numberText, numberWithin } = new Function(
  "document",
  `const NO_VALUE = 65535, STEPS = 65534; ${read("texts.js")}; ${read("scale.js")}; return { Scale, LogScale, numberText, numberWithin };`,
)(page);

function texts(low, high, most = 6, whole = false) {
  return new Scale(low, high, 0, 500).ticks(most, whole);
}

/** The number that a tick's text stands for, with what is written at the axis. */
function numberOf(text, offset = "+ 0") {
  const read = (part) => Number(part.replace(/,/g, "").replace(/\u2212/g, "-").replace(/^\+ /, ""));
  return read(text) + read(offset);
}

test("ticks of neighbors never read the same, and each says its value", () => {
  const axes = [
    [0, 1], [-1, 1], [0, 0.69], [0.02, 0.035], [1.5e6, 1.599e6], [1_700_000_000, 1_700_086_400], [1e-5, 1.15e-5],
    [-3e-7, 4e-7], [0, 4e-12], [1e9, 1e9 + 20], [-1_599_000, -1_500_000], [0.1000001, 0.1000009], [0, 250_000], [0, 8.2e6],
  ];
  for (const [low, high] of axes) {
    for (const most of [2, 4, 9]) {
      const ticks = texts(low, high, most);
      const read = ticks.map(({ text }) => text);
      assert.equal(new Set(read).size, ticks.length, `${low} to ${high}: ${read}`);
      for (const { value, text } of ticks) {
        const found = numberOf(text, ticks.offset);
        assert.ok(Math.abs(found - value) <= 1e-9 * Math.max(Math.abs(low), Math.abs(high)), `${text} ${ticks.offset} for ${value}`);
        assert.ok(text.length <= 9, `${text} is long`);
      }
    }
  }
});

test("epochs are whole numbers", () => {
  for (const [low, high] of [[0, 1], [0, 3], [7, 7], [0, 150], [0, 1_500_000], [1_000_000, 1_000_004]]) {
    const ticks = texts(low, high, 6, true);
    assert.ok(ticks.length > 0, `${low} to ${high}`);
    for (const { value } of ticks) assert.ok(Number.isInteger(value), `${value}`);
    assert.equal(new Set(ticks.map(({ text }) => text)).size, ticks.length);
  }
});

test("a logarithmic axis has powers of ten, and within few of them more", () => {
  const read = (low, high, most = 6) => new LogScale(low, high, 0, 500).ticks(most).map(({ text }) => text);
  assert.deepEqual(read(1e-3, 1e3), ["0.001", "0.1", "10", "1000"]);
  assert.ok(read(1e-9, 1e3).length >= 3 && new Set(read(1e-9, 1e3)).size === read(1e-9, 1e3).length);
  assert.deepEqual(read(0.1, 1), ["0.1", "0.2", "0.5", "1"]);
  assert.ok(read(0.31, 0.44).length >= 2, "within a power of ten there are ticks too");
  const scale = new LogScale(0.01, 100, 0, 400);
  assert.deepEqual([0.01, 1, 100, 0, -3].map((value) => Math.round(scale.px(value))), [0, 200, 400, 0, 0]);
});

test("what is no number is read as what it is", () => {
  assert.deepEqual([NaN, Infinity, -Infinity, 0.25].map((value) => numberText(value)), ["not a number", "infinite", "minus infinite", "0.2500"]);
});

test("a number that is held to within an error has the digits that are certain", () => {
  const cases = [
    [0.99025, 2.5e-4, "0.990"], [0.1817, 1.5e-5, "0.1817"], [972.2997, 2.2, "970"], [1.0032e30, 2.3e27, "1.00e30"], [2.6014, 6e-4, "2.60"],
    [34669.5108, 30, "34700"], [0.5, 0, "0.5000"], [0.5, 1e-9, "0.5000"], [3e-7, 4e-7, "about 0"], [-0.26, 0.01, "\u22120.3"], [0, 1, "0.0000"], [NaN, 1, "not a number"],
  ];
  assert.deepEqual(cases.map(([value, error]) => numberWithin(value, error)), cases.map(([, , text]) => text));
});

test("the ends of what is looked at closer have as many digits as tell them apart", () => {
  const shortly = new Function(`${read("zoom.js")}; return shortly;`)();
  for (const [low, high] of [[1e-30, 3e-30], [-0.4219, 1.606], [1e30, 1.5e30], [1000.1, 1000.2], [-2e-9, 0]]) {
    const [from, to] = shortly([low, high]).map(Number);
    for (const [found, end] of [[from, low], [to, high]]) assert.ok(Math.abs(found - end) <= 1e-4 * (high - low), `${found} for ${end}`);
    assert.ok(shortly([low, high]).every((text) => text.length < 14), String(shortly([low, high])));
  }
});
