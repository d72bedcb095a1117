// The data of a run as a person edits them: samples of two inputs, and what can be done to them. Nothing here draws.

/** As many changes can be taken back. */
const MOST_UNDONE = 100;

/** @typedef {{ inputs: Float32Array, targets: Float32Array, classes: Float32Array | undefined }} Samples two inputs, a target, and the class of each */

class Draft {
  /** @param {import("./core.js").Answer} answer what `data` has answered */
  constructor({ fields, arrays }) {
    const values = (/** @type {string} */ name) => arrays.find((one) => one.name === name);
    const found = (/** @type {string} */ name) => /** @type {import("./core.js").Values} */ (values(name));
    /** @type {string[]} */
    this.featureNames = fields.feature_names;
    /** Why samples have no classes. @type {string | undefined} */
    this.noClasses = fields.no_classes;
    this.width = found("targets").shape[1];
    /** The target of each class. */
    this.classTargets = values("class_targets")?.values ?? new Float32Array();
    const count = values("class_targets")?.shape[0] ?? 0;
    this.classNames = Array.from({ length: count }, (_, at) => fields.class_names[at] ?? `class ${at}`);
    /** @type {Samples} */
    this.now = { inputs: found("inputs").values, targets: found("targets").values, classes: values("classes")?.values };
    this.recorded = this.now;
    /** What can be taken back, the last change at the end. @type {Samples[]} */
    this.before = [];
  }

  get count() {
    return this.now.inputs.length / 2;
  }

  get isChanged() {
    return this.now !== this.recorded;
  }

  /** What stands behind the line of a request. */
  get bytes() {
    const { inputs, targets } = this.now;
    const all = new Float32Array(inputs.length + targets.length);
    all.set(inputs);
    all.set(targets, inputs.length);
    return new Uint8Array(all.buffer);
  }

  /** @param {number} sample @returns {[number, number]} */
  at(sample) {
    return [this.now.inputs[2 * sample], this.now.inputs[2 * sample + 1]];
  }

  /** @param {Partial<Samples>} changed */
  become(changed) {
    this.before = [...this.before.slice(1 - MOST_UNDONE), this.now];
    this.now = { ...this.now, ...changed };
  }

  /** All at once. */
  restore() {
    if (!this.isChanged) return;
    this.become({});
    this.now = this.recorded;
  }

  /** Takes the last change back, and returns whether there was one. */
  undo() {
    const last = this.before.pop();
    this.now = last ?? this.now;
    return last !== undefined;
  }

  /** @param {number} kind of class @param {[number, number]} place */
  add(kind, [x, y]) {
    const { inputs, targets, classes } = this.now;
    const target = this.classTargets.subarray(kind * this.width, (kind + 1) * this.width);
    this.become({
      inputs: joined(inputs, [x, y]),
      targets: joined(targets, target),
      classes: classes && joined(classes, [kind]),
    });
  }

  /** @param {number} sample @param {[number, number]} place @param {boolean} isNew whether this can be taken back by itself */
  move(sample, place, isNew) {
    const inputs = this.now.inputs.slice();
    inputs.set(place, 2 * sample);
    if (isNew) this.become({ inputs });
    else this.now = { ...this.now, inputs };
  }

  /** Gives a sample the label of the next class. @param {number} sample */
  flip(sample) {
    const [classes, targets] = [this.now.classes?.slice(), this.now.targets.slice()];
    if (!classes) return;
    const kind = (classes[sample] + 1) % this.classNames.length;
    classes[sample] = kind;
    targets.set(this.classTargets.subarray(kind * this.width, (kind + 1) * this.width), sample * this.width);
    this.become({ classes, targets });
  }

  /** Returns whether it could: the last sample stays. @param {number} sample */
  remove(sample) {
    if (this.count === 1) return false;
    const { inputs, targets, classes } = this.now;
    this.become({
      inputs: without(inputs, 2, sample),
      targets: without(targets, this.width, sample),
      classes: classes && without(classes, 1, sample),
    });
    return true;
  }
}

/** @param {Float32Array} values @param {ArrayLike<number>} more */
function joined(values, more) {
  const all = new Float32Array(values.length + more.length);
  all.set(values);
  all.set(more, values.length);
  return all;
}

/** Rows of so many values without one of them. @param {Float32Array} values @param {number} width @param {number} row */
function without(values, width, row) {
  const all = new Float32Array(values.length - width);
  all.set(values.subarray(0, row * width));
  all.set(values.subarray((row + 1) * width), row * width);
  return all;
}
