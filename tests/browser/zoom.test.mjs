// Planes are looked at closer: with wheel, buttons, keys and drags, and by a link.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import test from "node:test";

import { canvas, changed, close, drawn, open, pixels, slideTo } from "./browser.mjs";
import { pathOf } from "./pages.mjs";

/** A page at an address. */
function openAt(name, hash = "", source = "live", options = {}) {
  return open(pathOf(name, source), { ...options, before: `location.hash ||= ${JSON.stringify(hash)}` });
}

/** Between which ends a panel is looked at, as the address says when it rests: left, right, bottom, top. */
async function zoomOf(page, panel) {
  await drawn(page);
  await page.waitForTimeout(300);
  const wanted = await page.evaluate((name) => new URLSearchParams(location.hash.slice(1)).get(name), `${panel}.zoom`);
  return wanted?.split(",").map(Number) ?? null;
}

/** Puts the pointer on a share of a canvas. */
async function pointAt(page, shown, x, y) {
  await shown.scrollIntoViewIfNeeded();
  const box = await shown.boundingBox();
  await page.mouse.move(box.x + x * box.width, box.y + y * box.height);
}

async function wheel(page, shown, amount, at = [0.5, 0.5]) {
  await pointAt(page, shown, ...at);
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, amount);
  await page.keyboard.up("Control");
  await page.waitForTimeout(50);
}

function width([low, high]) {
  return high - low;
}

test("the wheel looks closer with Ctrl alone, around the pointer, and planes of the same inputs go together", async () => {
  const page = await openAt("three", "#epoch=20");
  const inputs = canvas(page, "input");
  await pointAt(page, inputs, 0.5, 0.4);
  await page.mouse.wheel(0, 1);
  assert.equal(await zoomOf(page, "0.input"), null, "without Ctrl the page scrolls");
  const before = await pixels(page);
  await wheel(page, inputs, -200, [0.5, 0.4]);
  const ends = await zoomOf(page, "0.input");
  assert.ok(ends[0] < ends[1] && width(ends) < 2, ends);
  assert.deepEqual(await zoomOf(page, "2.input"), ends);
  assert.equal(await zoomOf(page, "0.hidden"), null);
  const after = await pixels(page);
  assert.deepEqual(changed(after, before), ["0 input", "1 input", "2 input"]);
  for (let i = 0; i < 12; i++) await wheel(page, inputs, 200);
  assert.ok(width(await zoomOf(page, "0.input")) > 5, "farther than the data");
  await close(page);
});

test("buttons and keys look closer, move there, and lead back to the very same picture", async () => {
  const page = await openAt("three", "#epoch=20");
  const before = await pixels(page);
  const panel = page.locator(".run").nth(1).locator(".panel").first();
  await panel.focus();
  await page.keyboard.press("+");
  await page.keyboard.press("=");
  const [left, right, bottom, top] = await zoomOf(page, "1.hidden");
  await page.keyboard.press("l");
  await page.keyboard.press("k");
  const moved = await zoomOf(page, "1.hidden");
  const [w, h] = [right - left, top - bottom];
  for (const [i, expected] of [left + 0.2 * w, right + 0.2 * w, bottom - 0.2 * h, top - 0.2 * h].entries())
    assert.ok(Math.abs(moved[i] - expected) < 0.01 * w, `${moved} after ${[left, right, bottom, top]}`);
  await page.keyboard.press("-");
  assert.ok(Math.abs(width(await zoomOf(page, "1.hidden")) - 2 * w) < 0.01 * w);
  await page.keyboard.press("0");
  assert.equal(await zoomOf(page, "1.hidden"), null);
  const button = panel.locator(".zoom-out");
  assert.equal(await button.isVisible(), false, "nothing to go back to");
  await panel.locator(".zoom-in").click();
  assert.equal(await button.isVisible(), true);
  assert.match(await button.getAttribute("aria-label"), /The whole plane, .*tanh/);
  await button.click();
  await page.mouse.move(0, 0);
  await drawn(page);
  assert.deepEqual(changed(await pixels(page), before), []);
  await close(page);
});

test("a drag moves what is looked at, and pins no sample", async () => {
  const page = await openAt("three", "#epoch=20&0.input.zoom=-0.5,0.5,-0.4,0.6");
  const inputs = canvas(page, "input");
  await pointAt(page, inputs, 0.5, 0.5);
  await page.mouse.down();
  const box = await inputs.boundingBox();
  await page.mouse.move(box.x + 0.25 * box.width, box.y + 0.5 * box.height, { steps: 5 });
  await page.mouse.up();
  const [left, right, bottom, top] = await zoomOf(page, "0.input");
  assert.ok(left > -0.3 && Math.abs(right - left - 1) < 1e-3, `${[left, right]}`);
  assert.ok(Math.abs(bottom + 0.4) < 0.01 && Math.abs(top - 0.6) < 0.01);
  assert.equal(await page.locator("#tip").isVisible() && (await page.evaluate(() => location.hash.includes("sample="))), false);
  await page.mouse.move(box.x + 0.9 * box.width, box.y + 0.2 * box.height, { steps: 3 });
  assert.deepEqual(await zoomOf(page, "0.input"), [left, right, bottom, top], "once it is let go of");
  await close(page);
});

test("a link leads to where one looks closer, at every epoch", async () => {
  const hash = "#epoch=20&0.hidden.zoom=0.4,0.6,0.4,0.6&0.input.zoom=-0.5,0.5,-0.25,0.25";
  const [page, other] = [await openAt("three", hash), await openAt("three")];
  await slideTo(page, 10);
  await slideTo(page, 20);
  await other.evaluate((to) => (location.hash = to), hash);
  await drawn(other);
  const [found, expected] = [await pixels(page), await pixels(other)];
  assert.deepEqual(changed(found, expected), []);
  await slideTo(page, 40);
  assert.ok(changed(await pixels(page), found).includes("0 hidden"));
  assert.deepEqual(await zoomOf(page, "0.hidden"), [0.4, 0.6, 0.4, 0.6]);
  for (const wrong of ["1,0,0,1", "a,b,c,d", "0,1", "0,1,,1", "NaN,1,0,1"]) {
    await page.evaluate((to) => (location.hash = `#0.hidden.zoom=${to}`), wrong);
    await page.keyboard.press("ArrowRight");
    assert.deepEqual(await zoomOf(page, "0.hidden"), [0.4, 0.6, 0.4, 0.6], wrong);
  }
  await close(page);
  await close(other);
});

test("a page of arrays is looked at closer as well, within what it holds", async () => {
  const page = await openAt("three", "#epoch=20", "arrays");
  const inputs = canvas(page, "input");
  await wheel(page, inputs, -200);
  const ends = await zoomOf(page, "0.input");
  assert.ok(width(ends) < 2, `${ends}`);
  for (let i = 0; i < 8; i++) await wheel(page, inputs, 200);
  assert.equal(await zoomOf(page, "0.input"), null);
  assert.equal(await page.locator(".panel select[data-name=surface]").count(), 0, "units cannot be asked");
  await close(page);
});

test("the surface of a unit is shown, and between what it lies", async () => {
  const page = await openAt("three", "#epoch=20");
  const before = await pixels(page);
  const select = page.locator(".run").nth(1).locator("select[data-name=surface]");
  assert.deepEqual(await select.locator("option").allInnerTexts(), [
    "predictions", "unit 0 of hidden", "unit 1 of hidden", "output",
  ]);
  await select.selectOption("unit 1 of hidden");
  assert.deepEqual(changed(await pixels(page), before), ["1 input"]);
  const panel = page.locator(".run").nth(1).locator(".panel", { has: page.locator("select[data-name=surface]") });
  const note = await panel.locator(".panel-note").textContent();
  const [, low, high] = note.match(/^unit 1 of hidden: from (\S+) to (\S+) here/).map((text) => Number(text.replace("\u2212", "-")));
  assert.ok(low >= -1 && low < high && high <= 1, note);
  await page.waitForFunction(() => location.hash.includes("surface"));
  assert.match(await panel.locator("canvas").getAttribute("aria-label"), /unit 1 of hidden/);
  assert.ok(page.url().includes("1.input.surface=unit+1+of+hidden"), page.url());
  await slideTo(page, 40);
  assert.notEqual(await panel.locator(".panel-note").textContent(), note);
  const network = canvas(page, "network", 1);
  const { width: w, height: h } = await network.boundingBox();
  // Between inputs and output, the first of two units.
  await network.click({ position: { x: w / 2, y: 20 + 0.25 * (h - 60) } });
  assert.equal(await select.evaluate((one) => one.selectedOptions[0].textContent), "unit 0 of hidden");
  await network.click({ position: { x: w / 2, y: 20 + 0.25 * (h - 60) } });
  assert.equal(await select.evaluate((one) => one.selectedOptions[0].textContent), "predictions", "pressed again");
  await select.selectOption("unit 1 of hidden");
  await select.selectOption("predictions");
  assert.equal(await panel.locator(".panel-note").isVisible(), false);
  await close(page);
});

const numbersOf = (note) => note.match(/-?\d+\.\d+/g).map(Number);

test("between what the surface of a unit lies is of what is seen, however one came there", async () => {
  const page = await openAt("three", "#epoch=20&1.input.surface=output");
  const panel = page.locator(".panel", { has: canvas(page, "input", 1) });
  const note = async () => {
    await drawn(page);
    return (await panel.locator(".panel-note").textContent()).match(/^output: from .* here/)[0];
  };
  const seen = [await note()];
  await panel.focus();
  for (const key of ["+", "+", "l", "0"]) {
    await page.keyboard.press(key);
    seen.push(await note());
    await page.waitForTimeout(400);
    assert.ok((await panel.locator("canvas").getAttribute("aria-label")).includes(seen.at(-1)), key);
    const again = await openAt("three", new URL(page.url()).hash);
    const there = numbersOf(await again.locator(".panel", { has: canvas(again, "input", 1) }).locator(".panel-note").textContent());
    numbersOf(seen.at(-1)).forEach((number, i) => assert.ok(Math.abs(number - there[i]) < 5e-4, `${key}: ${seen.at(-1)}, and by its address ${there}`));
    await close(again);
  }
  assert.equal(seen[4], seen[0]);
  assert.ok(new Set(seen).size >= 3, String(seen));
  await close(page);
});

test("another layer is another space: what was looked at closer in the one is nowhere in the other", async () => {
  const page = await openAt("ten_inputs", "#epoch=2");
  const names = await page.locator("#layer option").allInnerTexts();
  await canvas(page, "hidden").scrollIntoViewIfNeeded();
  await page.locator(".panel").first().focus();
  await page.keyboard.press("+");
  assert.ok(await zoomOf(page, "0.hidden"), names.join());
  await page.locator("#view summary").click();
  await page.locator("#first-unit").selectOption("1");
  await page.waitForFunction(() => !document.documentElement.dataset.stale && location.hash.includes("units="));
  assert.equal(await zoomOf(page, "0.hidden"), null);
  await close(page);
});

test("every plane of any page is looked at closer, at every kind of epoch", async () => {
  const names = readdirSync(process.env.BROWSER_PAGES).filter((name) => name.endsWith(".live.html"));
  assert.ok(names.length > 15);
  for (const name of names) {
    const page = await openAt(name.replace(".live.html", ""));
    const panels = page.locator(".panel:has(.zoom-in)");
    for (let i = 0; i < (await panels.count()); i++) {
      const panel = panels.nth(i);
      const select = panel.locator("select[data-name=surface]");
      if (await select.count()) await select.evaluate((one) => (one.selectedIndex = one.options.length - 1));
      if (await select.count()) await select.dispatchEvent("change");
      await panel.focus();
      for (const key of ["+", "End", "+", "+", "+", "+", "+", "+", "+", "+", "+", "+", "+", "i", "Home", "-", "l"]) {
        await page.keyboard.press(key);
        await drawn(page);
      }
      const troubles = (await panel.locator(".panel-note").allTextContents()).filter((text) => text.includes("not computed"));
      assert.deepEqual(troubles, [], name);
    }
    await close(page);
  }
});
