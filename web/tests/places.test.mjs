// What is changed in a module by its bytes are instructions, and there are no others that an engine may take as it likes.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";

import { withoutFused } from "../../src/plot/page/web/instance.js";

const kept = (/** @type {string} */ path) => gunzipSync(readFileSync(new URL(`../../src/plot/${path}/web/core.wasm.gz`, import.meta.url)));

/** @type {Record<string, Uint8Array>} */
const MODULES = { "of a page": kept("page"), "of the player": kept("player") };
if (process.env.WEB_MODULE) MODULES["that was built"] = readFileSync(process.env.WEB_MODULE);

const VECTOR = 0xfd;
/** Codes of relaxed vector instructions, in two bytes each. */
const RELAXED = Array.from({ length: 20 }, (_, i) => [0x80 + i, 2]);
const FUSED = [0x85, 2];
/** `f32x4.pmin`, `f32x4.pmax`, `f64x2.pmin` and `f64x2.pmax`, which `web/build` writes for relaxed ones. */
const EXACT = [[0xea, 1], [0xeb, 1], [0xf6, 1], [0xf7, 1]];
/** No instruction has it. */
const NONE = [0xff, 0x7f];

/** @param {Uint8Array} bytes @param {number[]} code */
function places(bytes, [first, second]) {
  const found = [];
  for (let at = bytes.indexOf(VECTOR); at >= 0; at = bytes.indexOf(VECTOR, at + 1)) {
    if (bytes[at + 1] === first && bytes[at + 2] === second) found.push(at);
  }
  return found;
}

/** Whether a module that is valid is none with another code there: a number or a text would be as good as before. @param {Uint8Array} valid @param {number} at */
function isInstruction(valid, at) {
  const copy = Uint8Array.from(valid);
  copy.set(NONE, at + 1);
  return !WebAssembly.validate(copy);
}

for (const [name, bytes] of Object.entries(MODULES)) {
  const valid = withoutFused(bytes);

  test(`the module ${name} is valid where relaxed vectors are not known`, () => {
    assert.ok(WebAssembly.validate(valid));
    assert.ok(places(bytes, FUSED).length > 50, "no multiply-add");
  });

  test(`each multiply-add, minimum and maximum of the module ${name} is an instruction`, () => {
    for (const at of [FUSED, ...EXACT].flatMap((code) => places(bytes, code))) assert.ok(isInstruction(valid, at), `byte ${at}`);
  });

  test(`the module ${name} has no other relaxed instruction`, () => {
    const others = RELAXED.filter(([code]) => code !== FUSED[0]).flatMap((code) => places(bytes, code));
    for (const at of others) assert.ok(!isInstruction(valid, at), `byte ${at}`);
  });
}

test("what is taken out is the multiply-add and nothing else, of bytes however they are held", () => {
  const bytes = Uint8Array.of(9, 0xfd, 0xfd, 0x85, 0x02, 0xfd, 0x85, 0x03, 0xfd);
  const expected = [9, 0xfd, 0xfd, 0xd2, 0x00, 0xfd, 0x85, 0x03, 0xfd];
  const within = new Uint8Array([7, ...bytes, 7]).subarray(1, 10);
  for (const held of [bytes, bytes.buffer, within, new DataView(within.buffer, 1, 9)]) assert.deepEqual([...withoutFused(held)], expected);
  assert.deepEqual([...bytes.subarray(2, 5)], [0xfd, 0x85, 0x02], "they stay as they are");
});
