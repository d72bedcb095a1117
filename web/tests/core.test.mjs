// The module answers as a native program does, bit for bit, and whatever it is given with an answer or an error in words.

import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { decode, encode } from "../../src/plot/player/web/core.js";
import { Native, RECORDINGS, STRAYS, module, moduleWithoutFused, packed, recording } from "./native.mjs";

const EPOCHS = [0, 1, 75, 150];

/** Every question to an epoch. @param {number} epoch */
const questions = (epoch) => [
  { ask: "space", handle: 1, epoch, layer: "hidden", points: 40, lines: 7, principal: false },
  { ask: "space", handle: 1, epoch, layer: "hidden", points: 20, lines: 5, principal: true },
  { ask: "boundary", handle: 1, epoch, points: 60, x: null, y: [-2, 2] },
  { ask: "predictions", handle: 1, epoch },
  { ask: "outcomes", handle: 1, epoch, threshold: 0.3 },
  { ask: "histograms", handle: 1, epoch, bins: 25 },
  ...["weights", "activations", "pre_activations", "gradients"].map((of) => ({ ask: "distributions", handle: 1, epoch, of })),
  { ask: "weights", handle: 1, epoch },
];

const ofAll = ["describe", "curves", "milestones", "verify", "download"].map((ask) => ({ ask, handle: 1 }));

/** A page of runs that are shown in more than one way. */
const HTML = {
  ask: "html",
  title: "Twice",
  runs: [
    { handle: 1, name: "one" },
    { handle: 1, name: "other", layer: "hidden", threshold: 0.3, samples: 100, log_losses: true },
  ],
};

const TRAININGS = [
  { learning_rate: 0.5 },
  { optimizer: "Adam(lr 0.01)", batch_size: 32, seed: 7, activation: ["hidden", "tanh"] },
];

/** Both are to be had where the multiply-add is known; where it is not, they are the same. */
const MODULES = { "as it is": module, "without its multiply-add": moduleWithoutFused };

for (const [which, make] of Object.entries(MODULES)) {
  test(`every answer of the module ${which} is a native program's, bit for bit`, () => asksOfAll(make));
  test(`weights that are not finite, or nearly, give the module ${which} the same numbers`, () => asksOfStrays(make));
}

/** @param {typeof module} make */
async function asksOfAll(make) {
  for (const name of RECORDINGS) {
    const [core, native] = [await make(), new Native()];
    const same = async (/** @type {object} */ request, /** @type {Uint8Array} */ bytes = new Uint8Array()) => {
      const encoded = encode(request, bytes);
      const [ours, theirs] = [core.answer(encoded), (await native.answer(encoded)).bytes];
      assert.ok(Buffer.from(ours).equals(theirs), `${name}: ${JSON.stringify(request)}: another answer`);
      return decode(ours);
    };
    await same({ ask: "open" }, recording(name));
    for (const request of [...ofAll, HTML, ...EPOCHS.flatMap(questions)]) await same(request);
    const { file: page } = await same({ ...HTML, title: "A page that computes" }, packed());
    assert.ok(Buffer.from(/** @type {Uint8Array} */ (page)).includes(packed().toString("base64")));
    for (const settings of TRAININGS) {
      const { handle } = (await same({ ask: "train", handle: 1, epoch: 100, salt: 5, ...settings })).fields;
      await same({ ask: "step", handle, epochs: 20 });
      const { file } = await same({ ask: "download", handle });
      const reopened = (await same({ ask: "open" }, file)).fields.handle;
      await same({ ask: "verify", handle: reopened });
      await same({ ask: "predictions", handle: reopened, epoch: 120 });
    }
    await asksOfBatchesAndData(same);
    native.close();
  }
}

/** But for the bits of NaN. @param {typeof module} make */
async function asksOfStrays(make) {
  const [core, native] = [await make(), new Native()];
  let [numbers, finite] = [0, 0];
  const both = async (/** @type {object} */ request, /** @type {Uint8Array} */ bytes = new Uint8Array()) => {
    const encoded = encode(request, bytes);
    return [core.answer(encoded), Uint8Array.from((await native.answer(encoded)).bytes)].map(answered);
  };
  const same = async (/** @type {string} */ name, /** @type {object} */ question) => {
    const [ours, theirs] = await both(question);
    assert.deepEqual(ours, theirs, `${name}: ${JSON.stringify(question)}`);
    const values = ours.arrays?.flatMap((array) => array.values) ?? [];
    numbers += values.length;
    finite += values.filter(Number.isFinite).length;
  };
  try {
    for (const [i, name] of STRAYS.entries()) {
      await both({ ask: "open" }, recording(`strays-${name}`));
      for (let epoch = 0; epoch < 8; epoch += 1) {
        for (const question of questions(epoch)) await same(name, { ...question, handle: i + 1 });
      }
    }
  } finally {
    native.close();
  }
  assert.ok(finite > 10_000 && numbers > 1.05 * finite, `${finite} of ${numbers} are finite`);
}

/** What it holds, or why it holds nothing; its numbers in plain arrays, whose comparison knows one NaN (that of typed arrays is of bytes). @param {Uint8Array} bytes */
function answered(bytes) {
  try {
    const { fields, arrays, file } = decode(bytes);
    return { fields, arrays: arrays.map((array) => ({ ...array, values: [...array.values] })), file };
  } catch (error) {
    return { error: String(error) };
  }
}

/** Batches one by one, the rest of their epoch, and data that were edited: the run `1` has 2,000 samples of two inputs. @param {(request: object, bytes?: Uint8Array) => Promise<import("../../src/plot/player/web/core.js").Answer>} same */
async function asksOfBatchesAndData(same) {
  const { handle } = (await same({ ask: "train", handle: 1, epoch: 100, salt: 6, optimizer: "Adam(lr 0.01)" })).fields;
  await same({ ask: "step", handle, batches: 3 });
  const view = (await same({ ask: "batches", handle, epoch: 101 })).fields;
  assert.deepEqual(view.epochs, [0, 1, 2, 3]);
  await same({ ask: "weights", handle: view.handle, epoch: 3 });
  await same({ ask: "step", handle, epochs: 2 });
  await same({ ask: "download", handle });
  const data = await same({ ask: "data", handle: 1 });
  const [inputs, targets] = data.arrays;
  const bytes = (/** @type {Float32Array[]} */ ...arrays) => new Uint8Array(arrays.flatMap((array) => [...new Uint8Array(array.slice().buffer)]));
  const edited = bytes(inputs.values.subarray(0, 80), targets.values.subarray(0, 40));
  await same({ ask: "noise", handle: 1, samples: 40, deviation: 0.2, seed: 3 }, edited);
  for (const name of ["parabola", "moons", "circles", "ball", "hypercube"]) {
    await same({ ask: "generate", handle: 1, name, samples: 61, noise: 0.1, seed: 2 });
  }
  const other = (await same({ ask: "train", handle: 1, epoch: 0, salt: 7, samples: 40 }, edited)).fields;
  await same({ ask: "step", handle: other.handle, epochs: 5 });
  await same({ ask: "download", handle: other.handle });
  await same({ ask: "html", title: "", runs: [{ handle: 1, name: "some", epochs: 9 }, { handle: other.handle, name: "edited" }] });
}

test("what cannot be had is an error in words", async () => {
  const core = await module();
  core.open(recording("tanh"));
  const fails = (/** @type {object} */ request, /** @type {RegExp} */ words) => assert.throws(() => core.ask(request), words);
  fails({ ask: "curves", handle: 9 }, /there is no recording 9/);
  fails({ ask: "weights", handle: 1, epoch: 999 }, /999/);
  fails({ ask: "space", handle: 1, epoch: 0, layer: "hiden", points: 9, lines: 3, principal: false }, /hiden/);
  fails({ ask: "boundary", handle: 1, epoch: 0, points: 2 ** 31, x: null, y: null }, /at most 2000/);
  fails({ ask: "step", handle: 1, epochs: 1 }, /train/);
  const failsToShow = (/** @type {object} */ run, /** @type {RegExp} */ words) => fails({ ask: "html", title: "", runs: [run] }, words);
  failsToShow({ handle: 1, name: "one", layer: "hiden" }, /hiden/);
  failsToShow({ handle: 1, name: "one", samples: 1e9 }, /at most 2000/);
  failsToShow({ handle: 1 }, /`name`/);
  failsToShow({ handle: 1, name: "one", layers: 3 }, /layers/);
  failsToShow({ handle: 9, name: "one" }, /there is no recording 9/);
  fails({ ask: "html", title: "", runs: Array(33).fill({ handle: 1, name: "one" }) }, /at most 32/);
  const pageWith = (/** @type {Buffer} */ module) => core.ask({ ask: "html", title: "", runs: [{ handle: 1, name: "one" }] }, module);
  for (const other of [Buffer.from("no module"), gzipSync("no module"), gzipSync(""), packed().subarray(0, 10)]) {
    assert.throws(() => pageWith(other), /the module of a page .* it must be gzipped WebAssembly/);
  }
  fails({ ask: "all" }, /the request/);
  fails({ ask: "open" }, /never started/);
});

/** The crate's `time_budget` leaves out what would take too long, by a clock; the module has none. */
test("a budget of time is refused in words where there is no clock, and nothing is begun", async () => {
  const core = await module();
  core.open(recording("tanh"));
  for (const share of [0.02, 1, 2, -1]) {
    assert.throws(() => core.train({ handle: 1, epoch: 10, time_budget: share }), /`time_budget`.*there is no clock here/);
  }
  const { handle } = core.train({ handle: 1, epoch: 10, time_budget: null }).fields;
  assert.equal(handle, 2, "no handle was taken");
  assert.deepEqual(core.ask({ ask: "step", handle, epochs: 1 }).fields.epochs[0][0], 11);
});

test("data that are none are an error in words, and the module goes on", async () => {
  const core = await module();
  core.open(recording("tanh"));
  const bytes = (/** @type {number[]} */ ...values) => new Uint8Array(Float32Array.from(values).buffer);
  const fails = (/** @type {number} */ samples, /** @type {Uint8Array} */ data, /** @type {RegExp} */ words) => {
    assert.throws(() => core.train({ handle: 1, epoch: 0, samples }, data), words);
  };
  fails(1, bytes(0, Number.NaN, 1), /inputs, row 0, column 1, is NaN/);
  fails(1, bytes(0, 0, 7), /the target of sample 0 is 7; it must be 0 or 1/);
  fails(0, bytes(), /inputs is empty/);
  fails(2, bytes(0, 0, 1), /the number of bytes of the data is 12/);
  fails(2 ** 31, bytes(0, 0, 1), /at most 100000/);
  assert.equal(core.train({ handle: 1, epoch: 0, samples: 1 }, bytes(0, 0, 1)).fields.data.samples, 1);
});

/** Numbers that are the same in every run: xorshift. @param {number} seed */
function drawn(seed) {
  let state = seed;
  return (/** @type {number} */ below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Flips bits, cuts, or puts a piece of the recording somewhere else in it. @param {Uint8Array} bytes */
function mutated(bytes, /** @type {(below: number) => number} */ draw) {
  const copy = bytes.slice();
  const kind = draw(3);
  // Half of the flips in the first bytes, where what is read first lies.
  const reach = draw(2) === 0 ? 4096 : copy.length;
  if (kind === 0) for (let i = draw(8); i >= 0; i -= 1) copy[draw(Math.min(reach, copy.length))] ^= 1 << draw(8);
  if (kind === 1) return copy.subarray(0, draw(copy.length));
  if (kind === 2) copy.copyWithin(draw(copy.length), draw(copy.length), draw(copy.length));
  return copy;
}

/** Goes on with a recording by batches, and to the end of the epoch. @param {import("../../src/plot/player/web/core.js").Core} core @param {number} parent */
function trained(core, parent) {
  const { handle } = core.train({ handle: parent, epoch: 12 }).fields;
  try {
    core.ask({ ask: "step", handle, batches: 2 });
    core.ask({ ask: "step", handle, epochs: 1 });
    const view = core.ask({ ask: "batches", handle, epoch: 13 });
    core.ask({ ask: "close", handle: view.fields.handle });
    return view;
  } finally {
    core.ask({ ask: "close", handle });
  }
}

test("10,000 damaged recordings are answered or refused, and take no more memory than they should", async () => {
  const core = await module();
  // Some epochs are as good as all, and sooner read.
  const { handle } = core.ask({ ask: "train", handle: core.open(recording("tanh")).fields.handle, epoch: 10, learning_rate: 0.1, salt: 1 }).fields;
  core.ask({ ask: "step", handle, epochs: 3 });
  const bytes = core.ask({ ask: "download", handle }).file;
  assert.ok(bytes);
  const draw = drawn(42);
  let [answered, refused] = [0, 0];
  const attempt = (/** @type {() => import("../../src/plot/player/web/core.js").Answer} */ ask) => {
    try {
      const answer = ask();
      answered += 1;
      return answer;
    } catch (error) {
      // A trap is none.
      assert.equal(/** @type {Error} */ (error).constructor.name, "CoreError", String(error));
      refused += 1;
      return undefined;
    }
  };
  for (let i = 0; i < 10_000; i += 1) {
    const opened = attempt(() => core.open(mutated(bytes, draw)));
    if (opened === undefined) continue;
    const { handle } = opened.fields;
    const asked = [
      { ask: "predictions", handle, epoch: 12 },
      { ask: "weights", handle, epoch: 12 },
      { ask: "distributions", handle, epoch: 12, of: "activations" },
      { ask: "html", title: "", runs: [{ handle, name: "damaged", samples: 100 }] },
    ];
    attempt(() => core.ask(asked[draw(asked.length)]));
    if (draw(4) === 0) attempt(() => trained(core, handle));
    core.ask({ ask: "close", handle });
  }
  assert.ok(answered > 100 && refused > 100, `${answered} answered, ${refused} refused`);
  assert.ok(core.exports.memory.buffer.byteLength < 2 ** 28, `${core.exports.memory.buffer.byteLength} bytes of memory`);
});
