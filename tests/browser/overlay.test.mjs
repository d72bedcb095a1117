// Where all runs part the classes, in one plane of the same inputs.

import assert from "node:assert/strict";
import test from "node:test";

import { canvas, changed, close, drawn, LIGHT, open, pixels, places, slideTo } from "./browser.mjs";
import { pathOf } from "./pages.mjs";

const CURVES = [...LIGHT.matchAll(/--curve-\d+: (#\w+);/g)].map(([, color]) => color);

function toggleOf(page, run) {
  return page.locator(".run").nth(run).locator(".toggle[data-name=all]");
}

for (const source of ["arrays", "live"]) {
  test(`the boundaries of the other runs are drawn in their colors, from ${source}`, async () => {
    const page = await open(pathOf("three", source), { before: "location.hash ||= '#epoch=20'" });
    const before = await pixels(page);
    assert.equal(await toggleOf(page, 0).getAttribute("aria-label"), "Boundaries of all runs, Decision boundary of sigmoid");
    await toggleOf(page, 0).click();
    await page.mouse.move(0, 0);
    await drawn(page);
    const after = await pixels(page);
    assert.deepEqual(changed(after, before), ["0 input"]);
    for (const other of [1, 2]) assert.ok((await places(page, "input", 0, CURVES[other])).length > 50, `run ${other}`);
    await slideTo(page, 60);
    await page.waitForFunction(() => location.hash.includes("0.input.all=on"));
    assert.match(await canvas(page, "input").getAttribute("aria-label"), /with the boundaries of all runs/);
    await slideTo(page, 20);
    assert.deepEqual(changed(await pixels(page), after), [], "of the epoch that is shown");
    await toggleOf(page, 0).click();
    await page.mouse.move(0, 0);
    await drawn(page);
    assert.deepEqual(changed(await pixels(page), before), []);
    await close(page);
  });
}

test("where runs have not the same plane of inputs, or lines are levels, there is nothing to lay over", async () => {
  for (const name of ["two_inputs", "ten_inputs", "two_outputs", "labels"]) {
    const page = await open(pathOf(name));
    assert.equal(await page.locator(".toggle[data-name=all]").count(), 0, name);
    await close(page);
  }
});
