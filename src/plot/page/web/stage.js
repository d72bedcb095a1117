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
  const { canvas, ratio, font } = panel;
  const context = made.getContext("2d");
  const [lines, curves] = [linesOf(panel, context), panel.curves ?? []];
  const head = MARGIN + (lines.length + curves.length) * (font + 8);
  made.width = canvas.width + 2 * MARGIN * ratio;
  made.height = canvas.height + (head + MARGIN) * ratio;
  context.fillStyle = palette.paper;
  context.fillRect(0, 0, made.width, made.height);
  context.drawImage(canvas, MARGIN * ratio, head * ratio);
  context.scale(ratio, ratio);
  const bottomOf = (line) => MARGIN + (line + 1) * (font + 4);
  lines.forEach(({ text, style }, i) => {
    context.font = style;
    write(context, text, MARGIN, bottomOf(i), { color: palette.text });
  });
  context.font = `${font}px system-ui, sans-serif`;
  curves.forEach((curve, i) => writeCurve(context, curve, panel.numbers[i].textContent, bottomOf(lines.length + i)));
  return made;
}

/** The head in as many lines as it takes, the first of them bold. */
function linesOf(panel, context) {
  const { font, width } = panel;
  return headOf(panel).flatMap((text, i) => {
    const style = `${i ? "" : "600 "}${font + (i ? 0 : 2)}px system-ui, sans-serif`;
    context.font = style;
    return wrapped(context, text, width).map((line) => ({ text: line, style }));
  });
}

/** A text by lines that are no wider, but for a word that is. */
function wrapped(context, text, width) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
    if (lines.at(-1) && context.measureText(longer).width > width) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines.map((line) => fitted(context, line, width));
}

/** A curve's color and name, and what it is now. */
function writeCurve(context, { name, index, isDashed }, number, y) {
  context.strokeStyle = palette.ofCurve(index);
  context.lineWidth = 2;
  context.setLineDash(isDashed ? [6, 4] : []);
  tracePlot(context, [[MARGIN, y - 4], [MARGIN + 24, y - 4]]);
  context.setLineDash([]);
  write(context, `${name} ${number}`, MARGIN + 32, y, { color: palette.text });
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

/** What was just chosen may not be drawn yet. */
function saveAsPicture(panel) {
  panel.draw();
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
