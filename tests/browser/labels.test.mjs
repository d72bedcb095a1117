// Pages of several labels a sample.

import assert from "node:assert/strict";
import { test } from "node:test";
import { canvas, changed, close, open, pixels, pointAtSample, slideTo, tipText } from "./browser.mjs";
import { Page, pathOf } from "./pages.mjs";

function panel(page, kind) {
  return page.locator(".panel", { has: page.locator(`canvas[data-panel=${kind}]`) });
}

test("the label of histogram and confusion matrix can be chosen", async () => {
  const page = await open(pathOf("labels"));
  await slideTo(page, 4);
  const names = new Page("labels").meta.runs[0].labels.map(({ probabilities }) => probabilities.title);
  for (const kind of ["probability", "confusion"]) {
    const before = await pixels(page);
    const select = panel(page, kind).locator("select");
    assert.deepEqual(await select.locator("option").allTextContents(), names);
    await select.selectOption({ label: names[2] });
    assert.deepEqual(changed(before, await pixels(page)), [`0 ${kind}`]);
    await select.selectOption({ index: 0 });
    assert.deepEqual(changed(before, await pixels(page)), [], "and back");
  }
  await close(page);
});

test("the confusion matrix of a label counts its samples", async () => {
  const page = await open(pathOf("labels"));
  const source = new Page("labels");
  const [run] = source.meta.runs;
  await slideTo(page, 4);
  for (const [label, { probabilities }] of run.labels.entries()) {
    await panel(page, "confusion").locator("select").selectOption({ index: label });
    const { bins } = probabilities;
    const sum = (array, row) =>
      source.values(array).subarray((2 * 4 + row) * bins, (2 * 4 + row + 1) * bins).reduce((a, b) => a + b, 0);
    const [correct, wrong] = [probabilities.correct, probabilities.misclassified].map((array) => [0, 1].map((row) => sum(array, row)));
    const cells = [correct[0], wrong[0], wrong[1], correct[1]];
    await page.waitForFunction(
      ([title, cells]) => {
        const words = document.querySelector("canvas[data-panel=confusion]").ariaLabel ?? "";
        return words.includes(`with ${title} taken for`) && cells.every((count) => words.includes(`: ${count}`));
      },
      [probabilities.title, cells],
    );
    assert.equal(cells.reduce((a, b) => a + b), 144);
  }
  await close(page);
});

test("samples are colored and followed by the label that is shown", async () => {
  const page = await open(pathOf("labels"));
  await slideTo(page, 25);
  await page.mouse.move(5, 5);
  const [run] = new Page("labels").meta.runs;
  assert.deepEqual(await page.locator(".legend .name").allTextContents(), run.class_names);
  const before = await pixels(page);
  await pointAtSample(page);
  assert.match(await tipText(page), new RegExp(`${run.class_names[0]}`));
  const all = Object.keys(before).filter((key) => !/violins|network/.test(key));
  assert.deepEqual(changed(before, await pixels(page)), all.sort());
  assert.ok(await canvas(page, "confusion").isVisible());
  await close(page);
});
