// The data of a run are edited by mouse, finger and keys, and a run is trained on them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { close, open } from "../../tests/browser/browser.mjs";
import { module } from "../tests/native.mjs";
import { downloaded, error, names, openFiles, player, points, recording, shown, train, waitUntil } from "./player.mjs";

/** The player with the data of a recording under edit. */
async function editor(name, options) {
  const page = await player([recording(name)], options);
  await page.locator("#edit-data").click();
  return page;
}

const said = (page) => page.locator("#edit-said").innerText();
const count = (page) => page.locator("#edit-count").innerText();
const tool = (page, value) => page.locator(`#edit [name=tool][value=${value}]`).check();
const field = (page, name) => page.locator(`#edit [name=${name}]`);

/** A place on the board, by shares of it from the left and the top. */
async function place(page, [across, down]) {
  const { x, y, width, height } = await page.locator("#edit canvas").boundingBox();
  return [x + across * width, y + down * height];
}

const clickAt = async (page, shares) => page.mouse.click(...(await place(page, shares)));

/** Some few samples in place of the 2,000: every one can be hit. */
async function take(page, name, samples, noise = 0) {
  await field(page, "name").selectOption(name);
  await field(page, "samples").fill(String(samples));
  await field(page, "spread").fill(String(noise));
  await field(page, "take").click();
}

/** What the run that is trained on the edited data has recorded. */
async function trained(page, name) {
  await field(page, "use").click();
  assert.equal(await page.locator("#fork [name=data]").inputValue(), "edited");
  assert.equal(await page.locator("#fork [name=epoch]").inputValue(), "0", "from the same initial weights, if nothing else is said");
  await page.locator("#fork [name=epochs]").fill("3");
  await shown(page, () => page.locator("#fork [name=train]").click());
  assert.equal(await error(page), "");
  const core = await module();
  const { handle, epochs } = core.open(new Uint8Array(readFileSync(await downloaded(page, name)))).fields;
  assert.deepEqual(epochs, [0, 1, 2, 3]);
  assert.match(core.ask({ ask: "verify", handle }).fields.verification, /^proven/);
  return core.ask({ ask: "data", handle }).arrays;
}

test("samples are added, flipped, moved and deleted by mouse, and every change is taken back", async () => {
  const page = await editor("tanh");
  assert.equal(await count(page), "2000 samples: 1000 negative, 1000 positive");
  await take(page, "moons", 4);
  assert.equal(await count(page), "4 samples: 2 negative, 2 positive");
  await tool(page, "add");
  await field(page, "kind").selectOption("positive");
  await clickAt(page, [0.3, 0.9]);
  assert.match(await said(page), /^Added the sample in row 4, positive, at /);
  await tool(page, "flip");
  await clickAt(page, [0.3, 0.9]);
  assert.match(await said(page), /^Now the sample in row 4, negative/);
  await tool(page, "move");
  await page.mouse.move(...(await place(page, [0.3, 0.9])));
  await page.mouse.down();
  await page.mouse.move(...(await place(page, [0.5, 0.5])), { steps: 5 });
  await page.mouse.up();
  const moved = await said(page);
  assert.match(moved, /^Moved the sample in row 4, negative, at /);
  await tool(page, "delete");
  await clickAt(page, [0.3, 0.9]);
  assert.equal(await said(page), "There is no sample here.");
  await clickAt(page, [0.5, 0.5]);
  assert.match(await said(page), /^Deleted the sample in row 4/);
  const undo = field(page, "undo");
  for (const expected of ["5 samples: 3 negative, 2 positive", "5 samples: 3 negative, 2 positive", "5 samples: 2 negative, 3 positive", "4 samples: 2 negative, 2 positive", "2000 samples: 1000 negative, 1000 positive"]) {
    await undo.click();
    assert.equal(await count(page), expected);
  }
  assert.equal(await undo.isDisabled(), true);
  await close(page);
});

test("a finger edits as a mouse does", async () => {
  const page = await editor("tanh", { width: 390, height: 844, hasTouch: true });
  await take(page, "circles", 6);
  await tool(page, "add");
  await page.locator("#edit canvas").scrollIntoViewIfNeeded();
  await page.touchscreen.tap(...(await place(page, [0.9, 0.9])));
  assert.equal(await count(page), "7 samples: 4 negative, 3 positive");
  await tool(page, "delete");
  await page.locator("#edit canvas").scrollIntoViewIfNeeded();
  const [x, y] = await place(page, [0.9, 0.9]);
  await page.touchscreen.tap(x - 18, y);
  assert.match(await said(page), /^Deleted the sample in row 6/, "a finger reaches further");
  await close(page);
});

test("data are edited and trained on by the keyboard alone", async () => {
  const page = await player([recording("tanh")]);
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  await page.locator("#edit-data").focus();
  await press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "CANVAS");
  await press("n");
  assert.match(await said(page), /^The cross is at the sample in row 0, /);
  await press("n", "n", "p");
  const second = await said(page);
  assert.match(second, /^The cross is at the sample in row 1, /);
  await press("Enter", "Shift+ArrowUp", "ArrowLeft");
  assert.match(await said(page), /^Holding the sample in row 1/);
  await press("Escape");
  assert.equal(await said(page), "Put back.");
  assert.equal(await page.locator("#edit").isVisible(), true, "what is held is put back, and the sheet stays");
  assert.equal(await field(page, "undo").isDisabled(), true);
  await press("n", "p");
  assert.match(await said(page), /^The cross is at the sample in row /);
  await press("Enter", "Shift+ArrowUp", "Enter");
  assert.match(await said(page), /^Moved the sample/);
  await press("f");
  assert.match(await count(page), /1001/);
  await press("Delete");
  assert.match(await count(page), /^1999 samples/);
  await press("Control+z");
  assert.match(await count(page), /^2000 samples/);
  const use = () => page.evaluate(() => /** @type {any} */ (document.activeElement)?.name === "use");
  for (let tabs = 0; tabs < 30 && !(await use()); tabs += 1) await press("Tab");
  await press("Enter");
  assert.equal(await page.evaluate(() => /** @type {any} */ (document.activeElement)?.name), "epoch");
  await shown(page, () => press("Enter"));
  assert.deepEqual((await names(page)).map((name) => name.trim()), ["tanh", "tanh from 0, edited data"]);
  await page.locator("#edit-data").focus();
  await press("Enter", "Escape");
  assert.equal(await page.locator("#edit").isVisible(), false);
  await close(page);
});

test("a run is trained on the data that were edited, and records them bit for bit", async () => {
  const page = await editor("relu");
  const core = await module();
  const { handle } = core.open(new Uint8Array(readFileSync(recording("relu")))).fields;
  const [before] = core.ask({ ask: "data", handle }).arrays;
  await page.locator("#edit canvas").press("n");
  await page.keyboard.press("Delete");
  const [inputs, targets, classes] = await trained(page, "relu from 0, edited data");
  assert.deepEqual(inputs.values, before.values.subarray(2), "all but the first sample");
  assert.deepEqual([targets.shape, targets.values], [[1999, 1], classes.values]);
  assert.equal(await points(page, "relu"), "151, to 150", "the run itself stays");
  await close(page);
});

test("a built-in data set with noise is that of the crate, by its seeds", async () => {
  const page = await editor("sigmoid");
  await take(page, "circles", 50, 0.05);
  await field(page, "deviation").fill("0.2");
  await field(page, "noise_seed").fill("9");
  await field(page, "noise").click();
  assert.equal(await said(page), "Added noise of 0.2, seed 9.");
  const [inputs] = await trained(page, "sigmoid from 0, edited data");
  const core = await module();
  const { handle } = core.open(new Uint8Array(readFileSync(recording("sigmoid")))).fields;
  const [still, targets] = core.ask({ ask: "generate", handle, name: "circles", samples: 50, noise: 0.05, seed: 1 }).arrays;
  const bytes = new Uint8Array([still, targets].flatMap(({ values }) => [...new Uint8Array(values.slice().buffer)]));
  const [noisy] = core.ask({ ask: "noise", handle, samples: 50, deviation: 0.2, seed: 9 }, bytes).arrays;
  assert.deepEqual(inputs.values, noisy.values);
  await close(page);
});

test("what cannot be had is said in the sheet, and the data stay", async () => {
  const page = await editor("tanh");
  for (const [name, value, action, words] of [
    ["deviation", "-1", "noise", /deviation/],
    ["deviation", "", "noise", /^Deviation is empty: it must be a number/],
    ["noise_seed", "0.5", "noise", /^Seed is 0.5: it must be a whole number/],
    ["seed", "9007199254740993", "take", /9007199254740993 is too large/],
    ["samples", "1", "take", /2 or more/],
    ["samples", "1000000", "take", /at most 100000/],
    ["spread", "1e300", "take", /inputs with noise|finite/],
  ]) {
    const before = await field(page, name).inputValue();
    await field(page, name).fill(value);
    await field(page, action).click();
    assert.match(await said(page), words, `${name} ${value}`);
    assert.equal(await count(page), "2000 samples: 1000 negative, 1000 positive");
    await field(page, name).fill(before);
  }
  await take(page, "hypercube", 2);
  await tool(page, "delete");
  for (const key of ["n", "Delete", "n", "Delete"]) await page.locator("#edit canvas").press(key);
  assert.equal(await said(page), "Data have one sample at least.");
  assert.match(await count(page), /^1 sample: /);
  await field(page, "restore").click();
  assert.equal(await count(page), "2000 samples: 1000 negative, 1000 positive");
  await close(page);
});

test("targets that are numbers stay: samples are moved and deleted, and there is no label to flip", async () => {
  const page = await editor("line");
  assert.equal(await count(page), "40 samples");
  assert.match(await said(page), /^The targets are numbers/);
  for (const value of ["add", "flip"]) assert.equal(await page.locator(`#edit [name=tool][value=${value}]`).isDisabled(), true);
  assert.equal(await field(page, "take").isDisabled(), true);
  const canvas = page.locator("#edit canvas");
  for (const key of ["n", "f"]) await canvas.press(key);
  assert.match(await said(page), /no label to flip/);
  for (const key of ["Enter", "Shift+ArrowLeft", "Enter", "n", "Delete"]) await canvas.press(key);
  assert.equal(await count(page), "39 samples");
  const [, targets] = await trained(page, "line from 0, edited data");
  assert.equal(targets.shape[0], 39);
  await close(page);
});

test("what was edited is kept for its run until it is restored or the run is closed", async () => {
  const page = await editor("tanh");
  await take(page, "moons", 12);
  await field(page, "close").click();
  await openFiles(page, [recording("relu")]);
  await page.locator("#fork summary").click();
  const data = page.locator("#fork [name=data] option");
  assert.deepEqual(await data.allTextContents(), ["as recorded", "edited: 12 samples"]);
  await page.locator("#fork [name=run]").selectOption({ label: "relu" });
  assert.deepEqual(await data.allTextContents(), ["as recorded"]);
  await page.keyboard.press("Escape");
  await page.locator("#edit-data").click();
  assert.equal(await count(page), "12 samples: 6 negative, 6 positive");
  await field(page, "run").selectOption({ label: "relu" });
  assert.equal(await count(page), "2000 samples: 1000 negative, 1000 positive");
  await close(page);
});

test("of more changes than can be taken back the data stay edited, and go back to those that were recorded", async () => {
  const page = await player([recording("deep")]);
  await page.locator("#edit-data").click();
  await page.keyboard.press("n");
  for (let i = 0; i < 103; i++) await page.keyboard.press("f");
  const [undo, restore] = [page.locator("#edit [name=undo]"), page.locator("#edit [name=restore]")];
  for (let i = 0; i < 110 && (await undo.isEnabled()); i++) await undo.click();
  assert.deepEqual([await undo.isEnabled(), await restore.isEnabled()], [false, true], "3 changes are left");
  await restore.click();
  assert.equal(await restore.isEnabled(), false);
  await close(page);
});

test("data of other than two inputs are not edited, and the button says so", async () => {
  const page = await open(process.env.PLAYER);
  await openFiles(page, [recording("wide")]);
  assert.equal(await page.locator("#edit-data").isDisabled(), true);
  assert.match(await page.locator("#edit-data").getAttribute("title"), /two inputs/);
  await close(page);
});

test("keys go to each of several samples at one place, and on from where one was deleted", async () => {
  const page = await editor("tanh");
  await take(page, "hypercube", 6);
  await page.locator("#edit canvas").focus();
  const number = async (key) => {
    await page.keyboard.press(key);
    return Number((await said(page)).match(/in row (\d+)/)[1]);
  };
  const seen = [];
  for (let i = 0; i < 7; i += 1) seen.push(await number("n"));
  assert.deepEqual(seen, [0, 1, 2, 3, 4, 5, 0]);
  assert.equal(await number("p"), 5);
  assert.equal(await number("p"), 4);
  assert.equal(await number("Delete"), 4, "the one that was named");
  assert.match(await count(page), /^5 samples/);
  assert.equal(await number("n"), 4, "which was in row 5");
  assert.equal(await number("p"), 3);
  await close(page);
});

test("going back to what was recorded can be taken back", async () => {
  const page = await editor("tanh");
  await take(page, "moons", 4);
  await field(page, "restore").click();
  assert.match(await count(page), /^2000 samples/);
  await field(page, "undo").click();
  assert.match(await count(page), /^4 samples/);
  await close(page);
});

test("training that has to wait takes the data as they were when it was asked for", async () => {
  const page = await player([recording("tanh")]);
  await train(page, { epoch: 150, epochs: 0, batch_size: 1 });
  await page.locator("#go").click();
  await page.locator("#pause").waitFor();
  await page.locator("#edit-data").click();
  await take(page, "moons", 6);
  await field(page, "use").click();
  await page.locator("#fork [name=epochs]").fill("1");
  await page.locator("#fork [name=train]").click();
  await page.locator("#edit-data").click();
  await field(page, "restore").click();
  await page.keyboard.press("Escape");
  await page.locator("#pause").click();
  await waitUntil(page, async () => (await page.locator("#runs tbody tr").count()) === 3);
  const core = await module();
  const { handle } = core.open(new Uint8Array(readFileSync(await downloaded(page, "tanh from 0, edited data")))).fields;
  assert.deepEqual(core.ask({ ask: "data", handle }).arrays[0].shape, [6, 2]);
  await close(page);
});
