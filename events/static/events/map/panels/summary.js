/** The bar with the picked seats, their price and the hold button; above it, messages with buttons that help. */

import { priceText } from "../../../ticketing/format.js";
import { element } from "./element.js";
import { blockName, remarks, seatCount, seatRanges } from "./formatting.js";

export class Summary {
  #root;
  #picks;
  #currency;
  #hold;
  #clear;
  #message;
  #closedReason = null;

  /** @param {HTMLElement} root  @param {() => void} hold called by the button */
  constructor(root, picks, currency, hold) {
    this.#root = root;
    this.#picks = picks;
    this.#currency = currency;
    this.#hold = root.querySelector("[data-hold]");
    this.#clear = root.querySelector("[data-clear]");
    this.#message = root.querySelector("[data-problem]");
    this.#hold.addEventListener("click", () => this.#hold.ariaDisabled !== "true" && hold());
    this.#clear.addEventListener("click", () => picks.clear());
    picks.addEventListener("change", () => this.#show());
    new ResizeObserver(() => document.documentElement.style.setProperty("--bar-height", `${Math.ceil(root.getBoundingClientRect().height)}px`)).observe(root);
    this.#show();
  }

  /** Shows that a hold is being requested. */
  busy(on) {
    this.#root.ariaBusy = String(on);
    this.#show();
  }

  /** Shows why no seats can be held; null if they can. Also updates the price. */
  setClosed(reason) {
    this.#closedReason = reason;
    this.#show();
  }

  /** Shows a message with buttons [[text, action], …]; null hides it. */
  showMessage(text, actions = []) {
    this.#message.hidden = text === null;
    if (text === null) return;
    const buttons = actions.map(([name, action]) => this.#button(name, action));
    const close = this.#button("×", () => {}, { label: "Dismiss", className: "note-close" });
    this.#message.replaceChildren(element("p", { textContent: text }), ...buttons, close);
  }

  #button(text, action, options = { className: "button small" }) {
    const button = element("button", { type: "button", textContent: text, ...options });
    button.addEventListener("click", () => {
      this.showMessage(null);
      this.#hold.focus();
      action();
    });
    return button;
  }

  #show() {
    const { blocks, count, unit, total } = this.#picks;
    const some = count > 0;
    this.#text("[data-count]", some ? `${seatCount(count, unit)}\u00a0·\u00a0${priceText(total, this.#currency)}` : "No seats picked yet");
    const picked = blocks.map(([block, positions]) => `${blockName(block)}, ${seatRanges(block, positions)}${remarksOn(block, positions)}`);
    const seats = some ? picked.join("; ") : this.#root.dataset.hint;
    this.#text("[data-seats]", this.#closedReason ?? seats);
    this.#clear.hidden = !some;
    this.#hold.setAttribute("aria-disabled", String(!some || this.#closedReason !== null || this.#root.ariaBusy === "true"));
    this.#root.classList.toggle("has-picks", some);
  }

  #text(selector, text) {
    const place = this.#root.querySelector(selector);
    if (place.textContent !== text) place.textContent = text;
  }
}

/** What buyers should know about the picked seats, as " (restricted view: Behind a pillar.)"; wheelchair places are known. */
function remarksOn(block, positions) {
  const found = new Set(positions.filter((position) => block.restricted.has(position)).flatMap((position) => remarks(block, position)));
  return found.size ? ` (${[...found].join("; ")})` : "";
}
