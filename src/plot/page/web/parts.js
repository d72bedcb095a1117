// The parts of a page that are packed: all are unpacked at once, and each keeps what it holds. The script among them then runs.

for (const part of /** @type {NodeListOf<any>} */ (document.querySelectorAll("[data-packed]"))) {
  part.bytes = (async () => unpacked(fromBase64(part.textContent), part.dataset.packed))();
  part.bytes.catch(() => undefined); // Whoever asks for it hears of it.
}

async function runScript() {
  const script = document.createElement("script");
  script.type = "module";
  script.textContent = new TextDecoder().decode(await partOf("script"));
  document.body.append(script);
}

/** What can say it otherwise is in the script. */
function sayWhyNot() {
  const [group, name] = (typeof DecompressionStream === "undefined" ? "errors.too-old" : "errors.damaged").split(".");
  const line = document.getElementById("error");
  line.textContent = JSON.parse(document.getElementById("texts").textContent)[group][name];
  line.hidden = false;
  document.documentElement.dataset.ready = "no";
}

runScript().catch(sayWhyNot);
