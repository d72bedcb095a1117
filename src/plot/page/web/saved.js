// The picture of a panel as a file: what it shows stands above it, and below it what its colors stand for.

const MARGIN = 12;

/** Of probabilities. */
const USUAL_THRESHOLD = 0.5;

/** What a picture of a panel says above it: what it shows, and what has to be known to read it right. */
function headOf(panel) {
  const line = firstLineOf(panel);
  const note = panel.note.hidden || !panel.note.title.trim() ? [] : [panel.note.title];
  return [line, ...thresholdOf(panel), ...note];
}

function firstLineOf({ heading: { title }, run, epoch, clock, isOfAll }) {
  if (isOfAll) return say("panel.head-all", { title, epoch: clock });
  return epoch < 0 ? say("panel.head-nothing", { title, run: run.name }) : say("panel.head", { title, run: run.name, epoch: run.epochs[epoch] });
}

/** The threshold that a panel of classes is seen at, if that is not the usual one: a file has no menu that says it. */
function thresholdOf({ run, picture }) {
  const threshold = run.isCut && !picture ? run.output.threshold : USUAL_THRESHOLD;
  return threshold === USUAL_THRESHOLD ? [] : [say("view.threshold-part", { threshold: Number(threshold.toPrecision(6)) })];
}

/** A panel's canvas between its head and its keys, drawn on another one: a picture that says what it shows. */
function pictureOf(panel, made) {
  const { canvas, ratio, font } = panel;
  const context = made.getContext("2d");
  const [lines, curves] = [linesOf(panel, context), panel.curves ?? []];
  const keys = keysOf(panel, context);
  const rows = lines.length + curves.length;
  const [head, foot] = [MARGIN + rows * (font + 8), MARGIN + (1 + (keys.at(-1)?.row ?? -1)) * (font + 8)];
  made.width = canvas.width + 2 * MARGIN * ratio;
  made.height = canvas.height + (head + foot) * ratio;
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
  keys.forEach((key) => writeKey(context, key, head + canvas.height / ratio + (key.row + 1) * (font + 8)));
  return made;
}

/** How wide a mark is with the room behind it, and what is between two keys. */
const KEY_MARK = 14;
const KEY_GAP = 16;

/** What the colors of the samples stand for, in as many rows as it takes. */
function keysOf({ colorKeys = [], width, font }, context) {
  context.font = `${font}px system-ui, sans-serif`;
  let [left, row] = [0, 0];
  return colorKeys.map((key) => {
    const text = fitted(context, key.name, width - KEY_MARK);
    const room = KEY_MARK + context.measureText(text).width;
    if (left > 0 && left + room > width) [left, row] = [0, row + 1];
    left += room + KEY_GAP;
    return { ...key, text, row, x: Math.round(MARGIN + left - room - KEY_GAP) };
  });
}

function writeKey(context, { color, marker, text, x }, y) {
  context.fillStyle = context.strokeStyle = color;
  context.lineWidth = 2;
  context.beginPath();
  traceMark(context, marker, x + 5, y - 4, 5);
  if (marker === "ring") context.stroke();
  else context.fill();
  write(context, text, x + KEY_MARK, y, { color: palette.text });
}

/** As samples are marked. */
function traceMark(context, marker, x, y, r) {
  const corners = CORNERS[marker]?.(x, y, r);
  if (!corners) return context.arc(x, y, marker === "ring" ? r - 1 : r, 0, 2 * Math.PI);
  corners.forEach(([a, b], i) => (i ? context.lineTo(a, b) : context.moveTo(a, b)));
  context.closePath();
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
  const name = withoutMarks([words, ...thresholdOf(panel)].join(" ")).replace(/[^\p{L}\p{M}\p{N}]+/gu, "_").slice(0, 100);
  const url = URL.createObjectURL(blob);
  element("a", { href: url, download: `${name}.${extension}` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
