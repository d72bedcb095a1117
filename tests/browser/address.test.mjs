// A link leads to a moment: what is shown stands in the address, and what the address says is shown.

import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { canvas, clock, close, drawn, open, slideTo, tipText } from "./browser.mjs";
import { Page, pathOf } from "./pages.mjs";

/** The address as it stands when everything has come to rest. */
async function address(page) {
  await drawn(page);
  await page.waitForTimeout(400);
  return new URLSearchParams((await page.evaluate(() => location.hash)).slice(1));
}

async function openAt(name, hash) {
  const page = await open(pathOf(name));
  await page.goto("about:blank");
  await page.goto(pathToFileURL(pathOf(name)).href + hash);
  await page.waitForFunction(() => document.documentElement.dataset.ready === "yes");
  await drawn(page);
  return page;
}

test("what is shown stands in the address, and nothing that is usual", async () => {
  const page = await open(pathOf("three"));
  assert.equal([...(await address(page))].length, 0);
  await slideTo(page, 65);
  await page.locator(".panel", { has: canvas(page, "losses", 2) }).locator(".toggle").click();
  await page.locator('select[data-name="metric"]').first().selectOption({ label: "learning_rate" });
  await page.locator("#theme").click();
  const shown = Object.fromEntries(await address(page));
  assert.deepEqual(shown, { epoch: "65", "2.losses.log": "on", "0.curves.metric": "learning_rate", theme: "dark" });
  await close(page);
});

test("the address brings back epoch, panel, sample, controls and theme", async () => {
  const page = await openAt("three", "#epoch=65&panel=1.input&sample=17&2.losses.log=on&theme=dark&0.violins.quantity=gradients");
  assert.equal(await clock(page), 65);
  assert.equal(await page.locator("canvas:visible").count(), 1);
  assert.ok(await canvas(page, "input", 1).isVisible());
  assert.match(await tipText(page), /row 17 /);
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
  const states = await page.evaluate(() => [
    document.querySelector('section.panel:has(canvas[data-panel="losses"][data-run="2"]) .toggle').ariaPressed,
    document.querySelector('[data-name="quantity"]').selectedOptions[0].textContent,
  ]);
  assert.deepEqual(states, ["true", "gradients"]);
  const kept = await address(page);
  assert.equal(kept.get("panel"), "1.input");
  assert.equal(kept.get("sample"), "1.17", "of that run");
  await close(page);
});

test("another address in the same page is followed", async () => {
  const page = await open(pathOf("three"));
  await page.evaluate(() => (location.hash = "#epoch=20"));
  await drawn(page);
  assert.equal(await clock(page), 20);
  await page.evaluate(() => (location.hash = "#epoch=30&panel=0.curves"));
  await drawn(page);
  assert.equal(await clock(page), 30);
  assert.ok(await canvas(page, "curves", 0).isVisible());
  await close(page);
});

test("what an address says that is not there changes nothing, and goes from it", async () => {
  const page = await openAt("three", "#epoch=seven&panel=9.nothing&sample=-4&theme=pink&0.losses.log=perhaps&0.curves.metric=none&x=y");
  assert.equal(await clock(page), 0);
  assert.equal(await page.locator("canvas:visible").count(), 21);
  await page.keyboard.press("ArrowRight");
  assert.deepEqual([...(await address(page))], [["epoch", "1"]]);
  await close(page);
});

test("an epoch that was not recorded leads to the nearest one, which the address then says", async () => {
  const page = await openAt("three", "#epoch=1e9");
  assert.equal(await clock(page), 150);
  assert.equal((await address(page)).get("epoch"), "150");
  await close(page);
});

test("a frame that has no address of its own shows everything all the same", async () => {
  const page = await open(pathOf("pictures"));
  await page.evaluate((html) => {
    const frame = document.createElement("iframe");
    Object.assign(frame, { srcdoc: html, width: 900, height: 600 });
    frame.setAttribute("sandbox", "allow-scripts");
    document.body.replaceChildren(frame);
  }, new Page("pictures").html);
  const inside = page.frameLocator("iframe");
  await inside.locator('html[data-ready="yes"]').waitFor({ state: "attached" });
  await inside.locator("#title").click();
  await page.keyboard.press("ArrowRight");
  await page.waitForTimeout(500);
  assert.equal(await inside.locator("html").getAttribute("data-epoch"), "1");
  await close(page);
});

test("going back leads to what was shown, also where that was usual", async () => {
  const page = await open(pathOf("three"));
  const to = (/** @type {string} */ hash) => page.evaluate((wanted) => (location.hash = wanted), hash);
  const state = async () => Object.fromEntries(await address(page));
  await to("#epoch=50");
  assert.deepEqual(await state(), { epoch: "50" });
  await to("#epoch=80&color=loss&theme=dark&0.hidden.fit=on&panel=0.hidden&sample=3&0.input.zoom=-0.5,0.5,-0.25,0.25");
  assert.deepEqual(Object.keys(await state()).sort(), ["0.hidden.fit", "0.input.zoom", "1.input.zoom", "2.input.zoom", "color", "epoch", "panel", "sample", "theme"]);
  await page.goBack();
  assert.deepEqual(await state(), { epoch: "50" });
  await page.goBack();
  assert.deepEqual(await state(), {});
  assert.equal(await clock(page), 0);
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "light");
  assert.equal(await canvas(page, "input").evaluate((one) => one.classList.contains("zoomed")), false);
  await close(page);
});

test("an address that comes while another view is computed is followed when that is there", async () => {
  const page = await open(pathOf("three", "live"), { before: "location.hash ||= '#epoch=30&threshold=0.9'" });
  await page.evaluate(() => {
    location.hash = "#epoch=50";
    setTimeout(() => (location.hash = "#epoch=70&threshold=0.2"), 5);
  });
  await page.waitForFunction(() => location.hash.includes("threshold=0.2") && !document.documentElement.dataset.stale);
  assert.deepEqual(Object.fromEntries(await address(page)), { epoch: "70", threshold: "0.2" });
  await close(page);
});

test("a hostile address is passed over", async () => {
  for (const hash of ["#0.input.zoom=-Infinity,Infinity,0,1", "#0.hidden.zoom=0,1e999,0,1", "#sample=", "#sample=%20"]) {
    const page = await openAt("three", hash);
    assert.equal(await clock(page), 0, hash);
    assert.deepEqual([...(await address(page))].filter(([name]) => name !== "0.input.zoom"), [], hash);
    await close(page);
  }
});

test("the address names the epoch at which playing has stopped, however slowly it went", async () => {
  const page = await openAt("three", "");
  await page.evaluate(() => {
    const speed = /** @type {HTMLSelectElement} */ (document.getElementById("speed"));
    speed.selectedIndex = 0;
    speed.dispatchEvent(new Event("change"));
  });
  await page.locator("h1").click();
  await page.keyboard.press("Space");
  await page.waitForFunction(() => Number(document.documentElement.dataset.epoch) >= 1, null, { timeout: 10_000 });
  await page.waitForTimeout(400); // Until nothing that was drawn is still to be written.
  await page.keyboard.press("Space");
  assert.equal((await address(page)).get("epoch"), String(await clock(page)));
  await close(page);
});

test("a sample is that of its run, whose row it names, also where others have the same inputs", async () => {
  const page = await openAt("unlike", "#epoch=5");
  await page.locator(".panel", { has: canvas(page, "input", 1) }).focus();
  await page.keyboard.press(".");
  await drawn(page);
  const tip = await tipText(page);
  assert.match(tip, /^Sample in row 0 of the data/);
  const lines = await page.locator("#tip tbody tr").allInnerTexts();
  assert.match(lines[0], /^one, row 41\s/, "the last one of the first run");
  const classes = lines.map((line) => line.split(/\t/)[1]);
  assert.equal(classes[0], classes[1], "row 40 has the same inputs and the other class");
  assert.equal((await address(page)).get("sample"), "1.0");
  const again = await openAt("unlike", new URL(page.url()).hash);
  assert.equal(await tipText(again), tip);
  await close(page);
  await close(again);
});

test("what is shown of a panel names it, its buttons and its files", async () => {
  const page = await openAt("three", "#epoch=5&0.violins.quantity=gradients");
  const panel = page.locator(".panel", { has: canvas(page, "violins", 0) });
  assert.equal(await panel.getAttribute("aria-label"), "gradients of sigmoid");
  for (const button of await panel.locator("button").all()) assert.match(await button.getAttribute("aria-label"), /gradients of sigmoid$/);
  const [file] = await Promise.all([page.waitForEvent("download"), panel.locator(".save-svg").evaluate((/** @type {HTMLElement} */ one) => one.click())]);
  assert.equal(file.suggestedFilename(), "gradients_of_sigmoid_epoch_5.svg");
  await close(page);
});
