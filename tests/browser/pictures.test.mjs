// Pictures on the page: they are there in both themes, and a mark follows the clock.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LIGHT, canvas, changed, clock, close, commonColors, drawn, open, pixels, places, slideTo } from "./browser.mjs";
import { Page, pathOf } from "./pages.mjs";

const KINDS = ["picture-0", "picture-1", "picture-2"];
const [, TEXT] = LIGHT.match(/--text: (#\w+);/);

/** Where a point of a picture is on its canvas. */
async function onCanvas(page, picture, [x, y], panel) {
  const { width, height } = await canvas(page, panel).boundingBox();
  const zoom = Math.min(width / picture.size[0], height / picture.size[1]);
  return [(width - zoom * picture.size[0]) / 2 + zoom * x, (height - zoom * picture.size[1]) / 2 + zoom * y];
}

async function loaded(page) {
  await page.waitForFunction(() => [...document.querySelectorAll(".pictures canvas")].every((one) => {
    const { data } = one.getContext("2d").getImageData(0, 0, one.width, one.height);
    return data.some((value) => value > 0);
  }));
  await drawn(page);
}

test("pictures are drawn below the other panels, under their titles", async () => {
  const page = await open(pathOf("pictures"));
  await loaded(page);
  const titles = await page.locator(".pictures h3").allTextContents();
  assert.deepEqual(titles, ["Loss around the path", "Spectrum of hidden/kernel", "tanh"]);
  const box = await page.locator(".pictures").boundingBox();
  const above = await page.locator(".panels:not(.pictures)").boundingBox();
  assert.ok(box.y >= above.y + above.height, "below");
  await close(page);
});

test("the ring is at the place of the clock's epoch, and the line at its own", async () => {
  const page = await open(pathOf("pictures"));
  await loaded(page);
  const [ring, line] = new Page("pictures").meta.runs[0].pictures;
  for (const epoch of [3, 17]) {
    await slideTo(page, epoch);
    const [x, y] = await onCanvas(page, ring, ring.places[epoch][1], "picture-0");
    const found = await places(page, "picture-0", 0, TEXT);
    const near = found.filter(([a, b]) => Math.abs(Math.hypot(a - x, b - y) - 7) < 1.6);
    assert.ok(near.length > 20, `${near.length} pixels of a ring around ${x}, ${y}`);
    const [across] = await onCanvas(page, line, line.places[epoch][1], "picture-1");
    const upright = (await places(page, "picture-1", 0, TEXT)).filter(([a]) => Math.abs(a + 0.5 - across) <= 1);
    assert.ok(upright.length > 100, `${upright.length} pixels of a line at ${across}`);
  }
  await close(page);
});

test("what follows the clock changes with it, and nothing else does", async () => {
  const page = await open(pathOf("pictures"));
  await loaded(page);
  await slideTo(page, 3);
  const early = await pixels(page);
  await slideTo(page, 15);
  const moved = changed(early, await pixels(page));
  assert.deepEqual(KINDS.map((kind) => moved.includes(`0 ${kind}`)), [true, true, false]);
  await close(page);
});

test("a press on a picture goes to the epoch whose place is nearest", async () => {
  const page = await open(pathOf("pictures"));
  await loaded(page);
  const [ring, line] = new Page("pictures").meta.runs[0].pictures;
  for (const [panel, picture, epoch] of [["picture-0", ring, 12], ["picture-1", line, 7]]) {
    await canvas(page, panel).scrollIntoViewIfNeeded();
    const [x, y] = await onCanvas(page, picture, picture.places[epoch][1], panel);
    await canvas(page, panel).click({ position: { x: x + 0.4, y: y + (panel === "picture-1" ? 40 : 0.4) } });
    assert.equal(await clock(page), epoch, panel);
  }
  await close(page);
});

test("a picture alone fills the window", async () => {
  const page = await open(pathOf("pictures"));
  await loaded(page);
  for (const kind of KINDS) {
    await page.locator(".panel", { has: canvas(page, kind) }).locator(".enlarge").click();
    await drawn(page);
    const { width, height } = await canvas(page, kind).boundingBox();
    assert.ok(width > 1400 && height > 500, `${kind}: ${width} x ${height}`);
    assert.equal((await commonColors(page, kind, 0)).length, 2, "and is drawn");
    await page.locator(".alone .enlarge").click();
    await drawn(page);
  }
  await close(page);
});

test("pictures have the colors of the theme", async () => {
  const page = await open(pathOf("pictures"));
  await loaded(page);
  const paper = (theme) => page.evaluate((one) => {
    document.documentElement.dataset.theme = one;
    return getComputedStyle(document.documentElement).getPropertyValue("--paper").trim();
  }, theme);
  const [light, dark] = [await paper("light"), await paper("dark")];
  await paper("light");
  assert.ok((await commonColors(page, "picture-2", 0)).includes(light), "light paper");
  await page.locator("#theme").click();
  await drawn(page);
  await page.waitForTimeout(100);
  assert.ok((await commonColors(page, "picture-2", 0)).includes(dark), "dark paper");
  await close(page);
});

test("pictures are named for whoever cannot see them", async () => {
  const page = await open(pathOf("pictures"));
  await loaded(page);
  await slideTo(page, 4);
  await page.waitForTimeout(400);
  const names = await Promise.all(KINDS.map((kind) => canvas(page, kind).getAttribute("aria-label")));
  assert.match(names[0], /^Loss around the path of the run, epoch 4: a ring is at this epoch; dots are \d+ epochs? apart$/);
  assert.match(names[1], /a line is at this epoch/);
  assert.match(names[2], /the same at every epoch/);
  await close(page);
});
