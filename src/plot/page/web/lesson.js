// A lesson beside the panels: a sentence that speaks of a moment leads to it.

/** For how long what a sentence speaks of is framed, in milliseconds. */
const POINTING = 2000;

class Lesson {
  constructor(page) {
    this.page = page;
    this.region = document.getElementById("lesson");
    this.fold = document.getElementById("fold-lesson");
    const items = [...(this.region?.querySelectorAll("[data-epoch], [data-run], [data-panel]") ?? [])];
    this.sentences = items.map((item) => sentenceOf(item));
    this.at = -1;
    this.chosen = null;
    if (this.region) this.build();
  }

  /** Without JavaScript the sentences are text; here they become links, and there are buttons to go from one to the next. */
  build() {
    this.text = this.region.querySelector(".lesson-text");
    nameApart(this.sentences);
    for (const sentence of this.sentences) this.listen(sentence);
    const move = (sign, name, by) => {
      const title = say("lesson.with-key", { name, key: by < 0 ? "P" : "N" });
      const button = element("button", { type: "button", class: "plain", "aria-label": name, title }, sign);
      button.addEventListener("click", () => this.step(by));
      return button;
    };
    this.back = move("\u2191", say("lesson.previous"), -1);
    this.forward = move("\u2193", say("lesson.next"), 1);
    if (this.sentences.length) this.region.querySelector(".lesson-head").append(this.back, this.forward);
    this.region.classList.add("live");
    this.fold.hidden = false;
    this.fold.addEventListener("click", () => this.open(this.region.hidden));
    const observer = new ResizeObserver(() => this.measure());
    for (const one of [document.querySelector(".top"), document.getElementById("controls"), this.region]) observer.observe(one);
  }

  listen(sentence) {
    sentence.link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      this.follow(sentence);
    });
  }

  /** What sticks to the ends of the window leaves what is between in sight. */
  measure() {
    const { style } = this.page.root;
    this.page.measure();
    style.setProperty("--above", `${this.region.parentElement.offsetTop}px`);
    style.setProperty("--lesson", `${this.region.offsetHeight}px`);
    if (this.current) this.bringInSight(this.current.link);
  }

  get isOpen() {
    return Boolean(this.region) && !this.region.hidden;
  }

  open(isOpen) {
    if (!this.region || isOpen === this.isOpen) return;
    this.region.hidden = !isOpen;
    this.fold.setAttribute("aria-expanded", String(isOpen));
    this.page.fit();
  }

  /** Goes to the moment of a sentence, and to what shows it. */
  follow(sentence, isAsked = true) {
    if (sentence.epoch !== null) this.page.seek(sentence.epoch);
    else this.page.pause();
    this.chosen = { sentence, epoch: this.page.epochs[this.page.at] };
    this.mark(sentence);
    this.point(sentence, isAsked);
    this.page.label();
  }

  /** To the next sentence that leads somewhere, or the one before it. */
  step(by) {
    const sentence = this.sentences[this.at + by];
    if (!sentence) return;
    this.open(true);
    const hadFocus = this.sentences.some(({ link }) => link === document.activeElement);
    this.follow(sentence);
    if (hadFocus) sentence.link.focus({ preventScroll: true });
    else announce(sentence.link.textContent);
  }

  /** Marks the sentence of the epoch that is shown: the one that was chosen, or the first. */
  show(clock) {
    if (!this.region) return;
    if (this.chosen?.epoch !== clock) this.chosen = null;
    this.mark(this.chosen?.sentence ?? this.sentences.find(({ epoch }) => epoch === clock) ?? null);
    this.isBegun = true;
  }

  mark(sentence) {
    this.current?.link.removeAttribute("aria-current");
    this.current = sentence;
    if (sentence) {
      sentence.link.setAttribute("aria-current", "true");
      this.at = this.sentences.indexOf(sentence);
      // Who opens it begins to read at its beginning.
      if (this.isBegun || this.chosen) this.bringInSight(sentence.link);
    }
    this.back.ariaDisabled = String(this.at <= 0);
    this.forward.ariaDisabled = String(this.at >= this.sentences.length - 1);
  }

  /** Within the text alone: the page stays where it is. */
  bringInSight(link) {
    const [own, room] = [link.getBoundingClientRect(), this.text.getBoundingClientRect()];
    if (own.top < room.top) this.text.scrollTop -= room.top - own.top + 8;
    else if (own.bottom > room.bottom) this.text.scrollTop += Math.min(own.bottom - room.bottom + 8, own.top - room.top);
  }

  /** Brings what a sentence speaks of in sight, and frames it for a moment. */
  point(sentence, isAsked) {
    if (sentence.quantity) this.page.showQuantity(sentence.quantity);
    const found = this.goalsOf(sentence);
    if (!found.length) return;
    const [first] = found;
    const { arrangement, stage } = this.page;
    if (isAsked && first.panel?.section.hidden) arrangement.turn(arrangement.kinds.find(({ panels }) => panels.includes(first.panel)), true);
    if (isAsked && stage.panel && stage.panel !== first.panel) stage.show(first.panel ?? null);
    const isStill = !isAsked || matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.measure();
    first.section.scrollIntoView({ block: "nearest", inline: "nearest", behavior: isStill ? "auto" : "smooth" });
    clearTimeout(this.pointing);
    const frame = (isFramed) => found.forEach(({ section }) => section.classList.toggle("pointed", isFramed));
    this.unframe?.();
    this.unframe = () => frame(false);
    frame(true);
    this.pointing = setTimeout(this.unframe, POINTING);
  }

  /** The panels of a sentence, of one run or of all, or the run as a whole. */
  goalsOf({ run, kind }) {
    const { panels, columns } = this.page;
    if (kind) return panels.filter((panel) => panel.kind === kind && (run === null || panel.key === `${run}.${kind}`)).map((panel) => ({ panel, section: panel.section }));
    return run === null ? [] : [{ section: columns[run].section }];
  }

  /** What the address holds of it. */
  get shown() {
    return this.chosen && this.chosen.sentence === this.current ? this.current.place : null;
  }

  read(place) {
    const sentence = this.sentences.find((one) => one.place === place);
    if (sentence) this.follow(sentence, false);
  }
}

/** What a sentence says of where it leads; its words become a link that can be handed on. */
function sentenceOf(item) {
  const { sentence: place, epoch, run, panel, quantity } = item.dataset;
  const [when] = item.querySelector(".when")?.childNodes ?? [];
  if (when instanceof Text) when.data = when.data.replace(/\d+/g, (digits) => localized(digits));
  const link = element("a", { href: `#sentence=${place}` }, ...item.childNodes);
  item.append(link);
  const number = (text) => (text === undefined ? null : Number(text));
  return { place, epoch: number(epoch), run: number(run), kind: panel ?? null, quantity, link };
}

/** Sentences of the same words get their places, for whoever cannot see where they stand. */
function nameApart(sentences) {
  const names = new Set();
  for (const { link, place } of sentences) {
    const name = link.textContent;
    if (names.has(name)) link.append(element("span", { class: "unseen" }, say("lesson.again", { place })));
    names.add(name);
  }
}
