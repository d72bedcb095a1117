// The beginning: the module is unpacked, and the player begins.

/** The module, which the page holds deflated and in base64. */
async function loadCore() {
  const text = byId("module").textContent.trim();
  const packed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return Core.load(await new Response(stream).arrayBuffer());
}

try {
  new Player(await loadCore());
  document.documentElement.dataset.ready = "yes";
} catch (error) {
  byId("error").textContent = `This browser cannot run the page: ${error}`;
  byId("error").hidden = false;
  byId("open").disabled = true;
  document.documentElement.dataset.ready = "no";
}
