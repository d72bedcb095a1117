// A run that the player trains goes on: run, pause, an epoch, a batch.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { close } from "../../tests/browser/browser.mjs";
import { module } from "../tests/native.mjs";
import { downloaded, error, inFrame, names, openFiles, player, points, recording, shown, train, unfold, waitUntil } from "./player.mjs";

const go = (page, id) => shown(page, () => page.locator(`#${id}`).click());

const trimmed = async (page) => (await names(page)).map((name) => name.trim());

/** A recording that was downloaded, opened again by the module. */
async function reopened(path) {
  const core = await module();
  return { core, ...core.open(new Uint8Array(readFileSync(path))).fields };
}

test("a run goes on by epochs, and the page goes with it", async () => {
  const page = await player([recording("sigmoid")]);
  assert.equal(await page.locator("#drive").isVisible(), false, "what was opened does not go on");
  await train(page, { epoch: 40, epochs: 2 });
  await go(page, "one-epoch");
  assert.equal(await points(page, "sigmoid from 40"), "4, to 43");
  assert.equal(await inFrame(page, "root.dataset.epoch"), "43");
  await go(page, "one-epoch");
  const { core, handle, epochs } = await reopened(await downloaded(page, "sigmoid from 40"));
  assert.deepEqual(epochs, [40, 41, 42, 43, 44]);
  const parent = core.open(new Uint8Array(readFileSync(recording("sigmoid")))).fields.handle;
  const weights = (one) => core.ask({ ask: "weights", handle: one, epoch: 44 }).arrays;
  assert.deepEqual(weights(handle), weights(parent), "bit for bit as if it had never been left");
  await close(page);
});

test("a run goes on until it is paused, and then by an epoch", async () => {
  const page = await player([recording("tanh")]);
  await train(page, { epoch: 150, epochs: 0 });
  assert.equal(await points(page, "tanh from 150"), "1, to 150");
  await shown(page, async () => {
    await page.locator("#go").click();
    await page.locator("#pause").waitFor();
    assert.equal(await page.locator("#one-batch").isDisabled(), true);
    await page.waitForFunction(() => /epoch \d+ of 10000, loss [\d.e-]+, accuracy/.test(document.getElementById("status").textContent));
    await page.locator("#pause").click();
  });
  const [, count] = (await points(page, "tanh from 150")).match(/^(\d+), to \d+/);
  assert.ok(Number(count) > 1 && Number(count) < 10_001, count);
  await go(page, "one-epoch");
  assert.match(await points(page, "tanh from 150"), new RegExp(`^${Number(count) + 1}, to ${150 + Number(count)}`));
  await close(page);
});

/** A run that goes on for long enough to be looked at: it trains on one sample after the other. */
async function running() {
  const page = await player([recording("tanh")]);
  await train(page, { epoch: 150, epochs: 0, batch_size: 1 });
  await page.locator("#go").click();
  return page;
}

const epochOf = (page) => inFrame(page, "Number(root.dataset.epoch)");

/** The epoch that training has come to, as the bar says it. */
const trainedTo = (page) => page.locator("#status").innerText().then((text) => 150 + Number(text.match(/epoch (\d+) of/)?.[1] ?? 0));

test("a run is seen while it is trained, and as it is when it is paused", async () => {
  const page = await running();
  await waitUntil(page, async () => (await epochOf(page)) > 150);
  const seen = await epochOf(page);
  await waitUntil(page, async () => (await epochOf(page)) > seen);
  assert.ok(await page.locator("#pause").isVisible(), "it is trained still");
  assert.deepEqual(await trimmed(page), ["tanh", "tanh from 150"]);
  assert.equal(await page.locator("#page").count(), 1);
  await go(page, "pause");
  const [, last] = (await points(page, "tanh from 150")).match(/to (\d+)/);
  assert.equal(await epochOf(page), Number(last));
  await close(page);
});

test("who looks at another epoch of a run that is trained stays there, also when it is paused", async () => {
  const page = await running();
  await waitUntil(page, async () => (await epochOf(page)) > 150);
  await page.frameLocator("#page").locator("#slider").press("Home");
  await waitUntil(page, async () => (await epochOf(page)) === 0);
  const [frame, then] = [await page.locator("#page").elementHandle(), await trainedTo(page)];
  await waitUntil(page, async () => !(await frame.evaluate((old) => old.isConnected)));
  assert.ok((await trainedTo(page)) > then);
  assert.equal(await epochOf(page), 0);
  assert.equal(await inFrame(page, "root.ownerDocument.activeElement.id"), "slider", "the keyboard stays where it is");
  await go(page, "pause");
  assert.equal(await epochOf(page), 0);
  await close(page);
});

test("the page of a run that is trained waits for who is about something in it", async () => {
  const page = await running();
  await waitUntil(page, async () => (await epochOf(page)) > 150);
  await inFrame(page, "root.querySelector('#panels').open = true");
  const [held, then] = [await epochOf(page), await trainedTo(page)];
  await waitUntil(page, async () => (await trainedTo(page)) > then + 100);
  assert.ok((await epochOf(page)) - held <= 0, "it stays as long as the menu is open");
  await inFrame(page, "root.querySelector('#panels').open = false");
  await waitUntil(page, async () => (await epochOf(page)) > then);
  await go(page, "pause");
  await close(page);
});

test("while a run is trained a panel keeps the keyboard, who listens hears little, and there is one page of the runs", async () => {
  const page = await running();
  await page.evaluate(() => {
    window.heard = 0;
    window.most = 0;
    new MutationObserver(() => (window.heard += 1)).observe(document.getElementById("said"), { childList: true, characterData: true, subtree: true });
    const count = () => (window.most = Math.max(window.most, [...document.querySelectorAll("iframe")].filter((one) => !one.ariaHidden).length));
    new MutationObserver(count).observe(document.querySelector(".pages"), { childList: true, attributes: true, subtree: true });
  });
  await page.frameLocator("#page").locator(".panel").nth(1).focus();
  const [name, then] = [await inFrame(page, "root.ownerDocument.activeElement.ariaLabel"), await epochOf(page)];
  await waitUntil(page, async () => (await epochOf(page)) > then + 200);
  assert.equal(await inFrame(page, "root.ownerDocument.activeElement.ariaLabel"), name);
  const [heard, most] = await page.evaluate(() => [window.heard, window.most]);
  assert.ok(heard <= 2 && most === 1, `${heard} times, ${most} pages`);
  await go(page, "pause");
  await close(page);
});

test("single batches are a run beside the others, and the epoch goes on from them", async () => {
  const page = await player([recording("tanh")]);
  await train(page, { epoch: 65, epochs: 0 });
  await go(page, "one-batch");
  await go(page, "one-batch");
  const view = "tanh from 65: batches of epoch 66";
  assert.deepEqual(await trimmed(page), ["tanh", "tanh from 65", view]);
  assert.equal(await points(page, view), "batches to 2");
  assert.equal(await points(page, "tanh from 65"), "1, to 65", "a half-done epoch is none");
  await unfold(page, "fork");
  assert.equal(await page.locator("#fork [name=epoch]").inputValue(), "150", "no batch is an epoch to go on from");
  assert.match(await page.locator("#recorded-training").textContent(), /^Recorded: binary_crossentropy by sgd\(learning_rate 0\.05\), batches of 16, /);
  await page.keyboard.press("Escape");
  assert.match(await page.locator("#hint").innerText(), /are batches.*that is batch 2\./);
  await go(page, "only");
  assert.deepEqual(await trimmed(page), [view]);
  assert.equal(await page.locator("#only").innerText(), "Show all runs");
  await go(page, "only");
  assert.equal((await trimmed(page)).length, 3);
  assert.equal(await page.getByLabel(`Download ${view}`).count(), 0);
  assert.equal(await page.locator("#driven option").count(), 1, "batches do not go on");
  assert.deepEqual(await page.locator("#fork [name=run] option").allTextContents(), ["tanh", "tanh from 65"]);
  await go(page, "one-epoch");
  assert.equal(await points(page, view), "batches to 125", "the rest of the epoch, batch by batch");
  assert.equal(await points(page, "tanh from 65"), "2, to 66");
  const { core, handle, batches } = await reopened(await downloaded(page, "tanh from 65"));
  assert.deepEqual(batches, [[66, 125]]);
  const parent = core.open(new Uint8Array(readFileSync(recording("tanh")))).fields.handle;
  const weights = (one) => core.ask({ ask: "weights", handle: one, epoch: 66 }).arrays;
  assert.deepEqual(weights(handle), weights(parent));
  await go(page, "one-batch");
  assert.deepEqual(await trimmed(page), ["tanh", "tanh from 65", "tanh from 65: batches of epoch 67"], "those of the newest epoch");
  await close(page);
});

test("batches that were closed come back with the next one, and stay when their run is closed", async () => {
  const page = await player([recording("deep")]);
  await train(page, { epoch: 4, epochs: 1 });
  await go(page, "one-batch");
  const view = "deep from 4: batches of epoch 6";
  await unfold(page, "runs");
  await shown(page, () => page.getByLabel(`Close ${view}`).click());
  assert.deepEqual(await trimmed(page), ["deep", "deep from 4"]);
  assert.equal(await page.locator("#hint").isVisible(), false);
  await go(page, "one-epoch");
  assert.equal(await points(page, view), "batches to 63");
  await shown(page, () => page.getByLabel("Close deep from 4", { exact: true }).click());
  assert.deepEqual(await trimmed(page), ["deep", view]);
  assert.equal(await page.locator("#drive").isVisible(), false, "nothing goes on");
  await close(page);
});

test("what goes on goes on by the keyboard alone, and the focus stays where it works", async () => {
  const page = await player([recording("tanh")]);
  await train(page, { epoch: 150, epochs: 0 });
  await page.locator("#driven").focus();
  await page.keyboard.press("Tab");
  await shown(page, async () => {
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement?.id === "pause");
    await page.keyboard.press("Enter");
  });
  assert.equal(await page.evaluate(() => document.activeElement?.id), "go");
  await page.keyboard.press("Tab");
  await shown(page, () => page.keyboard.press("Enter"));
  assert.equal(await page.evaluate(() => document.activeElement?.id), "one-epoch");
  await page.keyboard.press("Tab");
  await shown(page, () => page.keyboard.press(" "));
  assert.equal((await trimmed(page)).length, 3);
  assert.equal(await page.evaluate(() => document.activeElement?.id), "one-batch");
  await close(page);
});

test("a run that was trained from other weights goes on beside the others, each by itself", async () => {
  const page = await player([recording("tanh"), recording("relu")]);
  await train(page, { run: "tanh", epoch: 10, epochs: 1 });
  await train(page, { run: "relu", epoch: 20, epochs: 1 });
  assert.equal(await page.locator("#driven option:checked").innerText(), "relu from 20", "the newest");
  await page.locator("#driven").selectOption({ label: "tanh from 10" });
  await go(page, "one-epoch");
  assert.deepEqual([await points(page, "tanh from 10"), await points(page, "relu from 20")], ["3, to 12", "2, to 21"]);
  assert.equal(await page.locator("#driven option:checked").innerText(), "tanh from 10");
  await close(page);
});

test("the same initial weights are the first recorded ones", async () => {
  const page = await player([recording("tanh")]);
  await page.frameLocator("#page").locator("#slider").fill("40");
  await unfold(page, "fork");
  assert.equal(await page.locator("#fork [name=epoch]").inputValue(), "40");
  await page.getByRole("button", { name: "The same initial weights" }).click();
  assert.equal(await page.locator("#fork [name=epoch]").inputValue(), "0");
  await page.locator("#fork [name=epochs]").fill("3");
  await page.locator("#fork [name=learning_rate]").fill("0.2");
  await shown(page, () => page.locator("#fork [name=train]").click());
  assert.equal(await points(page, "tanh from 0"), "4, to 3");
  await train(page, { run: "tanh from 0", epoch: 2, epochs: 1 });
  await unfold(page, "fork");
  await page.locator("#fork [name=run]").selectOption({ label: "tanh from 0 from 2" });
  assert.equal(await page.locator("#fork [name=initial]").innerText(), "The first weights, of epoch 2");
  await close(page);
});

test("a run whose training fails says why, and does not go on", async () => {
  const page = await player([recording("tanh")]);
  await unfold(page, "fork");
  await page.locator("#fork [name=batch_size]").evaluate((field) => field.removeAttribute("min"));
  await page.locator("#fork [name=batch_size]").fill("0");
  await shown(page, () => page.locator("#fork [name=train]").click());
  assert.match(await error(page), /^tanh from \d+: the batch size is 0/);
  assert.equal(await page.locator("#drive").isVisible(), false);
  await close(page);
});

test("runs are hidden and shown, and one is always shown", async () => {
  const page = await player([recording("tanh"), recording("relu")]);
  await unfold(page, "runs");
  await shown(page, () => page.getByLabel("Show tanh", { exact: true }).click());
  assert.deepEqual(await trimmed(page), ["relu"]);
  await shown(page, () => page.getByLabel("Show relu", { exact: true }).click());
  assert.deepEqual(await trimmed(page), ["relu"]);
  assert.match(await error(page), /one run at least/);
  await shown(page, () => page.getByLabel("Close relu", { exact: true }).click());
  assert.deepEqual(await trimmed(page), ["tanh"], "another one, when the last one shown is closed");
  await openFiles(page, [recording("deep")]);
  assert.deepEqual(await trimmed(page), ["tanh", "deep"]);
  await close(page);
});

test("batches are called as their run is, also when that is called otherwise", async () => {
  const page = await player([recording("tanh")]);
  await train(page, { epoch: 65, epochs: 0 });
  await go(page, "one-batch");
  await unfold(page, "runs");
  await shown(page, async () => {
    await page.getByLabel("name of tanh from 65", { exact: true }).fill("mine");
    await page.keyboard.press("Tab");
  });
  assert.deepEqual(await trimmed(page), ["tanh", "mine", "mine: batches of epoch 66"]);
  await close(page);
});

test("what was trained is not left without being asked, until it was downloaded", async () => {
  const page = await player([recording("tanh")]);
  const asked = [];
  page.on("dialog", (dialog) => asked.push(dialog.type()) && dialog.accept());
  await train(page, { epoch: 65, epochs: 1 });
  await downloaded(page, "tanh from 65");
  await go(page, "one-epoch");
  await page.reload();
  assert.deepEqual(asked, ["beforeunload"]);
  await openFiles(page, [recording("tanh")]);
  await train(page, { epoch: 65, epochs: 1 });
  await downloaded(page, "tanh from 65");
  await page.reload();
  assert.equal(asked.length, 1);
  await close(page);
});

test("after training that could not begin another run still goes on", async () => {
  const page = await player([recording("tanh")]);
  await train(page, { epoch: 150, epochs: 1 });
  await train(page, { epoch: 150, layer: "output", activation: "relu", epochs: 1 });
  const lines = (await error(page)).split("\n");
  assert.equal(lines.length, 1, String(lines));
  await go(page, "one-epoch");
  assert.equal(await points(page, "tanh from 150"), "3, to 152");
  await close(page);
});
