// In the player a person opens recordings, sees what they hold, trains on from an epoch and takes the new recording home.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { close, open } from "../../tests/browser/browser.mjs";
import { addressOf, error, folder, inFrame, names, openFiles, player, recording, shown, train, unfold, waitUntil } from "./player.mjs";

test("recordings are opened together and shown on one clock", async () => {
  const page = await player([recording("tanh"), recording("relu")]);
  assert.deepEqual((await names(page)).map((name) => name.trim()), ["tanh", "relu"]);
  assert.equal(await inFrame(page, "root.dataset.ready"), "yes");
  assert.equal(await error(page), "");
  await close(page);
});

test("recordings that a player carries are open from the beginning, and others are opened beside them", async () => {
  const path = join(folder, "carrying.html");
  execFileSync(process.env.WEB_ANSWERS, ["player", `${process.env.WEB_MODULE}.gz`, path, recording("deep"), recording("line")]);
  const page = await open(path);
  await page.waitForFunction(() => document.documentElement.dataset.shown === "1", null, { timeout: 60_000 });
  assert.deepEqual((await names(page)).map((name) => name.trim()), ["deep", "line"]);
  assert.equal(await error(page), "");
  assert.equal(await page.locator("#empty").isVisible(), false);
  await openFiles(page, [recording("deep")]);
  assert.deepEqual((await names(page)).map((name) => name.trim()), ["deep", "line", "deep (2)"]);
  await close(page);
});

test("what is no recording is an error in words, and the others are shown", async () => {
  const broken = join(folder, "broken.replay");
  writeFileSync(broken, "no recording");
  const cut = join(folder, "cut.replay");
  writeFileSync(cut, readFileSync(recording("tanh")).subarray(0, 200));
  const page = await player([broken, recording("tanh"), cut]);
  assert.deepEqual((await names(page)).map((name) => name.trim()), ["tanh"]);
  assert.match(await error(page), /^broken\.replay: .*recording.*\ncut\.replay: /);
  await openFiles(page, [broken]);
  assert.match(await error(page), /^broken\.replay: /);
  assert.equal((await names(page)).length, 1, "what was open stays");
  await close(page);
});

test("a run that goes on under another rate is beside its parent, and the page at its last epoch", async () => {
  const page = await player([recording("sigmoid")]);
  await page.frameLocator("#page").locator("#slider").fill("40");
  await train(page, { epoch: 40, learning_rate: 0.5, epochs: 30 });
  assert.equal(await error(page), "");
  assert.deepEqual((await names(page)).map((name) => name.trim()), ["sigmoid", "sigmoid from 40"]);
  assert.equal(await inFrame(page, "root.dataset.epoch"), "70");
  await unfold(page, "runs");
  assert.match(await page.locator("#runs tbody tr").nth(1).innerText(), /31, to 70/);
  await close(page);
});

test("a run that goes on as it was repeats its parent, and one under another rate does not", async () => {
  const page = await player([recording("sigmoid")]);
  await train(page, { run: "sigmoid", epoch: 40, epochs: 20 });
  await train(page, { run: "sigmoid", epoch: 40, learning_rate: 0.5, epochs: 20 });
  const frame = page.frameLocator("#page");
  await frame.locator("#slider").fill("60");
  await page.waitForTimeout(300);
  const [parent, same, other] = await frame.locator(".run").evaluateAll((runs) => runs.map((run) => run.querySelector(".curve-legend").innerText));
  assert.match(parent, /loss\s*0\.\d+/);
  assert.equal(same, parent);
  assert.notEqual(other, parent);
  await close(page);
});

test("training can be paused, and what was trained until then is a run", async () => {
  const page = await player([recording("tanh")]);
  await unfold(page, "fork");
  await page.locator("#fork [name=epoch]").fill("150");
  await page.locator("#fork [name=epochs]").fill("10000");
  await shown(page, async () => {
    await page.locator("#fork [name=train]").click();
    await page.locator("#pause").click();
  });
  await unfold(page, "runs");
  const [, count, last] = (await page.locator("#runs tbody tr").nth(1).innerText()).match(/(\d+), to (\d+)/);
  assert.ok(Number(count) > 1 && Number(count) < 10_000 && Number(last) === 149 + Number(count), `${count}, to ${last}`);
  assert.equal(await page.locator("#pause").isVisible(), false);
  await close(page);
});

test("the layer that is looked into is the one that is chosen for the run", async () => {
  const page = await player([recording("deep"), recording("tanh")]);
  const titles = () => page.frameLocator("#page").getByText(/^Feature space of/).allTextContents();
  assert.deepEqual(await titles(), ["Feature space of narrow", "Feature space of hidden"]);
  await unfold(page, "runs");
  await shown(page, () => page.getByLabel("layer of deep").selectOption("wide"));
  assert.deepEqual(await titles(), ["Feature space of wide", "Feature space of hidden"]);
  await close(page);
});

test("the page computes what is looked at, and what was chosen in it stays when a run goes on", async () => {
  const page = await player([recording("tanh")]);
  const frame = page.frameLocator("#page");
  const note = (run) => frame.locator(".run").nth(run).locator(".panel", { has: page.locator("select[data-name=surface]") }).locator(".panel-note").innerText();
  await frame.locator("#slider").fill("150");
  await frame.locator(".run select[data-name=surface]").selectOption("unit 1 of hidden");
  const parent = await note(0);
  assert.match(parent, /^unit 1 of hidden: from /);
  await frame.locator(".panel:has(.zoom-in)").first().focus();
  await page.keyboard.press("+");
  await frame.locator("#color").selectOption({ index: 1 });
  const before = await addressOf(page);
  for (const part of ["zoom=", "surface=", "color="]) assert.ok(before.includes(part), before);
  await train(page, { epoch: 150, learning_rate: 0.5, epochs: 5 });
  assert.equal(await error(page), "");
  await waitUntil(page, async () => (await addressOf(page)) === before.replace("epoch=150", "epoch=155"));
  assert.equal(await note(0), parent, "of its own last epoch");
  await close(page);
});

test("what is chosen in a run's panels stays with the run, wherever it stands", async () => {
  const page = await player([recording("tanh"), recording("relu")]);
  const surfaces = () => page.frameLocator("#page").locator(".run select[data-name=surface]").evaluateAll((all) => all.map((one) => one.selectedOptions[0].textContent));
  await page.frameLocator("#page").locator(".run select[data-name=surface]").nth(1).selectOption("unit 0 of hidden");
  await unfold(page, "runs");
  await shown(page, () => page.getByLabel("Show tanh").click());
  await waitUntil(page, async () => (await surfaces()).join() === "unit 0 of hidden");
  await shown(page, () => page.getByLabel("Show relu").click()); // It is the only one, and stays.
  await shown(page, () => page.getByLabel("Show tanh").click());
  await waitUntil(page, async () => (await surfaces()).join() === "predictions,unit 0 of hidden");
  await shown(page, () => page.getByLabel("Show relu").click());
  await waitUntil(page, async () => (await surfaces()).join() === "predictions");
  await shown(page, () => page.getByLabel("Show relu").click());
  await waitUntil(page, async () => (await surfaces()).join() === "predictions,unit 0 of hidden");
  await shown(page, () => page.getByLabel("Close tanh").click());
  await waitUntil(page, async () => (await surfaces()).join() === "unit 0 of hidden");
  await close(page);
});

test("what is chosen stays however soon the next change comes, and is no step in the history", async () => {
  const page = await player([recording("tanh")]);
  await train(page, { epoch: 150, epochs: 1 });
  const frame = page.frameLocator("#page");
  const before = await page.evaluate(() => history.length);
  await frame.locator("#view summary").click();
  await frame.locator(".run select[data-name=surface]").first().selectOption("unit 1 of hidden");
  await frame.locator("#threshold").fill("0.3");
  for (let i = 0; i < 3; i++) await shown(page, () => page.locator("#one-epoch").click());
  await waitUntil(page, async () => /threshold=0.3/.test(await addressOf(page)) && /0\.input\.surface=unit/.test(await addressOf(page)));
  await waitUntil(page, async () => (await inFrame(page, "root.dataset.epoch")) === "154");
  assert.equal(await page.evaluate(() => history.length), before);
  await close(page);
});

test("what is being typed in the sheet stays while the page is written, and so does the keyboard", async () => {
  const page = await player([recording("tanh")]);
  await unfold(page, "runs");
  const threshold = page.getByLabel("threshold of tanh", { exact: true });
  await shown(page, async () => {
    await page.getByLabel("name of tanh", { exact: true }).fill("hyperbolic");
    await threshold.focus();
    await page.keyboard.type("0.7");
  });
  const typed = page.getByLabel("threshold of hyperbolic", { exact: true });
  assert.equal(await typed.inputValue(), "0.7");
  assert.equal(await typed.evaluate((one) => one === document.activeElement), true);
  await waitUntil(page, async () => (await page.frameLocator("#page").locator("#threshold-number").textContent()) === "0.50");
  await shown(page, () => page.keyboard.press("Enter"));
  await waitUntil(page, async () => (await page.frameLocator("#page").locator("#threshold-number").textContent()) === "0.70");
  await page.getByLabel("name of hyperbolic", { exact: true }).fill("  ");
  await page.keyboard.press("Tab");
  await waitUntil(page, async () => (await page.getByLabel("name of hyperbolic", { exact: true }).inputValue()) === "hyperbolic");
  await close(page);
});

test("the player has the theme of the page, and keeps it when a run is added", async () => {
  const page = await player([recording("deep")]);
  const themes = async () => [await page.evaluate(() => document.documentElement.dataset.theme), await inFrame(page, "root.dataset.theme")];
  assert.deepEqual(await themes(), ["light", "light"]);
  await page.frameLocator("#page").locator("#theme").click();
  assert.deepEqual(await themes(), ["dark", "dark"]);
  const paper = await page.evaluate(() => getComputedStyle(document.querySelector(".bar")).backgroundColor);
  assert.match(paper, /^rgb\((\d|[1-4]\d), /, "it is seen");
  await openFiles(page, [recording("line")]);
  await waitUntil(page, async () => (await themes()).join() === "dark,dark");
  await close(page);
});

test("a threshold that is moved in the page stays, until one is set for a run", async () => {
  const page = await player([recording("tanh"), recording("relu")]);
  const frame = page.frameLocator("#page");
  const thresholds = () => frame.locator("#threshold-number").textContent();
  await frame.locator("#view summary").click();
  await frame.locator("#threshold").fill("0.3");
  await waitUntil(page, async () => (await addressOf(page)).includes("threshold=0.3"));
  await train(page, { run: "tanh", epoch: 150, epochs: 2 });
  await waitUntil(page, async () => (await thresholds()) === "0.30");
  assert.match(await frame.locator("#view summary").innerText(), /0\.3/, "it is said");
  await unfold(page, "runs");
  await shown(page, async () => {
    await page.getByLabel("threshold of tanh", { exact: true }).fill("0.9");
    await page.getByLabel("threshold of tanh", { exact: true }).press("Enter");
  });
  await waitUntil(page, async () => (await thresholds()) === "0.90, 0.30");
  assert.doesNotMatch(await frame.locator("#view summary").innerText(), /0\./);
  await close(page);
});

test("what is dropped on the runs is opened beside them", async () => {
  const page = await player([recording("deep")]);
  const bytes = readFileSync(recording("deep")).toString("base64");
  const drop = (frame, text) => {
    const file = new File([Uint8Array.from(atob(text), (character) => character.charCodeAt(0))], "dropped.replay");
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(file);
    frame.contentDocument.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  };
  await shown(page, () => page.locator("#page").evaluate(drop, bytes));
  assert.deepEqual((await names(page)).map((name) => name.trim()), ["deep", "dropped"]);
  await close(page);
});

test("a threshold is that of the run that it is set for, and one that is none is refused", async () => {
  const page = await player([recording("tanh")]);
  const counts = () => page.frameLocator("#page").locator(".legend").first().innerText();
  await page.frameLocator("#page").locator("#slider").fill("20");
  const before = await counts();
  await unfold(page, "runs");
  const threshold = page.getByLabel("threshold of tanh");
  await shown(page, async () => {
    await threshold.fill("0.9");
    await threshold.press("Enter");
  });
  assert.notEqual(await counts(), before);
  await shown(page, async () => {
    await page.getByLabel("threshold of tanh").fill("1e60");
    await page.getByLabel("threshold of tanh").press("Enter");
  });
  assert.match(await error(page), /threshold/);
  assert.equal(await page.getByLabel("threshold of tanh").inputValue(), "0.9", "as it was");
  await close(page);
});

test("what cannot be trained is an error in words", async () => {
  const page = await player([recording("tanh")]);
  await train(page, { epoch: 9999, epochs: 5 });
  assert.match(await error(page), /9999/);
  await train(page, { epoch: 1, optimizer: "nothing", epochs: 5 });
  assert.match(await error(page), /nothing/);
  assert.equal((await names(page)).length, 1);
  await close(page);
});

test("a run is downloaded as a recording that can be opened", async () => {
  const page = await player([recording("tanh")]);
  await train(page, { epoch: 10, activation: "relu", layer: "hidden", optimizer: "Adam(lr 0.01)", epochs: 5 });
  await unfold(page, "runs");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByLabel("Download tanh from 10").click()]);
  const saved = join(folder, download.suggestedFilename());
  await download.saveAs(saved);
  assert.equal(readFileSync(saved).subarray(0, 4).equals(readFileSync(recording("tanh")).subarray(0, 4)), true);
  await shown(page, () => page.getByLabel("Close tanh", { exact: true }).click());
  await openFiles(page, [saved]);
  assert.equal(await error(page), "");
  assert.deepEqual((await names(page)).map((name) => name.trim()), ["tanh from 10", "tanh from 10 (2)"]);
  await close(page);
});

test("it works in a frame without an origin of its own", async () => {
  const page = await open(process.env.PLAYER);
  await page.evaluate((html) => {
    const frame = document.createElement("iframe");
    frame.sandbox = "allow-scripts";
    frame.id = "outer";
    frame.style = "position: fixed; inset: 0; width: 100%; height: 100%";
    frame.srcdoc = html;
    document.body.append(frame);
  }, readFileSync(process.env.PLAYER, "utf8"));
  const inner = page.frameLocator("#outer");
  await inner.locator("html[data-ready=yes]").waitFor({ state: "attached" });
  await inner.locator("#files").setInputFiles([recording("tanh")]);
  const isShown = (count) => inner.locator(`html[data-shown="${count}"]`).waitFor({ state: "attached", timeout: 60_000 });
  await isShown(1);
  await inner.locator("#files").setInputFiles([recording("relu")]);
  await isShown(2);
  assert.equal(await inner.locator("#error").textContent(), "");
  assert.equal(await inner.locator("#runs summary").innerText(), "Runs (2)");
  await inner.locator("#fork summary").click();
  await inner.locator("#fork [name=epochs]").fill("2");
  await inner.locator("#fork [name=train]").click();
  await isShown(3);
  await inner.locator("#one-epoch").click();
  await isShown(4);
  assert.equal(await inner.locator("#error").textContent(), "");
  await inner.frameLocator("#page").locator('html[data-epoch="153"]').waitFor({ state: "attached", timeout: 20_000 });
  await close(page);
});

test("a recording that was cut off is shown, and says so", async () => {
  const whole = readFileSync(recording("tanh"));
  const path = join(folder, "half.replay");
  writeFileSync(path, whole.subarray(0, whole.length / 2));
  const page = await player([path]);
  assert.match(await error(page), /^half\.replay: the last \d+ bytes are of no whole record/);
  assert.equal((await names(page)).length, 1);
  await close(page);
});

test("what is refused is said where it is seen, also above a sheet", async () => {
  const page = await player([recording("tanh")], { width: 375, height: 700 });
  await unfold(page, "runs");
  await shown(page, async () => {
    await page.getByLabel("threshold of tanh").fill("7");
    await page.getByLabel("threshold of tanh").press("Enter");
  });
  assert.match(await error(page), /threshold/);
  const isSeen = await page.locator("#error").evaluate((line) => {
    const { left, right, top, bottom } = line.getBoundingClientRect();
    return [0.1, 0.5, 0.9].every((share) => document.elementFromPoint(left + share * (right - left), (top + bottom) / 2) === line);
  });
  assert.ok(isSeen);
  await close(page);
});

test("one sheet is unfolded at a time, and none when somebody goes to the runs", async () => {
  const page = await player([recording("tanh")]);
  const unfolded = () => page.locator("details.drop[open]").evaluateAll((all) => all.map(({ id }) => id));
  await unfold(page, "runs");
  const box = await page.locator('#runs input[type="checkbox"]').boundingBox();
  assert.ok(box.width >= 24 && box.height >= 24);
  await page.locator("#fork summary").focus();
  await page.keyboard.press("Enter");
  await waitUntil(page, async () => String(await unfolded()) === "fork");
  await page.frameLocator("#page").locator("h2").first().click();
  await waitUntil(page, async () => (await unfolded()).length === 0);
  await close(page);
});

test("the keys of the clock work before anything was pressed", async () => {
  const page = await player([recording("tanh")]);
  await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement)?.blur());
  await page.keyboard.press("Control+ArrowRight"); // It is for the browser.
  await page.keyboard.press("Shift+ArrowRight");
  await waitUntil(page, async () => (await inFrame(page, "root.dataset.epoch")) === "10");
  await close(page);
});

test("the sheet says the threshold that was chosen in the page, and of other runs it stays", async () => {
  const page = await player([recording("tanh"), recording("relu"), recording("line")]);
  const frame = page.frameLocator("#page");
  await frame.locator("#view summary").click();
  await frame.locator("#threshold").fill("0.3");
  await waitUntil(page, async () => (await addressOf(page)).includes("threshold=0.3"));
  await unfold(page, "runs");
  const threshold = (name) => page.getByLabel(`threshold of ${name}`, { exact: true });
  await waitUntil(page, async () => (await threshold("tanh").getAttribute("placeholder")) === "0.3");
  assert.equal(await threshold("line").getAttribute("placeholder"), "usual", "it has none");
  await shown(page, async () => {
    await threshold("relu").fill("0.6");
    await threshold("relu").press("Enter");
  });
  await waitUntil(page, async () => (await frame.locator("#threshold-number").textContent()) === "0.30, 0.60");
  assert.equal(await threshold("tanh").inputValue(), "0.3");
  assert.equal(await threshold("line").inputValue(), "");
  await close(page);
});
