// What `web/measure` runs: each piece of work in turn by the module and by a native program, and the ratio of the fastest times.

import { encode } from "../src/plot/player/web/core.js";
import { Native, module, packed, recording } from "./tests/native.mjs";

const ROUNDS = 10;
const [core, native] = [await module(), new Native()];

/** @param {string} what @param {() => object} request @param {Uint8Array} [bytes] */
async function measure(what, request, bytes) {
  let [ours, theirs] = [Infinity, Infinity];
  for (let round = 0; round < ROUNDS; round += 1) {
    const encoded = encode(request(), bytes);
    const began = performance.now();
    core.answer(encoded);
    ours = Math.min(ours, performance.now() - began);
    theirs = Math.min(theirs, (await native.answer(encoded)).seconds * 1000);
  }
  const times = `${theirs.toFixed(2).padStart(8)} ms native  ${ours.toFixed(2).padStart(8)} ms here`;
  console.log(`${what.padEnd(42)} ${times}  ${(ours / theirs).toFixed(1)} times`);
}

/** The same to both, without measuring. @param {object} request @param {Uint8Array} [bytes] */
async function both(request, bytes) {
  core.answer(encode(request, bytes));
  await native.answer(encode(request, bytes));
}

let handle = 0;
for (const name of ["sigmoid", "tanh", "relu"]) {
  await both({ ask: "open" }, recording(name));
  handle += 1;
  const opened = handle;
  await both({ ask: "train", handle: opened, epoch: 0, salt: 1 });
  handle += 1;
  const training = handle;
  await measure(`${name}: 150 epochs of training`, () => ({ ask: "step", handle: training, epochs: 150 }));
  const space = { ask: "space", handle: opened, epoch: 150, layer: "hidden", points: 100, lines: 11, principal: false };
  await measure(`${name}: a feature space of 100 x 100 points`, () => space);
  await measure(`${name}: a boundary of 200 x 200 points`, () => ({ ask: "boundary", handle: opened, epoch: 150, points: 200 }));
  // A page of a run that is called as before is there already.
  let pages = 0;
  const page = () => ({ ask: "html", title: name, runs: [{ handle: opened, name: `${name} ${(pages += 1)}` }] });
  await measure(`${name}: a page of 151 epochs`, page);
  await measure(`${name}: one of them that computes`, page, packed());
}
native.close();
