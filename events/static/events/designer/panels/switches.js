/** On smaller screens, the side panels lie over the plan and are opened by buttons. */

export class PanelSwitches {
  #root;

  constructor(root) {
    this.#root = root;
    for (const button of root.querySelectorAll("[data-panel]")) {
      button.addEventListener("click", () => this.#set(button.dataset.panel, button.getAttribute("aria-expanded") !== "true"));
    }
    root.addEventListener("keydown", ({ key, target }) => {
      const panel = target.closest?.(".panel.open");
      if (key === "Escape" && panel) this.#set(panel.classList.contains("left") ? "left" : "right", false);
    });
  }

  open(side) {
    this.#set(side, true);
  }

  /** Opens one panel, which closes the other, or closes it and gives the focus back to its button. */
  #set(side, open) {
    for (const button of this.#root.querySelectorAll("[data-panel]")) {
      const isOpen = open && button.dataset.panel === side;
      button.setAttribute("aria-expanded", String(isOpen));
      this.#root.querySelector(`.panel.${button.dataset.panel}`).classList.toggle("open", isOpen);
      if (!open && button.dataset.panel === side && button.checkVisibility()) button.focus();
    }
  }
}
