// What the tests of the player share: it, with recordings open, and what a person does in it.

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { open } from "../../tests/browser/browser.mjs";

export const recording = (name) => join(process.env.WEB_RECORDINGS, `${name}.replay`);
export const folder = mkdtempSync(join(tmpdir(), "player-"));

/** The player, with these recordings open. */
export async function player(paths, options = {}) {
  const page = await open(process.env.PLAYER, options);
  if (paths.length) await openFiles(page, paths);
  return page;
}

/** What is done in it; resolves when the runs are shown again. */
export async function shown(page, action) {
  const count = () => page.evaluate(() => Number(document.documentElement.dataset.shown ?? 0));
  const before = await count();
  await action();
  await page.waitForFunction((least) => Number(document.documentElement.dataset.shown ?? 0) > least, before, { timeout: 60_000 });
}

/** Waits until something is so in the page. @param {() => Promise<boolean>} isSo */
export async function waitUntil(page, isSo) {
  for (const end = Date.now() + 20_000; !(await isSo()); await page.waitForTimeout(50)) {
    if (Date.now() > end) throw new Error(`it is never so: ${isSo}`);
  }
}

export const openFiles = (page, paths) => shown(page, () => page.locator("#files").setInputFiles(paths));

export const names = (page) => page.frameLocator("#page").locator(".run h2").allTextContents();

/** At once: while a run is trained there is another frame every now and then. */
export const inFrame = (page, read) =>
  page.evaluate((body) => new Function("root", `return ${body}`)(/** @type {HTMLIFrameElement} */ (document.getElementById("page")).contentDocument.documentElement), read);

/** What is chosen in the page. */
export const addressOf = (page) => page.locator("#page").evaluate((/** @type {HTMLIFrameElement} */ frame) => {
  frame.contentDocument.dispatchEvent(new Event("address"));
  return frame.contentDocument.documentElement.dataset.address;
});

export const error = (page) => page.locator("#error").innerText();

export async function unfold(page, id) {
  await page.locator(`#${id} summary`).click();
}

/** Fills in the form and trains. */
export async function train(page, fields) {
  await unfold(page, "fork");
  for (const [name, value] of Object.entries(fields)) {
    const field = page.locator(`#fork [name=${name}]`);
    if (["run", "data", "layer", "activation"].includes(name)) await field.selectOption({ label: value });
    else await field.fill(String(value));
  }
  await shown(page, () => page.locator("#fork [name=train]").click());
}

/** The points of a run, as the sheet of all has them. */
export async function points(page, name) {
  const row = page.locator("#runs tbody tr", { has: page.getByLabel(`name of ${name}`, { exact: true }) });
  return row.locator("td").nth(5 - 1).textContent();
}

/** The bytes that a run is downloaded as. */
export async function downloaded(page, name) {
  await unfold(page, "runs");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByLabel(`Download ${name}`, { exact: true }).click()]);
  const saved = join(folder, download.suggestedFilename());
  await download.saveAs(saved);
  await unfold(page, "runs");
  return saved;
}
