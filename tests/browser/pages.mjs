// Reads pages as a browser does, and writes altered ones: fewer epochs, missing parts, values that are no numbers.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync, inflateSync } from "node:zlib";

const folder = mkdtempSync(join(tmpdir(), "page-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const KINDS = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f32: Float32Array, bits: Uint32Array };
const META = /(<script type="text\/plain" id="meta" data-packed="deflate">)([^]*?)(<\/script>)/;
const DATA = /(<script type="text\/plain" id="data" data-packed="deflate">)([^]*?)(<\/script>)/;

/** The page that a browser opens: BROWSER_SOURCE says "live" for the one that computes what it shows. */
export function pathOf(name, source = process.env.BROWSER_SOURCE) {
  return join(process.env.BROWSER_PAGES, source === "live" ? `${name}.live.html` : `${name}.html`);
}

export class Page {
  constructor(name) {
    this.html = readFileSync(pathOf(name, "arrays"), "utf8");
    this.meta = JSON.parse(inflated(this.html.match(META)[2]).toString());
    this.bytes = inflated(this.html.match(DATA)[2]);
    this.numberAll();
  }

  /** Gives all arrays numbers of which each stands for one array, whatever run it is of. */
  numberAll() {
    const all = [];
    this.meta.runs.forEach((run, i) => {
      eachArray(run, (array) => (array.number += all.length));
      all.push(...this.meta.places[i].arrays);
    });
    this.places = all;
    for (const places of this.meta.places) places.arrays = all;
  }

  values({ type, number, length, by_epoch: epoch }) {
    const offset = this.places[number];
    const delta = type === "f32" ? 0 : Number(epoch) || 0;
    const Kind = KINDS[type];
    const bytes = this.bytes.subarray(offset, offset + length * Kind.BYTES_PER_ELEMENT);
    const values = type === "f32" ? new Kind(Uint8Array.from(bytes).buffer) : joined(bytes, new Kind(length));
    for (let i = delta; delta > 0 && i < length; i++) values[i] += values[i - delta];
    return type === "bits" ? new Float32Array(values.buffer) : values;
  }

  /** Appends an array, and returns what the head says of it. */
  put(type, values) {
    const array = { type, number: this.places.length, length: values.length, by_epoch: 0 };
    this.places.push(this.bytes.length);
    const made = KINDS[type].from(values);
    const bytes = type === "f32" ? new Uint8Array(made.buffer) : planesOf(made);
    this.bytes = Buffer.concat([this.bytes, bytes]);
    return array;
  }

  /** Lets a run have recorded some of its epochs only, by their places. */
  keepEpochs(run, kept) {
    const count = run.epochs.length;
    const some = (array) => {
      const values = this.values(array);
      const size = values.length / count;
      return this.put(
        array.type,
        kept.flatMap((epoch) => [...values.subarray(epoch * size, (epoch + 1) * size)]),
      );
    };
    for (const key of ["predicted", "probability", "losses"]) run[key] = some(run[key]);
    const { linear, logarithmic } = run.loss_histogram;
    for (const counts of [run.probabilities, linear, logarithmic])
      for (const key of ["correct", "misclassified"]) counts[key] = some(counts[key]);
    run.probabilities.undecided = some(run.probabilities.undecided);
    run.loss_histogram.no_losses = some(run.loss_histogram.no_losses);
    for (const panel of [run.probabilities, linear, logarithmic])
      panel.epoch_notes = panel.epoch_notes.length ? kept.map((epoch) => panel.epoch_notes[epoch]) : [];
    for (const space of [run.hidden, run.input].filter(Boolean)) this.keepEpochsOf(space, kept, some);
    for (const violins of run.violins)
      for (const key of ["density", "ends", "median"]) violins[key] = some(violins[key]);
    if (run.network) for (const key of ["weights", "gradients"]) run.network[key] = some(run.network[key]);
    for (const curve of run.curves) curve.values = kept.map((epoch) => curve.values[epoch]);
    run.epochs = kept.map((epoch) => run.epochs[epoch]);
  }

  keepEpochsOf(space, kept, some) {
    if (!space.still) space.points = some(space.points);
    if (space.grid && !space.grid.still) space.grid.points = some(space.grid.points);
    if (space.grid) space.grid.scores = some(space.grid.scores);
    for (const key of ["scales", "epoch_notes"])
      space[key] = space[key]?.length ? kept.map((epoch) => space[key][epoch]) : [];
    const none = this.put("u32", [0, ...kept.map(() => 0)]);
    space.boundary = { lines: none, starts: this.put("u32", [0]), points: this.put("u16", []) };
  }

  /** Writes the page, and returns where. */
  save(name, data = deflated(this.bytes)) {
    const meta = deflated(JSON.stringify(this.meta));
    const html = this.html
      .replace(META, (_, open, __, close) => open + meta + close)
      .replace(DATA, (_, open, __, close) => open + data + close);
    const path = join(folder, `${name}.html`);
    writeFileSync(path, html);
    return path;
  }
}

function inflated(part) {
  return inflateSync(Buffer.from(part.trim(), "base64"));
}

function deflated(bytes) {
  return deflateSync(bytes).toString("base64");
}

/** Goes through all arrays that are named below a value, each once. */
function eachArray(value, each, seen = new Set()) {
  if (value === null || typeof value !== "object" || seen.has(value)) return;
  seen.add(value);
  if ("by_epoch" in value && "number" in value) each(value);
  else for (const part of Object.values(value)) eachArray(part, each, seen);
}

/** The lowest bytes of all values come first, then the second ones, and so on. */
function joined(bytes, values) {
  const planes = values.BYTES_PER_ELEMENT;
  return values.map((_, i) => {
    let value = 0;
    for (let plane = 0; plane < planes; plane++) value += bytes[plane * values.length + i] * 256 ** plane;
    return value;
  });
}

function planesOf(values) {
  const planes = [...Array(values.BYTES_PER_ELEMENT).keys()];
  return Uint8Array.from(planes.flatMap((plane) => Array.from(values, (value) => (value >>> (8 * plane)) & 255)));
}

/** The scores of the grid's points at an epoch, class by class. */
export function scoresOf(source, grid, epochs, epoch) {
  const halves = source.values(grid.scores);
  const size = halves.length / epochs;
  const bits = Uint32Array.from(halves.subarray(epoch * size, (epoch + 1) * size), (half) => half * 65536);
  const all = new Float32Array(bits.buffer);
  const count = grid.size ** 2;
  return Array.from({ length: all.length / count }, (_, k) => all.subarray(k * count, (k + 1) * count));
}

/** The class that wins at a point, or -1. */
export function winner(scores, point) {
  const own = scores.length === 1 ? [-scores[0][point], scores[0][point]] : scores.map((of) => of[point]);
  return own.some(Number.isNaN) ? -1 : own.reduce((best, score, k) => (score > own[best] ? k : best), 0);
}
