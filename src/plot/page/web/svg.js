// A drawing in SVG: what panels draw on instead of a canvas, where lines stay lines, words stay words, and samples stay single.

/** What is farther away than so many pixels is drawn there: some who read SVG give up on larger numbers. */
const FARTHEST = 1e7;

const BLANKS = /[\t\n\v\f\r]/g;

/** The characters that XML cannot hold. */
const UNWRITABLE = /[\u0000-\u001f\ufffe\uffff]/g;

const ANCHORS = { left: "start", center: "middle", right: "end" };

/** What `save` keeps of a drawing. */
const KEPT = ["fillStyle", "strokeStyle", "lineWidth", "lineJoin", "lineCap", "dash", "globalAlpha", "font", "textAlign", "textBaseline", "matrix"];

/** Text as a canvas writes it, that is never markup. */
function xmlText(text) {
  const plain = String(text).replace(BLANKS, " ").replace(UNWRITABLE, "\ufffd");
  return plain.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Attributes as they stand in a tag; those that are null are left out. */
function xmlAttributes(attributes) {
  const there = Object.entries(attributes).filter(([, value]) => value !== null);
  return there.map(([name, value]) => ` ${name}="${typeof value === "number" ? short(value) : xmlText(value)}"`).join("");
}

/** A number of pixels with two digits behind the point. */
function short(value) {
  return String(Math.round(Math.min(FARTHEST, Math.max(-FARTHEST, value)) * 100) / 100);
}

function areFinite(...values) {
  return values.every(Number.isFinite);
}

/** A path that can be read again, as a `Path2D` cannot. What is no number is passed over, as there. */
class Outline {
  constructor() {
    this.d = "";
  }

  moveTo(x, y) {
    if (areFinite(x, y)) this.d += `M${short(x)} ${short(y)}`;
  }

  lineTo(x, y) {
    if (!areFinite(x, y)) return;
    this.d += `${this.d ? "L" : "M"}${short(x)} ${short(y)}`;
  }

  rect(x, y, width, height) {
    if (!areFinite(x, y, width, height)) return;
    this.moveTo(x, y);
    this.d += `h${short(width)}v${short(height)}h${short(-width)}z`;
  }

  /** Clockwise, in two halves: an arc of SVG cannot lead back to where it began. */
  arc(x, y, radius, start, end) {
    if (!areFinite(x, y, radius, start, end)) return;
    const turn = Math.min(2 * Math.PI, end - start);
    const at = (share) => [x + radius * Math.cos(start + share * turn), y + radius * Math.sin(start + share * turn)].map(short);
    this.lineTo(x + radius * Math.cos(start), y + radius * Math.sin(start));
    for (const share of [0.5, 1]) this.d += `A${short(radius)} ${short(radius)} 0 0 1 ${at(share).join(" ")}`;
  }

  closePath() {
    if (this.d) this.d += "z";
  }
}

/** What the parts of a picture refer to, each thing once, under names that no other panel of the page has. */
class Definitions {
  constructor(prefix) {
    this.prefix = prefix;
    this.made = new Map();
  }

  /** Where something is found that stands in a tag. */
  add(tag, attributes, inside) {
    const id = `${this.prefix}-${this.made.size}`;
    const key = `${tag}${xmlAttributes(attributes)}>${inside}`;
    if (!this.made.has(key)) this.made.set(key, { id, text: `<${tag}${xmlAttributes({ id, ...attributes })}>${inside}</${tag}>` });
    return `url(#${this.made.get(key).id})`;
  }

  toString() {
    const all = [...this.made.values()].map(({ text }) => text);
    return all.length ? `<defs>\n${all.join("\n")}\n</defs>\n` : "";
  }
}

/** A canvas and its context in one, as far as panels use them: it keeps what is drawn as elements of SVG. */
class Drawing extends Outline {
  constructor(definitions, width = 0, height = 0) {
    super();
    this.definitions = definitions;
    this.width = width;
    this.height = height;
    this.parts = [];
    this.saved = [];
    /** How many clips are at work. */
    this.clips = 0;
    this.fillStyle = this.strokeStyle = "#000000";
    this.lineWidth = this.globalAlpha = 1;
    this.lineJoin = "miter";
    this.lineCap = "butt";
    this.dash = [];
    this.font = "10px sans-serif";
    this.textAlign = "left";
    this.textBaseline = "alphabetic";
    this.matrix = [1, 0, 0, 1, 0, 0];
    this.ruler = null;
  }

  getContext() {
    return this;
  }

  save() {
    this.saved.push({ clips: this.clips, state: Object.fromEntries(KEPT.map((name) => [name, this[name]])) });
  }

  restore() {
    const last = this.saved.pop();
    if (!last) return;
    for (; this.clips > last.clips; this.clips--) this.parts.push("</g>");
    Object.assign(this, last.state);
  }

  setTransform(...matrix) {
    this.matrix = matrix;
  }

  scale(x, y) {
    const [a, b, c, d, e, f] = this.matrix;
    this.matrix = [a * x, b * x, c * y, d * y, e, f];
  }

  translate(x, y) {
    const [a, b, c, d, e, f] = this.matrix;
    this.matrix = [a, b, c, d, e + a * x + c * y, f + b * x + d * y];
  }

  setLineDash(dash) {
    this.dash = dash;
  }

  beginPath() {
    this.d = "";
  }

  /** @param {Outline} path */
  fill(path = this) {
    if (path.d) this.put("path", { d: path.d, ...this.filled });
  }

  /** @param {Outline} path */
  stroke(path = this) {
    if (path.d) this.put("path", { d: path.d, ...this.stroked });
  }

  /**
   * Until what was saved is restored.
   * @param {Outline} path
   */
  clip(path = this) {
    const place = this.definitions.add("clipPath", { transform: this.transform }, `<path${xmlAttributes({ d: path.d })}/>`);
    this.parts.push(`<g${xmlAttributes({ "clip-path": place })}>`);
    this.clips += 1;
  }

  /** Panels only ever clear all of it. */
  clearRect() {
    this.parts = Array(this.clips).fill("<g>");
  }

  fillRect(x, y, width, height) {
    if (!areFinite(x, y, width, height) || !width || !height) return;
    const corner = { x: Math.min(x, x + width), y: Math.min(y, y + height) };
    this.put("rect", { ...corner, width: Math.abs(width), height: Math.abs(height), ...this.filled });
  }

  strokeRect(x, y, width, height) {
    const path = new Outline();
    path.rect(x, y, width, height);
    this.stroke(path);
  }

  fillText(text, x, y) {
    this.write(text, x, y, this.filled);
  }

  strokeText(text, x, y) {
    this.write(text, x, y, this.stroked);
  }

  write(text, x, y, look) {
    if (!areFinite(x, y) || !String(text).trim()) return;
    const [, weight = null, size, family] = this.font.match(/^(?:(\w+) )?([\d.]+)px (.+)$/);
    const font = { "font-family": family, "font-size": size, "font-weight": weight, "text-anchor": ANCHORS[this.textAlign] };
    const space = /^\s|\s\s|\s$/.test(text) ? "preserve" : null;
    this.put("text", { x, y: y - this.baseline(text), ...font, ...look, "xml:space": space }, xmlText(text));
  }

  /** How far the line that letters stand on is above the one that they are placed by. */
  baseline(text) {
    return this.textBaseline === "alphabetic" ? 0 : this.measureText(text).alphabeticBaseline;
  }

  /** As a canvas would write it. */
  measureText(text) {
    this.ruler ??= document.createElement("canvas").getContext("2d");
    this.ruler.font = this.font;
    this.ruler.textBaseline = this.textBaseline;
    return this.ruler.measureText(text);
  }

  /** A picture that is SVG itself, at any size; or another drawing, all of it or a part, at its own size. */
  drawImage(image, ...box) {
    const { width, height } = image;
    const [left, top, wide, high, x, y, w, h] = box.length > 4 ? box : [0, 0, width, height, ...box, width, height];
    if (!(image instanceof Drawing)) return this.embed(image, { x, y, width: w, height: h });
    if (box.join() === "0,0" && !this.transform && this.globalAlpha === 1) return this.parts.push(image.inside);
    const frame = new Outline();
    frame.rect(left, top, wide, high);
    const clip = this.definitions.add("clipPath", {}, `<path${xmlAttributes({ d: frame.d })}/>`);
    const moved = x === left && y === top ? null : `translate(${short(x - left)} ${short(y - top)})`;
    const place = [this.transform, moved].filter(Boolean).join(" ") || null;
    this.put("g", { "clip-path": clip, opacity: this.opacity }, image.inside, place);
  }

  embed(image, box) {
    const text = decodeURIComponent(image.src.slice(image.src.indexOf(",") + 1));
    const made = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    if (made.localName !== "svg") return;
    for (const [name, value] of Object.entries(box)) made.setAttribute(name, short(value));
    this.parts.push(new XMLSerializer().serializeToString(made));
  }

  /** What `Marks` hold, instead of everything that is there: pixels replace pixels. */
  putImageData(marks) {
    this.parts = [marks];
  }

  createPattern(tile) {
    const { width, height } = tile;
    const place = this.definitions.add("pattern", { width, height, patternUnits: "userSpaceOnUse" }, tile.inside);
    return { setTransform() {}, toString: () => place };
  }

  put(tag, attributes, inside = "", transform = this.transform) {
    const all = xmlAttributes({ ...attributes, transform });
    this.parts.push(inside ? `<${tag}${all}>${inside}</${tag}>` : `<${tag}${all}/>`);
  }

  get transform() {
    return this.matrix.join() === "1,0,0,1,0,0" ? null : `matrix(${this.matrix.join(" ")})`;
  }

  get opacity() {
    return this.globalAlpha === 1 ? null : this.globalAlpha;
  }

  get filled() {
    return { fill: String(this.fillStyle), "fill-opacity": this.opacity };
  }

  /** Without what SVG does by itself. */
  get stroked() {
    const color = { fill: "none", stroke: String(this.strokeStyle), "stroke-width": this.lineWidth, "stroke-opacity": this.opacity };
    const dash = this.dash.length ? this.dash.join(" ") : null;
    const cap = this.lineCap === "butt" ? null : this.lineCap;
    const corner = this.lineJoin === "miter" ? { "stroke-miterlimit": 10 } : { "stroke-linejoin": this.lineJoin };
    return { ...color, ...corner, "stroke-linecap": cap, "stroke-dasharray": dash };
  }

  /** Its elements. */
  get inside() {
    return this.parts.filter(Boolean).join("\n") + "</g>".repeat(this.clips);
  }

  /** All of it as a file that stands alone, with words for whoever cannot see it. */
  svg(title, description) {
    const { width, height } = this;
    const size = xmlAttributes({ width, height, viewBox: `0 0 ${short(width)} ${short(height)}` });
    const words = `<title>${xmlText(title)}</title>\n<desc>${xmlText(description)}</desc>\n`;
    return `<svg xmlns="http://www.w3.org/2000/svg"${size} role="img" direction="ltr">\n${words}${this.definitions}${this.inside}\n</svg>\n`;
  }
}

const dotMark = (x, y, r) => `<circle cx="${short(x)}" cy="${short(y)}" r="${short(r)}"/>`;
const polygonMark = (...points) => `<path d="M${points.map(([x, y]) => `${short(x)} ${short(y)}`).join("L")}z"/>`;

/** The corners of marks around a place, as `COVERS` have them. */
const CORNERS = {
  square: (x, y, r) => [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([a, b]) => [x + 0.9 * r * a, y + 0.9 * r * b]),
  triangle: (x, y, r) => [[x, y - 1.2 * r], [x + 1.034 * r, y + 0.6 * r], [x - 1.034 * r, y + 0.6 * r]],
};

const MARKS = {
  disc: dotMark,
  ring: dotMark,
  square: (x, y, r) => polygonMark(...CORNERS.square(x, y, r)),
  triangle: (x, y, r) => polygonMark(...CORNERS.triangle(x, y, r)),
};

/** Instead of `Stamping`: an element for each sample, in groups of one look. */
class Marks {
  resize(width, height) {
    this.width = width;
    this.height = height;
    this.clean();
  }

  clean() {
    this.groups = [];
  }

  put({ shape }, x, y, color) {
    if (!(x >= 0 && y >= 0 && x < this.width && y < this.height)) return;
    const last = this.groups.at(-1);
    if (last?.shape !== shape || last.color !== color) this.groups.push({ shape, color, marks: [] });
    this.groups.at(-1).marks.push(MARKS[shape.name](x, y, shape.radius));
  }

  lookOf({ shape: { width = 0 }, color }) {
    const hex = `#${[0, 8, 16].map((shift) => ((color >> shift) & 255).toString(16).padStart(2, "0")).join("")}`;
    return xmlAttributes(width ? { class: "rings", fill: "none", stroke: hex, "stroke-width": width } : { class: "samples", fill: hex });
  }

  /** What is laid on a drawing. */
  get image() {
    return this.groups.map((group) => `<g${this.lookOf(group)}>\n${group.marks.join("\n")}\n</g>`).join("\n");
  }
}
