// A lesson beside the panels: its sentences lead to moments, by pointer and keys, in every window, and without the program.

import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { browser, canvas, clock, close, drawn, open, slideTo } from "./browser.mjs";
import { Page, pathOf } from "./pages.mjs";

const sentence = (page, place) => page.locator(`[data-sentence="${place}"] a`);
const current = (page) => page.locator("[aria-current]").evaluateAll((all) => all.map((one) => one.parentElement.dataset.sentence));
const pointed = (page) => page.locator(".pointed").evaluateAll((all) => all.map((one) => one.querySelector("h2, canvas")).map((one) => one.textContent || `${one.dataset.run} ${one.dataset.panel}`));
const focused = (page) => page.evaluate(() => document.activeElement.parentElement.dataset.sentence ?? document.activeElement.ariaLabel);

async function openAt(name, hash, options = {}) {
  const page = await open(pathOf(name), { ...options, before: `location.hash ||= ${JSON.stringify(hash)}` });
  await drawn(page);
  return page;
}

/** The address when everything has come to rest. */
async function address(page) {
  await drawn(page);
  await page.waitForTimeout(400);
  return Object.fromEntries(new URLSearchParams((await page.evaluate(() => location.hash)).slice(1)));
}

/** Whether a box lies between the lesson, where that sticks above, and the bar at the end of the window. */
async function isInSight(page, locator) {
  await page.waitForTimeout(700);
  return locator.evaluate((one) => {
    const [box, bar] = [one.getBoundingClientRect(), document.getElementById("controls").getBoundingClientRect()];
    const region = document.getElementById("lesson");
    const lesson = region.getBoundingClientRect();
    const isBeside = region.contains(one) || lesson.right <= box.left + 1;
    const top = isBeside || lesson.bottom < 0 ? 0 : Math.max(0, lesson.bottom);
    return box.top >= top - 1 && box.bottom <= bar.top + 1 && box.left >= -1 && box.right <= innerWidth + 1;
  });
}

test("a sentence leads to its epoch, frames its panel, and is marked while its epoch is shown", async () => {
  const page = await open(pathOf("lesson"));
  assert.deepEqual(await current(page), ["1.1"], "that of epoch 0");
  await sentence(page, "1.3").click();
  assert.equal(await clock(page), 5);
  assert.deepEqual(await current(page), ["1.3"]);
  assert.deepEqual(await pointed(page), ["1 hidden"]);
  await sentence(page, "1.4").click();
  assert.deepEqual(await current(page), ["1.4"], "of two sentences of an epoch, the one that was chosen");
  assert.deepEqual(await pointed(page), ["0 losses", "1 losses", "2 losses"], "of all runs");
  await slideTo(page, 5);
  assert.deepEqual(await current(page), ["1.4"], "as long as its epoch is shown");
  await slideTo(page, 4);
  assert.deepEqual(await current(page), [], "no sentence is of epoch 4");
  await slideTo(page, 7);
  assert.deepEqual(await current(page), ["2.2"], "whoever got there");
  assert.equal(await sentence(page, "1.2").count(), 0, "what leads nowhere is text");
  await close(page);
});

test("what was framed is so no longer after a moment, and one thing at a time is", async () => {
  const page = await open(pathOf("lesson"));
  await sentence(page, "1.6").click();
  assert.deepEqual(await pointed(page), ["ReLU"], "a run as a whole");
  await sentence(page, "1.3").click();
  assert.deepEqual(await pointed(page), ["1 hidden"]);
  await page.waitForTimeout(2300);
  assert.deepEqual(await pointed(page), []);
  await close(page);
});

for (const [reducedMotion, moves] of [["reduce", false], ["no-preference", true]]) {
  test(`the frame ${moves ? "fades" : "stands still where motion is not wanted"}`, async () => {
    const page = await open(pathOf("lesson"), { reducedMotion });
    await sentence(page, "1.3").click();
    const name = await page.locator(".pointed").evaluate((one) => getComputedStyle(one).animationName);
    assert.equal(name !== "none", moves, name);
    const behavior = await page.evaluate(() => {
      const found = [];
      Element.prototype.scrollIntoView = function (options) { found.push(options.behavior); };
      document.querySelector('[data-sentence="1.4"] a').click();
      return found;
    });
    assert.deepEqual(behavior, [moves ? "smooth" : "auto"]);
    await close(page);
  });
}

test("a sentence of gradients shows their violins", async () => {
  const page = await open(pathOf("lesson"));
  await sentence(page, "1.5").click();
  const shown = () => page.locator('[data-name="quantity"]').evaluateAll((all) => all.map((one) => one.selectedOptions[0].textContent));
  assert.deepEqual(new Set(await shown()), new Set(["gradients"]));
  assert.deepEqual(await pointed(page), ["2 violins"]);
  assert.equal(await clock(page), 0, "it names no epoch");
  assert.deepEqual(await current(page), ["1.5"]);
  await page.keyboard.press("ArrowRight");
  assert.deepEqual(await current(page), []);
  await close(page);
});

for (const [width, height] of [[1440, 900], [1280, 720], [800, 600], [390, 844]]) {
  test(`what a sentence speaks of comes in sight: ${width} x ${height}`, async () => {
    const page = await open(pathOf("lesson"), { width, height });
    for (const [place, panel, run] of [["1.5", "violins", 2], ["1.3", "hidden", 1], ["2.9", "curves", 1]]) {
      await sentence(page, place).click();
      assert.ok(await isInSight(page, page.locator(".panel", { has: canvas(page, panel, run) })), `${place}: ${panel} of ${run}`);
      assert.ok(await isInSight(page, sentence(page, place)), `${place} itself`);
    }
    await close(page);
  });
}

test("the text lies beside the panels, or above them where there is no room, and never over them", async () => {
  for (const [width, isBeside] of [[1440, true], [1280, true], [1001, true], [1000, false], [390, false]]) {
    const page = await open(pathOf("lesson"), { width, height: 800 });
    const [lesson, runs] = await Promise.all([page.locator("#lesson").boundingBox(), page.locator("#runs").boundingBox()]);
    if (isBeside) assert.ok(lesson.x + lesson.width <= runs.x, `${width}: ${JSON.stringify([lesson, runs])}`);
    else assert.ok(lesson.y + lesson.height <= runs.y, `${width}: ${JSON.stringify([lesson, runs])}`);
    assert.ok(lesson.width >= 240 && runs.width >= 300);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width, "nothing is wider than the window");
    await close(page);
  }
});

test("three runs have room beside the text in a window of 1280 pixels", async () => {
  const page = await open(pathOf("lesson"), { width: 1280, height: 720 });
  assert.ok(await page.locator("#runs").evaluate((one) => one.scrollWidth <= one.clientWidth));
  await close(page);
});

test("N and P go from sentence to sentence, and so do the buttons", async () => {
  const page = await open(pathOf("lesson"), { reducedMotion: "reduce" }); // Nothing moves below the pointer.
  assert.equal(await page.getByLabel("Previous sentence").getAttribute("aria-disabled"), "true", "at the first");
  await page.keyboard.press("n");
  assert.deepEqual([await current(page), await clock(page)], [["1.3"], 5], "over the one that leads nowhere");
  assert.match(await page.locator("#live").textContent(), /The plane begins to bend/);
  await page.keyboard.press("n");
  await page.keyboard.press("p");
  await page.keyboard.press("p");
  await page.keyboard.press("p");
  assert.deepEqual([await current(page), await clock(page)], [["1.1"], 0]);
  await page.getByLabel("Next sentence").click();
  assert.deepEqual(await current(page), ["1.3"]);
  await sentence(page, "3.2").click();
  assert.equal(await page.getByLabel("Next sentence").getAttribute("aria-disabled"), "true", "at the last");
  await page.keyboard.press("n");
  assert.deepEqual(await current(page), ["3.2"]);
  assert.ok(await isInSight(page, sentence(page, "3.2")), "the text is scrolled to it");
  await page.keyboard.press("?");
  assert.match(await page.locator("#help").innerText(), /next sentence of the lesson/);
  await close(page);
});

test("a page without a lesson has no place for one, and its keys do nothing", async () => {
  const page = await open(pathOf("pictures"));
  assert.equal(await page.locator("#lesson").count(), 0);
  assert.ok(await page.locator("#fold-lesson").isHidden());
  await page.keyboard.press("n");
  await page.keyboard.press("p");
  assert.equal(await clock(page), 0);
  await page.keyboard.press("?");
  assert.doesNotMatch(await page.locator("#help").innerText(), /lesson/);
  await close(page);
});

test("every link is a stop of the Tab key, Enter follows it, and the focus goes along", async () => {
  const page = await open(pathOf("lesson"));
  await page.locator("#fold-lesson").focus();
  const stops = [];
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => Boolean(document.activeElement.closest("#lesson")))) stops.push(await focused(page));
  }
  const links = await page.locator("#lesson a").evaluateAll((all) => all.map((one) => one.parentElement.dataset.sentence));
  assert.deepEqual(stops, ["Previous sentence", "Next sentence", ...links]);
  await sentence(page, "1.3").focus();
  await page.keyboard.press("Enter");
  assert.deepEqual([await clock(page), await focused(page)], [5, "1.3"]);
  await page.keyboard.press("n");
  assert.equal(await focused(page), "1.4");
  await close(page);
});

for (const [width, height] of [[1440, 900], [390, 844], [640, 360]]) {
  test(`names differ, and nothing is smaller than 24 pixels: ${width} x ${height}`, async () => {
    const page = await open(pathOf("lesson"), { width, height });
    const found = await page.locator("#lesson a, #lesson button, #fold-lesson").evaluateAll((all) =>
      all.map((one) => ({ name: one.ariaLabel ?? one.textContent, size: Math.min(...[one.getBoundingClientRect()].map(({ width, height }) => Math.min(width, height))) })),
    );
    assert.deepEqual(found.filter(({ size }) => size < 24), []);
    assert.equal(new Set(found.map(({ name }) => name)).size, found.length);
    await close(page);
  });
}

test("the lesson is folded and opened, the panels take its room, and the address says so", async () => {
  const page = await open(pathOf("lesson"), { width: 1280, height: 720 });
  const before = await page.locator("#runs").boundingBox();
  await page.locator("#fold-lesson").click();
  assert.ok(await page.locator("#lesson").isHidden());
  assert.equal(await page.locator("#fold-lesson").getAttribute("aria-expanded"), "false");
  assert.ok((await page.locator("#runs").boundingBox()).width > before.width + 200);
  assert.deepEqual(await address(page), { lesson: "off" });
  await page.keyboard.press("n");
  assert.ok(await page.locator("#lesson").isVisible(), "the next sentence opens it");
  await close(page);
  const other = await openAt("lesson", "#lesson=off");
  assert.ok(await other.locator("#lesson").isHidden());
  await other.locator("#fold-lesson").click();
  assert.ok(await other.locator("#lesson").isVisible());
  await close(other);
});

test("the address holds the sentence, and brings it back with its epoch and its panel", async () => {
  const page = await open(pathOf("lesson"));
  await sentence(page, "1.4").click();
  assert.deepEqual(await address(page), { epoch: "5", sentence: "1.4" });
  assert.equal(await sentence(page, "1.4").getAttribute("href"), "#sentence=1.4", "a link that can be handed on");
  await slideTo(page, 6);
  assert.deepEqual(await address(page), { epoch: "6" });
  await page.evaluate(() => (location.hash = "#sentence=1.3"));
  await drawn(page);
  assert.deepEqual([await clock(page), await current(page), await pointed(page)], [5, ["1.3"], ["1 hidden"]]);
  await close(page);
  const last = await openAt("lesson", "#sentence=3.2", { width: 1280, height: 720 });
  assert.ok(await isInSight(last, sentence(last, "3.2")), "the text is scrolled to it, above the bar");
  await close(last);
  const other = await openAt("lesson", "#sentence=1.5", { width: 390, height: 844 });
  assert.deepEqual(await current(other), ["1.5"]);
  assert.ok(await isInSight(other, other.locator(".panel", { has: canvas(other, "violins", 2) })));
  await close(other);
});

test("a sentence in the address that is not there, or is of another epoch than the address, changes nothing", async () => {
  for (const place of ["9.9", "1.2", "", "constructor", "1"]) {
    const page = await openAt("lesson", `#epoch=4&sentence=${place}`);
    assert.deepEqual([await clock(page), await current(page)], [4, []], place);
    assert.deepEqual(await address(page), { epoch: "4" });
    await close(page);
  }
  const page = await openAt("lesson", "#epoch=4&sentence=1.3");
  assert.deepEqual([await clock(page), await current(page)], [4, []], "the epoch counts");
  await close(page);
  const without = await openAt("three", "#epoch=4&sentence=1.1&lesson=off");
  assert.deepEqual([await clock(without), await address(without)], [4, { epoch: "4" }]);
  await close(without);
});

test("a panel that was switched off comes back when a sentence leads to it, but an address may leave it out", async () => {
  const page = await openAt("lesson", "#panels=input,curves&sentence=1.3");
  assert.ok(await canvas(page, "hidden", 1).isHidden());
  await sentence(page, "1.3").click();
  assert.ok(await canvas(page, "hidden", 1).isVisible());
  assert.match((await address(page)).panels, /hidden/);
  await close(page);
});

test("where one panel is alone, a sentence shows its own alone", async () => {
  const page = await openAt("lesson", "#panel=0.losses");
  await sentence(page, "1.3").click();
  await drawn(page);
  assert.equal(await page.locator("canvas:visible").count(), 1);
  assert.ok(await canvas(page, "hidden", 1).isVisible());
  await close(page);
});

test("a link that is asked for in a new tab does nothing here", async () => {
  const page = await open(pathOf("lesson"));
  const [other] = await Promise.all([page.context().waitForEvent("page"), sentence(page, "1.3").click({ modifiers: ["Control"] })]);
  await other.waitForFunction(() => document.documentElement.dataset.ready === "yes");
  assert.deepEqual([await clock(page), await clock(other)], [0, 5]);
  await other.close();
  await close(page);
});

test("playing marks one sentence after the other, and pauses at a chosen one", async () => {
  const page = await open(pathOf("lesson"));
  await page.locator("#speed").selectOption("1");
  await page.keyboard.press(" ");
  await page.waitForFunction(() => document.documentElement.dataset.epoch === "1");
  await sentence(page, "1.3").click();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.playing), "no");
  assert.deepEqual(await current(page), ["1.3"]);
  await close(page);
});

test("hostile words are words, in their own direction, and what follows them is not turned", async () => {
  const page = await open(pathOf("lesson_hostile"));
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  assert.equal(await page.locator("#lesson img, #lesson script").count(), 0);
  const { title } = await page.evaluate(() => ({ title: document.getElementById("lesson-title").textContent }));
  assert.equal(title, '<img src=x onerror="window.pwned=1">');
  assert.equal(await page.locator("#lesson").getAttribute("lang"), "he");
  assert.equal(await page.locator('[data-sentence="1.5"] .words').evaluate((one) => getComputedStyle(one).direction), "rtl");
  assert.equal(await page.locator('[data-sentence="1.6"] .words').evaluate((one) => getComputedStyle(one).direction), "ltr");
  assert.ok(await page.locator(".lesson-text").evaluate((one) => one.scrollWidth <= one.clientWidth), "long words are broken");
  await sentence(page, "1.7").click();
  assert.deepEqual([await clock(page), await current(page)], [2, ["1.7"]]);
  await close(page);
});

test("without JavaScript the lesson is a page of text, and nothing in it can be pressed", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  for (const width of [1280, 390]) {
    const page = await context.newPage();
    await page.setViewportSize({ width, height: 700 });
    await page.goto(pathToFileURL(pathOf("lesson")).href);
    const lesson = page.locator("#lesson");
    assert.ok(await lesson.isVisible());
    assert.match(await lesson.innerText(), /How the plane is bent[^]*epoch 5 · tanh[^]*The plane begins to bend\./);
    assert.equal(await page.locator("#lesson a, #lesson button").count(), 0);
    assert.ok(await page.locator("#fold-lesson").isHidden());
    const box = await lesson.boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= width && box.height > 700, "all of it, one line below the other");
    await page.close();
  }
  await context.close();
});

test("where the data are damaged, the text is still read", async () => {
  const page = await open(new Page("lesson").save("damaged_lesson", "AAAA"), { ready: "no" });
  assert.ok(await page.locator("#error").isVisible() && (await page.locator("#lesson").isVisible()));
  assert.equal(await page.locator("#lesson a").count(), 0);
  await page.close();
});

test("in print all sentences are there, on paper as wide as it is, and no buttons", async () => {
  const page = await open(pathOf("lesson"), { width: 800, height: 1100 });
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.locator("#fold-lesson").isHidden() && (await page.getByLabel("Next sentence").isHidden()));
  const cut = await page.locator(".lesson-text").evaluate((one) => one.scrollHeight - one.clientHeight);
  assert.ok(cut <= 0, `${cut} pixels are cut off`);
  const [lesson, runs] = await Promise.all([page.locator("#lesson").boundingBox(), page.locator("#runs").boundingBox()]);
  assert.ok(lesson.y + lesson.height <= runs.y + 1);
  await close(page);
});

test("in forced colors the marked sentence differs by its edge, and the frame is seen", async () => {
  const page = await open(pathOf("lesson"), { forcedColors: "active" });
  await sentence(page, "1.3").click();
  const edge = (place) => sentence(page, place).evaluate((one) => getComputedStyle(one).borderInlineStartColor);
  assert.notEqual(await edge("1.3"), await edge("1.4"));
  assert.equal(await page.locator(".pointed").evaluate((one) => getComputedStyle(one).outlineStyle), "solid");
  await close(page);
});

test("at 200 % zoom a sentence and a panel each fit the window", async () => {
  const page = await open(pathOf("lesson"), { width: 640, height: 360, deviceScaleFactor: 2 });
  await sentence(page, "1.3").click();
  const panel = page.locator(".panel", { has: canvas(page, "hidden", 1) });
  assert.ok(await isInSight(page, panel));
  await close(page);
});

test("words stand out from what is behind them in both themes", async () => {
  for (const theme of ["light", "dark"]) {
    const page = await openAt("lesson", `#theme=${theme}&sentence=1.3`);
    const contrasts = await page.locator("#lesson .when, #lesson .words, #lesson h3, #lesson h2").evaluateAll((all) => {
      const numbers = (text) => text.match(/[\d.]+/g).slice(0, 3).map((part) => part / 255);
      const light = (rgb) => rgb.map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
      const groundOf = (one) => (/, 0\)|transparent/.test(getComputedStyle(one).backgroundColor) ? groundOf(one.parentElement) : getComputedStyle(one).backgroundColor);
      return all.map((one) => {
        const [a, b] = [getComputedStyle(one).color, groundOf(one)].map((color) => light(numbers(color)) + 0.05);
        return Math.max(a, b) / Math.min(a, b);
      });
    });
    assert.ok(Math.min(...contrasts) >= 4.5, `${theme}: ${Math.min(...contrasts)}`);
    await close(page);
  }
});

test("a lesson opens at its beginning", async () => {
  for (const hash of ["", "#epoch=7"]) {
    const page = await openAt("lesson", hash, { width: 1280, height: 720 });
    assert.deepEqual(await page.locator("#lesson *").evaluateAll((all) => all.map((one) => one.scrollTop).filter((top) => top > 0)), [], hash);
    await close(page);
  }
});
