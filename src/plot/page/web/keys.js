// The keyboard: the clock from everywhere, and from a panel its buttons and its samples.

/** A key as it is printed on it, or a text that names it, and the text that says what it does. */
const KEYS = [
  ["keys.space", "keys.play"],
  ["\u2190 \u2192", "keys.step"],
  ["keys.home-end", "keys.ends"],
  ["keys.tab", "keys.next"],
  ["keys.enter", "keys.buttons"],
  ["E", "keys.enlarge"],
  ["+ \u2212 0", "keys.zoom"],
  ["I J K L", "keys.move"],
  [", .", "keys.sample"],
  ["M", "keys.misclassified"],
  ["keys.escape", "keys.release"],
  ["?", "keys.help"],
];

const LESSON_KEYS = [["N P", "keys.sentence"]];

class Keys {
  constructor(page) {
    this.page = page;
    this.help = /** @type {HTMLDialogElement} */ (document.getElementById("help"));
    const keys = page.lesson.sentences.length ? [...KEYS, ...LESSON_KEYS] : KEYS;
    const rows = keys.map(([key, text]) => element("tr", {}, element("th", {}, key.startsWith("keys.") ? say(key) : key), element("td", {}, say(text))));
    this.help.querySelector("table").append(...rows);
    document.getElementById("keys").addEventListener("click", () => this.help.showModal());
    document.addEventListener("keydown", (event) => this.onKey(event), { signal: life.signal });
    for (const panel of page.panels) this.enter(panel);
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || this.help.open) return;
    if (event.key === "Escape") return this.leave(event.target);
    const action = this.clockAction(event) ?? this.panelAction(event);
    if (!action || isBusyWith(event.target, event.key)) return;
    event.preventDefault();
    action();
  }

  /** Out of what was gone into last: the buttons of a panel, a sample, a panel that is alone. */
  leave(target) {
    const { follower, panels, stage } = this.page;
    const section = target.closest?.(".panel");
    const kept = panels.find((panel) => panel.isKept);
    if (kept) kept.release();
    else if (section && section !== target && !follower.isPinned) section.focus();
    else if (follower.isPinned) follower.release();
    else stage.show(null);
  }

  clockAction({ key: printed, shiftKey }) {
    const key = unshifted(printed);
    const { page } = this;
    const by = shiftKey ? 10 : 1;
    const actions = {
      " ": () => page.toggle(),
      ArrowLeft: () => page.step(-by),
      ArrowRight: () => page.step(by),
      Home: () => page.jump(0),
      End: () => page.jump(page.epochs.length - 1),
      "?": () => this.help.showModal(),
      n: () => page.lesson.step(1),
      p: () => page.lesson.step(-1),
    };
    return Object.hasOwn(actions, key) ? actions[key] : null;
  }

  panelAction({ key: printed, target }) {
    const key = unshifted(printed);
    const panel = this.page.panels.find(({ section }) => section.contains(target));
    if (!panel) return null;
    const { stage } = this.page;
    const step = (by) => (panel.stepPart ? announce(panel.stepPart(by)) : this.stepSample(panel, by));
    const actions = {
      ...this.zoomActions(panel),
      e: () => stage.show(stage.panel === panel ? null : panel),
      ",": () => step(-1),
      ".": () => step(1),
      m: () => this.stepSample(panel, 1, true),
    };
    return Object.hasOwn(actions, key) ? actions[key] : null;
  }

  zoomActions(panel) {
    const { zooming } = this.page;
    if (!zooming.panels.includes(panel)) return {};
    const [closer, farther] = [() => zooming.by(panel, 1 / CLOSER), () => zooming.by(panel, CLOSER)];
    const stride = (right, up) => () => zooming.stride(panel, right, up);
    return {
      "+": closer, "=": closer, "-": farther, 0: () => zooming.to(panel, null),
      i: stride(0, 1), k: stride(0, -1), j: stride(-1, 0), l: stride(1, 0),
    };
  }

  /** In a panel that shows samples, or in one beside it that does. */
  stepSample(panel, by, isWrong = false) {
    const column = this.page.columns.find(({ panels }) => panels.includes(panel));
    const shown = panel.sampleNear ? panel : column.panels.find((one) => one.sampleNear);
    if (!shown || column.epoch < 0) return;
    const { run, epoch } = column;
    if (isWrong && run.numbers) return;
    this.page.follower.step(shown, by, isWrong ? (sample) => run.isMisclassified(epoch, sample) : undefined);
  }

  /** Enter leads into a panel, whose buttons are then stops of the Tab key. */
  enter(panel) {
    const { section } = panel;
    const open = (isOpen) => panel.controls.forEach((control) => (control.tabIndex = isOpen ? 0 : -1));
    section.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target !== section) return;
      event.preventDefault();
      open(true);
      panel.controls.find((control) => control.offsetParent)?.focus();
    });
    section.addEventListener("focusin", ({ target }) => target !== section && open(true));
    section.addEventListener("focusout", ({ relatedTarget }) => {
      if (!section.contains(relatedTarget) || relatedTarget === section) open(false);
    });
  }
}

/** A letter is the same key in capitals. */
function unshifted(key) {
  return key.length === 1 ? key.toLowerCase() : key;
}

/** Whether a key means something to what has the focus. */
function isBusyWith(target, key) {
  if (target.closest("select, textarea, input:not([type=range])")) return true;
  if (target.matches("input[type=range]:not(#slider)") && /^(Arrow|Home|End|Page)/.test(key)) return true;
  return key === " " && target.closest("button, summary") !== null;
}
