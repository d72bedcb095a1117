// Panels saved as SVG: they look as on the canvas, each sample is an element, and names stay text.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CLASS_COLORS, LIGHT, browser, canvas, changed, close, drawn, open, pixels, pointAtSample, slideTo } from "./browser.mjs";
import { Page, pathOf } from "./pages.mjs";

/** All that a drawing is made of. */
const TAGS = ["circle", "clipPath", "defs", "desc", "g", "path", "pattern", "polygon", "polyline", "rect", "svg", "text", "title"];

/** Keeps what a page saves, instead of handing it out. */
function keepSaved() {
  const saved = [];
  const make = URL.createObjectURL;
  Object.assign(window, { saved });
  URL.createObjectURL = (blob) => {
    saved.push(blob);
    return make(blob);
  };
  HTMLAnchorElement.prototype.click = () => {};
}

function openKeeping(path, options = {}) {
  return open(path, { width: 1000, height: 700, before: keepSaved, ...options });
}

const sectionOf = (page, panel, run = 0) => page.locator(".panel", { has: canvas(page, panel, run) });

async function showAll(page) {
  await page.locator(".alone .enlarge").click();
  await drawn(page);
}

/** A panel alone, as it is saved both ways: the text of the SVG, and the address of the PNG's data. */
async function saved(page, panel, run = 0) {
  const section = sectionOf(page, panel, run);
  if (!(await section.locator(".save-svg").isVisible())) await section.locator(".enlarge").click();
  await drawn(page);
  return section.evaluate(async (one) => {
    window.saved.length = 0;
    one.querySelector(".save-svg").click();
    const svg = await window.saved.pop().text();
    one.querySelector(".save").click();
    while (!window.saved.length) await new Promise((done) => setTimeout(done, 5));
    const reader = new FileReader();
    reader.readAsDataURL(window.saved.pop());
    await new Promise((done) => reader.addEventListener("load", done));
    return { svg, png: reader.result };
  });
}

/** By how much two pictures differ, of 255: on average, and in the 16 by 16 pixels where they do most. */
async function difference(page, { svg, png }) {
  const address = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  return page.evaluate(async (addresses) => {
    const load = async (src) => {
      const image = new Image();
      image.src = src;
      await image.decode();
      const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
      context.drawImage(image, 0, 0);
      return context.getImageData(0, 0, image.width, image.height);
    };
    const [one, other] = await Promise.all(addresses.map(load));
    const { width, height } = other;
    if (one.width !== width || one.height !== height) throw new Error(`${one.width} x ${one.height}, ${width} x ${height}`);
    const across = Math.ceil(width / 16);
    const blocks = new Float64Array(across * Math.ceil(height / 16));
    for (let i = 0; i < other.data.length; i++) {
      const [x, y] = [(i >> 2) % width, Math.floor((i >> 2) / width)];
      blocks[(x >> 4) + across * (y >> 4)] += Math.abs(one.data[i] - other.data[i]);
    }
    const sum = blocks.reduce((all, block) => all + block, 0);
    return { mean: sum / (3 * width * height), most: Math.max(...blocks) / (3 * 256) };
  }, [address, png]);
}

/** What is in an SVG, read as XML: tags, attributes, texts, marks of samples by their color. */
function read(page, svg) {
  return page.evaluate((text) => {
    const made = new DOMParser().parseFromString(text, "image/svg+xml");
    const all = [...made.querySelectorAll("*")];
    const textOf = (name) => made.querySelector(`svg > ${name}`)?.textContent;
    const groups = (name) => [...made.querySelectorAll(`g.${name}`)].map((group) => ({
      color: group.getAttribute("fill"),
      tags: [...new Set([...group.children].map(({ localName }) => localName))],
      places: [...group.children].map((mark) => ["cx", "cy"].map((axis) => Number(mark.getAttribute(axis)))),
    }));
    return {
      tags: [...new Set(all.map(({ localName }) => localName))].sort(),
      attributes: [...new Set(all.flatMap((one) => one.getAttributeNames()))],
      values: all.flatMap((one) => one.getAttributeNames().map((name) => one.getAttribute(name))),
      title: textOf("title"),
      description: textOf("desc"),
      texts: all.filter(({ localName }) => localName === "text").map(({ textContent }) => textContent),
      samples: groups("samples"),
      rings: groups("rings"),
      size: ["width", "height", "viewBox"].map((name) => made.documentElement.getAttribute(name)),
    };
  }, svg);
}

/** That it stands alone, and does nothing. */
function isHarmless({ tags, attributes, values }) {
  assert.deepEqual(tags.filter((tag) => !TAGS.includes(tag)), []);
  assert.deepEqual(attributes.filter((name) => /^on|href|style|src/i.test(name)), []);
  assert.deepEqual(values.filter((value) => /NaN|Infinity|undefined|null/.test(value)), []);
  const addresses = values.filter((value) => /url\(|:\/\//.test(value));
  assert.deepEqual(addresses.filter((value) => !/^url\(#panel-[\w-]+\)$|^http:\/\/www\.w3\.org\/2000\/svg$/.test(value)), []);
}

async function isSame(page, panel, run = 0) {
  const both = await saved(page, panel, run);
  const found = await difference(page, both);
  assert.ok(found.mean < 0.3 && found.most < (panel.startsWith("picture") ? 30 : 12), `${panel}: ${JSON.stringify(found)}`);
  return both.svg;
}

/** The panels of the first run. */
async function kindsOf(page) {
  await page.waitForTimeout(200);
  return page.locator('canvas[data-run="0"]').evaluateAll((all) => all.map((one) => one.dataset.panel));
}

const SHOWN = [["three", 65], ["twenty_classes", 30], ["two_outputs", 20], ["one_input", 10], ["labels", 20], ["pictures", 10], ["diverged", 10], ["hostile", 6]];

for (const colorScheme of ["light", "dark"]) {
  for (const [name, epoch] of SHOWN) {
    test(`every panel looks in SVG as on its canvas: ${name}, ${colorScheme}`, async () => {
      const page = await openKeeping(pathOf(name), { colorScheme });
      await slideTo(page, epoch);
      const { name: run } = new Page(name).meta.runs[0];
      for (const panel of await kindsOf(page)) {
        const svg = await isSame(page, panel);
        const found = await read(page, svg);
        isHarmless(found);
        const title = await sectionOf(page, panel).locator("h3, .curve-legend + select, select").first().evaluate((one) => one.title);
        assert.ok(found.title.endsWith(`: ${run}, epoch ${epoch}`) && found.title.startsWith(title), found.title);
        assert.equal(found.description, await canvas(page, panel).getAttribute("aria-label"));
        assert.ok(found.texts.join(" ").includes(found.title) || found.texts.some((text) => text.endsWith("\u2026")), "the title stands above it");
        const note = sectionOf(page, panel).locator(".panel-note");
        if ((await note.isVisible()) && (await note.textContent()).trim()) assert.ok(found.texts.includes(await note.textContent()), "the note too");
        await showAll(page);
      }
      await close(page);
    });
  }
}

/** What panels can be switched to. */
const SWITCHED = [
  ["input", "loss", (page) => page.locator("#color").selectOption("loss")],
  ["hidden", "correctness", (page) => page.locator("#color").selectOption("correctness")],
  ["hidden", "fit", (page) => sectionOf(page, "hidden").locator('[data-name="fit"]').click()],
  ["curves", "log", (page) => sectionOf(page, "curves").locator('[data-name="log"]').click()],
  ["losses", "log", (page) => sectionOf(page, "losses").locator('[data-name="log"]').click()],
  ["network", "fit", (page) => sectionOf(page, "network").locator('[data-name="fit"]').click()],
];

for (const [panel, word, change] of SWITCHED) {
  test(`what a panel is switched to is in its SVG: ${panel}, ${word}`, async () => {
    const page = await openKeeping(pathOf("three"));
    await slideTo(page, 30);
    const before = await saved(page, panel);
    await showAll(page);
    await change(page);
    await drawn(page);
    assert.ok((await isSame(page, panel)) !== before.svg);
    await close(page);
  });
}

test("the sample that is pinned is in the SVG, with its way in a space", async () => {
  const page = await openKeeping(pathOf("three"));
  await slideTo(page, 65);
  const unmarked = new Map();
  for (const panel of ["hidden", "probability", "losses", "curves"]) {
    unmarked.set(panel, (await saved(page, panel)).svg);
    await showAll(page);
  }
  await canvas(page, "input").scrollIntoViewIfNeeded();
  await pointAtSample(page);
  await page.mouse.down();
  await page.mouse.up();
  await drawn(page);
  for (const [panel, without] of unmarked) {
    assert.ok((await isSame(page, panel)) !== without, panel);
    await showAll(page);
  }
  await close(page);
});

test("each sample is an element in the color of its class, where the data say, and the misclassified ones have rings", async () => {
  const source = new Page("three");
  const [run] = source.meta.runs;
  const page = await openKeeping(pathOf("three"));
  await slideTo(page, 65);
  const found = await read(page, (await saved(page, "hidden")).svg);
  assert.match(found.description, /epoch 65: 1,\d+ of 2,000 samples correct/, "in words too, at once");
  const classes = source.values(run.classes);
  const points = source.values(run.hidden.points);
  const from = 65 * 2 * run.samples;
  for (const k of [0, 1]) {
    const own = [...classes.keys()].filter((i) => classes[i] === k);
    const { places, tags } = found.samples.find(({ color }) => color === CLASS_COLORS[k]);
    assert.deepEqual([places.length, tags], [own.length, ["circle"]]);
    for (const axis of [0, 1]) {
      const values = own.map((i) => points[from + axis * run.samples + i]);
      const [first, last] = [values.indexOf(Math.min(...values)), values.indexOf(Math.max(...values))];
      const step = (places[last][axis] - places[first][axis]) / (values[last] - values[first]);
      values.forEach((value, i) => {
        const expected = places[first][axis] + step * (value - values[first]);
        assert.ok(Math.abs(places[i][axis] - expected) < 0.03, `sample ${own[i]}, axis ${axis}: ${places[i]}, ${expected}`);
      });
    }
  }
  const predicted = source.values(run.predicted).subarray(65 * run.samples, 66 * run.samples);
  const wrong = predicted.filter((k, i) => k !== classes[i]).length;
  assert.ok(wrong > 0);
  assert.deepEqual(found.rings.map(({ places }) => places.length), [wrong]);
  await close(page);
});

test("what the colors of samples stand for is below a space that is saved, in their colors", async () => {
  const page = await openKeeping(pathOf("three"));
  const texts = async () => [...(await saved(page, "hidden")).svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);
  const classes = await page.locator(".run").first().locator(".legend .name").allTextContents();
  assert.deepEqual((await texts()).slice(-3), [...classes, "misclassified"]);
  await page.locator("#color").selectOption("loss");
  await page.waitForFunction(() => document.querySelector(".shades"));
  const bands = await page.locator(".run").first().locator(".shades [role=img]").evaluateAll((all) => all.map((one) => one.getAttribute("title")));
  assert.ok(bands.length > 2);
  assert.deepEqual((await texts()).slice(-1 - bands.length), [...bands, "misclassified"]);
  await isSame(page, "hidden");
  await close(page);
});

test("classes beyond the colors have their other shapes", async () => {
  const source = new Page("twenty_classes");
  const page = await openKeeping(pathOf("twenty_classes"));
  await slideTo(page, 30);
  const { samples } = await read(page, (await saved(page, "input")).svg);
  const count = (tag) => samples.filter(({ tags }) => tags.includes(tag)).reduce((sum, { places }) => sum + places.length, 0);
  const classes = source.values(source.meta.runs[0].classes);
  assert.deepEqual([count("circle"), count("path")], [classes.filter((k) => k < 10).length, classes.filter((k) => k >= 10).length]);
  await close(page);
});

const NAME = "a\u0007\u0000\u001b  <script>alert(1)</script> & \"quoted\" 'it' ]]> \ud800 \u202e\u05d0\u05d1\u05d2\tb\nc";

test("a name of any characters is text, and the file is well-formed and does nothing", async () => {
  const source = new Page("hostile");
  source.meta.runs[0].name = NAME;
  const page = await openKeeping(source.save("named"));
  await slideTo(page, 6);
  const { svg } = await saved(page, "violins");
  const found = await read(page, svg);
  isHarmless(found);
  const plain = NAME.replace(/[\t\n]/g, " ").replace(/[\u0000-\u001f\ud800]/g, "\ufffd");
  assert.ok(found.title.includes(plain), JSON.stringify(found.title));
  assert.ok(found.texts.some((text) => text.includes(plain)), "with all of its blanks");
  const isKept = (text) => new DOMParser().parseFromString(text, "image/svg+xml").querySelector("text[*|space=preserve]") !== null;
  assert.ok(await page.evaluate(isKept, svg));
  const alone = await browser.newPage();
  await alone.goto(`data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`);
  assert.deepEqual(await alone.evaluate(() => [document.documentElement.localName, window.pwned ?? null]), ["svg", null]);
  await alone.close();
  await close(page);
});

test("saving leaves no trace on the page, nor in what it draws later", async () => {
  const another = () => openKeeping(pathOf("three"), { deviceScaleFactor: 2 });
  const [page, other] = [await another(), await another()];
  const areAlike = async () => assert.deepEqual(changed(await pixels(page), await pixels(other)), []);
  for (const panel of ["curves", "hidden", "input"]) {
    for (const one of [page, other]) {
      await slideTo(one, 40);
      await sectionOf(one, panel).locator(".enlarge").click();
      await drawn(one);
    }
    await saved(page, panel);
    await areAlike();
    for (const one of [page, other]) await slideTo(one, 90);
    await areAlike();
    for (const one of [page, other]) await showAll(one);
    await areAlike();
  }
  for (const one of [page, other]) await close(one);
});

test("an SVG is as large as the panel in the page's pixels, on any screen", async () => {
  const found = [];
  for (const deviceScaleFactor of [1, 2]) {
    const page = await openKeeping(pathOf("labels"), { deviceScaleFactor });
    await slideTo(page, 20);
    for (const panel of ["hidden", "probability", "curves"]) {
      const { svg } = await saved(page, panel);
      const { width, height } = await canvas(page, panel).boundingBox();
      const { size } = await read(page, svg);
      assert.equal(size[2], `0 0 ${size[0]} ${size[1]}`);
      assert.ok(size[0] - width === 24 && size[1] - height > 30 && size[1] - height < (panel === "hidden" ? 110 : 70), `${size}, ${width} x ${height}`);
      found.push(svg);
      await showAll(page);
    }
    await close(page);
  }
  assert.deepEqual(found.slice(0, 3), found.slice(3));
});

/** Everything that a drawing can do, also what no panel makes use of yet. */
function drawAll(context, blank, outline) {
  const line = (...places) => {
    context.beginPath();
    places.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  };
  context.fillStyle = "#eeeeee";
  context.fillRect(300, 200, -300, -200);
  context.save();
  context.strokeStyle = "#cc0000";
  context.lineWidth = 9;
  for (const [i, join] of ["miter", "round", "bevel"].entries()) {
    context.lineJoin = join;
    context.lineCap = ["butt", "round", "square"][i];
    line([15 + 50 * i, 50], [30 + 50 * i, 15], [45 + 50 * i, 50], [NaN, 3], [5, Infinity]);
    context.stroke();
  }
  context.restore();
  context.setTransform(0.5, 0, 0, 2, 10, 30);
  context.translate(300, 5);
  context.scale(2, 0.5);
  context.fillStyle = "#0055aa";
  context.globalAlpha = 0.5;
  context.beginPath();
  context.arc(30, 20, 18, 0.5, 4);
  context.closePath();
  context.fill();
  context.strokeRect(60, 5, 30, 30);
  context.setTransform(1, 0, 0, 1, 0, 0);
  for (const [i, align] of ["left", "center", "right"].entries()) {
    context.textAlign = align;
    context.textBaseline = ["alphabetic", "middle", "top"][i];
    context.font = `${i ? "" : "bold "}14px sans-serif`;
    context.fillText("plain  words", 150, 90 + 25 * i);
  }
  const layer = blank(60, 40);
  layer.getContext("2d").fillRect(5, 5, 50, 30);
  layer.getContext("2d").clearRect(0, 0, 60, 40);
  layer.getContext("2d").lineWidth = 6;
  layer.getContext("2d").strokeRect(8, 8, 44, 24);
  context.drawImage(layer, 20, 130);
  context.drawImage(layer, 0, 0, 30, 20, 100, 150, 30, 20);
  context.globalAlpha = 1;
  context.save();
  context.beginPath();
  context.rect(200, 110, 60, 40);
  context.clip();
  outline.moveTo(180, 100);
  outline.lineTo(280, 130);
  outline.lineTo(NaN, 0);
  outline.lineTo(190, 160);
  context.fill(outline);
  context.restore();
  context.setLineDash([7, 3]);
  context.stroke(outline);
}

const WEB = new URL("../../src/plot/page/web/", import.meta.url);

/** A page with some of the scripts once more: its own keep to themselves what they have. */
async function openWith(...names) {
  const page = await open(pathOf("labels"));
  for (const name of names) await page.addScriptTag({ content: readFileSync(new URL(name, WEB), "utf8") });
  return page;
}

test("marks have the places, shapes and colors of the stamps that the canvas has, one on the other", async () => {
  const page = await openWith("svg.js", "paint.js");
  const both = await page.evaluate(() => {
    const [drawing, layer] = [new Drawing(new Definitions("panel-0")), new Layer()];
    const stamps = [...MARKERS.map((name) => markerStamp(name, 14)), ringStamp(11, 5)];
    const pictures = [[new Marks(), new Layer(drawing)], [new Stamping(), layer]].map(([stamping, onto]) => {
      onto.resize(300, 120, 1);
      stamping.resize(300, 120);
      stamping.clean();
      stamps.forEach((stamp, i) => {
        for (const [k, color] of ["#123456", "#fedcba"].entries()) stamping.put(stamp, 40 + 70 * i + 9 * k, 50 + 20 * k, packed32(color));
      });
      stamping.put(stamps[0], 5, 5, packed32("#cc0000"));
      stamping.put(stamps[0], NaN, 100, packed32("#cc0000"));
      stamping.put(stamps[0], -1, 100, packed32("#cc0000"));
      onto.context.putImageData(stamping.image, 0, 0);
      return onto.canvas;
    });
    return { svg: pictures[0].svg("marks", "stamps"), png: pictures[1].toDataURL() };
  });
  const found = await difference(page, both);
  assert.ok(found.mean < 0.6 && found.most < 12, JSON.stringify(found));
  await close(page);
});

test("what a canvas does, a drawing does", async () => {
  const page = await openWith("svg.js");
  const both = await page.evaluate((draw) => {
    const all = new Function(`return ${draw}`)();
    const blank = (width, height) => Object.assign(document.createElement("canvas"), { width, height });
    const [drawing, real] = [new Drawing(new Definitions("panel-0"), 300, 200), blank(300, 200)];
    all(drawing, (width, height) => new Drawing(drawing.definitions, width, height), new Outline());
    all(real.getContext("2d"), blank, new Path2D());
    return { svg: drawing.svg("all", "of it"), png: real.toDataURL() };
  }, drawAll.toString());
  const found = await difference(page, both);
  assert.ok(found.mean < 0.3 && found.most < 12, JSON.stringify(found));
  isHarmless(await read(page, both.svg));
  await close(page);
});

test("a line to far beyond the axes goes there, in numbers that all who read SVG can hold", async () => {
  const altered = new Page("three");
  const [run] = altered.meta.runs;
  const curve = run.curves.find(({ name }) => name === "loss");
  curve.values.splice(20, 3, 1e30, -1e30, 1e30);
  run.curve_ends = [0, 1];
  const page = await openKeeping(altered.save("far"));
  await slideTo(page, 65);
  const { values } = await read(page, await isSame(page, "curves"));
  const numbers = values.filter((value) => /^M/.test(value)).flatMap((path) => path.match(/-?[\d.]+(e[+-]?\d+)?/g)).map(Number);
  const largest = Math.max(...numbers.map(Math.abs));
  assert.ok(largest > 1e6 && largest <= 1e7, `up to ${largest}`);
  await close(page);
});

test("before its first epoch a run has no samples, and says so", async () => {
  const altered = new Page("three");
  altered.keepEpochs(altered.meta.runs[0], [50, 100]);
  const page = await openKeeping(altered.save("later"));
  const found = await read(page, await isSame(page, "hidden"));
  assert.match(found.title, /: sigmoid, nothing recorded yet$/);
  assert.deepEqual([found.samples, found.rings], [[], []]);
  await close(page);
});

test("the parts of the SVGs of a page have names that differ, so that one document can hold them", async () => {
  const names = [];
  for (const colorScheme of ["light", "dark"]) {
    const page = await openKeeping(pathOf("labels"), { colorScheme });
    for (const panel of await kindsOf(page)) {
      const { svg } = await saved(page, panel);
      names.push(...[...svg.matchAll(/ id="([^"]+)"/g)].map(([, name]) => name));
      await showAll(page);
    }
    await close(page);
  }
  assert.ok(names.length > 10);
  assert.equal(new Set(names).size, names.length);
});

test("the button beside the PNG's saves a file of that name, by pointer and by keyboard", async () => {
  const page = await open(pathOf("three"));
  await slideTo(page, 65);
  const section = sectionOf(page, "hidden", 1);
  assert.ok(await section.locator(".save-svg").isHidden(), "only where a panel is alone");
  await section.focus();
  await page.keyboard.press("e");
  await drawn(page);
  const [png, svg] = [section.locator(".save"), section.locator(".save-svg")];
  assert.match(await svg.getAttribute("aria-label"), /^Save as SVG: .* of tanh$/);
  assert.notEqual(await svg.getAttribute("aria-label"), await png.getAttribute("aria-label"));
  const [one, other] = [await png.boundingBox(), await svg.boundingBox()];
  assert.ok(other.width >= 24 && other.height >= 24 && other.y === one.y && other.x >= one.x + one.width);
  const [download] = await Promise.all([page.waitForEvent("download"), svg.click()]);
  assert.equal(download.suggestedFilename(), "Feature_space_of_hidden_of_tanh_epoch_65.svg");
  const text = readFileSync(await download.path(), "utf8");
  await section.focus();
  await page.keyboard.press("Enter");
  for (let i = 0; i < 6 && !(await svg.evaluate((button) => button === document.activeElement)); i++) await page.keyboard.press("Tab");
  const [again] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  assert.equal(readFileSync(await again.path(), "utf8"), text, "the same, byte by byte");
  const [, paper] = LIGHT.match(/--paper: (#\w+);/);
  assert.match(text, new RegExp(`<rect x="0" y="0" width="\\d+" height="\\d+" fill="${paper}"/>`));
  await close(page);
});

test("saved curves are named and known by their colors, whichever are chosen", async () => {
  const page = await openKeeping(pathOf("three"));
  await slideTo(page, 40);
  const chosen = sectionOf(page, "curves").locator("select");
  const names = await chosen.locator("option").allTextContents();
  const last = names.at(-1);
  await chosen.selectOption({ label: last });
  const found = await read(page, await isSame(page, "curves"));
  assert.equal(found.title, `${last}, epoch 40`);
  const legend = await sectionOf(page, "curves").locator(".curve-legend li").evaluateAll((all) => all.map((one) => [".name", ".number"].map((part) => one.querySelector(part).textContent).join(" ")));
  assert.ok(legend.length > 1);
  for (const line of legend) assert.ok(found.texts.includes(line), `${line} in ${found.texts}`);
  await close(page);
});

test("the boundary of a run that is at another epoch says so", async () => {
  const page = await openKeeping(pathOf("unlike"));
  await slideTo(page, 20);
  const texts = async () => {
    await sectionOf(page, "input", 1).locator(".toggle[data-name=all]").evaluate((/** @type {HTMLElement} */ one) => one.ariaPressed === "true" || one.click());
    const found = await read(page, (await saved(page, "input", 1)).svg);
    await showAll(page);
    return found;
  };
  const found = await texts();
  assert.match(found.title, /other, epoch 12$/);
  assert.ok(found.texts.includes("one, epoch 20"), String(found.texts));
  await slideTo(page, 12);
  assert.ok((await texts()).texts.includes("one"));
  await close(page);
});

test("what is zero or less has no place on a logarithmic axis, and is marked below it", async () => {
  const page = await openKeeping(pathOf("shrinking"));
  await slideTo(page, 4);
  const section = sectionOf(page, "curves");
  await section.locator("select[data-name=metric]").selectOption("shrinking");
  const paths = async () => (await saved(page, "curves")).svg.match(/<path[^>]*/g);
  const isMark = (path) => /d="M[^L]*L[^L]*L[^L]*" fill="#/.test(path);
  assert.equal((await paths()).filter(isMark).length, 0);
  await showAll(page);
  await section.locator(".toggle[data-name=log]").evaluate((/** @type {HTMLElement} */ one) => one.click());
  const marks = (await paths()).filter(isMark);
  assert.equal(marks.length, 4, `two epochs, faint and up to now: ${marks.join()}`);
  await showAll(page);
  await section.locator("select[data-name=metric]").selectOption("below");
  assert.equal(await section.locator(".panel-note").textContent(), "nothing is above 0: an even axis");
  await close(page);
});
