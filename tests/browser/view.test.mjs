// What is looked at can be chosen on pages that compute: the threshold, the layer, its units.

import assert from "node:assert/strict";
import test from "node:test";
import { pathToFileURL } from "node:url";

import { changed, close, drawn, open, pixels, slideTo } from "./browser.mjs";
import { Page, pathOf } from "./pages.mjs";

/** A page that computes, at an address. */
async function openAt(name, hash = "", options = {}) {
  return open(pathOf(name, "live"), { ...options, before: `location.hash ||= ${JSON.stringify(hash)}` });
}

/** Waits until what was asked for is there. */
async function looked(page) {
  await page.waitForFunction(() => !document.documentElement.dataset.stale);
  await drawn(page);
}

/** The counts in the head of a run: of each class the correct ones. */
function counts(page, run = 0) {
  return page.locator(".run").nth(run).locator(".legend .count").allInnerTexts();
}

/** The same pictures; which differ is said, and not how they look. */
function expectSame(found, expected, what) {
  assert.deepEqual(Object.keys(found).filter((name) => found[name] !== expected[name]), [], what);
}

/** Puts a number into a slider, as dragging does. */
async function drag(page, id, value) {
  await page.locator(`#${id}`).evaluate((slider, to) => {
    /** @type {HTMLInputElement} */ (slider).value = to;
    slider.dispatchEvent(new Event("input"));
  }, String(value));
}

test("a page of arrays has nothing to look at otherwise", async () => {
  const page = await open(pathOf("three", "arrays"));
  assert.equal(await page.locator("#view").isVisible(), false);
  await close(page);
});

test("counts follow the threshold at once, and are those of its samples", async () => {
  const [page, data] = [await openAt("three", "#epoch=20"), new Page("three")];
  const run = data.meta.runs[0];
  const [probability, classes] = [data.values(run.probability), data.values(run.classes)];
  for (const threshold of [0.3, 0.7]) {
    await page.locator("#view summary").click();
    await drag(page, "threshold", threshold);
    const correct = [0, 0];
    classes.forEach((k, i) => (correct[k] += Number(probability[20 * run.samples + i] / 65534 > threshold) === k ? 1 : 0));
    const expected = correct.map((count) => `${count.toLocaleString("en-US")} of 1,000 correct`);
    assert.deepEqual(await counts(page), expected, `${threshold}`);
    assert.equal(await page.locator("#threshold-number").textContent(), threshold.toFixed(2));
    await page.waitForFunction((to) => location.hash.includes(`threshold=${to}`), threshold);
    await looked(page);
    assert.deepEqual(await counts(page), expected, `${threshold}, when all epochs are known`);
    assert.ok(page.url().includes(`threshold=${threshold}`), page.url());
    assert.equal(await page.locator("#view summary").textContent(), `View: threshold ${threshold}`);
    await page.locator("#view summary").click();
  }
  await close(page);
});

test("a threshold moves the milestones and the accuracy, and going back brings them back", async () => {
  const page = await openAt("three");
  const said = () => page.locator(".run").nth(0).locator(".events li").allTextContents();
  const [before, drawnBefore] = [await said(), await pixels(page)];
  await page.locator("#view summary").click();
  await drag(page, "threshold", 0.9);
  await page.waitForFunction(() => location.hash.includes("threshold"));
  await looked(page);
  const after = await said();
  assert.notDeepEqual(after, before);
  await page.locator("#view .menu > button").click();
  await page.waitForFunction(() => !location.hash.includes("threshold"));
  await looked(page);
  assert.equal(await page.locator("#view summary").textContent(), "View");
  assert.deepEqual(await said(), before);
  await page.mouse.move(0, 0);
  expectSame(await pixels(page), drawnBefore);
  await close(page);
});

test("a print says what is looked at, and nothing where that is usual", async () => {
  const page = await openAt("three", "#threshold=0.2");
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("#view").innerText(), "View: threshold 0.2");
  await page.emulateMedia({ media: "screen" });
  await page.evaluate(() => (location.hash = ""));
  await page.waitForFunction(() => document.querySelector("#view summary").textContent === "View");
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("#view").isVisible(), false);
  await close(page);
});

test("a picture that was drawn when the page was made names the threshold of then, where another one is shown", async () => {
  const page = await openAt("pictures", "#threshold=0.2");
  const notes = () => page.locator(".pictures .panel-note").allTextContents();
  assert.ok((await notes()).length > 0);
  for (const note of await notes()) assert.match(note, /at the threshold 0\.5, with which the page was made/);
  await page.evaluate(() => (location.hash = ""));
  await looked(page);
  for (const note of await notes()) assert.doesNotMatch(note, /threshold/);
  await page.locator("#view summary").click();
  for (const threshold of [0.3, 0.6]) {
    await drag(page, "threshold", threshold);
    await page.waitForFunction((to) => document.querySelector("#view summary").textContent === `View: threshold ${to}`, threshold);
    await looked(page);
    for (const note of await notes()) assert.match(note, /at the threshold 0\.5,/, `after ${threshold}`);
  }
  await close(page);
});

test("another layer is shown, on its principal plane or along two of its units", async () => {
  const page = await openAt("ten_classes", "#epoch=30");
  await page.locator("#view summary").click();
  await page.locator("#layer").focus();
  await page.locator("#layer").selectOption("first");
  await page.waitForFunction(() => location.hash.includes("layer=first"));
  await looked(page);
  const title = () => page.locator(".panel h3").first().textContent();
  assert.equal(await title(), "Feature space of first");
  assert.equal(await page.evaluate(() => document.activeElement.id), "layer", "the keyboard stays where it was");
  assert.ok(await page.locator("#view").getAttribute("open") !== null, "the menu stays open");
  await page.locator("#first-unit").selectOption("3");
  await page.waitForFunction(() => location.hash.includes("units=3,1"));
  await looked(page);
  assert.equal(await page.locator("#second-unit").inputValue(), "1");
  await page.locator("#second-unit").selectOption("3");
  await page.waitForFunction(() => location.hash.includes("units=3,0"));
  await looked(page);
  assert.notEqual(await page.locator("#second-unit").inputValue(), "3", "two axes along one unit show nothing");
  assert.equal(await page.evaluate(() => document.documentElement.dataset.epoch), "30");
  await close(page);
});

test("the page goes on while another view is computed, and what is shown when it is there stays", async () => {
  const page = await openAt("ten_classes", "#epoch=5");
  await page.locator("#speed").selectOption("30");
  await page.locator("#view summary").click();
  const during = await page.evaluate(() => {
    const layer = /** @type {HTMLSelectElement} */ (document.getElementById("layer"));
    layer.value = "first";
    layer.dispatchEvent(new Event("change"));
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
    return [document.documentElement.dataset.epoch, document.getElementById("busy").hidden, document.querySelector(".panel h3").textContent];
  });
  assert.deepEqual(during, ["6", false, "Feature space of hidden"]);
  await looked(page);
  const shown = () => page.evaluate(() => [document.documentElement.dataset.epoch, document.getElementById("busy").hidden, document.querySelector(".panel h3").textContent]);
  assert.deepEqual(await shown(), ["6", true, "Feature space of first"]);
  assert.equal(await page.locator("#speed").inputValue(), "30");
  await close(page);
});

test("a page that plays goes on playing when another view is there", async () => {
  const page = await openAt("ten_classes");
  await page.locator("#speed").selectOption("1");
  await page.locator("#play").click();
  await page.locator("#view summary").click();
  await page.locator("#layer").selectOption("first");
  await looked(page);
  assert.equal(await page.locator(".panel h3").first().textContent(), "Feature space of first");
  assert.equal(await page.evaluate(() => document.documentElement.dataset.playing), "yes");
  const before = await page.evaluate(() => document.documentElement.dataset.epoch);
  await page.waitForFunction((epoch) => document.documentElement.dataset.epoch !== epoch, before, { timeout: 10_000 });
  await close(page);
});

test("of what is asked for while another view is computed, the last is shown", async () => {
  const page = await openAt("ten_classes", "#epoch=5");
  await page.locator("#view summary").click();
  await page.evaluate(() => {
    const choose = (/** @type {string} */ id, /** @type {string} */ value) => {
      const select = /** @type {HTMLSelectElement} */ (document.getElementById(id));
      select.value = value;
      select.dispatchEvent(new Event("change"));
    };
    choose("layer", "first");
    choose("layer", "hidden");
    choose("layer", "first");
  });
  await looked(page);
  assert.ok(page.url().includes("layer=first"), page.url());
  assert.equal(await page.locator(".panel h3").first().textContent(), "Feature space of first");
  await page.locator("#layer").selectOption("hidden");
  await looked(page);
  assert.equal(await page.locator(".panel h3").first().textContent(), "Feature space of hidden");
  await close(page);
});

test("a page that may have no thread computes everything itself", async () => {
  for (const without of ["delete globalThis.Worker", "globalThis.Worker = class { constructor() { setTimeout(() => this.onerror(new Event('error'))); } postMessage() {} terminate() {} }"]) {
    const before = `${without}; location.hash ||= "#epoch=12&layer=first&color=loss"`;
    const [page, usual] = [await open(pathOf("ten_classes", "live"), { before }), await openAt("ten_classes", "#epoch=12&layer=first&color=loss")];
    for (const one of [page, usual]) await one.waitForFunction(() => document.querySelector(".shades") && document.getElementById("busy").hidden);
    assert.equal(await page.locator(".panel h3").first().textContent(), "Feature space of first");
    expectSame(await pixels(page), await pixels(usual), without);
    await close(page);
    await close(usual);
  }
});

test("the address leads to a view, and to another one", async () => {
  const page = await openAt("ten_classes", "#epoch=12&layer=first&units=4,2");
  const units = () => page.evaluate(() => ["first-unit", "second-unit"].map((id) => /** @type {any} */ (document.getElementById(id)).value));
  assert.deepEqual(await units(), ["4", "2"]);
  assert.equal(await page.evaluate(() => document.documentElement.dataset.epoch), "12");
  const first = await pixels(page);
  await page.evaluate(() => (location.hash = "#epoch=12"));
  await page.waitForFunction(() => document.querySelector(".panel h3").textContent === "Feature space of hidden");
  await looked(page);
  assert.ok(changed(first, await pixels(page)).length > 0);
  await close(page);
});

test("what no run has changes nothing", async () => {
  for (const hash of ["#layer=nowhere", "#units=1,1", "#units=9", "#threshold=7", "#threshold=x", "#units=0,99"]) {
    const [page, usual] = [await openAt("ten_classes", hash), await openAt("ten_classes")];
    expectSame(await pixels(page), await pixels(usual), hash);
    assert.equal(await page.locator("#view summary").textContent(), "View", hash);
    await close(page);
    await close(usual);
  }
});

test("keys, clicks and the timeline work once after a view has changed, and not twice", async () => {
  const page = await openAt("ten_classes", "#epoch=5&layer=first");
  await page.waitForTimeout(400); // What is shown has been written to the address.
  await page.evaluate(() => (location.hash = "#epoch=5"));
  await page.waitForFunction(() => document.querySelector(".panel h3").textContent === "Feature space of hidden");
  await looked(page);
  await page.locator("h1").click();
  await page.keyboard.press("ArrowRight");
  await drawn(page);
  assert.equal(await page.evaluate(() => document.documentElement.dataset.epoch), "6");
  await slideTo(page, 9);
  assert.equal(await page.evaluate(() => document.documentElement.dataset.epoch), "9");
  assert.equal(await page.locator(".run").count(), 1);
  assert.equal(await page.locator("#color option").count(), 14);
  await close(page);
});

test("a page whose module is damaged says so", async () => {
  const data = new Page("one_input");
  const live = pathOf("one_input", "live");
  const { readFileSync, writeFileSync, mkdtempSync } = await import("node:fs");
  const { join } = await import("node:path");
  const { tmpdir } = await import("node:os");
  const html = readFileSync(live, "utf8");
  const broken = join(mkdtempSync(join(tmpdir(), "page-")), "broken.html");
  writeFileSync(broken, html.replace(/(id="core"[^>]*>.{2000})..../, "$1AAAA"));
  const page = await open(broken, { ready: "no" });
  assert.ok(await page.locator("#error").isVisible());
  assert.ok((await page.locator("#error").textContent()).length > 10);
  assert.ok(data.meta.runs.length === 1 && pathToFileURL(broken).href.startsWith("file:"));
  await page.close();
});

test("where nobody can choose a threshold there is none, and a link with one shows the page", async () => {
  for (const name of ["two_classes", "labels", "shrinking"]) {
    const page = await openAt(name, "#epoch=3&threshold=0.3");
    assert.equal(await page.locator("#threshold").isVisible(), false);
    assert.equal(await page.locator("#error").isVisible(), false);
    assert.ok((await page.locator(".run canvas").count()) > 3, name);
    await close(page);
  }
});

test("of runs that were made otherwise the menu says what each has, and all layers can be chosen", async () => {
  const page = await openAt("unlike", "#epoch=5");
  await page.locator("#view summary").click();
  assert.equal(await page.locator("#threshold-number").textContent(), "0.375, 0.70");
  const options = () => page.locator("#layer option").allTextContents();
  const titles = () => page.locator(".panel:has(canvas[data-panel=hidden]) h3").allTextContents();
  const own = await titles();
  assert.deepEqual(await options(), ["of each run its own", "wide (4, 8 units)", "narrow (2 units)"]);
  for (const layer of ["wide", "narrow"]) {
    await page.locator("#layer").selectOption({ value: layer });
    await looked(page);
    assert.ok((await titles())[1].includes(layer), String(await titles()));
    assert.ok((await titles())[0].includes("wide"), "the first run has no other");
    assert.equal(await page.locator("#layer").inputValue(), layer === "wide" ? "wide" : "", "the other one is what each has anyway");
  }
  await page.locator("#layer").selectOption({ value: "wide" });
  await looked(page);
  assert.equal(await page.locator("#first-unit option").count(), 9, "the principal plane and the units of the wider one");
  await page.locator("#view .menu > button").click();
  await looked(page);
  assert.deepEqual(await titles(), own);
  await close(page);
});
