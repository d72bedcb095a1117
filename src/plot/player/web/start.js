// The beginning: the module is unpacked, the player begins, and opens the recordings that it carries.

/** The bytes that a part of the page holds in base64. @param {HTMLElement} part */
function bytesOf(part) {
  return Uint8Array.from(atob((part.textContent ?? "").trim()), (character) => character.charCodeAt(0));
}

/** @param {Uint8Array} bytes @param {CompressionFormat} format */
async function unpacked(bytes, format) {
  const stream = new Blob([/** @type {BlobPart} */ (bytes)]).stream().pipeThrough(new DecompressionStream(format));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The recordings that the page carries. */
function carried() {
  const parts = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("script.recording")]);
  return parts.map((part) => ({ name: part.dataset.name ?? "", read: () => unpacked(bytesOf(part), "deflate") }));
}

/** Until a page is shown, which has its own. */
function takeTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const take = () => (document.documentElement.dataset.theme = dark.matches ? "dark" : "light");
  dark.addEventListener("change", take);
  take();
}

async function begin() {
  takeTheme();
  const packed = bytesOf(byId("module"));
  const player = new Player(await Core.load(await unpacked(packed, "gzip")), packed);
  document.documentElement.dataset.ready = "yes";
  const recordings = carried();
  if (recordings.length) await player.next(() => player.openAll(recordings));
}

begin().catch((error) => {
  byId("error").textContent = `This browser cannot run the page: ${error}`;
  byId("error").hidden = false;
  byId("open").disabled = true;
  document.documentElement.dataset.ready = "no";
});
