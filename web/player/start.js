// The beginning: the module is unpacked, and the player begins.

/** The module, gzipped, which the page holds in base64. */
function packedModule() {
  return Uint8Array.from(atob(byId("module").textContent.trim()), (character) => character.charCodeAt(0));
}

/** @param {Uint8Array} packed */
async function loadCore(packed) {
  const stream = new Blob([/** @type {BlobPart} */ (packed)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return Core.load(await new Response(stream).arrayBuffer());
}

try {
  const packed = packedModule();
  new Player(await loadCore(packed), packed);
  document.documentElement.dataset.ready = "yes";
} catch (error) {
  byId("error").textContent = `This browser cannot run the page: ${error}`;
  byId("error").hidden = false;
  byId("open").disabled = true;
  document.documentElement.dataset.ready = "no";
}
