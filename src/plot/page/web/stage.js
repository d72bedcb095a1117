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
      panel.saveSvg.addEventListener("click", () => saveAsSvg(panel));
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
    const name = say(isAlone ? "panel.show-all" : "panel.enlarge", { panel: panel.name });
    panel.section.classList.toggle("alone", isAlone);
    panel.section.closest(".run").classList.toggle("has-alone", isAlone);
    panel.enlarge.setAttribute("aria-pressed", String(isAlone));
    panel.enlarge.ariaLabel = panel.enlarge.title = name;
  }
}

/** What a picture of a panel says above it: what it shows, and what has to be known to read it right. */
function headOf(panel) {
  const names = { title: panel.heading.title, run: panel.run.name };
  const line = panel.epoch < 0 ? say("panel.head-nothing", names) : say("panel.head", { ...names, epoch: panel.run.epochs[panel.epoch] });
  return panel.note.hidden || !panel.note.title.trim() ? [line] : [line, panel.note.title];
}

/** A panel's canvas under its head, drawn on another one: a picture that says what it shows. */
function pictureOf(panel, made) {
  const { canvas, ratio, width, font } = panel;
  const lines = headOf(panel);
  const head = MARGIN + lines.length * (font + 8);
  made.width = canvas.width + 2 * MARGIN * ratio;
  made.height = canvas.height + (head + MARGIN) * ratio;
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

/** The same as SVG: a panel that is what this one is, but draws itself on drawings, in the page's pixels. */
function svgOf(panel) {
  const { theme } = document.documentElement.dataset;
  const definitions = new Definitions(`panel-${panel.key.replace(".", "-")}-${panel.epoch}-${theme}`);
  const blank = () => new Drawing(definitions, panel.width, panel.height);
  const twin = Object.create(panel);
  twin.ratio = 1;
  twin.canvas = twin.context = blank();
  for (const [name, part] of Object.entries(panel)) {
    if (part instanceof Layer) twin[name] = new Layer(blank());
    if (part instanceof Stamping) twin[name] = new Marks();
  }
  for (const layer of [twin.still, twin.scene]) layer.resize(panel.width, panel.height, 1);
  twin.refresh();
  twin.draw();
  panel.label();
  return pictureOf(twin, blank()).svg(headOf(panel)[0], panel.canvas.ariaLabel);
}

function saveAsPicture(panel) {
  pictureOf(panel, element("canvas")).toBlob((blob) => saveAs(panel, "png", blob));
}

function saveAsSvg(panel) {
  saveAs(panel, "svg", new Blob([svgOf(panel)], { type: "image/svg+xml" }));
}

/** A file under the name of the panel and its epoch. */
function saveAs(panel, extension, blob) {
  const epoch = panel.run.epochs[panel.epoch];
  const words = epoch === undefined ? say("panel.file-nothing", { panel: panel.name }) : say("panel.file", { panel: panel.name, epoch });
  const name = withoutMarks(words).replace(/[^\p{L}\p{M}\p{N}]+/gu, "_").slice(0, 100);
  const url = URL.createObjectURL(blob);
  element("a", { href: url, download: `${name}.${extension}` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
