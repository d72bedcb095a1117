// What a file holds packed, in base64: of the page and of the player.

function fromBase64(text) {
  const characters = atob(text.trim());
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

/** What a part of a page holds, which is unpacked where the page begins. @param {string} name @returns {Promise<Uint8Array<ArrayBuffer>>} */
function partOf(name) {
  return /** @type {any} */ (document.getElementById(name)).bytes;
}

/** @param {Uint8Array} bytes @param {"deflate" | "gzip"} format */
async function unpacked(bytes, format) {
  const stream = new Blob([/** @type {BlobPart} */ (bytes)]).stream().pipeThrough(new DecompressionStream(format));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
