// The diagram of the network: its lines are the weights of the epoch, and say so.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LIGHT, canvas, close, drawn, open, places, slideTo } from "./browser.mjs";
import { Page, pathOf } from "./pages.mjs";

const panelOf = (page, run = 0) => page.locator(".run").nth(run).locator(".panel:has(canvas[data-panel=network])");
const noteOf = (page, run = 0) => panelOf(page, run).locator(".panel-note").textContent();
const number = (text) => Number(text.replaceAll("\u2212", "-").replaceAll("\u202f", ""));

/** The values of an epoch as the page holds them. */
function valuesOf(held, run, name, epoch) {
  const { network, epochs } = held.meta.runs[run];
  const all = held.values(network[name]);
  const count = all.length / epochs.length;
  return Array.from(all.slice(epoch * count, (epoch + 1) * count));
}

/** Weight and gradient in a note, after its name. */
function said(note) {
  const [, name, weight, gradient] = note.match(/^(.*): ([^:]+), gradient ([^:]+)$/) ?? assert.fail(note);
  return { name, weight: number(weight), gradient: number(gradient) };
}

/** Four digits behind the point, and three in all of what is tiny. */
const isNear = (found, expected) => Math.abs(found - expected) <= (Math.abs(expected) < 5e-5 ? 6e-3 * Math.abs(expected) : 6e-5);

test("every weight is said with its gradient, one after the other, and changes with the epoch", async () => {
  const [held, page] = [new Page("three"), await open(pathOf("three"))];
  await panelOf(page).focus();
  const names = [];
  for (const epoch of [0, 40]) {
    await slideTo(page, epoch);
    await panelOf(page).focus();
    const [weights, gradients] = ["weights", "gradients"].map((name) => valuesOf(held, 0, name, epoch));
    for (let i = 0; i < weights.length; i++) {
      await page.keyboard.press(".");
      await drawn(page);
      const { name, weight, gradient } = said(await noteOf(page));
      assert.ok(isNear(weight, weights[i]) && isNear(gradient, gradients[i]), `${name}: ${weight} ${gradient}`);
      assert.equal(await page.locator("#live").textContent(), await noteOf(page));
      names.push(name);
    }
    await page.keyboard.press("Escape");
    await drawn(page);
    assert.match(await noteOf(page), /point at one for its value$/);
  }
  const expected = [
    "x1 to unit 0 of hidden",
    "x1 to unit 1 of hidden",
    "x2 to unit 0 of hidden",
    "x2 to unit 1 of hidden",
    "bias of unit 0 of hidden",
    "bias of unit 1 of hidden",
    "unit 0 of hidden to output",
    "unit 1 of hidden to output",
    "bias of output",
  ];
  assert.deepEqual(names, [...expected, ...expected], "a kernel lies input by input");
  await close(page);
});

test("the line under the pointer is said, a click keeps it over the epochs, and another one lets it go", async () => {
  const page = await open(pathOf("three"), { before: 'location.hash ||= "#panels=network"' });
  await drawn(page);
  const box = await canvas(page, "network").boundingBox();
  // Halfway from the first input to the first unit, which lie at the same height.
  const found = [];
  for (let share = 0.1; share < 0.6; share += 0.01) {
    await page.mouse.move(box.x + box.width / 3, box.y + box.height * share);
    await drawn(page);
    found.push(await noteOf(page));
  }
  assert.ok(found.some((note) => note.startsWith("x1 to unit 0 of hidden: ")), found.join("\n"));
  const share = 0.1 + 0.01 * found.findIndex((note) => note.startsWith("x1 to unit 0 of hidden: "));
  const at = [box.x + box.width / 3, box.y + box.height * share];
  await page.mouse.click(...at);
  await page.mouse.move(box.x + 2, box.y + 2);
  const before = await noteOf(page);
  await slideTo(page, 100);
  const after = await noteOf(page);
  assert.ok(before !== after && said(before).name === said(after).name, `${before}, then ${after}`);
  await page.mouse.click(...at);
  await drawn(page);
  assert.match(await noteOf(page), /point at one for its value$/);
  await close(page);
});

test("lines are as wide as over the whole run, or as in this epoch alone", async () => {
  const page = await open(pathOf("exploding"), { before: 'location.hash ||= "#panels=network"' });
  await drawn(page);
  const covered = async () => {
    const colors = ["curve-0", "curve-2"].map((name) => LIGHT.match(new RegExp(`--${name}: (#\\w+);`))[1]);
    const found = await Promise.all(colors.map((color) => places(page, "network", 0, color)));
    return found.flat().length;
  };
  const small = await covered();
  await page.getByRole("button", { name: "Widths of this epoch alone" }).click();
  await drawn(page);
  assert.ok((await covered()) > 3 * small, `${await covered()} pixels, and ${small} on the scale of the run`);
  await close(page);
});

test("what is no number is said and drawn as such", async () => {
  const [held, page] = [new Page("diverged"), await open(pathOf("diverged"))];
  const { epochs } = held.meta.runs[0];
  await slideTo(page, epochs.at(-1));
  const weights = valuesOf(held, 0, "weights", epochs.length - 1);
  assert.ok(weights.some((weight) => !Number.isFinite(weight)), "the run diverges");
  await panelOf(page).focus();
  await page.keyboard.press(".");
  await drawn(page);
  assert.match(await noteOf(page), /: (not a number|(minus )?infinite), gradient/);
  await close(page);
});

test("a network that is too large has no diagram", async () => {
  for (const name of ["three", "ten_classes", "mixed"]) {
    const [held, page] = [new Page(name), await open(pathOf(name))];
    const expected = held.meta.runs.map((run) => (run.network ? 1 : 0));
    const found = await page.locator(".run").evaluateAll((runs) => runs.map((run) => run.querySelectorAll("[data-panel=network]").length));
    assert.deepEqual(found, expected, name);
    await close(page);
  }
});
