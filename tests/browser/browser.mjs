// A browser, what a person does in it, and what can be seen there.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

export const [LIGHT] = readFileSync(new URL("../../src/plot/page/web/colors.css", import.meta.url), "utf8").split(':root[data-theme="dark"]');
export const CLASS_COLORS = [...LIGHT.matchAll(/--class-\d+: (#\w+);/g)].map(([, color]) => color);
export const [, MISCLASSIFIED] = LIGHT.match(/--misclassified: (#\w+);/);

export let browser;

before(async () => {
  const executablePath =
    process.env.CHROMIUM ??
    execFileSync("sh", ["-c", "command -v chromium || command -v chromium-browser"], { encoding: "utf8" }).trim();
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
});

after(() => browser.close());

/** A page in a window of its own, and everything that went wrong in it. */
export async function open(path, { width = 1600, height = 1000, ready = "yes", before: prepare, ...options } = {}) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: "light", ...options });
  page.troubles = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && page.troubles.push(message.text()));
  page.on("pageerror", (error) => page.troubles.push(error.stack));
  page.on("request", (request) => /^(file|data|blob):/.test(request.url()) || page.troubles.push(request.url()));
  if (prepare) await page.addInitScript(prepare);
  await page.goto(pathToFileURL(path).href);
  await page.waitForFunction((value) => document.documentElement.dataset.ready === value && document.documentElement.dataset.stale === undefined, ready);
  return page;
}

export async function close(page) {
  assert.deepEqual(page.troubles, []);
  await page.close();
}

/** Resolves when what was asked for has been drawn. */
export function drawn(page) {
  return page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

export async function slideTo(page, epoch) {
  await page.locator("#slider").fill(String(epoch));
  await drawn(page);
}

export async function clock(page) {
  return Number(await page.evaluate(() => document.documentElement.dataset.epoch));
}

export function columns(page) {
  return page.locator(".run").evaluateAll((runs) => runs.map((run) => run.dataset.epoch));
}

export function canvas(page, panel, run = 0) {
  return page.locator(`canvas[data-panel=${panel}][data-run="${run}"]`);
}

/** The pixels of every canvas, by run and panel. */
export async function pixels(page) {
  await drawn(page);
  return page.evaluate(() =>
    Object.fromEntries(
      [...document.querySelectorAll("canvas")].map((one) => [
        `${one.dataset.run} ${one.dataset.panel}`,
        one.toDataURL(),
      ]),
    ),
  );
}

export function changed(one, other) {
  return Object.keys(one)
    .filter((key) => one[key] !== other[key])
    .sort();
}

/** Where a canvas has pixels of just this color, in its own coordinates. */
export function places(page, panel, run, color) {
  return canvas(page, panel, run).evaluate((one, wanted) => {
    const copy = new OffscreenCanvas(one.width, one.height).getContext("2d", { willReadFrequently: true });
    copy.drawImage(one, 0, 0);
    const { data, width } = copy.getImageData(0, 0, one.width, one.height);
    const [red, green, blue] = [1, 3, 5].map((at) => parseInt(wanted.slice(at, at + 2), 16));
    const found = [];
    for (let i = 0; i < data.length; i += 4) {
      if (data[i] === red && data[i + 1] === green && data[i + 2] === blue)
        found.push([((i / 4) % width) / devicePixelRatio, Math.floor(i / 4 / width) / devicePixelRatio]);
    }
    return found;
  }, color);
}

/** The two colors that most pixels of a canvas have. */
export function commonColors(page, panel, run) {
  return canvas(page, panel, run).evaluate((one) => {
    const copy = new OffscreenCanvas(one.width, one.height).getContext("2d", { willReadFrequently: true });
    copy.drawImage(one, 0, 0);
    const counts = new Map();
    const { data } = copy.getImageData(0, 0, one.width, one.height);
    for (let i = 0; i < data.length; i += 4) {
      const color = `#${[0, 1, 2].map((k) => data[i + k].toString(16).padStart(2, "0")).join("")}`;
      counts.set(color, (counts.get(color) ?? 0) + 1);
    }
    return [...counts].sort((a, b) => b[1] - a[1]).slice(0, 2).map(([color]) => color);
  });
}

/** Puts the pointer on a sample of class 0 in a space; returns its row in the data, as the page says. */
export async function pointAtSample(page, panel = "input", run = 0) {
  const found = await places(page, panel, run, CLASS_COLORS[0]);
  assert.ok(found.length > 0, "samples of class 0 are seen");
  const [x, y] = found[Math.floor(found.length / 2)];
  await canvas(page, panel, run).hover({ position: { x: x + 0.5, y: y + 0.5 } });
  await drawn(page);
  const row = (await tipText(page)).match(/row (\d+)/);
  assert.ok(row, "the tip names a row");
  return Number(row[1]);
}

/** What the tip says; nothing where it is not seen. */
export async function tipText(page) {
  const tip = page.locator("#tip");
  return (await tip.isVisible()) ? tip.innerText() : "";
}

export function written(value) {
  const size = Math.abs(value);
  const text =
    size !== 0 && (size < 5e-5 || size >= 1e5) ? value.toExponential(2).replace("e+", "e") : value.toFixed(4);
  return text.replace(/-/g, "\u2212");
}
