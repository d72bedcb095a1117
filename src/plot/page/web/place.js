// Where somebody is in a page: what is unfolded, what is scrolled to, and what has the keyboard. It is found again in a page that is
// built like it, such as the same one written anew.

class Place {
  /** @param {Document} page */
  constructor(page) {
    const { activeElement: focused, body } = page;
    this.unfolded = [...page.querySelectorAll("details[open]")].map(wayTo);
    this.dialog = page.querySelector("dialog[open]")?.id;
    this.across = page.getElementById("runs")?.scrollLeft ?? 0;
    this.focused = focused && focused !== body ? wayTo(focused) : undefined;
  }

  /** @param {Document} page */
  restore(page) {
    for (const way of this.unfolded) page.querySelector(way)?.setAttribute("open", "");
    const dialog = /** @type {HTMLDialogElement | null} */ (this.dialog ? page.getElementById(this.dialog) : null);
    if (dialog && !dialog.open) dialog.showModal();
    const runs = page.getElementById("runs");
    if (runs) runs.scrollLeft = this.across;
    if (this.focused) /** @type {HTMLElement | null} */ (page.querySelector(this.focused))?.focus({ preventScroll: true });
  }
}

/** From the nearest element above that has a name of its own, child by child. @param {Element} element @returns {string} */
function wayTo(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  const { parentElement: parent } = element;
  if (!parent) return ":root";
  return `${wayTo(parent)} > :nth-child(${1 + [...parent.children].indexOf(element)})`;
}
