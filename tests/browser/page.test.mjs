// What a person does with the page, and what the page then shows.

import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import {
  CLASS_COLORS,
  MISCLASSIFIED,
  browser,
  canvas,
  changed,
  clock,
  close,
  columns,
  commonColors,
  drawn,
  open,
  pixels,
  places,
  pointAtSample,
  slideTo,
  tipText,
  written,
} from "./browser.mjs";
import { Page, pathOf, scoresOf, winner } from "./pages.mjs";

const PANELS = ["hidden", "input", "probability", "losses", "curves", "violins", "network"];

test("the page comes up without an error, a warning or a request to anywhere", async () => {
  const page = await open(pathOf("three"));
  assert.equal(await clock(page), 0);
  assert.equal(await page.locator(".run").count(), 3);
  for (const run of [0, 1, 2])
    for (const panel of PANELS) assert.ok(await canvas(page, panel, run).isVisible(), `${panel} of run ${run}`);
  await drawn(page);
  await close(page);
});

test("the slider moves every panel to its epoch", async () => {
  const page = await open(pathOf("three"));
  await slideTo(page, 5);
  const early = await pixels(page);
  await slideTo(page, 75);
  const late = await pixels(page);
  assert.equal(await clock(page), 75);
  assert.match(await page.locator("#epoch").innerText(), /\b75\b/);
  assert.equal(Object.keys(late).length, 21);
  assert.deepEqual(changed(early, late), Object.keys(late).sort());
  await slideTo(page, 5);
  assert.deepEqual(changed(early, await pixels(page)), [], "and back");
  await close(page);
});

test("all runs are in step with the clock", async () => {
  const page = await open(pathOf("three"));
  for (const epoch of [0, 1, 64, 150]) {
    await slideTo(page, epoch);
    assert.deepEqual(await columns(page), Array(3).fill(String(epoch)));
  }
  await close(page);
});

test("play goes on from epoch to epoch, pauses where it is, and stops at the end", async () => {
  const page = await open(pathOf("three"));
  assert.equal(await clock(page), 0, "nothing plays by itself");
  await page.locator("#speed").selectOption("30");
  await page.getByRole("button", { name: "Play" }).click();
  await page.waitForFunction(() => Number(document.documentElement.dataset.epoch) >= 5);
  await page.getByRole("button", { name: "Pause" }).click();
  const paused = await clock(page);
  await page.waitForTimeout(200);
  assert.equal(await clock(page), paused);
  await slideTo(page, 145);
  await page.getByRole("button", { name: "Play" }).click();
  await page.getByRole("button", { name: "Play" }).waitFor();
  assert.equal(await clock(page), 150);
  await close(page);
});

test("space plays, arrows step, Home and End go to the ends", async () => {
  const page = await open(pathOf("three"));
  const press = async (key) => {
    await page.keyboard.press(key);
    return clock(page);
  };
  assert.equal(await press("ArrowRight"), 1);
  assert.equal(await press("Shift+ArrowRight"), 11);
  assert.equal(await press("ArrowLeft"), 10);
  assert.equal(await press("Shift+ArrowLeft"), 0);
  assert.equal(await press("ArrowLeft"), 0);
  assert.equal(await press("End"), 150);
  assert.equal(await press("ArrowRight"), 150);
  assert.equal(await press("Home"), 0);
  await press(" ");
  await page.waitForFunction(() => Number(document.documentElement.dataset.epoch) >= 2);
  const paused = await press(" ");
  await page.waitForTimeout(200);
  assert.equal(await clock(page), paused);
  await close(page);
});

test("keys step once where the slider has the focus, and leave buttons and selects their own", async () => {
  const page = await open(pathOf("three"));
  await page.locator("#slider").focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await clock(page), 1, "one step, not two");
  await page.keyboard.press("Shift+ArrowRight");
  assert.equal(await clock(page), 11);
  await page.locator("#forward").focus();
  await page.keyboard.press(" ");
  assert.equal(await clock(page), 12, "space presses the button that has the focus");
  assert.notEqual(await page.evaluate(() => document.documentElement.dataset.playing), "yes");
  await page.keyboard.press("ArrowLeft");
  assert.equal(await clock(page), 11);
  await page.locator("#speed").focus();
  const speed = await page.locator("#speed").inputValue();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  assert.notEqual(await page.locator("#speed").inputValue(), speed);
  assert.equal(await clock(page), 11);
  await close(page);
});

test("any metric that was logged can be chosen", async () => {
  const page = await open(pathOf("three"));
  const curves = page.locator(".panel", { has: page.locator('canvas[data-panel="curves"][data-run="0"]') });
  const names = () => curves.locator(".curve-legend .name").allTextContents();
  const usual = await names();
  assert.deepEqual(usual.slice(0, 2), ["loss", "accuracy"]);
  await curves.locator('select[data-name="metric"]').selectOption({ label: "learning_rate" });
  assert.deepEqual(await names(), ["learning_rate"]);
  await curves.locator('select[data-name="metric"]').selectOption({ index: 0 });
  assert.deepEqual(await names(), usual);
  await close(page);
});

test("a click on the curves goes to that epoch, and dragging follows", async () => {
  const page = await open(pathOf("three"));
  const box = await canvas(page, "curves", 1).boundingBox();
  const at = (share) => [box.x + share * box.width, box.y + box.height / 2];
  await page.mouse.click(...at(0.5));
  const middle = await clock(page);
  assert.ok(middle > 45 && middle < 105, `epoch ${middle} is in the middle`);
  assert.deepEqual(await columns(page), Array(3).fill(String(middle)));
  await page.mouse.move(...at(0.5));
  await page.mouse.down();
  await page.mouse.move(...at(0.7), { steps: 4 });
  const dragged = await clock(page);
  assert.ok(dragged > middle + 15, `epoch ${dragged} is behind ${middle}`);
  await page.mouse.move(...at(0.995));
  assert.equal(await clock(page), 150);
  await page.mouse.up();
  await page.mouse.move(...at(0.3));
  assert.equal(await clock(page), 150, "nothing is dragged any more");
  await close(page);
});

test("a milestone shows its text when hovered or focused, and a click goes there", async () => {
  const page = await open(pathOf("three"));
  const { milestones } = new Page("three").meta.runs[0];
  const wanted = milestones.find(({ epoch, until }) => epoch > 0 && until === null) ?? milestones.at(-1);
  const mark = page.locator(`.lane >> nth=0 >> .moment[data-epoch="${wanted.epoch}"]`);
  await mark.hover();
  assert.ok((await tipText(page)).includes(wanted.text));
  await mark.click();
  assert.equal(await clock(page), wanted.epoch);
  await page.mouse.move(5, 5);
  await mark.evaluate((button) => button.blur());
  assert.ok(await page.locator("#tip").isHidden());
  await mark.focus();
  assert.ok((await tipText(page)).includes(wanted.text));
  const lasting = milestones.find(({ until, epoch }) => until > epoch + 3);
  if (lasting)
    assert.ok((await page.getByRole("button", { name: lasting.text }).boundingBox()).width > 15, "what lasts is a bar");
  await close(page);
});

test("a sample under the pointer is described and marked in all panels of all runs", async () => {
  const page = await open(pathOf("three"));
  await slideTo(page, 20);
  await page.mouse.move(5, 5);
  const before = await pixels(page);
  const row = await pointAtSample(page);
  const source = new Page("three");
  const lines = await page
    .locator("#tip tbody tr")
    .evaluateAll((all) => all.map((line) => [...line.children].map((cell) => cell.textContent)));
  const expected = source.meta.runs.map((run) => {
    const sample = source.values(run.indices).indexOf(row);
    const at = run.epochs.indexOf(20) * run.samples + sample;
    const [low, high] = run.loss_range;
    const q = source.values(run.losses)[at];
    const loss = q === 0 ? 0 : low * (high / low) ** ((q - 1) / 65532);
    const names = [source.values(run.classes)[sample], source.values(run.predicted)[at]].map((k) => run.class_names[k]);
    return [run.name, ...names, written(source.values(run.probability)[at] / 65534), written(loss)];
  });
  assert.deepEqual(lines, expected);
  const marked = changed(before, await pixels(page));
  assert.deepEqual(
    marked,
    Object.keys(before)
      .filter((key) => !/violins|network/.test(key))
      .sort(),
  );
  await page.mouse.move(5, 5);
  await drawn(page);
  assert.deepEqual(changed(before, await pixels(page)), [], "and forgotten when the pointer leaves");
  assert.ok(await page.locator("#tip").isHidden());
  await close(page);
});

test("a pinned sample is followed from epoch to epoch until it is released", async () => {
  const page = await open(pathOf("three"));
  await slideTo(page, 20);
  const row = await pointAtSample(page);
  await page.mouse.down();
  await page.mouse.up();
  await page.mouse.move(5, 5);
  await drawn(page);
  const first = await tipText(page);
  assert.match(first, new RegExp(`row ${row}\\b`));
  await page.getByRole("button", { name: "One epoch forward" }).click({ modifiers: ["Shift"] });
  await drawn(page);
  const second = await tipText(page);
  assert.match(second, new RegExp(`row ${row}\\b`));
  assert.notEqual(second, first);
  const pinned = await pixels(page);
  await page.keyboard.press("Escape");
  await drawn(page);
  assert.ok(await page.locator("#tip").isHidden());
  assert.ok(changed(pinned, await pixels(page)).includes("1 hidden"));
  await pointAtSample(page);
  await page.mouse.down();
  await page.mouse.up();
  await page.locator(".run h2").first().click();
  await drawn(page);
  assert.ok(await page.locator("#tip").isHidden(), "a click elsewhere releases it, too");
  await close(page);
});

test("a pinned sample draws its way through the feature space", async () => {
  const page = await open(pathOf("three"));
  await slideTo(page, 20);
  await pointAtSample(page, "hidden", 1);
  const hovered = await pixels(page);
  await page.mouse.down();
  await page.mouse.up();
  const pinned = changed(hovered, await pixels(page));
  for (const run of [0, 1, 2]) assert.ok(pinned.includes(`${run} hidden`), `run ${run}`);
  assert.ok(!pinned.includes("0 input"), "where nothing moves there is no way");
  await close(page);
});

test("the classes are seen in their colors, and the errors in red", async () => {
  const page = await open(pathOf("three"));
  await slideTo(page, 3);
  const counts = await page.locator(".run >> nth=0 >> .count").allInnerTexts();
  assert.ok(
    counts.every((text) => /^[\d,]+ of [\d,]+ correct$/.test(text)),
    counts.join(),
  );
  for (const color of [CLASS_COLORS[0], CLASS_COLORS[1], MISCLASSIFIED]) {
    for (const panel of ["hidden", "input", "probability"]) {
      const found = await places(page, panel, 0, color);
      assert.ok(found.length >= 5, `${color} in ${panel}: ${found.length} pixels`);
    }
  }
  await close(page);
});

test("the correct and the misclassified samples of each class are counted at every epoch", async () => {
  const page = await open(pathOf("three"));
  const source = new Page("three");
  for (const epoch of [3, 40, 150]) {
    await slideTo(page, epoch);
    for (const [i, run] of source.meta.runs.entries()) {
      const [classes, predicted] = [source.values(run.classes), source.values(run.predicted)];
      const expected = run.class_names.map((_, k) => {
        const samples = [...classes.keys()].filter((sample) => classes[sample] === k);
        const correct = samples.filter((sample) => predicted[run.epochs.indexOf(epoch) * run.samples + sample] === k);
        return `${correct.length.toLocaleString("en-US")} of ${samples.length.toLocaleString("en-US")} correct`;
      });
      assert.deepEqual(await page.locator(`.run >> nth=${i} >> .count`).allInnerTexts(), expected);
    }
  }
  await close(page);
});

test("classes beyond the colors have the same ones again, as squares", async () => {
  const page = await open(pathOf("ten_classes"), { width: 1280, height: 900 });
  const last = Number(await page.locator("#slider").getAttribute("max"));
  await slideTo(page, last);
  const panel = (await canvas(page, "input").count()) ? "input" : "hidden";
  if (await canvas(page, panel).count()) {
    for (const color of CLASS_COLORS) assert.ok((await places(page, panel, 0, color)).length >= 5, color);
  }
  const discs = Math.min(10, CLASS_COLORS.length);
  assert.equal(await page.locator(".legend .swatch.disc").count(), discs);
  assert.equal(await page.locator(".legend .swatch.square").count(), 10 - discs);
  await close(page);
});

test("every grid point has the tint of the class that is predicted there", async () => {
  const page = await open(pathOf("three"));
  const source = new Page("three");
  for (const epoch of [0, 3, 8, 40, 150]) {
    await slideTo(page, epoch);
    for (const [i, run] of source.meta.runs.entries()) {
      const { grid } = run.input;
      const scores = scoresOf(source, grid, run.epochs.length, epoch);
      const classes = Array.from({ length: grid.size ** 2 }, (_, point) => winner(scores, point));
      const colors = await gridColors(page, i, grid.size);
      const tints = [0, 1].map((k) => usual(colors.filter((_, point) => classes[point] === k)));
      assert.ok(!tints[0] || tints[0] !== tints[1], `${run.name} has two tints at epoch ${epoch}`);
      // Beside a cut, a pixel next to a point may lie on its other side.
      const isInside = (point) => around(point, grid.size).every((other) => classes[other] === classes[point]);
      const wrong = colors.filter(
        (color, point) => tints.includes(color) && color !== tints[classes[point]] && isInside(point),
      );
      assert.equal(wrong.length, 0, `${run.name} at epoch ${epoch}`);
      const seen = colors.filter((color, point) => color === tints[classes[point]]);
      assert.ok(seen.length > colors.length / 3, `${seen.length} points of ${run.name} are not covered`);
    }
  }
  await close(page);
});

/** The points of a square grid around one of them. */
function around(point, size) {
  const [column, row] = [point % size, Math.floor(point / size)];
  const near = [-1, 0, 1].flatMap((up) => [-1, 0, 1].map((right) => [column + right, row + up]));
  return near.filter((place) => place.every((at) => at >= 0 && at < size)).map(([x, y]) => y * size + x);
}

/** The colors a little beside the points of the grid over the inputs, where no line of the mesh is. */
function gridColors(page, run, size) {
  return canvas(page, "input", run).evaluate((one, size) => {
    const copy = new OffscreenCanvas(one.width, one.height).getContext("2d", { willReadFrequently: true });
    copy.drawImage(one, 0, 0);
    const { data, width, height } = copy.getImageData(0, 0, one.width, one.height);
    const at = (x, y) => [0, 1, 2].map((k) => data[4 * (Math.round(y) * width + Math.round(x)) + k]).join();
    // The frame: from the axis on the left and below, to where the paper begins again.
    const paper = at(width - 2, 2);
    const middle = Math.floor(height / 2);
    let [left, right, top, bottom] = [0, width - 1, 0, height - 1];
    const isInk = (x, y) => at(x, y) !== paper;
    while (!isInk(right, middle)) right -= 1;
    const inside = right - 20;
    while (!isInk(inside, top) || !isInk(inside, top + 3)) top += 1;
    for (bottom = top; isInk(inside, bottom + 1) || isInk(inside, bottom + 2); ) bottom += 1;
    for (left = inside; isInk(left - 1, middle) || isInk(left - 2, middle); ) left -= 1;
    const colors = [];
    for (let i = 0; i < size * size; i++) {
      const [x, y] = [(i % size) / (size - 1), Math.floor(i / size) / (size - 1)];
      // Two points of the outermost ones lie on the edge, and a point lies on a line of the mesh: a pixel beside it.
      colors.push(at(left + x * (right - left) + (x < 0.5 ? 2 : -2), bottom - y * (bottom - top) + (y < 0.5 ? -2 : 2)));
    }
    return colors;
  }, size);
}

function usual(colors) {
  const counts = new Map();
  for (const color of colors) counts.set(color, (counts.get(color) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

test("of twenty classes the legend wraps, and says that colors are used again", async () => {
  const page = await open(pathOf("twenty_classes"), { width: 1280, height: 720 });
  const legend = page.locator(".legend");
  assert.equal(await legend.locator(".name").count(), 20);
  assert.match(await legend.innerText(), new RegExp(`${CLASS_COLORS.length} colors, then again in other shapes`));
  const shapes = await legend
    .locator("li .swatch:not(.wrong)")
    .evaluateAll((all) => all.map((one) => `${one.className} ${one.getAttribute("style")}`));
  assert.equal(new Set(shapes).size, 20, "no two classes look alike");
  assert.ok(await legend.evaluate((list) => list.scrollHeight <= list.clientHeight), "nothing is cut off");
  assert.ok(await legend.evaluate((list) => [...list.querySelectorAll(".name")].every((one) => one.scrollWidth <= one.clientWidth)));
  await close(page);
});

test("samples of a rare class lie on top of those of a frequent one", async () => {
  const source = new Page("twenty_classes");
  const [run] = source.meta.runs;
  run.input.points = source.put("u16", source.values(run.input.points).map(() => 30000));
  const page = await open(source.save("heap"), { width: 1280, height: 720 });
  assert.ok((await places(page, "input", 0, CLASS_COLORS[0])).length >= 9, "5 samples of class 0 above 895");
  for (const color of CLASS_COLORS.slice(2)) assert.equal((await places(page, "input", 0, color)).length, 0, color);
  await close(page);
});

test("a metric that is no number is marked as what it is, and one that was logged once is seen", async () => {
  const page = await open(pathOf("odd"));
  const curves = page.locator(".panel", { has: page.locator('canvas[data-panel="curves"]') });
  const color = await curveColor(page);
  await curves.locator('select[data-name="metric"]').selectOption({ label: "val/box_loss" });
  const seen = [];
  for (const epoch of [0, 1, 2, 3, 4]) {
    await slideTo(page, epoch);
    seen.push(await curves.locator(".number").innerText());
  }
  assert.deepEqual(seen, ["0.5000", "NaN", "\u221e", "\u2212\u221e", "\u2013"]);
  await page.waitForFunction(() => /not logged/.test(document.querySelector("canvas[data-panel=curves]").ariaLabel));
  const [width, found] = [(await canvas(page, "curves").boundingBox()).width, await places(page, "curves", 0, color)];
  const along = (from, to) => found.filter(([x]) => x > from * width && x < to * width).length;
  assert.ok(along(0, 0.2) >= 20, `${along(0, 0.2)} pixels of a dot that is alone`);
  for (const [from, to] of [[0.2, 0.4], [0.42, 0.6], [0.65, 0.83]]) assert.ok(along(from, to) >= 8, `a mark from ${from} on`);
  await curves.locator('select[data-name="metric"]').selectOption({ label: "metrics/mAP50-95(B)" });
  await drawn(page);
  assert.ok((await places(page, "curves", 0, color)).length >= 20, "once is a dot of three pixels' radius");
  await close(page);
});

/** The color of the first curve. */
function curveColor(page) {
  return page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--curve-0").trim());
}

test("of two constant curves at the same height both are seen", async () => {
  const source = new Page("three");
  source.meta.runs.length = 1;
  const [run] = source.meta.runs;
  for (const [i, value] of [0.6931, 1].entries()) run.curves[i].values = run.epochs.map(() => value);
  const page = await open(source.save("constant"));
  await slideTo(page, 140);
  const other = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--curve-1").trim());
  for (const color of [await curveColor(page), other]) {
    const found = await places(page, "curves", 0, color);
    assert.ok(found.length >= 40, `${found.length} pixels of ${color}`);
  }
  assert.equal(await page.locator(".curve-legend .line.dashed").count(), 1);
  await close(page);
});

test("panels say that they are a slice, and why they are empty", async () => {
  const notes = (page, panel) => page.locator(".panel", { has: page.locator(`canvas[data-panel=${panel}]`) }).locator(".panel-note");
  const slice = await open(pathOf("ten_inputs"));
  assert.match(await notes(slice, "input").innerText(), /^a slice through the mean of the data: this plane shows [\d.]+ % of the variance;/);
  assert.match(await notes(slice, "hidden").innerText(), /^this plane shows [\d.]+ % of the variance at this epoch$/);
  assert.ok(await notes(slice, "losses").isHidden(), "where there is nothing to say there is no line");
  await close(slice);
  const page = await open(pathOf("diverged"));
  assert.equal((await notes(page, "input").innerText()).trim(), "");
  const before = await canvas(page, "input").boundingBox();
  await slideTo(page, 14);
  assert.equal(await notes(page, "input").innerText(), "the outputs are NaN for 40 samples");
  assert.match(await notes(page, "hidden").innerText(), /40 of 40 samples are not drawn: their values are not finite$/);
  assert.equal(await notes(page, "probability").innerText(), "40 of 40 samples are in no bar: their outputs are NaN");
  assert.equal(await notes(page, "losses").innerText(), "40 of 40 samples are in no bar: their losses are not finite");
  assert.deepEqual(await canvas(page, "input").boundingBox(), before, "and nothing hops");
  assert.equal((await places(page, "hidden", 0, CLASS_COLORS[0])).length, 0);
  assert.ok((await page.locator(".count").allInnerTexts()).every((text) => text.startsWith("0 of")));
  await close(page);
});

test("an epoch that is a speck can be seen on axes of its own", async () => {
  const page = await open(pathOf("exploding"));
  const reach = async () => {
    const xs = (await places(page, "hidden", 0, CLASS_COLORS[0])).map(([x]) => x);
    return xs.length ? Math.max(...xs) - Math.min(...xs) : 0;
  };
  assert.ok((await reach()) < 20, `${await reach()} pixels`);
  const button = page.locator(".panel", { has: page.locator("canvas[data-panel=hidden]") }).locator(".toggle");
  await button.click();
  await drawn(page);
  assert.equal(await button.getAttribute("aria-pressed"), "true");
  assert.ok((await reach()) > 100, `${await reach()} pixels`);
  await slideTo(page, 1);
  assert.ok((await reach()) > 100, "also at the next epoch");
  await slideTo(page, 0);
  await button.click();
  await drawn(page);
  assert.ok((await reach()) < 20, "and back");
  await close(page);
});

test("axes leave out an epoch far beyond all others, and say so below their titles", async () => {
  const page = await open(pathOf("first_far"));
  const note = (panel) => page.locator(".panel", { has: page.locator(`canvas[data-panel=${panel}]`) }).locator(".panel-note");
  const sentence = /^the axes leave out epoch 0, which reaches to [\d,.]+/;
  for (const panel of ["hidden", "losses", "curves", "violins"]) assert.match(await note(panel).innerText(), sentence, panel);
  const seen = async () => (await places(page, "hidden", 0, CLASS_COLORS[0])).length;
  await slideTo(page, 4);
  assert.ok((await seen()) > 50, `${await seen()} pixels`);
  const curves = page.locator(".panel", { has: page.locator("canvas[data-panel=curves]") });
  await curves.locator(".toggle").click();
  assert.ok(await note("curves").isHidden(), "the logarithmic axis leaves nothing out");
  await curves.locator(".toggle").click();
  assert.match(await note("curves").innerText(), sentence);
  await close(page);
});

test("losses and curves have a logarithmic axis for whoever asks for it", async () => {
  const page = await open(pathOf("exploding"));
  for (const panel of ["losses", "curves"]) {
    const button = page.locator(".panel", { has: page.locator(`canvas[data-panel=${panel}]`) }).locator(".toggle");
    const even = await pixels(page);
    await button.click();
    assert.deepEqual(changed(even, await pixels(page)), [`0 ${panel}`]);
    await button.click();
    assert.deepEqual(changed(even, await pixels(page)), []);
  }
  await close(page);
});

test("bars of misclassified samples are hatched as well as red", async () => {
  const page = await open(pathOf("three"));
  await slideTo(page, 3);
  const red = await places(page, "probability", 0, MISCLASSIFIED);
  const rows = new Map();
  for (const [x, y] of red) rows.set(y, [...(rows.get(y) ?? []), x]);
  const gaps = [...rows.values()].flatMap((xs) => xs.slice(1).map((x, i) => x - xs[i])).filter((gap) => gap > 1 && gap < 7);
  assert.ok(gaps.length > 20, `${gaps.length} gaps in ${red.length} red pixels`);
  await close(page);
});

test("names are text, whatever they hold", async () => {
  const page = await open(pathOf("hostile"));
  const { title, runs } = new Page("hostile").meta;
  assert.equal(await page.title(), title.replace(/\s+/g, " ").trim());
  assert.equal(await page.locator("h1").textContent(), title);
  for (const [i, run] of runs.entries()) {
    assert.equal(await page.locator("h2").nth(i).textContent(), run.name);
    assert.equal(await page.locator("h2").nth(i).getAttribute("title"), run.name);
    assert.deepEqual(await page.locator(`.run >> nth=${i} >> .legend .name`).allTextContents(), run.class_names);
  }
  const slider = page.locator("#slider");
  await slideTo(page, await slider.getAttribute("max"));
  for (const mark of await page.locator(".milestone").all()) await mark.focus();
  for (const panel of ["hidden", "input"]) if (await canvas(page, panel).count()) await pointAtSample(page, panel);
  for (const select of await page.locator("select:visible").all()) await select.selectOption({ index: 0 });
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  assert.equal(await page.locator("img, iframe, object, embed, link[rel=stylesheet]").count(), 0);
  assert.equal(await page.locator("script").count(), 7, "texts, meta, data, core, the script, what unpacks it, and it unpacked");
  await close(page);
});

test("light and dark follow the system, and a button overrides it", async () => {
  const page = await open(pathOf("three"));
  const light = [await themeOf(page), await pixels(page)];
  await page.getByRole("button", { name: "Switch to dark colors" }).click();
  const dark = [await themeOf(page), await pixels(page)];
  assert.deepEqual([light[0].name, dark[0].name], ["light", "dark"]);
  assert.notEqual(dark[0].background, light[0].background);
  assert.deepEqual(changed(light[1], dark[1]), Object.keys(light[1]).sort());
  await page.getByRole("button", { name: "Switch to light colors" }).click();
  assert.deepEqual(changed(light[1], await pixels(page)), []);
  await close(page);
  const system = await open(pathOf("three"), { colorScheme: "dark" });
  assert.deepEqual(await themeOf(system), dark[0]);
  assert.deepEqual(changed(dark[1], await pixels(system)), []);
  await close(system);
});

function themeOf(page) {
  return page.evaluate(() => ({
    name: document.documentElement.dataset.theme,
    background: getComputedStyle(document.body).backgroundColor,
  }));
}

test("narrow windows: one run fits, three can be scrolled through", async () => {
  const alone = new Page("three");
  alone.meta.runs.length = 1;
  const path = alone.save("alone");
  for (const width of [1280, 800, 390]) {
    const page = await open(path, { width, height: 1000 });
    const room = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      document.getElementById("runs").scrollWidth,
    ]);
    assert.ok(
      room.every((size) => size <= width),
      `${room} in ${width}`,
    );
    for (const panel of PANELS)
      assert.ok((await canvas(page, panel).boundingBox()).width >= 220, `${panel} in ${width}`);
    await close(page);
  }
  const page = await open(pathOf("three"), { width: 800 });
  assert.equal(
    await page.evaluate(() => document.documentElement.scrollWidth),
    800,
    "the page itself does not scroll sideways",
  );
  for (const run of [0, 1, 2]) {
    await canvas(page, "hidden", run).scrollIntoViewIfNeeded();
    const box = await canvas(page, "hidden", run).boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= 800 && box.width >= 240, `run ${run} at ${box.x}, ${box.width} wide`);
  }
  assert.ok(await page.locator("#slider").isVisible());
  await close(page);
});

test("a run that recorded fewer epochs shows the last one before, and says which", async () => {
  const source = new Page("three");
  source.keepEpochs(source.meta.runs[1], [20, 30, 40, 90]);
  const page = await open(source.save("gaps"));
  const status = page.locator(".run >> nth=1 >> .status");
  assert.match(await status.innerText(), /nothing recorded yet/);
  const empty = await pixels(page);
  for (const [epoch, shown] of [
    [20, 20],
    [39, 30],
    [90, 90],
    [150, 90],
  ]) {
    await slideTo(page, epoch);
    assert.deepEqual(await columns(page), [String(epoch), String(shown), String(epoch)]);
    assert.equal(
      await status.innerText(),
      epoch === shown ? `epoch ${shown}` : `epoch ${shown}, the last one shown so far`,
    );
    assert.ok(changed(empty, await pixels(page)).includes("1 hidden"));
  }
  await close(page);
});

test("a single recorded epoch is shown", async () => {
  const source = new Page("three");
  source.meta.runs.length = 1;
  source.keepEpochs(source.meta.runs[0], [7]);
  source.meta.runs[0].milestones = [
    { epoch: 7, until: null, kind: "final loss", subject: "run", text: "epoch 7: final loss" },
  ];
  const page = await open(source.save("single"));
  assert.equal(await clock(page), 7);
  for (const key of ["ArrowRight", "Home", "End", " "]) await page.keyboard.press(key);
  assert.deepEqual(await columns(page), ["7"]);
  assert.ok((await places(page, "input", 0, CLASS_COLORS[0])).length > 5);
  assert.notEqual(await page.evaluate(() => document.documentElement.dataset.playing), "yes");
  await canvas(page, "curves").click();
  assert.equal(await clock(page), 7);
  await close(page);
});

test("what a run does not have has no panel", async () => {
  const source = new Page("three");
  const [one, other, third] = source.meta.runs;
  Object.assign(one, { hidden: null, input: null });
  Object.assign(other, {
    violins: [],
    network: null,
    milestones: [],
    curves: [{ name: "loss", values: other.epochs.map(() => null) }],
    logged: [],
  });
  other.hidden.grid = null;
  third.curves = [{ name: "loss", values: third.epochs.map((epoch) => (epoch % 2 ? null : 1 / (epoch + 1))) }];
  third.of = 60000;
  const page = await open(source.save("missing"));
  const panels = await page.evaluate(() =>
    [...document.querySelectorAll("canvas")].map(({ dataset }) => `${dataset.run} ${dataset.panel}`),
  );
  const expected = [
    "0 probability",
    "0 losses",
    "0 curves",
    "0 violins",
    "0 network",
    "1 hidden",
    "1 input",
    "1 probability",
    "1 losses",
    "2 hidden",
    "2 input",
    "2 probability",
    "2 losses",
    "2 curves",
    "2 violins",
    "2 network",
  ];
  assert.deepEqual(panels.sort(), expected.sort());
  assert.equal(await page.locator(".lane").count(), 2);
  await slideTo(page, 51);
  assert.ok((await page.locator(".run >> nth=2").innerText()).includes("showing 2,000 of 60,000 samples"));
  await pointAtSample(page, "input", 1);
  await close(page);
});

test("a grid that is squashed on one side is colored as far as it reaches", async () => {
  const source = new Page("three");
  source.meta.runs.length = 1;
  const [run] = source.meta.runs;
  source.keepEpochs(run, [0, 1, 2]);
  const { grid, points } = run.hidden;
  const { size } = grid;
  run.hidden.points = source.put("u16", source.values(points).map(() => 65535));
  grid.every = size - 1;
  grid.scores = source.put("u16", new Array(3 * size * size).fill(0xbf80)); // -1
  // At the first epoch a square; then the first fifth of its columns lies on one side; then it is turned over as well.
  const side = [...Array(size).keys()];
  const place = (share) => Math.round(65534 * (0.1 + 0.8 * share));
  const even = (column) => column / (size - 1);
  const squashed = (column) => Math.max(0, (column - 8) / (size - 9));
  const turned = (column) => 1 - squashed(column);
  const xs = (share) => side.flatMap(() => side.map(share).map(place));
  const ys = side.flatMap((row) => side.map(() => place(even(row))));
  grid.points = source.put("u16", [even, squashed, turned].flatMap((share) => [...xs(share), ...ys]));
  const page = await open(source.save("squashed"));
  const [paper, tint] = await commonColors(page, "hidden", 0);
  const colored = async () => {
    const counts = [await places(page, "hidden", 0, tint), await places(page, "hidden", 0, paper)].map((at) => at.length);
    return Math.min(...counts); // There is more paper around the square.
  };
  const square = await colored();
  assert.ok(square > 5000, `${square} pixels of ${tint}`);
  for (const epoch of [1, 2]) {
    await slideTo(page, epoch);
    const found = await colored();
    assert.ok(Math.abs(found / square - 1) < 0.02, `${found} pixels of ${square} at epoch ${epoch}`);
  }
  await close(page);
});

test("values that are no numbers are left out, and said to be", async () => {
  const source = new Page("three");
  source.meta.runs.length = 1;
  const [run] = source.meta.runs;
  const altered = (array, change) => source.put(array.type, source.values(array).map(change));
  const late = (i) => i >= 100 * run.samples;
  run.predicted = altered(run.predicted, (value, i) => (late(i) ? 255 : value));
  run.probability = altered(run.probability, (value, i) => (late(i) ? 65535 : value));
  run.losses = altered(run.losses, (value, i) => (late(i) ? 65535 : value));
  run.hidden.points = altered(run.hidden.points, (value, i) => (i >= 200 * run.samples ? 65535 : value));
  run.hidden.grid.scores = altered(run.hidden.grid.scores, (value, i) =>
    i >= 100 * run.hidden.grid.size ** 2 ? 0x7fc0 : value, // NaN
  );
  for (const violins of run.violins) violins.ends = altered(violins.ends, () => NaN);
  const page = await open(source.save("nan"));
  await slideTo(page, 99);
  const seen = async () =>
    [...(await places(page, "hidden", 0, CLASS_COLORS[0])), ...(await places(page, "hidden", 0, CLASS_COLORS[1]))]
      .length;
  assert.ok((await seen()) > 5);
  await slideTo(page, 120);
  assert.equal(await seen(), 0);
  await pointAtSample(page, "input");
  assert.match(await tipText(page), /none\s+not a number\s+not a number/);
  await close(page);
});

test("a plain sentence says so where the data cannot be read", async () => {
  const source = new Page("three");
  const whole = source.html.match(/id="data"[^>]*>([^]*?)<\/script>/)[1];
  const cases = [
    [source.save("cut", whole.slice(0, whole.length >> 2)), undefined, /damaged|cut off/],
    [source.save("empty", ""), undefined, /damaged|cut off/],
    [source.save("garbage", "not base64 at all!"), undefined, /damaged|cut off/],
    [pathOf("three"), () => delete window.DecompressionStream, /browser/],
  ];
  for (const [path, prepare, sentence] of cases) {
    const page = await open(path, { before: prepare, ready: "no" });
    assert.match(await page.locator("#error").innerText(), sentence);
    assert.ok(await page.locator("#controls").isHidden());
    await close(page);
  }
});

test("a plain sentence says so where the page's own script cannot be read", async () => {
  const source = new Page("three");
  const packed = source.html.match(/id="script"[^>]*>([^]*?)<\/script>/)[1];
  for (const wrong of ["", packed.slice(0, packed.length >> 1), "not base64 at all!", `AAAA${packed.slice(4)}`]) {
    source.html = source.html.replace(/(id="script"[^>]*>)[^]*?(<\/script>)/, `$1${wrong}$2`);
    const page = await open(source.save("script"), { ready: "no" });
    assert.match(await page.locator("#error").innerText(), /damaged/);
    assert.ok(await page.locator("#controls").isHidden());
    await close(page);
  }
});

test("without JavaScript the page says what is missing", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(pathToFileURL(pathOf("three")).href);
  assert.match(await page.locator("body").innerText(), /JavaScript/);
  await context.close();
});

test("every canvas says in words what it shows, and every control has a name", async () => {
  const page = await open(pathOf("three"));
  await slideTo(page, 33);
  await page.waitForFunction(() =>
    [...document.querySelectorAll("canvas")].every((one) => one.getAttribute("aria-label")?.includes("epoch 33")),
  );
  const labels = await page
    .locator("canvas")
    .evaluateAll((all) => all.map((one) => [one.getAttribute("role"), one.getAttribute("aria-label")]));
  for (const [role, label] of labels) assert.ok(role === "img" && /epoch 33: .*\d/.test(label), label);
  const nameless = await page
    .locator("button, select, input")
    .evaluateAll((all) => all.filter((one) => !(one.ariaLabel || one.labels?.length || one.textContent.trim())).length);
  assert.equal(nameless, 0);
  await close(page);
});

test("a sharper screen gets sharper pictures", async () => {
  const page = await open(pathOf("three"), { deviceScaleFactor: 2 });
  const [width, shown] = await canvas(page, "input").evaluate((one) => [one.width, one.clientWidth]);
  assert.equal(width, 2 * shown);
  await slideTo(page, 10);
  await pointAtSample(page);
  assert.ok(await page.locator("#tip").isVisible());
  await close(page);
});

test("nothing leaks into the window", async () => {
  const names = (page) => page.evaluate(() => Object.getOwnPropertyNames(window));
  const empty = new Page("three");
  empty.html = "<!doctype html><script>document.documentElement.dataset.ready = 'yes'</script>";
  const blank = await open(empty.save("blank"));
  const usual = new Set(await names(blank));
  await close(blank);
  const page = await open(pathOf("three"));
  assert.deepEqual(
    (await names(page)).filter((name) => !usual.has(name)),
    [],
  );
  assert.equal(await page.evaluate(() => typeof Page), "undefined");
  await close(page);
});

test("how long a redraw of three runs takes", async (context) => {
  const page = await open(pathOf("three"));
  const { draws, frames } = await page.evaluate(async () => {
    const slider = document.getElementById("slider");
    const [draws, frames] = [[], []];
    for (let epoch = 0; epoch <= 150; epoch++) {
      const start = performance.now();
      slider.value = epoch;
      slider.dispatchEvent(new Event("input"));
      await new Promise(requestAnimationFrame);
      draws.push(Number(document.documentElement.dataset.redraw));
      frames.push(performance.now() - start);
    }
    return { draws, frames };
  });
  const middle = (values) => values.sort((a, b) => a - b)[values.length >> 1].toFixed(1);
  context.diagnostic(
    `redraw of three runs: ${middle(draws)} ms; from frame to frame ${middle(frames)} ms (medians of ${draws.length} epochs)`,
  );
  assert.equal(await clock(page), 150);
  await close(page);
});
