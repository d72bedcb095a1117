// The page's own words come from its file of texts alone: no script holds others, and a page in another language shows no English but
// what is in the recordings, and what the crate has written of them.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import ts from "typescript";
import { close, drawn, open, slideTo, tipText } from "./browser.mjs";
import { pathOf } from "./pages.mjs";

const WEB = new URL("../../src/plot/page/web/", import.meta.url);
const ENGLISH = JSON.parse(readFileSync(new URL("texts/en.json", WEB), "utf8"));
const SCRIPTS = readdirSync(WEB).filter((name) => name.endsWith(".js"));

/** What is no text although it has words: classes, a font, what the crate writes of the ends of an axis, and what no translation can lack. */
const NO_TEXTS = [/^use strict$/, /^(panels pictures|name misclassified)$/, /px system-ui, sans-serif$/, /^; the ends hold what is beyond$/, /^This page has no text |^The text | of this page (needs|has|names) |, which is not there\.$/];

/** What is given to these is a selector, or a name in a style sheet or in SVG. */
const SELECTING = /^(querySelector(All)?|closest|matches|matchMedia|setProperty|toggle|add|remove|createElementNS)$/;
const ATTRIBUTES = /^(class|style|viewBox|points|transform|font|gridColumn)$/;

/** The texts of a script that look like words for a reader: two words, or one beside something that is filled in. */
function wordsIn(source) {
  const found = [];
  const file = ts.createSourceFile("script.js", source, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  const visit = (node) => {
    const isPart = ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node);
    const isWhole = ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node);
    if ((isPart || isWhole) && !isOfProgram(node) && isWordy(node.text, isPart)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found.filter((text) => !NO_TEXTS.some((pattern) => pattern.test(text)));
}

function isWordy(text, isPart) {
  if (/^[a-z]+\.[a-z-]+$/.test(text) || /[<>="]|^--|url\(|^data:/.test(text)) return false;
  const words = text.match(/\p{L}{2,}/gu) ?? [];
  return isPart ? words.length > 0 && /(^|[\s:;,])\p{L}{2,}|\p{L}{2,}[\s:;,]/u.test(text) && /\s/.test(text) : words.length > 1 && /\p{L}[,;:.]? \p{L}/u.test(text);
}

/** Selectors, attributes of style, and keys of objects. */
function isOfProgram(node) {
  for (let { parent } = node, child = node; parent && !ts.isStatement(parent); child = parent, { parent } = parent) {
    if (ts.isPropertyAssignment(parent)) return parent.name === child || ATTRIBUTES.test(parent.name.text ?? "");
    if (ts.isCallExpression(parent)) return SELECTING.test((parent.expression.name ?? parent.expression).text ?? "");
    if (ts.isBinaryExpression(parent) && parent.left !== child && ATTRIBUTES.test(parent.left.name?.text ?? "")) return true;
  }
  return false;
}

test("no script holds a text for a reader", () => {
  for (const name of SCRIPTS) assert.deepEqual(wordsIn(readFileSync(new URL(name, WEB), "utf8")), [], `${name}: texts belong into texts/en.json`);
});

test("a text in a script is found", () => {
  for (const text of ['"Save as"', "`epoch ${n}`", "`${n} epochs`", '{ title: "All panels" }', 'announce("Done now.")', "`${a} of ${b}`", "`${a}: not here`"])
    assert.equal(wordsIn(`const x = () => f(${text});`).length, 1, text);
  for (const text of ['"panel.save-png"', '"wrong"', "`${n}px`", '{ class: "panel head" }', 'document.querySelector(".a .b c")', "`#${a}.${b}`", '{ "all correct": 1 }'])
    assert.deepEqual(wordsIn(`const x = () => f(${text});`), [], text);
});

/** Every call of `say` and `sayCount` with a key that stands there. */
function callsIn(source) {
  const found = [];
  const visit = (node) => {
    if (ts.isCallExpression(node) && /^say(Count)?$/.test(node.expression.text ?? "")) {
      const keys = [];
      const collect = (part) => (ts.isStringLiteral(part) && part.text.includes(".") ? keys.push(part.text) : ts.isConditionalExpression(part) && (collect(part.whenTrue), collect(part.whenFalse)));
      collect(node.arguments[0]);
      const isCount = node.expression.text === "sayCount";
      found.push(...keys.map((key) => ({ key, isCount, values: node.arguments[isCount ? 2 : 1] })));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("script.js", source, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS));
  return found;
}

test("what scripts ask for is there, with forms where a number is given, and with what it names", () => {
  const calls = SCRIPTS.flatMap((name) => callsIn(readFileSync(new URL(name, WEB), "utf8")));
  assert.ok(calls.length > 120, `${calls.length} calls`);
  for (const { key, isCount, values } of calls) {
    const [group, name] = key.split(".");
    const text = ENGLISH[group]?.[name];
    assert.ok(text !== undefined, key);
    assert.equal(typeof text === "object", isCount, `${key}: forms, and no number to choose by`);
    if (values && (!ts.isObjectLiteralExpression(values) || values.properties.some(ts.isSpreadAssignment))) continue;
    const given = (values?.properties ?? []).map((one) => one.name.text).concat(isCount ? ["count"] : []);
    const named = [...(text.other ?? text).matchAll(/\{(\w+)\}/g)].map(([, found]) => found);
    for (const found of named) assert.ok(given.includes(found), `${key} names ${found}`);
    for (const one of given.filter((found) => found !== "count")) assert.ok(named.includes(one), `${key} does not name ${one}`);
  }
});

/** Collects what is painted, and what the page knows from its data: words of the recordings and of the crate. */
function listen() {
  window.painted = new Set();
  window.known = new Set();
  for (const name of ["fillText", "strokeText"]) {
    const own = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (text, ...rest) {
      window.painted.add(text);
      return own.call(this, text, ...rest);
    };
  }
  const SCHEMA = ["type", "follows", "word", "kind", "why_not_live"];
  const collect = (value) => {
    if (typeof value === "string") window.known.add(value.replace(/-/g, "\u2212")).add(value);
    else if (value && typeof value === "object") for (const [key, part] of Object.entries(value)) if (!SCHEMA.includes(key)) collect(part);
  };
  const parse = JSON.parse;
  JSON.parse = (text, ...rest) => {
    const value = parse(text, ...rest);
    if (!value?.controls) collect(value);
    return value;
  };
}

/** Everything that can be read or heard, with where it stands; what is in a lesson in words of its own is left out. */
function everything(page) {
  return page.evaluate(() => {
    const found = [...window.painted].map((text) => ["painted", text]);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    const isLesson = (one) => one.closest("#lesson h2, #lesson h3, .words");
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const owner = node instanceof Element ? node : node.parentElement;
      if (owner.closest("script, style") || isLesson(owner)) continue;
      const name = `${owner.tagName} ${owner.id || owner.className}`;
      if (node instanceof Text) found.push([name, owner.tagName === "NOSCRIPT" ? node.data.replace(/<[^>]*>/g, "") : node.data]);
      else for (const one of ["title", "aria-label", "alt", "aria-valuetext", "placeholder"]) if (node.hasAttribute(one)) found.push([`${name} ${one}`, node.getAttribute(one)]);
    }
    return { found, known: [...window.known].filter((text) => /\p{L}/u.test(text)).sort((a, b) => b.length - a.length) };
  });
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** What finds known texts: as words of their own, but where cells of a table are said one behind the other. */
function patternsOf(known, letter = "[A-Za-z]") {
  const [before, behind] = letter ? [`(?<!${letter})`, `(?!${letter})`] : ["", ""];
  return known.map((text) => new RegExp(before + escaped(text) + behind, "gu"));
}

/** What of a text is in English letters, without what is known, numbers, keys, and the end of what was cut. */
function leftOf(text, patterns) {
  const rest = patterns.reduce((left, pattern) => left.replace(pattern, " "), text.normalize("NFC"));
  return (rest.replace(/[\p{Nd}.,\u066b]e[\u2212-]?\p{Nd}+|(?<!\p{L})[A-Z](?!\p{L})|[^ ]*\u2026/gu, " ").match(/[A-Za-z][A-Za-z ]*/g) ?? []).join("|");
}

/** Fails where a page shows a word that is neither translated nor known. */
async function expectTranslated(page, when) {
  await drawn(page);
  await page.waitForTimeout(300);
  const { found, known } = await everything(page);
  const [patterns, within] = [patternsOf(known), patternsOf(known, "")];
  const isCut = (text) => text.endsWith("\u2026") && known.some((one) => one.startsWith(text.slice(0, -1)));
  const english = found.map(([where, text]) => [where, isCut(text) ? "" : leftOf(text, where === "P live" ? within : patterns), text]).filter(([, left]) => left);
  assert.deepEqual(english, [], `${when}: of ${found.length} texts`);
  return found;
}

/** Uses everything there is on a page, and looks at its words each time. */
async function exercise(page) {
  await expectTranslated(page, "at the start");
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("?");
  await expectTranslated(page, "with the keys");
  await page.keyboard.press("Escape");
  for (const one of await page.locator("#color option").evaluateAll((all) => all.map(({ value }) => value).filter((value) => !/only [1-9]/.test(value)))) {
    await page.locator("#color").selectOption(one);
    await expectTranslated(page, `colored by ${one}`);
  }
  await page.locator(".panel .toggle").evaluateAll((all) => all.forEach((one) => one.click()));
  await expectTranslated(page, "with all toggles");
  await page.locator(".panel select").evaluateAll((all) => all.forEach((one) => { one.selectedIndex = one.options.length - 1; one.dispatchEvent(new Event("change")); }));
  await expectTranslated(page, "with the last of all choices");
  for (const run of await page.locator(".run").all()) {
    await run.locator(".panel").first().focus();
    for (const key of [".", "m", "e"]) await page.keyboard.press(key);
    await expectTranslated(page, "with a sample, and a panel alone");
    assert.ok((await page.locator("#tip thead th").allInnerTexts()).every((text) => /^$|\u27e6/.test(text.trim())), "the heads of the table");
    for (let i = 0; i < 3; i++) await page.keyboard.press("Escape");
  }
  for (const network of await page.locator('.panel:has(canvas[data-panel="network"])').all()) {
    await network.focus();
    await page.keyboard.press(".");
    await expectTranslated(page, "with a weight");
    await page.keyboard.press("Escape");
  }
  await page.locator("#panels summary").click();
  await page.locator("#panels li").first().locator("button").last().click();
  await expectTranslated(page, "with a panel moved");
  await page.locator("#panels input").first().uncheck();
  await expectTranslated(page, "with a panel hidden");
  await page.locator("#panels .menu > button").click();
  await page.locator("#theme").click();
  await page.locator(".milestone").first().focus();
  await expectTranslated(page, "in the dark, at a milestone");
  await page.locator(".events").evaluateAll((all) => all.forEach((one) => (one.open = true)));
  await page.keyboard.press("Home");
  await page.locator("#play").click();
  await expectTranslated(page, "while it plays");
}

for (const name of ["mixed_de", "lesson_de", "pictures_de", "classes_de", "odd_de", "diverged_de", "one_input_de", "mixed_ar-EG"]) {
  test(`a page in another language has no English but what is not its own: ${name}`, async () => {
    const page = await open(pathOf(name), { before: listen });
    await exercise(page);
    await close(page);
  });
}

test("what is saved of a panel has the words of the page, and a name in its letters", async () => {
  const page = await open(pathOf("mixed_de"), { before: listen });
  await page.locator(".panel .enlarge").first().click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator(".panel.alone .save-svg").click()]);
  const texts = [...readFileSync(await download.path(), "utf8").matchAll(/<(?:title|desc|text)[^>]*>([^<]*)</g)].map(([, text]) => text);
  const { known } = await everything(page);
  const patterns = patternsOf(known);
  assert.ok(texts.length > 5);
  assert.deepEqual(texts.map((text) => leftOf(text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code)), patterns)).filter(Boolean), []);
  assert.match(download.suggestedFilename(), /_\u00e9\u00fe\u00f6\u00e7\u0125_0_?\.svg$/);
  await close(page);
});

test("a view that is computed anew is in the language, and so is what is said of it", async () => {
  const page = await open(pathOf("classes_de", "live"), { before: listen });
  await expectTranslated(page, "live");
  await page.locator("#view summary").click();
  await page.locator("#layer").selectOption({ index: 0 });
  await page.waitForFunction(() => document.documentElement.dataset.stale === undefined);
  await page.locator("#first-unit").selectOption("1");
  await page.waitForFunction(() => document.documentElement.dataset.stale === undefined);
  await expectTranslated(page, "with another layer and its units");
  assert.match(await page.locator("#view summary").innerText(), /^\u27e6/);
  await close(page);
});

test("numbers have the signs of the language, in tables, counts and curves", async () => {
  const german = await open(pathOf("mixed_de"));
  await slideTo(german, 7);
  await german.locator(".panel").first().focus();
  await german.keyboard.press(".");
  await drawn(german);
  assert.match(await tipText(german), /\d,\d{4}/);
  assert.doesNotMatch(await tipText(german), /\d\.\d/);
  assert.match(await german.locator(".curve-legend .number").first().innerText(), /^\d,\d+$/);
  await close(german);
  const arabic = await open(pathOf("mixed_ar-EG"));
  await slideTo(arabic, 7);
  const [seven] = [...new Intl.NumberFormat("ar-EG").format(7)];
  assert.ok((await arabic.locator("#epoch").innerText()).includes(seven));
  await close(arabic);
  const lesson = await open(pathOf("lesson_ar-EG"));
  assert.doesNotMatch(await lesson.locator(".when").first().innerText(), /\d/);
  await close(lesson);
});

test("what the crate has written is marked as English, and what somebody named has its own direction", async () => {
  const page = await open(pathOf("mixed_de"));
  const marks = (selector) => page.locator(selector).first().evaluate((one) => [one.lang, one.dir]);
  assert.deepEqual(await marks('.panel:has([data-panel="input"]) h3'), ["en", "auto"]);
  assert.deepEqual(await marks('.panel:has([data-panel="confusion"]) h3'), ["", ""]);
  assert.deepEqual(await marks(".milestone"), ["en", "auto"]);
  assert.deepEqual(await marks(".run h2"), ["", "auto"]);
  assert.deepEqual(await marks('[data-name="quantity"] option'), ["en", "auto"]);
  await page.locator(".milestone").first().focus();
  assert.deepEqual(await marks("#tip p"), ["en", "auto"]);
  await close(page);
  const english = await open(pathOf("mixed"));
  assert.equal(await english.locator("body [lang]").count(), 0);
  await close(english);
});

test("a text that is missing, or has not what it names, is an error that names it, and no English beside other words", async () => {
  const { writeFileSync, mkdtempSync, rmSync } = await import("node:fs");
  const folder = mkdtempSync(`${(await import("node:os")).tmpdir()}/texts-`);
  const html = readFileSync(pathOf("odd_de", "arrays"), "utf8");
  const [, json] = html.match(/id="texts">([^]*?)<\/script>/);
  const without = (change) => {
    const texts = JSON.parse(json);
    change(texts);
    writeFileSync(`${folder}/page.html`, html.replace(json, () => JSON.stringify(texts)));
    return open(`${folder}/page.html`, { ready: "no" });
  };
  for (const change of [(texts) => delete texts.panel["save-png"], (texts) => (texts.panel["save-png"] = "{other}"), (texts) => (texts.panel["save-png"] = { other: "{panel}" })]) {
    const page = await without(change);
    assert.match(await page.locator("#error").innerText(), /panel\.save-png/);
    assert.ok(await page.locator("#runs").isHidden());
    await page.close();
  }
  rmSync(folder, { recursive: true });
});

for (const [name, width, height] of [["mixed_ar-EG", 1280, 900], ["lesson_ar-EG", 1280, 900], ["lesson_ar-EG", 390, 844], ["pictures_ar-EG", 390, 844]]) {
  test(`a page that is read from right to left is laid out so, and can be used: ${name}, ${width} x ${height}`, async () => {
    const page = await open(pathOf(name), { width, height });
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).direction), "rtl");
    const box = (selector) => page.locator(selector).first().boundingBox();
    const [title, theme] = [await box("#title"), await box("#theme")];
    assert.ok(theme.x + theme.width / 2 < title.x + title.width, "buttons are to the left of the title, or below it");
    await page.locator("#panels summary").click();
    const menu = await box("#panels .menu");
    assert.ok(menu.x >= 0 && menu.x + menu.width <= width, `the menu is in the window: ${JSON.stringify(menu)}`);
    await page.locator("#panels summary").click();
    const slider = await box("#slider");
    await page.mouse.click(slider.x + slider.width - 9, slider.y + slider.height / 2);
    assert.equal(await page.locator("#slider").evaluate((one) => one.value === one.max), true, "the last epoch is at the right");
    await page.keyboard.press("ArrowLeft");
    assert.equal(await page.locator("#slider").evaluate((one) => Number(one.value) < Number(one.max)), true);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${wide} pixels beside the window`);
    await close(page);
  });
}
