// Keeps the page up to date: asks for its version, and loads it anew when there is another one.
"use strict";
{
  const KEY = "training-replay";
  const INTERVAL = 150;
  /** How often it asks, in milliseconds, when there is no answer, and after how many of these it says so. */
  const INTERVAL_LOST = 1000;
  const FAILURES = 3;
  const PATIENCE = 5000;
  const root = document.documentElement;
  const slider = () => document.getElementById("slider");
  let failures = 0;

  /** What the reader chose to look at, which need not be among what is shown: whoever is at the last epoch stays at the last one. */
  let chosen = { follows: true, epoch: null };
  /** The epoch that is shown for it: from another one on, the reader has moved. */
  let shown = null;

  const stored = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");

  /** Before there is a page: what was chosen, if it is loaded anew or by the address that was left; or else what the address says. */
  function take() {
    const state = new URLSearchParams(location.hash.slice(1));
    // A page may write its address after it was asked to load anew, which has the address of before.
    const isAnew = performance.getEntriesByType("navigation")[0]?.type === "reload";
    if (stored.chosen && (isAnew || stored.address === location.hash)) chosen = stored.chosen;
    else if (state.get("epoch")?.trim()) chosen = { follows: false, epoch: state.get("epoch") };
    if (chosen.follows || chosen.epoch === null) return;
    state.set("epoch", chosen.epoch);
    history.replaceState(null, "", `#${state}`);
  }

  function watch() {
    const input = slider();
    if (!input || shown === null || root.dataset.epoch === shown) return;
    shown = root.dataset.epoch;
    chosen = { follows: input.value === input.max, epoch: shown };
  }

  function remember() {
    watch();
    const speed = document.getElementById("speed")?.value;
    const address = location.hash;
    sessionStorage.setItem(KEY, JSON.stringify({ chosen, address, speed, theme: root.dataset.theme, scroll: scrollY }));
  }

  function choose(input, value) {
    if (!input || value === undefined || input.value === String(value)) return;
    input.value = value;
    for (const event of ["input", "change"]) input.dispatchEvent(new Event(event, { bubbles: true }));
  }

  function restore() {
    const { speed, theme, scroll = 0 } = stored;
    if (theme && theme !== root.dataset.theme) document.getElementById("theme")?.click();
    if (chosen.follows) choose(slider(), slider()?.max);
    choose(document.getElementById("speed"), speed);
    scrollTo(0, scroll);
    shown = root.dataset.epoch ?? null;
  }

  /** An address that was typed: the page has gone there when all who listen have been called. */
  function follow() {
    const epoch = new URLSearchParams(location.hash.slice(1)).get("epoch");
    if (!epoch?.trim()) return;
    setTimeout(() => {
      chosen = { follows: false, epoch };
      shown = root.dataset.epoch ?? null;
    });
  }

  /** Says that the server does not answer, or takes it back. */
  function sayLost(isLost) {
    const line = document.getElementById("served-lost");
    if (!isLost) line?.remove();
    else if (!line) document.getElementById("served").prepend(lostLine());
  }

  function lostLine() {
    const line = document.createElement("p");
    line.id = "served-lost";
    line.textContent = `This page is no longer live: its server has not answered since ${written(Date.now())}. It is asked again and again.`;
    return line;
  }

  /** A moment by the reader's clock, as 2026-11-29 15:04:05. */
  function written(moment) {
    return new Date(moment).toLocaleString("sv");
  }

  async function version() {
    const answer = await fetch("/version", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    if (!answer.ok) throw new Error(`The server answers ${answer.status}.`);
    return answer.text();
  }

  async function ask() {
    watch();
    try {
      const found = await version();
      failures = 0;
      if (found !== VERSION && root.dataset.playing !== "yes") return location.reload();
    } catch {
      failures += 1;
    }
    sayLost(failures >= FAILURES);
    return setTimeout(ask, failures >= FAILURES ? INTERVAL_LOST : INTERVAL);
  }

  /** The page unpacks its data first; where there is no page yet, there is nothing to wait for. */
  function begin() {
    if (slider() && !root.dataset.ready) {
      setTimeout(begin, 10);
      return;
    }
    restore();
    ask();
  }

  function writeTimes() {
    for (const time of document.querySelectorAll("#served time")) time.textContent = `${written(Number(time.dataset.at))}.`;
  }

  take();
  window.addEventListener("pagehide", remember);
  window.addEventListener("hashchange", follow);
  document.addEventListener("DOMContentLoaded", writeTimes);
  document.addEventListener("DOMContentLoaded", begin);
}
