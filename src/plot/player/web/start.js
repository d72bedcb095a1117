// The beginning: the module is unpacked, the player begins, and opens the recordings that it carries.

/** The recordings that the page carries. */
function carried() {
  const parts = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("script.recording")]);
  return parts.map((part) => ({ name: part.dataset.name ?? "", read: () => unpacked(fromBase64(part.textContent ?? ""), "deflate") }));
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
  const packed = fromBase64(byId("module").textContent);
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
