// What tests and measurements share: the module, and a native program that answers the same requests.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

import { withoutFused } from "../../src/plot/page/web/instance.js";
import { Core } from "../../src/plot/player/web/core.js";

/** The module that `web/build` has built. */
export const module = () => Core.load(readFileSync(required("WEB_MODULE")));

/** The same as it is where its multiply-add is not known. */
export const moduleWithoutFused = () => Core.load(withoutFused(readFileSync(required("WEB_MODULE"))));

/** The same as a page carries it. */
export const packed = () => gzipSync(readFileSync(required("WEB_MODULE")));

/** The names of the recordings that the native program has written. */
export const RECORDINGS = ["sigmoid", "tanh", "relu"];

/** Of networks with a stray weight at each epoch, each with another activation. */
export const STRAYS = ["sigmoid", "hard_sigmoid", "tanh", "relu", "elu", "selu", "softplus", "softsign", "softmax"];

/** @param {string} name */
export const recording = (name) => new Uint8Array(readFileSync(`${required("WEB_RECORDINGS")}/${name}.replay`));

/** @param {string} name */
function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run web/test or web/measure`);
  return value;
}

/** A native program that answers. */
export class Native {
  constructor() {
    this.process = spawn(required("WEB_ANSWERS"), ["ask"], { stdio: ["pipe", "pipe", "inherit"] });
    this.chunks = this.process.stdout[Symbol.asyncIterator]();
    this.rest = Buffer.alloc(0);
  }

  /**
   * The answer to a request, and the seconds that it took.
   * @param {Uint8Array} request
   */
  async answer(request) {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(request.length);
    this.process.stdin.write(Buffer.concat([length, request]));
    const head = await this.read(12);
    return { seconds: head.readDoubleLE(0), bytes: await this.read(head.readUInt32LE(8)) };
  }

  /** @param {number} length */
  async read(length) {
    const parts = [this.rest];
    let count = this.rest.length;
    while (count < length) {
      const { value, done } = await this.chunks.next();
      if (done) throw new Error("the native program has ended");
      parts.push(value);
      count += value.length;
    }
    const all = Buffer.concat(parts);
    this.rest = all.subarray(length);
    return all.subarray(0, length);
  }

  close() {
    this.process.stdin.end();
  }
}
