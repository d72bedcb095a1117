// One panel alone, as large as the window, and its picture as a file.

const MARGIN = 12;

class Stage {
  constructor(panels, onChange) {
    this.panels = panels;
    this.onChange = onChange;
    this.panel = null;
    for (const panel of panels) {
      panel.enlarge.addEventListener("click", () => this.show(this.panel === panel ? null : panel));
      panel.save.addEventListener("click", () => saveAsPicture(panel));
    }
  }

  /** Shows a panel alone, or all of them. */
  show(panel) {
    if (panel === this.panel) return;
    this.mark(this.panel, false);
    this.panel = panel;
    this.mark(panel, true);
    document.documentElement.toggleAttribute("data-alone", panel !== null);
    this.onChange();
  }

  mark(panel, isAlone) {
    if (!panel) return;
    const word = isAlone ? "Show all panels beside" : "Enlarge";
    panel.section.classList.toggle("alone", isAlone);
    panel.section.closest(".run").classList.toggle("has-alone", isAlone);
    panel.enlarge.setAttribute("aria-pressed", String(isAlone));
    panel.enlarge.ariaLabel = panel.enlarge.title = `${word} ${panel.name}`;
  }
}

/** The canvas under its title and its note: a picture that says what it shows. */
function pictureOf(panel) {
  const { canvas, ratio, width, font } = panel;
  const epoch = panel.epoch < 0 ? "nothing recorded yet" : `epoch ${panel.run.epochs[panel.epoch]}`;
  const lines = [`${panel.heading.title}: ${panel.run.name}, ${epoch}`];
  if (!panel.note.hidden && panel.note.title.trim()) lines.push(panel.note.title);
  const head = MARGIN + lines.length * (font + 8);
  const made = element("canvas", { width: canvas.width + 2 * MARGIN * ratio, height: canvas.height + (head + MARGIN) * ratio });
  const context = made.getContext("2d");
  context.fillStyle = palette.paper;
  context.fillRect(0, 0, made.width, made.height);
  context.drawImage(canvas, MARGIN * ratio, head * ratio);
  context.scale(ratio, ratio);
  lines.forEach((line, i) => {
    context.font = `${i ? "" : "600 "}${font + (i ? 0 : 2)}px system-ui, sans-serif`;
    write(context, line, MARGIN, MARGIN + (i + 1) * (font + 4), { color: palette.text, width });
  });
  return made;
}

function saveAsPicture(panel) {
  const epoch = panel.run.epochs[panel.epoch] ?? "none";
  const name = `${panel.name} epoch ${epoch}`.replace(/[^\p{L}\p{N}]+/gu, "_").slice(0, 100);
  pictureOf(panel).toBlob((blob) => {
    const url = URL.createObjectURL(blob);
    element("a", { href: url, download: `${name}.png` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  });
}
