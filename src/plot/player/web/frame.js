// The frame that the page of the runs is in.

/** So long, in milliseconds, a page may take until it shows something; then it is seen as it is. */
const LONGEST = 5000;

/** How often, in milliseconds, it is looked at meanwhile. */
const OFTEN = 15;

/**
 * A new frame behind another, when it shows a page. (Another page in the same frame would be a step in the history of the browser, and
 * going back would undo what nobody did.)
 * @param {HTMLIFrameElement} frame @param {string} html @returns {Promise<HTMLIFrameElement>}
 */
async function loaded(frame, html) {
  const fresh = document.createElement("iframe");
  Object.assign(fresh, { title: frame.title, srcdoc: html, className: "coming", ariaHidden: "true", tabIndex: -1 });
  const isLoaded = new Promise((resolve) => fresh.addEventListener("load", resolve, { once: true }));
  frame.after(fresh);
  await isLoaded;
  for (const end = performance.now() + LONGEST; isComing(fresh) && performance.now() < end; ) await new Promise((next) => setTimeout(next, OFTEN));
  return fresh;
}

/** Whether its page shows nothing yet. In a sandbox, where frames are strangers, that is not known. @param {HTMLIFrameElement} frame */
function isComing({ contentDocument: page }) {
  return page !== null && page.documentElement.dataset.ready === undefined;
}

/** The one behind takes the place of a frame: what was unfolded, scrolled to, and had the keyboard is so again. @param {HTMLIFrameElement} frame @param {HTMLIFrameElement} fresh */
function replace(frame, fresh) {
  const isFocused = document.activeElement === frame;
  const [before, now] = [frame.contentWindow, fresh.contentWindow];
  if (before && now && frame.contentDocument && fresh.contentDocument) {
    const place = new Place(frame.contentDocument);
    now.scrollTo(before.scrollX, before.scrollY);
    if (isFocused) fresh.focus();
    else place.focused = undefined; // What is outside of the page keeps it.
    place.restore(fresh.contentDocument);
  }
  frame.remove();
  fresh.ariaHidden = null;
  fresh.removeAttribute("tabindex");
  fresh.className = "";
  fresh.id = frame.id;
}

/** Whether somebody is about something in the page: it plays, or something is pressed or unfolded. @param {HTMLIFrameElement} frame */
function isInUse({ contentDocument: page }) {
  return Boolean(page?.querySelector(":active, details[open], dialog[open], :root[data-playing=yes]"));
}
