// Pages of models that predict numbers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LIGHT, canvas, changed, close, drawn, open, pixels, places, slideTo, tipText, written } from "./browser.mjs";
import { Page, pathOf } from "./pages.mjs";

const [CURVES, LEVELS] = ["curve", "level"].map((name) =>
  [...LIGHT.matchAll(new RegExp(`--${name}-\\d+: (#\\w+);`, "g"))].map(([, color]) => color),
);

function panels(page) {
  return page.locator("canvas").evaluateAll((all) => all.map((one) => one.dataset.panel));
}

/** Moves over a panel until a sample is under the pointer. */
async function pointAtDot(page, panel, color) {
  const found = await places(page, panel, 0, color);
  assert.ok(found.length > 0, `${color} in ${panel}`);
  // A line has the color of its dots.
  for (let i = found.length >> 1; i < found.length; i += 7) {
    const [x, y] = found[i];
    await canvas(page, panel).hover({ position: { x: x + 0.5, y: y + 0.5 } });
    await drawn(page);
    const row = (await tipText(page)).match(/row (\d+)/);
    if (row) return Number(row[1]);
  }
  return assert.fail(`a dot in ${panel}`);
}

/** What the tip says of each output. */
function lines(page) {
  return page
    .locator("#tip tbody tr")
    .evaluateAll((all) => all.map((line) => [...line.children].map((cell) => cell.textContent)));
}

test("one input has a fit, two have level lines, and none has classes", async () => {
  const rest = ["predictions", "residuals", "losses", "curves", "violins", "network"];
  for (const [name, spaces] of [
    ["one_input", ["hidden", "fit"]],
    ["two_inputs", ["hidden", "input"]],
    ["two_outputs", ["hidden", "input"]],
  ]) {
    const page = await open(pathOf(name), { width: 1280, height: 720 });
    assert.deepEqual(await panels(page), [...spaces, ...rest], name);
    assert.equal(await page.locator(".legend .swatch.wrong, .legend .count").count(), 0);
    const names = new Page(name).meta.runs[0].numbers.names;
    assert.deepEqual(await page.locator(".legend .name").allTextContents(), names);
    assert.deepEqual(await page.locator(".curve-legend .name").allTextContents(), ["loss"]);
    await close(page);
  }
});

test("every panel but the still ones follows the epoch", async () => {
  for (const name of ["one_input", "two_inputs", "two_outputs"]) {
    const page = await open(pathOf(name));
    await slideTo(page, 1);
    const early = await pixels(page);
    await slideTo(page, 40);
    assert.deepEqual(changed(early, await pixels(page)), Object.keys(early).sort(), name);
    await close(page);
  }
});

test("a sample is followed through all panels, with what is true and what is predicted of every output", async () => {
  for (const [name, panel, color] of [
    ["one_input", "fit", CURVES[0]],
    ["two_inputs", "input", LEVELS[3]],
    ["two_outputs", "predictions", CURVES[1]],
  ]) {
    const page = await open(pathOf(name));
    const source = new Page(name);
    const [run] = source.meta.runs;
    await slideTo(page, 20);
    await page.mouse.move(5, 5);
    const before = await pixels(page);
    const row = await pointAtDot(page, panel, color);
    const { names, targets, predicted } = run.numbers;
    const [truth, found] = [source.values(targets), source.values(predicted)];
    const expected = names.map((output, k) => {
      const [target, value] = [truth[k * run.samples + row], found[(20 * names.length + k) * run.samples + row]];
      return [...(names.length > 1 ? [output] : []), ...[target, value, value - target].map(written)];
    });
    const said = (await lines(page)).map((line) => line.slice(1, -1));
    assert.deepEqual(said, expected, name);
    const marked = changed(before, await pixels(page));
    const all = Object.keys(before).filter((key) => !/violins|network/.test(key));
    assert.deepEqual(marked, all.sort(), `all panels of ${name}`);
    await close(page);
  }
});

test("dots of predictions lie where truth and prediction put them", async () => {
  const source = new Page("two_outputs");
  const [run] = source.meta.runs;
  const { targets, predicted, predictions } = run.numbers;
  const [low, high] = predictions.ends;
  const middle = (low + high) / 2;
  // All predictions of output 0 right, and those of output 1 far too low.
  const truth = source.values(targets);
  const put = source.values(predicted).map((_, i) => {
    const [output, sample] = [Math.floor(i / run.samples) % 2, i % run.samples];
    return output ? low + 0.1 * (high - low) : truth[sample];
  });
  run.numbers.predicted = source.put("f32", put);
  const page = await open(source.save("placed"));
  await drawn(page);
  const right = await places(page, "predictions", 0, CURVES[0]);
  const wrong = await places(page, "predictions", 0, CURVES[1]);
  assert.ok(right.length > 10 && wrong.length > 50, `${right.length} and ${wrong.length} pixels`);
  const ys = wrong.map(([, y]) => y);
  assert.ok(Math.max(...ys) - Math.min(...ys) < 12, "a row of dots");
  assert.ok(Math.min(...ys) > Math.max(...right.map(([, y]) => y)), `below those about ${middle}`);
  await close(page);
});

test("samples and lines have the colors of their levels, whose names stand in the legend", async () => {
  for (const scheme of ["light", "dark"]) {
    const page = await open(pathOf("two_inputs"), { colorScheme: scheme });
    await slideTo(page, 40);
    const { levels } = new Page("two_inputs").meta.runs[0].numbers;
    const shown = await page.locator(".level").allTextContents();
    assert.deepEqual(shown, levels.names.map((name) => name.replace("-", "\u2212")));
    for (const level of levels.colors) {
      const color = await page.evaluate((level) => getComputedStyle(document.documentElement).getPropertyValue(`--level-${level}`).trim(), level);
      for (const panel of ["input", "hidden"]) assert.ok((await places(page, panel, 0, color)).length >= 5, `${color} in ${panel}`);
    }
    await close(page);
  }
});

test("losses far beyond all others are left out, and the panel says so", async () => {
  const source = new Page("two_inputs");
  const { linear } = source.meta.runs[0].loss_histogram;
  const sentence = "3 of 144 samples are not drawn: their losses lie beyond this axis";
  linear.epoch_notes = source.meta.runs[0].epochs.map((epoch) => (epoch === 2 ? sentence : ""));
  const page = await open(source.save("beyond"));
  const panel = page.locator(".panel", { has: page.locator("canvas[data-panel=losses]") });
  await slideTo(page, 2);
  assert.equal(await panel.locator(".panel-note").innerText(), sentence);
  await panel.locator(".toggle").click();
  assert.doesNotMatch(await panel.locator(".panel-note").textContent(), /not drawn/, "the logarithmic axis leaves nothing out");
  await close(page);
});

test("every canvas of numbers says in words what it shows", async () => {
  const page = await open(pathOf("two_outputs"));
  await slideTo(page, 33);
  await page.waitForFunction(() =>
    [...document.querySelectorAll("canvas")].every((one) => one.getAttribute("aria-label")?.includes("epoch 33")),
  );
  const labels = await page.locator("canvas").evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")));
  for (const label of labels) assert.match(label, /epoch 33: .*\d/);
  await close(page);
});

test("a page of numbers fits narrow windows", async () => {
  for (const width of [1280, 800, 390]) {
    const page = await open(pathOf("two_outputs"), { width, height: 720 });
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width);
    for (const panel of await panels(page)) assert.ok((await canvas(page, panel).boundingBox()).width >= 220, `${panel} in ${width}`);
    await close(page);
  }
});

test("numbers that diverge are left out, and the panels say so", async () => {
  const page = await open(pathOf("diverged_numbers"));
  const note = (panel) => page.locator(".panel", { has: page.locator(`canvas[data-panel=${panel}]`) }).locator(".panel-note");
  assert.match(await note("input").innerText(), /^a slice through the mean of the data/);
  await slideTo(page, 3);
  assert.ok((await places(page, "predictions", 0, CURVES[0])).length > 50);
  await slideTo(page, 5);
  assert.equal((await places(page, "predictions", 0, CURVES[0])).length, 0);
  assert.match(await note("predictions").innerText(), /80 of 80 predictions are not drawn: their values are not finite/);
  assert.match(await note("residuals").innerText(), /80 of 80 samples are in no bar: their residuals are not finite/);
  await slideTo(page, 6);
  await close(page);
});

test("classes, numbers and labels stand side by side, each with its own columns in the tip", async () => {
  const page = await open(pathOf("mixed"));
  await slideTo(page, 20);
  await page.mouse.move(5, 5);
  const found = await places(page, "input", 1, LEVELS[3]);
  const [x, y] = found[found.length >> 1];
  await canvas(page, "input", 1).hover({ position: { x: x + 0.5, y: y + 0.5 } });
  await drawn(page);
  const heads = await page.locator("#tip thead tr").evaluateAll((all) => all.map((line) => [...line.children].map((cell) => cell.textContent)));
  assert.deepEqual(heads, [
    ["", "class", "predicted", "probability", "loss"],
    ["", "output", "true", "predicted", "residual", "loss"],
  ]);
  assert.deepEqual((await lines(page)).map(([name]) => name), ["classes", "labels", "numbers", ""]);
  await close(page);
});

test("a mean of losses of which some are not finite says of how many it is", async () => {
  const source = new Page("two_classes");
  const [run] = source.meta.runs;
  const losses = source.values(run.losses);
  losses.set([65535, 65534], 3 * run.samples);
  run.losses = source.put("u16", losses);
  const page = await open(source.save("some_finite"));
  const label = async (epoch) => {
    await slideTo(page, epoch);
    await page.waitForFunction((at) => document.querySelector("canvas[data-panel=losses]").ariaLabel?.includes(`epoch ${at}:`), epoch);
    return canvas(page, "losses").getAttribute("aria-label");
  };
  assert.match(await label(3), /mean loss [\d.]+ of the 28 that are finite/);
  assert.match(await label(4), /mean loss [\d.]+$/);
  await close(page);
});
