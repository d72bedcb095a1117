// Pages that carry recordings show what pages of arrays show.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { gzipSync } from "node:zlib";

import { close, open, slideTo } from "./browser.mjs";
import { pathOf } from "./pages.mjs";

const NAMES = readdirSync(process.env.BROWSER_PAGES)
  .filter((file) => file.endsWith(".live.html"))
  .map((file) => file.replace(".live.html", ""));

const folder = mkdtempSync(join(tmpdir(), "live-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** The page that computes: with the module that it was written with, or with that of BROWSER_CORE. */
function livePath(name) {
  const { BROWSER_CORE: core } = process.env;
  if (!core) return pathOf(name, "live");
  const text = gzipSync(readFileSync(core)).toString("base64");
  const path = join(folder, `${name}.html`);
  const html = readFileSync(pathOf(name, "live"), "utf8");
  writeFileSync(path, html.replace(/(id="core"[^>]*>)[^<]*/, (_, open) => open + text));
  return path;
}

/** As if the engine did not know what the module multiplies and adds with: `f32x4.relaxed_madd`. */
function refusesFused() {
  const { instantiate } = WebAssembly;
  globalThis.refused = 0;
  const isThere = (/** @type {Uint8Array} */ bytes) => bytes.some((byte, i) => byte === 0xfd && bytes[i + 1] === 0x85 && bytes[i + 2] === 2);
  WebAssembly.instantiate = /** @type {any} */ (async (bytes, imports) => {
    if (!isThere(bytes)) return instantiate(bytes, imports);
    globalThis.refused += 1;
    throw new WebAssembly.CompileError("invalid numeric opcode 0xfd105");
  });
}

/** What is drawn in every canvas of the runs, and said around it; but for units that can be chosen, which can be computed alone. */
function shown() {
  const pictures = [...document.querySelectorAll("canvas")].map((canvas) => canvas.toDataURL());
  for (const select of document.querySelectorAll("select[data-name=surface]")) /** @type {HTMLElement} */ (select).style.display = "none";
  return { pictures, words: document.getElementById("runs").innerText };
}

test("a page is drawn alike where the module's multiply-add is not known", async () => {
  const [name] = NAMES;
  const [known, not] = [await open(livePath(name)), await open(livePath(name), { before: refusesFused })];
  assert.equal(await not.evaluate(() => globalThis.refused), 1, "it was tried");
  for (const page of [known, not]) await slideTo(page, 3);
  assert.deepEqual(await not.evaluate(shown), await known.evaluate(shown));
  await close(known);
  await close(not);
});

test("there are pages of every kind", () => assert.ok(NAMES.length >= 18, NAMES.join()));

for (const name of NAMES) {
  test(`${name} is drawn alike, whether it computes or not`, async () => {
    const [held, live] = [await open(pathOf(name, "arrays")), await open(livePath(name))];
    const last = await held.evaluate(() => Number(document.getElementById("slider").max));
    for (const at of new Set([0, Math.floor(last / 2), last])) {
      for (const page of [held, live]) await slideTo(page, at);
      const [expected, found] = [await held.evaluate(shown), await live.evaluate(shown)];
      assert.equal(found.words, expected.words, `epoch ${at}`);
      assert.ok(expected.pictures.length > 0);
      found.pictures.forEach((picture, i) => assert.ok(picture === expected.pictures[i], `epoch ${at}, canvas ${i}`));
    }
    await close(held);
    await close(live);
  });
}
