// The module, ready to be called, also where its fused multiply-add is not known: it finds out how to compute without.

// `f32x4.relaxed_madd`, and what takes its place: `v128.bitselect`, which has as many operands, its code written as long. What then
// comes of it is no fused multiply-add, and so the module does not use it (`src/math/relaxed.rs`).
const FUSED = [0xfd, 0x85, 0x02];
const REPLACED = [0xfd, 0xd2, 0x00];

/** @param {BufferSource} bytes of the module @returns {Promise<WebAssembly.WebAssemblyInstantiatedSource>} with what is compiled, for another thread */
export async function instantiated(bytes) {
  try {
    return await WebAssembly.instantiate(bytes, {});
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    return await WebAssembly.instantiate(withoutFused(bytes), {});
  }
}

/** @param {BufferSource} bytes @returns {Uint8Array<ArrayBuffer>} */
export function withoutFused(bytes) {
  const copy = Uint8Array.from(bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  for (let at = copy.indexOf(FUSED[0]); at >= 0; at = copy.indexOf(FUSED[0], at + 1)) {
    if (FUSED.every((byte, i) => copy[at + i] === byte)) copy.set(REPLACED, at);
  }
  return copy;
}
