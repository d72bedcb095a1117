// Everything by the keyboard, with names that differ, in sizes that can be pressed, in small windows.

import assert from "node:assert/strict";
import { test } from "node:test";
import { canvas, clock, close, columns, drawn, open, slideTo, tipText } from "./browser.mjs";
import { Page, pathOf } from "./pages.mjs";

const focused = (page, name) => page.evaluate((one) => document.activeElement[one], name);

test("each panel is one stop of the Tab key, and so is each lane of milestones", async () => {
  const page = await open(pathOf("three"));
  const stops = [];
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const one = document.activeElement;
      return one === document.body ? null : one.closest(".panel, .lane, .events, .controls, .top").className.split(" ")[0];
    });
    if (stop === null) break;
    stops.push(stop);
  }
  const count = (name) => stops.filter((stop) => stop === name).length;
  assert.equal(count("panel"), 21, "seven panels of three runs");
  assert.equal(count("lane"), 3);
  assert.equal(count("top"), 4);
  assert.ok(stops.length < 40, `${stops.length} stops in all`);
  await close(page);
});

test("Enter leads to the buttons of a panel, Tab through them, Escape back", async () => {
  const page = await open(pathOf("three"));
  const section = page.locator(".panel", { has: canvas(page, "losses", 1) });
  await section.focus();
  await page.keyboard.press("Enter");
  assert.match(await focused(page, "ariaLabel"), /^Logarithmic axis of the losses, .* of tanh$/);
  await page.keyboard.press(" ");
  assert.equal(await focused(page, "ariaPressed"), "true", "space presses it");
  await page.keyboard.press("Tab");
  assert.match(await focused(page, "ariaLabel"), /^Enlarge .* of tanh$/);
  await page.keyboard.press("Escape");
  assert.equal(await page.evaluate(() => document.activeElement.className), "panel");
  assert.equal(await clock(page), 0, "nothing played");
  await close(page);
});

test("the arrows go from milestone to milestone in a lane, and Enter goes to its epoch", async () => {
  const page = await open(pathOf("three"));
  const { milestones } = new Page("three").meta.runs[1];
  const lane = page.locator(".lane").nth(1);
  await lane.locator('.milestone[tabindex="0"]').focus();
  const first = Number(await page.evaluate(() => document.activeElement.dataset.epoch));
  assert.equal(first, Math.min(...milestones.map(({ epoch }) => epoch)));
  await page.keyboard.press("ArrowRight");
  const second = Number(await page.evaluate(() => document.activeElement.dataset.epoch));
  assert.ok(second >= first);
  assert.equal(await clock(page), 0, "the clock stays");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  assert.equal(await clock(page), Number(await page.evaluate(() => document.activeElement.dataset.epoch)));
  await close(page);
});

test("samples are followed by the keyboard, and said in words", async () => {
  const page = await open(pathOf("three"));
  await slideTo(page, 30);
  await page.locator(".panel", { has: canvas(page, "input", 1) }).focus();
  await page.keyboard.press(".");
  await page.keyboard.press(".");
  await drawn(page);
  assert.match(await tipText(page), /row 1 /, "the second sample");
  assert.match(await page.locator("#live").textContent(), /Sample in row 1 .*tanh/);
  await page.keyboard.press(",");
  await page.keyboard.press(",");
  await drawn(page);
  const { of } = new Page("three").meta.runs[1];
  assert.match(await tipText(page), new RegExp(`row ${of - 1} `), "round to the last one");
  await page.keyboard.press("Escape");
  assert.ok(await page.locator("#tip").isHidden());
  await close(page);
});

test("M goes to a misclassified sample, and says where there is none", async () => {
  const page = await open(pathOf("three"));
  const decoded = new Page("three");
  const run = decoded.meta.runs[1];
  const [classes, predicted] = [decoded.values(run.classes), decoded.values(run.predicted)];
  const wrong = (epoch) => [...classes.keys()].filter((i) => predicted[epoch * run.samples + i] !== classes[i]);
  await slideTo(page, 5);
  await page.locator(".panel", { has: canvas(page, "losses", 1) }).focus();
  await page.keyboard.press("m");
  await drawn(page);
  assert.match(await tipText(page), new RegExp(`row ${wrong(5)[0]} `));
  await page.keyboard.press("Escape");
  assert.deepEqual(wrong(150), []);
  await slideTo(page, 150);
  await page.locator(".panel", { has: canvas(page, "losses", 1) }).focus();
  await page.keyboard.press("m");
  assert.equal(await page.locator("#live").textContent(), "There is none.");
  await close(page);
});

test("a panel fills the window, and the others come back", async () => {
  const page = await open(pathOf("three"), { width: 800, height: 450 });
  await page.locator(".panel", { has: canvas(page, "input", 1) }).focus();
  await page.keyboard.press("e");
  await drawn(page);
  assert.equal(await page.locator("canvas:visible").count(), 1);
  const box = await canvas(page, "input", 1).boundingBox();
  const bar = await page.locator("#controls").boundingBox();
  assert.ok(box.width > 700 && box.height > 200 && box.y + box.height <= bar.y, JSON.stringify([box, bar]));
  await slideTo(page, 65);
  assert.deepEqual(await columns(page), Array(3).fill("65"), "and the clock goes on");
  await page.keyboard.press("Escape");
  await drawn(page);
  assert.equal(await page.locator("canvas:visible").count(), 21);
  await close(page);
});

test("a panel alone is saved as a picture that says what it shows", async () => {
  const page = await open(pathOf("three"));
  await slideTo(page, 65);
  const section = page.locator(".panel", { has: canvas(page, "hidden", 1) });
  assert.ok(await section.locator(".save").isHidden());
  await section.locator(".enlarge").click();
  await drawn(page);
  const [download] = await Promise.all([page.waitForEvent("download"), section.locator(".save").click()]);
  assert.equal(download.suggestedFilename(), "Feature_space_of_hidden_of_tanh_epoch_65.png");
  const { size, head } = await page.evaluate(() => {
    const panel = document.querySelector(".alone canvas");
    return { size: [panel.width, panel.height], head: document.querySelector(".alone h3").title };
  });
  const bytes = await import("node:fs").then(async ({ readFileSync }) => readFileSync(await download.path()));
  assert.ok(head.length > 0 && bytes.readUInt32BE(16) > size[0] && bytes.readUInt32BE(20) > size[1] + 20, "the canvas, with words above");
  await close(page);
});

for (const name of ["three", "pictures", "labels", "twenty_classes"]) {
  test(`what can be pressed has a name of its own and 24 pixels: ${name}`, async () => {
    const page = await open(pathOf(name));
    await page.locator("details").evaluateAll((all) => all.forEach((one) => (one.open = true)));
    const found = await page.locator("button, select, input, summary").evaluateAll((all) =>
      all.filter((one) => one.offsetParent).map((one) => {
        const { width, height } = one.getBoundingClientRect();
        const of = one.closest(".speed, .run")?.ariaLabel ?? "";
        return { name: one.ariaLabel || `${one.textContent} ${of}`, width, height };
      }),
    );
    const small = found.filter(({ width, height }) => Math.min(width, height) < 24);
    assert.deepEqual(small, [], "nothing is too small");
    const names = found.map((one) => one.name);
    assert.equal(new Set(names).size, names.length, `names differ: ${names.filter((one, i) => names.indexOf(one) !== i)}`);
    await close(page);
  });
}

test("each milestone stands in the list, with its sentence, and leads to its epoch", async () => {
  const page = await open(pathOf("three"));
  const { milestones } = new Page("three").meta.runs[0];
  const list = page.locator(".events").first();
  await list.locator("summary").click();
  assert.deepEqual(await list.locator("li > :last-child").allTextContents(), milestones.map(({ text }) => text));
  const last = milestones.at(-1);
  await list.locator("button").last().click();
  assert.equal(await clock(page), last.epoch);
  await close(page);
});

test("the keys are explained, and closing that leaves everything as it was", async () => {
  const page = await open(pathOf("three"));
  await page.keyboard.press("?");
  assert.ok(await page.locator("#help").isVisible());
  assert.match(await page.locator("#help").innerText(), /play or pause/);
  await page.keyboard.press("ArrowRight");
  assert.equal(await clock(page), 0, "the page behind it does not move");
  await page.keyboard.press("Escape");
  assert.ok(await page.locator("#help").isHidden());
  await close(page);
});

test("at 200 % zoom a whole panel is in sight", async () => {
  const page = await open(pathOf("three"), { width: 640, height: 360, deviceScaleFactor: 2 });
  const [panel, bar] = await Promise.all([page.locator(".panel").first().boundingBox(), page.locator("#controls").boundingBox()]);
  await page.mouse.wheel(0, panel.y - 4);
  await page.waitForTimeout(200);
  const box = await page.locator(".panel").first().boundingBox();
  assert.ok(box.y >= 0 && box.y + box.height <= bar.y, JSON.stringify([box, bar]));
  await close(page);
});

test("in print there are panels and sentences, and no buttons", async () => {
  const page = await open(pathOf("three"));
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.locator("#controls").isHidden() && (await page.locator(".enlarge").first().isHidden()));
  assert.ok(await page.locator(".panel").first().isVisible());
  await close(page);
});

test("the arrows move a threshold that has the focus, and the clock stays", async () => {
  const page = await open(pathOf("three", "live"));
  await slideTo(page, 30);
  await page.locator("#view summary").click();
  const threshold = page.locator("#view input[type=range]");
  await threshold.focus();
  const before = Number(await threshold.inputValue());
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction((was) => Number(/** @type {HTMLInputElement} */ (document.querySelector("#view input[type=range]")).value) > was, before);
  assert.equal(await clock(page), 30);
  await close(page);
});

test("where no sample that is shown is misclassified it says that others are not shown", async () => {
  const source = new Page("three");
  source.meta.runs[1].of = 4000;
  const page = await open(source.save("some_shown"));
  await slideTo(page, 150);
  await page.locator(".panel", { has: canvas(page, "input", 1) }).focus();
  await page.keyboard.press("m");
  assert.equal(await page.locator("#live").textContent(), "none of the samples that are shown, showing 2,000 of 4,000 samples");
  await close(page);
});
