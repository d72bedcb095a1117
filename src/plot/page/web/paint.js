// Colors, layers, and many samples fast.

const MARKERS = ["disc", "square", "triangle"];

/** As many as the style sheet has of each: after these, colors are used again. */
const CLASS_COLORS = 10;
const CURVE_COLORS = 8;
const LEVEL_COLORS = 7;

/** The colors of the theme, read from the style sheet. */
class Palette {
  constructor() {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue(name).trim();
    for (const name of ["text", "muted", "rule", "grid", "mesh", "paper", "misclassified", "boundary"])
      this[name] = read(`--${name}`);
    const readAll = (name, length) => Array.from({ length }, (_, i) => read(`--${name}-${i}`));
    this.classes = readAll("class", CLASS_COLORS);
    this.tints = readAll("tint", CLASS_COLORS);
    this.curves = readAll("curve", CURVE_COLORS);
    this.levels = readAll("level", LEVEL_COLORS);
    this.violin = read("--violin");
  }

  /** A color by its name in the style sheet. */
  named(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  }

  ofClass(index) {
    return this.classes[index % CLASS_COLORS];
  }

  tintOf(index) {
    return this.tints[index % CLASS_COLORS];
  }

  ofLevel(index) {
    return this.levels[Math.min(index, LEVEL_COLORS - 1)];
  }

  ofCurve(index) {
    return this.curves[index % CURVE_COLORS];
  }
}

let palette = null;

/** Classes beyond the colors have the same ones again, in another shape. */
function markerOf(index) {
  return MARKERS[Math.floor(index / CLASS_COLORS) % MARKERS.length];
}

/** Red, green and blue of `#rrggbb`. */
function channels(color) {
  return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
}

/** A canvas that is not in the page, measured in the page's pixels. */
class Layer {
  /** @param {any} canvas */
  constructor(canvas = document.createElement("canvas")) {
    this.canvas = canvas;
    this.context = this.canvas.getContext("2d");
  }

  resize(width, height, ratio) {
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.ratio = ratio;
  }

  /** Empty, ready to be drawn on. */
  clean() {
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    return this.context;
  }
}

/** An empty path that a context can draw: what becomes SVG has to be read again. */
function emptyPath(context) {
  return context instanceof Drawing ? new Outline() : new Path2D();
}

/** Puts a layer under what is drawn next, pixel by pixel. */
function lay(context, layer) {
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.drawImage(layer.canvas, 0, 0);
  context.restore();
}

const PHASES = 4;

/** How much a marker covers of the pixels around it, for 4 x 4 places within a pixel: samples glide, they do not hop. */
class Stamp {
  /** The shape says in words what the cover says pixel by pixel, for SVG. */
  constructor(cover, reach, shape) {
    this.shape = shape;
    this.reach = Math.ceil(reach) + 1;
    this.size = 2 * this.reach + 1;
    this.masks = [];
    for (let phase = 0; phase < PHASES * PHASES; phase++) this.masks.push(this.mask(cover, phase));
  }

  mask(cover, phase) {
    const x = this.reach + (phase % PHASES) / PHASES;
    const y = this.reach + Math.floor(phase / PHASES) / PHASES;
    const mask = new Uint8Array(this.size * this.size);
    mask.forEach((_, i) => {
      const share = cover((i % this.size) + 0.5 - x, Math.floor(i / this.size) + 0.5 - y);
      mask[i] = Math.round(255 * Math.min(1, Math.max(0, share)));
    });
    return mask;
  }
}

const COVERS = {
  disc: (r) => (x, y) => r + 0.5 - Math.hypot(x, y),
  square: (r) => (x, y) => 0.9 * r + 0.5 - Math.max(Math.abs(x), Math.abs(y)),
  triangle: (r) => (x, y) => 0.6 * r + 0.5 - Math.max(y, 0.87 * Math.abs(x) - 0.5 * y),
};

function markerStamp(name, radius) {
  return new Stamp(COVERS[name](radius), 1.3 * radius, { name, radius });
}

function ringStamp(radius, width) {
  const cover = (x, y) => width / 2 + 0.5 - Math.abs(Math.hypot(x, y) - radius);
  return new Stamp(cover, radius + width, { name: "ring", radius, width });
}

/** Pixels that samples are stamped on: thousands of small paths would take several times as long. */
class Stamping {
  resize(width, height) {
    this.image = new ImageData(Math.max(1, width), Math.max(1, height));
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  clean() {
    this.pixels.fill(0);
  }

  /** Coordinates are device pixels; what is not a number is not drawn. */
  put(stamp, x, y, color) {
    const { width, height } = this.image;
    if (!(x >= 0 && y >= 0 && x < width && y < height)) return;
    const mask = stamp.masks[Math.floor((x % 1) * PHASES) + PHASES * Math.floor((y % 1) * PHASES)];
    const left = Math.floor(x) - stamp.reach;
    const top = Math.floor(y) - stamp.reach;
    const from = Math.max(0, -left);
    const to = Math.min(stamp.size, width - left);
    const end = Math.min(stamp.size, height - top);
    for (let row = Math.max(0, -top); row < end; row++) {
      this.putRow(mask, row * stamp.size, from, to, (top + row) * width + left, color);
    }
  }

  putRow(mask, line, from, to, at, color) {
    const { pixels } = this;
    for (let i = from; i < to; i++) {
      const cover = mask[line + i];
      const under = pixels[at + i];
      if (cover === 0 || under === color) continue;
      if (cover === 255) pixels[at + i] = color;
      else pixels[at + i] = under === 0 ? ((color & 0xffffff) | (cover << 24)) >>> 0 : over(color, cover, under);
    }
  }
}

/** A color as the pixels hold it, opaque. */
function packed32(color) {
  const [red, green, blue] = channels(color);
  return (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;
}

/** What a color that covers a part of a pixel makes of what is there. */
function over(color, cover, under) {
  const below = ((under >>> 24) * (255 - cover)) / 255;
  const alpha = cover + below;
  const share = cover / alpha;
  const red = (under & 255) + ((color & 255) - (under & 255)) * share;
  const green = ((under >> 8) & 255) + (((color >> 8) & 255) - ((under >> 8) & 255)) * share;
  const blue = ((under >> 16) & 255) + (((color >> 16) & 255) - ((under >> 16) & 255)) * share;
  return ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

const HATCH = 6;
let hatched = null;

/** Stripes of the color of what is misclassified: a form of its own, for whoever does not see the red. */
function hatch(context, ratio) {
  if (context instanceof Drawing) return context.createPattern(stripes(new Drawing(context.definitions), HATCH));
  const key = `${palette.misclassified} ${palette.paper} ${ratio}`;
  if (hatched?.key !== key) hatched = { key, canvas: stripes(element("canvas"), HATCH * Math.max(1, Math.round(ratio))) };
  const pattern = context.createPattern(hatched.canvas, "repeat");
  pattern.setTransform(new DOMMatrix().scale(1 / ratio));
  return pattern;
}

function stripes(canvas, size) {
  canvas.width = canvas.height = size;
  const context = canvas.getContext("2d");
  context.fillStyle = palette.misclassified;
  context.fillRect(0, 0, size, size);
  context.strokeStyle = palette.paper;
  context.lineWidth = size / 4;
  context.beginPath();
  for (const shift of [-size, 0, size]) {
    context.moveTo(shift - 1, size + 1);
    context.lineTo(shift + size + 1, -1);
  }
  context.stroke();
  return canvas;
}
