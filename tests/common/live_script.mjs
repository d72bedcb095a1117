// The script of a live page, in a page that shows some epochs and has the address of one: no browser is needed for what it remembers.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import vm from "node:vm";

const SCRIPT = readFileSync(new URL("../../src/bin/training-replay/live/script.js", import.meta.url), "utf8");

/** A tab: what stays when the page is loaded anew. */
class Tab {
  constructor(hash = "") {
    this.hash = hash;
    this.stored = new Map();
    this.version = "1";
    this.isDead = false;
    this.loads = 0;
  }

  /** Loads a page of these epochs; what the page before was asked to remember, it has. It may be loaded with another address. */
  load(epochs, hash = undefined) {
    for (const leave of this.listeners?.pagehide ?? []) leave();
    this.hash = hash ?? this.hash;
    Object.assign(this, { epochs, timers: [], listeners: {}, lines: [], root: { dataset: { playing: "no" } } });
    this.loads += 1;
    const listen = (name, action) => (this.listeners[name] ??= []).push(action);
    this.slider = { value: "0", max: String(epochs.at(-1)), dispatchEvent: ({ type }) => type === "input" && this.seek(Number(this.slider.value)) };
    const tab = this;
    const address = { get hash() { return tab.hash; }, reload: () => (tab.isLeft = true) };
    const served = { prepend: (line) => this.lines.push(line) };
    const element = () => ({ remove() { tab.lines = tab.lines.filter((line) => line !== this); } });
    const find = (id) => ({ slider: this.slider, served })[id] ?? this.lines.find((line) => line.id === id) ?? null;
    this.isLeft = false;
    vm.runInNewContext(SCRIPT.replace("VERSION", JSON.stringify(this.version)), {
      document: { documentElement: this.root, getElementById: find, querySelectorAll: () => [], createElement: element, addEventListener: listen },
      window: { addEventListener: listen },
      location: address,
      history: { replaceState: (_state, _title, hash) => (this.hash = hash) },
      sessionStorage: { getItem: (key) => this.stored.get(key) ?? null, setItem: (key, value) => this.stored.set(key, value) },
      fetch: async () => { if (this.isDead) throw new TypeError("nobody answers"); return { ok: true, text: async () => this.version }; },
      setTimeout: (action) => this.timers.push(action),
      performance: { getEntriesByType: () => [{ type: this.loads > 1 ? "reload" : "navigate" }] },
      scrollTo() {}, scrollY: 0, URLSearchParams, AbortSignal, Date,
      Event: class { constructor(type) { this.type = type; } },
    });
    // As the page does it: it begins at its first epoch, or where the address leads.
    this.seek(Number(new URLSearchParams(this.hash.slice(1)).get("epoch") ?? epochs[0]));
    this.root.dataset.ready = "yes";
    for (const action of this.listeners.DOMContentLoaded) action();
  }

  /** To the nearest epoch; the address says which, but for the first. */
  seek(wanted) {
    const distance = (epoch) => Math.abs(epoch - wanted);
    const epoch = this.epochs.reduce((best, one) => (distance(one) < distance(best) ? one : best));
    this.slider.value = this.root.dataset.epoch = String(epoch);
    this.hash = epoch === this.epochs[0] ? "" : `#epoch=${epoch}`;
  }

  /** Somebody writes an address. */
  async write(hash) {
    this.hash = hash;
    for (const action of this.listeners.hashchange) action();
    this.seek(Number(new URLSearchParams(hash.slice(1)).get("epoch")));
    await this.pass();
  }

  /** Until all that waits for a time or an answer has been done, this often. */
  async pass(times = 1) {
    for (let i = 0; i < times; i++) {
      await new Promise(setImmediate);
      for (const action of this.timers.splice(0)) action();
      await new Promise(setImmediate);
    }
  }

  /** There is another page of other epochs, and the tab loads it. */
  async renew(epochs) {
    this.version += "1";
    await this.pass(2);
    assert.ok(this.isLeft, "it is loaded anew");
    this.load(epochs);
    await this.pass();
    return Number(this.root.dataset.epoch);
  }
}

const all = (last) => Array.from({ length: last + 1 }, (_, epoch) => epoch);
const every = (distance, last) => [...new Set([...all(last).filter((epoch) => epoch % distance === 0), last])];

const SCENARIOS = {
  async chosen() {
    const tab = new Tab();
    tab.load(all(20));
    await tab.pass();
    assert.equal(tab.root.dataset.epoch, "20", "the last one at first");
    tab.seek(7);
    assert.equal(await tab.renew(every(2, 30)), 6);
    assert.equal(await tab.renew(every(16, 40)), 0, "the nearest to what was chosen");
    assert.equal(await tab.renew(every(4, 50)), 8);
    assert.equal(await tab.renew(all(60)), 7, "it is shown again");
    assert.equal(await tab.renew([0, 10]), 10, "the last one is the nearest");
    assert.equal(await tab.renew(all(70)), 7, "which nobody chose to follow");
    tab.load(all(70)); // The reader does.
    assert.equal(tab.root.dataset.epoch, "7");
    tab.seek(12);
    assert.equal(await tab.renew(all(80)), 12, "another one was chosen");
  },

  async address() {
    const tab = new Tab("#epoch=13");
    tab.load(every(4, 40));
    await tab.pass();
    assert.equal(await tab.renew(all(41)), 13);
    await tab.write("#epoch=5");
    assert.equal(await tab.renew(every(2, 42)), 4);
    assert.equal(await tab.renew(all(43)), 5);
    tab.seek(43);
    assert.equal(await tab.renew(all(50)), 50);
    assert.equal(await tab.renew(every(4, 61)), 61);
    tab.load(all(62), "#epoch=20"); // It had not yet written where it was.
    assert.equal(tab.root.dataset.epoch, "62");
  },

  async lost() {
    const tab = new Tab();
    tab.load(all(3));
    await tab.pass(3);
    assert.equal(tab.lines.length, 0);
    tab.isDead = true;
    await tab.pass(2);
    assert.equal(tab.lines.length, 0, "that may happen");
    await tab.pass(5);
    assert.equal(tab.lines.length, 1);
    assert.match(tab.lines[0].textContent, /no longer live: its server has not answered since \d{4}-/);
    tab.isDead = false;
    await tab.pass(2);
    assert.equal(tab.lines.length, 0, "it answers again");
    assert.equal(tab.loads, 1);
  },
};

await SCENARIOS[process.argv[2]]();
