// What the player's page is made of.

/** @param {string} id @returns {any} */
const byId = (id) => document.getElementById(id);

/** @param {string} name @param {(Node | string)[]} children @returns {any} */
function element(name, ...children) {
  const made = document.createElement(name);
  made.append(...children);
  return made;
}

/** @param {string} name that differs from that of other buttons @param {string} text @param {() => void} action */
function button(name, text, action) {
  const made = element("button", text);
  Object.assign(made, { type: "button", ariaLabel: name });
  made.addEventListener("click", action);
  return made;
}

/** The options of a list; what was chosen stays, if it is still there. @param {HTMLSelectElement} list @param {HTMLOptionElement[]} options */
function offer(list, options) {
  const chosen = list.value;
  list.replaceChildren(...options);
  if (options.some(({ value }) => value === chosen)) list.value = chosen;
}

/** @param {unknown} error */
function wordsOf(error) {
  if (error instanceof CoreError) return error.message.replaceAll("<memory>", "the recording");
  // The module has trapped: what it holds is not to be trusted any more.
  return `This is a fault of the page, and not of the recording: ${error}. Load the page anew.`;
}
