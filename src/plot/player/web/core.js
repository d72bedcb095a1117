// The module for pages and for Node: it is loaded from its bytes, and what is asked of it is answered with plain objects.

import { instantiated } from "../../page/web/instance.js";

/** The longest that a JSON text at the beginning of an answer is looked at in an error. */
const SHOWN = 200;

/**
 * What was asked for and cannot be had, in words.
 */
export class CoreError extends Error {
  /** @param {string} kind @param {string} message */
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

/**
 * An array of an answer: values row by row.
 * @typedef {{ name: string, shape: [number, number], values: Float32Array }} Values
 */

/**
 * An answer: the fields of its JSON object, its arrays in order, and a file, if it was asked for one.
 * @typedef {{ fields: Record<string, any>, arrays: Values[], file: Uint8Array | undefined }} Answer
 */

export class Core {
  /** @param {WebAssembly.Exports} exports */
  constructor(exports) {
    this.exports = /** @type {any} */ (exports);
  }

  /**
   * Loads the module.
   * @param {BufferSource} bytes of the file that `web/build` has built
   * @returns {Promise<Core>}
   */
  static async load(bytes) {
    return new Core((await instantiated(bytes)).instance.exports);
  }

  /**
   * Answers a request, or throws a `CoreError`. `README.md` lists the requests.
   * @param {object} request such as `{ ask: "curves", handle: 1 }`
   * @param {Uint8Array} [bytes] of the recording that is to be opened, or of data
   * @returns {Answer}
   */
  ask(request, bytes = new Uint8Array()) {
    return decode(this.answer(encode(request, bytes)));
  }

  /**
   * Opens a recording, and returns what it holds; `fields.handle` is what it is asked by.
   * @param {Uint8Array} bytes
   * @returns {Answer}
   */
  open(bytes) {
    return this.ask({ ask: "open" }, bytes);
  }

  /**
   * Begins a run that goes on from an epoch, and returns what `open` returns.
   * @param {object} settings such as `{ handle: 1, epoch: 10, learning_rate: 0.1 }`
   * @param {Uint8Array} [data] of as many samples as the settings say, if they are to be others
   * @returns {Answer}
   */
  train(settings, data) {
    const [low, high] = crypto.getRandomValues(new Uint32Array(2));
    return this.ask({ ask: "train", salt: low + (high % 2 ** 21) * 2 ** 32, ...settings }, data);
  }

  /**
   * Answers a request that is bytes with bytes.
   * @param {Uint8Array} request
   * @returns {Uint8Array}
   */
  answer(request) {
    const { room, call, answer, length, memory } = this.exports;
    const place = room(request.length) >>> 0;
    if (place === 0) throw new CoreError("memory", `no room for a request of ${request.length} bytes`);
    new Uint8Array(memory.buffer, place, request.length).set(request);
    call();
    return new Uint8Array(memory.buffer, answer() >>> 0, length() >>> 0).slice();
  }
}

/**
 * The bytes of a request: a line of JSON, and what is behind it.
 * @param {object} request
 * @param {Uint8Array} [bytes]
 * @returns {Uint8Array}
 */
export function encode(request, bytes = new Uint8Array()) {
  const line = new TextEncoder().encode(`${JSON.stringify(request)}\n`);
  const all = new Uint8Array(line.length + bytes.length);
  all.set(line);
  all.set(bytes, line.length);
  return all;
}

/**
 * What the bytes of an answer say, or throws what went wrong.
 * @param {Uint8Array} bytes
 * @returns {Answer}
 */
export function decode(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  const text = new TextDecoder().decode(bytes.subarray(4, 4 + length));
  const { error, answer, arrays } = parsed(text);
  if (error) throw new CoreError(error.kind, error.message);
  let at = Math.ceil((4 + length) / 4) * 4;
  const values = arrays.map((/** @type {{ name: string, shape: [number, number] }} */ { name, shape }) => {
    const end = at + 4 * shape[0] * shape[1];
    const found = new Float32Array(bytes.slice(at, end).buffer);
    at = end;
    return { name, shape, values: found };
  });
  const file = answer.length === undefined ? undefined : bytes.slice(at, at + answer.length);
  return { fields: answer, arrays: values, file };
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CoreError("invalid", `an answer that is no JSON: ${text.slice(0, SHOWN)}`);
  }
}
