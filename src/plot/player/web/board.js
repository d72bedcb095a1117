// The board that the samples are drawn on: their places, their marks, and the cross that keys move.

/** How near a sample has to be to be meant, in pixels: of a finger and of a mouse. */
const REACH = { touch: 24, mouse: 12 };

/** Around the samples, as a share of their extent, and around the frame, in pixels. */
const MARGIN = 0.12;
const EDGE = 26;

/** How large a mark is, in pixels, of few samples and of many. */
const MARK = { few: 5, many: 3 };
const MANY = 400;

class Board {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    /** @type {Draft | undefined} */
    this.draft = undefined;
    this.limits = [0, 1, 0, 1];
    /** Where the keys are, in the numbers of the data. @type {[number, number]} */
    this.cross = [0, 0];
    this.isByKeys = false;
    new ResizeObserver(() => this.draw()).observe(canvas);
    new MutationObserver(() => this.draw()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }

  /** @param {Draft | undefined} draft */
  show(draft) {
    this.draft = draft;
    if (draft) this.fit(draft);
    this.cross = [(this.limits[0] + this.limits[1]) / 2, (this.limits[2] + this.limits[3]) / 2];
    this.draw();
  }

  /** Takes limits that hold all samples. @param {Draft} draft */
  fit({ now: { inputs } }) {
    this.limits = [0, 1].flatMap((axis) => {
      let [low, high] = [Infinity, -Infinity];
      for (let at = axis; at < inputs.length; at += 2) [low, high] = [Math.min(low, inputs[at]), Math.max(high, inputs[at])];
      const margin = MARGIN * (high - low) || Math.max(Math.abs(low) / 2, 0.5);
      return [low - margin, high + margin];
    });
  }

  /** Takes wider limits, if a sample lies beyond them. @param {Draft} draft */
  fitIfBeyond(draft) {
    const [left, right, bottom, top] = this.limits;
    const { inputs } = draft.now;
    for (let at = 0; at < inputs.length; at += 2) {
      const [x, y] = [inputs[at], inputs[at + 1]];
      if (x < left || x > right || y < bottom || y > top) return this.fit(draft);
    }
  }

  /** In pixels from the corner. @param {[number, number]} place @returns {[number, number]} */
  toPixels([x, y]) {
    const [left, right, bottom, top] = this.limits;
    const { clientWidth: width, clientHeight: height } = this.canvas;
    return [EDGE + ((x - left) / (right - left)) * (width - 2 * EDGE), height - EDGE - ((y - bottom) / (top - bottom)) * (height - 2 * EDGE)];
  }

  /** In the numbers of the data, within the frame. @param {[number, number]} pixels @returns {[number, number]} */
  fromPixels([x, y]) {
    const [left, right, bottom, top] = this.limits;
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const within = (/** @type {number} */ share) => Math.min(1, Math.max(0, share));
    const across = within((x - EDGE) / (width - 2 * EDGE));
    const up = within((height - EDGE - y) / (height - 2 * EDGE));
    return [left + across * (right - left), bottom + up * (top - bottom)];
  }

  /** The nearest sample within reach, or none. @param {[number, number]} place @param {number} reach @returns {number | undefined} */
  near(place, reach) {
    const [x, y] = this.toPixels(place);
    let [nearest, least] = [-1, reach];
    for (let sample = 0; sample < (this.draft?.count ?? 0); sample += 1) {
      const [at, up] = this.toPixels(/** @type {Draft} */ (this.draft).at(sample));
      const distance = Math.hypot(at - x, up - y);
      if (distance <= least) [nearest, least] = [sample, distance];
    }
    return nearest < 0 ? undefined : nearest;
  }

  /** Moves the cross by shares of the frame. @param {number} across @param {number} up */
  moveCross(across, up) {
    const [left, right, bottom, top] = this.limits;
    const [x, y] = this.cross;
    const within = (/** @type {number} */ value, /** @type {number} */ low, /** @type {number} */ high) => Math.min(high, Math.max(low, value));
    this.cross = [within(x + across * (right - left), left, right), within(y + up * (top - bottom), bottom, top)];
  }

  draw() {
    const { canvas, draft } = this;
    const { clientWidth: width, clientHeight: height } = canvas;
    const scale = window.devicePixelRatio || 1;
    [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.scale(scale, scale);
    context.clearRect(0, 0, width, height);
    const styles = getComputedStyle(canvas);
    this.drawFrame(context, styles);
    if (draft) this.drawSamples(context, styles, draft);
    if (this.isByKeys) this.drawCross(context, styles);
  }

  /** The frame, and the numbers at its ends. @param {CanvasRenderingContext2D} context @param {CSSStyleDeclaration} styles */
  drawFrame(context, styles) {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const [left, right, bottom, top] = this.limits.map((limit) => String(Number(limit.toPrecision(3))));
    context.strokeStyle = styles.getPropertyValue("--edge");
    context.strokeRect(EDGE, EDGE, width - 2 * EDGE, height - 2 * EDGE);
    context.fillStyle = styles.getPropertyValue("--muted");
    context.font = "12px system-ui, sans-serif";
    const say = (/** @type {string} */ text, /** @type {number} */ x, /** @type {number} */ y, /** @type {CanvasTextAlign} */ align) => {
      context.textAlign = align;
      context.fillText(text, x, y);
    };
    const [across, up] = [0, 1].map((axis) => this.draft?.featureNames[axis] ?? `x${axis + 1}`);
    say(left, EDGE, height - 8, "left");
    say(right, width - EDGE, height - 8, "right");
    say(across, width / 2, height - 8, "center");
    say(`${up}: ${bottom} to ${top}, from bottom to top`, EDGE, 16, "left");
  }

  /** @param {CanvasRenderingContext2D} context @param {CSSStyleDeclaration} styles @param {Draft} draft */
  drawSamples(context, styles, draft) {
    const { classes, targets } = draft.now;
    const size = draft.count > MANY ? MARK.many : MARK.few;
    const colors = Array.from({ length: 10 }, (_, at) => styles.getPropertyValue(`--class-${at}`));
    const shades = classes ? undefined : shadesOf(targets, draft.width);
    for (let sample = 0; sample < draft.count; sample += 1) {
      const kind = classes?.[sample] ?? 0;
      const [x, y] = this.toPixels(draft.at(sample));
      context.globalAlpha = shades?.[sample] ?? 0.85;
      context.fillStyle = colors[kind % colors.length];
      context.fill(markOf(kind, x, y, size));
    }
    context.globalAlpha = 1;
  }

  /** @param {CanvasRenderingContext2D} context @param {CSSStyleDeclaration} styles */
  drawCross(context, styles) {
    const [x, y] = this.toPixels(this.cross);
    context.strokeStyle = styles.getPropertyValue("--text");
    context.beginPath();
    for (const [across, up] of [[12, 0], [0, 12]]) {
      context.moveTo(x - across, y - up);
      context.lineTo(x + across, y + up);
    }
    context.stroke();
  }
}

/** The mark of a class: no two that follow each other have the same form. @param {number} kind @param {number} x @param {number} y @param {number} size */
function markOf(kind, x, y, size) {
  const mark = new Path2D();
  if (kind % 3 === 0) mark.arc(x, y, size, 0, 2 * Math.PI);
  else if (kind % 3 === 1) mark.rect(x - size, y - size, 2 * size, 2 * size);
  else for (const corner of [0, 1, 2]) mark.lineTo(x + 1.4 * size * Math.sin((corner * 2 * Math.PI) / 3), y - 1.4 * size * Math.cos((corner * 2 * Math.PI) / 3));
  return mark;
}

/** How dark each sample is whose target is a number: the first one of several. @param {Float32Array} targets @param {number} width */
function shadesOf(targets, width) {
  const firsts = targets.filter((_, at) => at % width === 0);
  let [low, high] = [Infinity, -Infinity];
  for (const one of firsts) [low, high] = [Math.min(low, one), Math.max(high, one)];
  return firsts.map((one) => 0.2 + (0.8 * (one - low)) / (high - low || 1));
}
