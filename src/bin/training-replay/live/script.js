// Keeps the page up to date: asks for its version, and loads it anew when there is another one.
{
  const KEY = "training-replay";
  const INTERVAL = 150;
  const slider = document.getElementById("slider");
  const root = document.documentElement;

  /** What the reader looked at: whoever was at the last epoch stays at the last one. */
  function remember() {
    const at = slider ? { follows: slider.value === slider.max, epoch: slider.value } : { follows: true };
    const speed = document.getElementById("speed")?.value;
    sessionStorage.setItem(KEY, JSON.stringify({ ...at, speed, theme: root.dataset.theme, scroll: scrollY }));
  }

  function choose(id, value) {
    const input = document.getElementById(id);
    if (!input || value === undefined || input.value === String(value)) return;
    input.value = value;
    for (const event of ["input", "change"]) input.dispatchEvent(new Event(event, { bubbles: true }));
  }

  function restore() {
    const { follows = true, epoch, speed, theme, scroll = 0 } = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
    if (theme && theme !== root.dataset.theme) document.getElementById("theme")?.click();
    if (slider) choose("slider", follows ? slider.max : epoch);
    choose("speed", speed);
    scrollTo(0, scroll);
  }

  function isPlaying() {
    return root.dataset.playing === "yes";
  }

  async function ask() {
    try {
      const answer = await fetch("/version", { cache: "no-store" });
      if (answer.ok && (await answer.text()) !== VERSION && !isPlaying()) {
        remember();
        location.reload();
        return;
      }
    } catch {
      // The server has ended: what was loaded stays, and it may come back.
    }
    setTimeout(ask, INTERVAL);
  }

  /** The page unpacks its data first; where there is no page yet, there is nothing to wait for. */
  function begin() {
    if (slider && !root.dataset.ready) {
      setTimeout(begin, 10);
      return;
    }
    restore();
    ask();
  }

  begin();
}
