// One panel alone, as large as the window.

class Stage {
  constructor(panels, onChange) {
    this.panels = panels;
    this.onChange = onChange;
    this.panel = null;
    for (const panel of panels) {
      panel.enlarge.addEventListener("click", () => this.show(this.panel === panel ? null : panel));
      panel.save.addEventListener("click", () => saveAsPicture(panel));
      panel.saveSvg.addEventListener("click", () => saveAsSvg(panel));
    }
  }

  /** Shows a panel alone, or all of them. */
  show(panel) {
    if (panel === this.panel) return;
    this.mark(this.panel, false);
    this.panel = panel;
    this.mark(panel, true);
    document.documentElement.toggleAttribute("data-alone", panel !== null);
    this.onChange();
  }

  mark(panel, isAlone) {
    if (!panel) return;
    panel.section.classList.toggle("alone", isAlone);
    panel.section.closest(".run").classList.toggle("has-alone", isAlone);
    panel.enlarge.setAttribute("aria-pressed", String(isAlone));
    panel.sayNames();
  }
}
