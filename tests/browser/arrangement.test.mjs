// Which panels are shown, and in which order, is chosen once for all runs, and stands in the address.

import assert from "node:assert/strict";
import { test } from "node:test";
import { canvas, close, drawn, open, pointAtSample, slideTo, tipText } from "./browser.mjs";
import { pathOf } from "./pages.mjs";

/** The panels of a run that are seen, in their order. */
function seen(page, run = 0) {
  const all = page.locator(".run").nth(run).locator("canvas");
  return all.evaluateAll((canvases) => canvases.filter((one) => one.offsetParent).map((one) => one.dataset.panel));
}

async function address(page) {
  await drawn(page);
  await page.waitForTimeout(400);
  return page.evaluate(() => location.hash);
}

const openAt = async (name, hash, options = {}) => {
  const page = await open(pathOf(name), { ...options, before: `location.hash ||= ${JSON.stringify(hash)}` });
  await drawn(page);
  return page;
};

const USUAL = ["hidden", "input", "probability", "losses", "curves", "violins", "network"];

test("nothing chosen, nothing changes: all panels in their order, and nothing of them in the address", async () => {
  const page = await open(pathOf("three"));
  for (const run of [0, 1, 2]) assert.deepEqual(await seen(page, run), USUAL);
  assert.equal(await address(page), "");
  assert.equal(await page.locator(".fitted").count(), 0);
  await close(page);
});

test("what is switched off goes from all runs, and comes back", async () => {
  const page = await open(pathOf("three"));
  await page.locator("#panels summary").click();
  for (const name of ["Probabilities", "Losses", "Network", "Violins"]) await page.getByLabel(`Show ${name}`).uncheck();
  for (const run of [0, 1, 2]) assert.deepEqual(await seen(page, run), ["hidden", "input", "curves"]);
  assert.equal(await address(page), "#panels=hidden,input,curves");
  assert.match(await page.locator("#live").textContent(), /Violins hidden/);
  await page.getByLabel("Show Losses").check();
  assert.deepEqual(await seen(page, 2), ["hidden", "input", "losses", "curves"]);
  await page.getByText("All, in the usual order").click();
  assert.deepEqual(await seen(page, 1), USUAL);
  assert.equal(await address(page), "");
  await close(page);
});

test("a kind is moved by the keyboard, which stays where it is", async () => {
  const page = await open(pathOf("three"));
  await page.locator("#panels summary").focus();
  await page.keyboard.press("Enter");
  await page.getByLabel("Move Curves up").focus();
  for (let i = 0; i < 6; i++) await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.ariaLabel), "Move Curves up");
  assert.equal(await page.evaluate(() => document.activeElement.ariaDisabled), "true", "it is the first");
  for (const run of [0, 1, 2]) assert.deepEqual(await seen(page, run), ["curves", ...USUAL.filter((one) => one !== "curves")]);
  assert.equal(await address(page), "#panels=curves,hidden,input,probability,losses,violins,network");
  await page.getByLabel("Move Curves down").press("Enter");
  assert.deepEqual((await seen(page)).slice(0, 2), ["hidden", "curves"]);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#panels").getAttribute("open"), null);
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Panels");
  await close(page);
});

test("a press beside the menu closes it", async () => {
  const page = await open(pathOf("three"));
  await page.locator("#panels summary").click();
  await page.locator("#title").click();
  assert.equal(await page.locator("#panels").getAttribute("open"), null);
  await close(page);
});

test("the last panel stays", async () => {
  const page = await openAt("three", "#panels=curves");
  await page.locator("#panels summary").click();
  await page.getByLabel("Show Curves").click();
  assert.ok(await page.getByLabel("Show Curves").isChecked());
  assert.equal(await page.locator("#live").textContent(), "One panel stays.");
  assert.deepEqual(await seen(page), ["curves"]);
  await close(page);
});

for (const [width, height] of [[1280, 720], [1440, 900]]) {
  test(`both spaces and the curves of three runs are in sight at once: ${width} x ${height}`, async () => {
    const page = await openAt("three", "#panels=hidden,input,curves", { width, height });
    await slideTo(page, 30);
    const bar = await page.locator("#controls").boundingBox();
    const found = page.locator(".panel:visible");
    assert.equal(await found.count(), 9);
    for (const panel of await found.all()) {
      const box = await panel.boundingBox();
      assert.ok(box.y >= 0 && box.y + box.height <= bar.y && box.x >= 0 && box.x + box.width <= width, JSON.stringify([box, bar]));
      assert.ok(box.width >= 180 && box.height >= 120, JSON.stringify(box));
    }
    assert.ok(await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight), "nothing is to be scrolled");
    await close(page);
  });
}

test("one row that is not full leaves no hole", async () => {
  const page = await openAt("three", "#panels=losses,curves,hidden", { width: 1280, height: 720 });
  assert.deepEqual(await seen(page), ["losses", "curves", "hidden"]);
  const grid = await page.locator(".panels").first().boundingBox();
  const boxes = await Promise.all(["losses", "curves", "hidden"].map((kind) => page.locator(".panel", { has: canvas(page, kind) }).boundingBox()));
  assert.ok(Math.abs(boxes[2].x + boxes[2].width - grid.x - grid.width) < 1 && boxes[2].y > boxes[1].y);
  await close(page);
});

test("names in the address that name no panel are passed over", async () => {
  const page = await openAt("three", "#panels=,nothing,curves,constructor,curves,picture-0,fit,hidden");
  assert.deepEqual(await seen(page), ["curves", "hidden"]);
  assert.equal(await address(page), "#panels=curves,hidden");
  await close(page);
  for (const text of ["", "none", ",", "%00"]) {
    const other = await openAt("three", `#panels=${text}`);
    assert.deepEqual(await seen(other), USUAL, text);
    await close(other);
  }
});

test("a panel that is hidden is not shown alone, nor does it hold a sample", async () => {
  const page = await openAt("three", "#panels=hidden,curves&panel=0.input&sample=17&epoch=5");
  assert.deepEqual(await seen(page), ["hidden", "curves"]);
  assert.match(await tipText(page), /row 17 /);
  await page.locator("#panels summary").click();
  await page.getByLabel(/^Show Feature space/).uncheck();
  await drawn(page);
  assert.equal(await page.locator("#tip").isHidden(), true, "no panel is left that shows it");
  await close(page);
  const none = await openAt("three", "#panels=curves&sample=17");
  assert.match(await tipText(none), /row 17 /, "the address asks for it all the same");
  await close(none);
});

test("a sample that is pinned stays so in another panel", async () => {
  const page = await open(pathOf("three"));
  await slideTo(page, 30);
  const row = await pointAtSample(page, "input", 1);
  await page.mouse.down();
  await page.mouse.up();
  await page.locator("#panels summary").click();
  await page.getByLabel("Show Decision boundary").uncheck();
  await drawn(page);
  assert.match(await tipText(page), new RegExp(`row ${row} `));
  const [tip, run] = await Promise.all([page.locator("#tip").boundingBox(), page.locator(".run").nth(1).boundingBox()]);
  assert.ok(tip.x + tip.width > run.x && tip.y > run.y, "beside the sample");
  await close(page);
});

test("a panel alone that is switched off gives way to the others", async () => {
  const page = await openAt("three", "#panel=1.losses");
  assert.deepEqual(await seen(page, 1), ["losses"]);
  await page.locator("#panels summary").click();
  await page.getByLabel("Show Losses").uncheck();
  assert.equal((await seen(page, 1)).length, 6);
  await close(page);
});

test("pictures of one title are switched together, and stay below", async () => {
  const page = await open(pathOf("pictures"));
  const all = await seen(page);
  const pictures = all.filter((one) => one.startsWith("picture"));
  assert.ok(pictures.length > 1);
  const other = await openAt("pictures", "#panels=picture-1,curves,picture-0");
  assert.deepEqual(await seen(other), ["curves", "picture-1", "picture-0"]);
  await close(page);
  await close(other);
});

test("runs of classes and of numbers are arranged by one list", async () => {
  const page = await openAt("mixed", "#panels=curves,predictions,hidden");
  assert.deepEqual(await seen(page, 0), ["curves", "hidden"]);
  assert.deepEqual(await seen(page, 1), ["curves", "predictions", "hidden"]);
  assert.deepEqual(await seen(page, 2), ["curves", "hidden"]);
  await close(page);
});
