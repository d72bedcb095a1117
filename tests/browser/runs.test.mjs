// Runs in one plot, and words for epochs: those of the author, and those of the milestones.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { canvas, close, drawn, open, pixels, slideTo, tipText } from "./browser.mjs";
import { Page, pathOf } from "./pages.mjs";

const curvesOf = (page, run) => page.locator(".panel", { has: canvas(page, "curves", run) });

test("a metric of all runs is one plot, with a curve for each", async () => {
  const page = await open(pathOf("three"));
  const panel = curvesOf(page, 1);
  await panel.locator('[data-name="metric"]').selectOption({ label: "loss of all runs" });
  await slideTo(page, 65);
  assert.deepEqual(await panel.locator(".curve-legend .name").allTextContents(), ["sigmoid", "tanh", "ReLU"]);
  const shown = (await panel.locator(".curve-legend .number").allTextContents()).map(Number);
  const losses = new Page("three").meta.runs.map(({ curves }) => curves.find(({ name }) => name === "loss").values[65]);
  losses.forEach((loss, run) => assert.ok(Math.abs(shown[run] - loss) < 1e-4, `${shown} against ${losses}`));
  const [own, others] = [(await pixels(page))["1 curves"], (await pixels(page))["0 curves"]];
  assert.notEqual(own, others);
  await close(page);
});

test("of a single run there is nothing to lay together", async () => {
  const page = await open(pathOf("pictures"));
  const options = await page.locator('[data-name="metric"] option').allTextContents();
  assert.ok(options.every((option) => !option.includes("of all runs")), options.join());
  await close(page);
});

test("runs of other epochs keep their own places in one plot", async () => {
  const altered = new Page("three");
  altered.keepEpochs(altered.meta.runs[0], [0, 50, 100]);
  const page = await open(altered.save("other-epochs"));
  const panel = curvesOf(page, 1);
  await panel.locator('[data-name="metric"]').selectOption({ label: "loss of all runs" });
  await slideTo(page, 75);
  const shown = Number(await panel.locator(".curve-legend .number").first().textContent());
  const loss = altered.meta.runs[0].curves.find(({ name }) => name === "loss").values[1];
  assert.ok(Math.abs(shown - loss) < 1e-4, `${shown}: that of epoch 50 is ${loss}`);
  await close(page);
});

test("captions stand above the runs from their epoch on", async () => {
  const page = await open(pathOf("pictures"));
  const caption = page.locator("#caption");
  assert.equal((await caption.textContent()).trim(), "", "none yet, and room for one");
  assert.ok(await caption.isVisible());
  for (const [epoch, text] of [[2, "It begins"], [8, "It begins"], [20, "Then <b>\u202e"], [0, ""]]) {
    await slideTo(page, epoch);
    assert.equal((await caption.textContent()).trim(), text, `epoch ${epoch}`);
  }
  await close(page);
  const without = await open(pathOf("labels"));
  assert.ok(await without.locator("#caption").isHidden());
  await close(without);
});

test("where a milestone begins its sentence stands beside the epoch", async () => {
  const page = await open(pathOf("three"));
  const { milestones } = new Page("three").meta.runs[1];
  const { epoch, text } = milestones.find((one) => one.epoch > 0);
  await slideTo(page, epoch);
  const status = () => page.locator(".run .status").nth(1).textContent();
  assert.ok((await status()).startsWith(`epoch ${epoch} \u00b7 `) && (await status()).includes(text), await status());
  const quiet = [...Array(150).keys()].find((one) => milestones.every((other) => other.epoch !== one));
  await slideTo(page, quiet);
  assert.equal(await status(), `epoch ${quiet}`);
  await drawn(page);
  await close(page);
});

test("a sample is followed where the data have the same inputs, and nowhere else", async () => {
  const page = await open(pathOf("mixed"), { before: "location.hash ||= '#sample=3&epoch=5'" });
  await drawn(page);
  assert.match(await tipText(page), /classes\s+class 0[^]*labels\s+not among its samples[^]*numbers\s+not among its samples/);
  await close(page);
});

test("a sample of a run whose data have lost some is the one with its inputs", () => {
  const script = readFileSync(new URL("../../src/plot/page/web/data.js", import.meta.url), "utf8");
  const Run = new Function(`${script}; return Run;`)();
  const run = (rows, keys) => Object.assign(Object.create(Run.prototype), { keys, rows: new Map(rows.map((row, i) => [row, i])) });
  const [parent, fork] = [run([0, 2, 4], [7, 8, 9]), run([0, 1, 3], [8, 6, 9])];
  assert.deepEqual([2, 4, 0, 9].map((row) => fork.sampleLike(row, parent)), [0, 2, undefined, undefined]);
});
