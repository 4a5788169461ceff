/** The bar that stays in view: what is picked, what it costs, what to do next; and above it what went wrong, with a way out. */

import { money } from "../../ticketing/format.js";
import { blockName, placesWords, seatsWords } from "./words.js";

export class Summary {
  #root;
  #picks;
  #currency;
  #hold;
  #clear;
  #problem;
  #closed = null;

  /** @param {HTMLElement} root  @param {() => void} hold what the button does */
  constructor(root, picks, currency, hold) {
    this.#root = root;
    this.#picks = picks;
    this.#currency = currency;
    this.#hold = root.querySelector("[data-hold]");
    this.#clear = root.querySelector("[data-clear]");
    this.#problem = root.querySelector("[data-problem]");
    this.#hold.addEventListener("click", () => this.#hold.ariaDisabled !== "true" && hold());
    this.#clear.addEventListener("click", () => picks.clear());
    picks.addEventListener("change", () => this.#show());
    this.#show();
  }

  /** A hold is under way. */
  busy(on) {
    this.#root.ariaBusy = String(on);
    this.#show();
  }

  /** Nothing can be held, for this reason; null: now it can. Also shows again what the picks cost. */
  close(reason) {
    this.#closed = reason;
    this.#show();
  }

  /** Says what is wrong, with buttons [[text, action], …] that mend it; null takes it away. */
  tell(text, actions = []) {
    this.#problem.hidden = text === null;
    if (text === null) return;
    const sentence = document.createElement("p");
    sentence.textContent = text;
    const buttons = actions.map(([name, action]) => this.#button(name, action));
    const close = this.#button("×", () => {});
    close.className = "note-close";
    close.setAttribute("aria-label", "Dismiss");
    this.#problem.replaceChildren(sentence, ...buttons, close);
  }

  #button(text, action) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small";
    button.textContent = text;
    button.addEventListener("click", () => {
      this.tell(null);
      this.#hold.focus();
      action();
    });
    return button;
  }

  #show() {
    const { block, positions, total } = this.#picks;
    const some = positions.length > 0;
    this.#text("[data-count]", some ? `${seatsWords(positions.length)} · ${money(total, this.#currency)}` : "No seats picked yet");
    const places = some ? `${blockName(block)} · ${placesWords(block, positions)}` : this.#root.dataset.hint;
    this.#text("[data-places]", this.#closed ?? places);
    this.#clear.hidden = !some;
    this.#hold.setAttribute("aria-disabled", String(!some || this.#closed !== null || this.#root.ariaBusy === "true"));
    this.#root.classList.toggle("has-picks", some);
  }

  #text(selector, text) {
    const place = this.#root.querySelector(selector);
    if (place.textContent !== text) place.textContent = text;
  }
}
