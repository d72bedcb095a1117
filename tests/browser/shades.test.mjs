// Samples are colored by how the model answers them, and the legend says what the colors stand for.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LIGHT, MISCLASSIFIED, canvas, changed, close, drawn, open, pixels, places, slideTo, tipText } from "./browser.mjs";
import { Page, pathOf } from "./pages.mjs";

const color = (name, css = LIGHT) => css.match(new RegExp(`--${name}: (#\\w+);`))[1];

async function openAt(path, hash) {
  const page = await open(path, { before: `location.hash ||= ${JSON.stringify(hash)}` });
  await drawn(page);
  return page;
}

async function choose(page, name) {
  await page.locator("#color").selectOption(name);
  await drawn(page);
}

/** The shades of a run's legend: the color of each, and its name. */
function legend(page, run = 0) {
  const swatches = page.locator(".run").nth(run).locator(".shades .swatch");
  return swatches.evaluateAll((all) =>
    all.map((one) => ({
      variable: one.getAttribute("style").match(/--([\w-]+)\)/)[1],
      name: one.ariaLabel ?? one.parentElement.textContent,
    })),
  );
}

/** What the tip says of samples that have a color in the input space: the cells of their lines. */
async function saidOf(page, wanted) {
  const found = inside(await places(page, "input", 0, wanted));
  const said = [];
  for (let i = 0; i < found.length; i += Math.ceil(found.length / 8)) {
    const [x, y] = found[i];
    await canvas(page, "input").hover({ position: { x: x + 0.5, y: y + 0.5 } });
    await drawn(page);
    if (await tipText(page)) said.push(await page.locator("#tip tbody td").allTextContents());
  }
  return said;
}

/** At the rim of a sample another one may be nearer. */
function inside(found) {
  const all = new Set(found.map(String));
  const isIn = ([x, y]) => [[1, 0], [-1, 0], [0, 1], [0, -1]].every(([right, down]) => all.has(String([x + right, y + down])));
  return found.filter(isIn);
}

const number = (text) => Number(text.replace(/\u2212/g, "-"));

/** Whether a number that is written with four digits lies in a band by its name. */
function isIn(value, name) {
  const [low, high] = name.startsWith("below ")
    ? [-Infinity, number(name.slice(6))]
    : name.endsWith(" or more")
      ? [number(name.slice(0, -8)), Infinity]
      : name.split(" to ").map(number);
  return value > low - 1e-4 && value < high + 1e-4;
}

for (const [coloring, cell] of [["loss", 3], ["probability", 2]]) {
  test(`a sample's color is that of the band in which its number lies: ${coloring}`, async () => {
    const page = await openAt(pathOf("diverged"), `#color=${coloring}`);
    let checked = 0;
    const hit = new Set();
    for (const epoch of [0, 4, 11]) {
      await slideTo(page, epoch);
      for (const { variable, name } of await legend(page)) {
        if (!variable.startsWith("level")) continue;
        for (const cells of await saidOf(page, color(variable))) {
          assert.ok(isIn(number(cells[cell]), name), `${cells[cell]} is ${name}, epoch ${epoch}`);
          checked += 1;
          hit.add(name);
        }
      }
    }
    assert.ok(checked > 40 && hit.size >= 4, `${checked} samples in ${[...hit]}`);
    await close(page);
  });
}

test("by correctness there are two colors, and each says the truth", async () => {
  const page = await openAt(pathOf("diverged"), "#color=correctness");
  await slideTo(page, 4);
  assert.deepEqual((await legend(page)).map(({ name }) => name), ["correct", "misclassified"]);
  const [right, wrong] = [await saidOf(page, color("best")), await saidOf(page, MISCLASSIFIED)];
  assert.ok(right.length > 3 && wrong.length > 0);
  assert.ok(right.every(([own, predicted]) => own === predicted), JSON.stringify(right));
  assert.ok(wrong.every(([own, predicted]) => own !== predicted), JSON.stringify(wrong));
  await close(page);
});

test("what is no number and what is infinite has a color that the legend names", async () => {
  const page = new Page("diverged");
  const [run] = page.meta.runs;
  const losses = page.values(run.losses);
  losses.fill(65534, 0, 10);
  run.losses = page.put("u16", losses);
  const shown = await openAt(page.save("infinite"), "#color=loss");
  const names = (await legend(shown)).map(({ name }) => name);
  assert.deepEqual(names.slice(-2), ["infinite", "not a number"]);
  assert.equal((await places(shown, "input", 0, color("curve-2"))).length, 0);
  const infinite = await saidOf(shown, color("bad"));
  assert.ok(infinite.length > 3 && infinite.every((cells) => cells[3] === "infinite"), JSON.stringify(infinite));
  await slideTo(shown, 14);
  assert.equal((await places(shown, "input", 0, color("bad"))).length, 0);
  const none = await saidOf(shown, color("curve-2"));
  assert.ok(none.length > 3 && none.every((cells) => cells[3] === "not a number"), JSON.stringify(none));
  await choose(shown, "probability");
  assert.equal((await legend(shown)).at(-1).name, "not a number");
  assert.ok((await places(shown, "input", 0, color("curve-2"))).length > 20);
  await close(shown);
  const finite = await openAt(pathOf("three"), "#color=loss");
  assert.ok((await legend(finite)).every(({ variable }) => variable.startsWith("level")), "named only where they are");
  await close(finite);
});

test("losses that are all one have one color", async () => {
  const page = new Page("diverged");
  const [run] = page.meta.runs;
  for (const [step, name] of [[700, "finite"], [0, "finite"]]) {
    run.losses = page.put("u16", page.values(run.losses).fill(step));
    const shown = await openAt(page.save(`same-${step}`), "#color=loss");
    assert.deepEqual((await legend(shown)).map((one) => one.name), [name]);
    assert.ok((await places(shown, "input", 0, color("level-0"))).length > 20);
    await close(shown);
  }
});

test("runs of the same loss have one scale", async () => {
  const page = await openAt(pathOf("three"), "#color=loss");
  const [first, ...others] = [await legend(page, 0), await legend(page, 1), await legend(page, 2)];
  assert.ok(first.length > 3);
  for (const other of others) assert.deepEqual(other, first);
  await close(page);
  const mixed = await openAt(pathOf("mixed"), "#color=loss");
  assert.notDeepEqual(await legend(mixed, 0), await legend(mixed, 1), "a loss of numbers has its own");
  await close(mixed);
});

test("rings around what is misclassified stay, and classes come back as they were", async () => {
  const page = await openAt(pathOf("three"), "#epoch=30");
  const before = await pixels(page);
  await choose(page, "loss");
  const after = await pixels(page);
  assert.deepEqual(changed(before, after), ["0 hidden", "0 input", "1 hidden", "1 input", "2 hidden", "2 input"]);
  assert.ok((await places(page, "hidden", 0, MISCLASSIFIED)).length > 20);
  await page.waitForTimeout(400);
  assert.match(await canvas(page, "hidden").getAttribute("aria-label"), /; colored by loss/);
  await choose(page, "class");
  assert.deepEqual(changed(before, await pixels(page)), []);
  assert.equal(await page.locator(".shades").count(), 0);
  await close(page);
});

test("only what a run can answer is offered", async () => {
  const offered = async (name) => {
    const page = await open(pathOf(name));
    const found = await page.locator("#color option").allTextContents();
    const isSeen = await page.locator("#color").isVisible();
    await close(page);
    return isSeen ? found : null;
  };
  assert.deepEqual(await offered("three"), ["class", "correctness", "probability", "loss", "only negative", "only positive"]);
  assert.deepEqual(await offered("two_inputs"), ["level", "loss"]);
  assert.deepEqual(await offered("mixed"), ["class, level", "correctness", "probability", "loss", "only class 0", "only class 1"]);
});

test("runs of numbers among others keep their levels where nothing else can be asked", async () => {
  const page = await openAt(pathOf("mixed"), "#color=correctness");
  assert.deepEqual(await Promise.all([0, 1, 2].map(async (run) => (await legend(page, run)).length)), [2, 0, 2]);
  await close(page);
});

test("the samples of one class stand out, and are those of that class", async () => {
  const [page, data] = [await openAt(pathOf("twenty_classes"), "#color=only 13"), new Page("twenty_classes")];
  const classes = data.values(data.meta.runs[0].classes);
  assert.deepEqual((await legend(page)).map(({ name }) => name), ["others", "class 13"]);
  const said = await saidOf(page, color("class-3"));
  assert.ok(said.length > 3);
  for (const cells of said) assert.equal(cells[0], "class 13");
  assert.ok(classes.includes(13));
  assert.match(await page.evaluate(() => location.hash), /color=only(\+|%20)13/);
  await close(page);
  const mixed = await openAt(pathOf("mixed"), "#color=only 1");
  assert.deepEqual(await Promise.all([0, 1, 2].map(async (run) => (await legend(mixed, run)).length)), [2, 0, 2]);
  await close(mixed);
});

test("the color stands in the address, and what is not offered is passed over", async () => {
  const page = await openAt(pathOf("three"), "#color=probability");
  assert.equal(await page.locator("#color").inputValue(), "probability");
  assert.match(await page.locator(".shades").first().textContent(), /probability of positive/);
  await choose(page, "loss");
  await page.waitForTimeout(400);
  assert.equal(await page.evaluate(() => location.hash), "#color=loss");
  await close(page);
  for (const [name, text] of [["three", "pink"], ["three", ""], ["three", "constructor"], ["three", "only 2"], ["three", "only"], ["two_inputs", "correctness"]]) {
    const other = await openAt(pathOf(name), `#color=${text}`);
    assert.equal(await other.locator("#color").inputValue(), "class");
    await close(other);
  }
});

test("the colors are those of the theme", async () => {
  const page = await openAt(pathOf("diverged"), "#color=correctness&epoch=4");
  await page.locator("#theme").click();
  await drawn(page);
  const dark = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--best").trim());
  assert.notEqual(dark, color("best"));
  assert.ok((await places(page, "input", 0, dark)).length > 20);
  await close(page);
});
