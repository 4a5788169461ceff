/** A number field with buttons for one fewer and one more, to pick places of a standing area. */

import { element } from "./element.js";

export class Stepper {
  #field;
  #least;
  #most;
  #change;

  /** `change(number)` is called with each new number, which is always between `least` and `most`. */
  constructor({ label, value, least, most, change }) {
    this.#change = change;
    this.#least = least;
    this.element = element("div", { className: "stepper", role: "group", label });
    this.#field = element("input", { inputMode: "numeric", size: 2, maxLength: 4, autocomplete: "off", label });
    this.#field.addEventListener("change", () => this.#set(this.#number));
    this.#field.addEventListener("keydown", (event) => this.#key(event));
    this.element.append(this.#button("−", -1, "One fewer place"), this.#field, this.#button("+", 1, "One more place"));
    this.update(value, most);
  }

  /** Shows another number, and allows at most `most` from now on. */
  update(value, most) {
    this.#most = most;
    this.#field.value = value;
  }

  focus() {
    this.#field.focus();
    this.#field.select();
  }

  get #number() {
    return Number(this.#field.value) || 0;
  }

  #set(wanted) {
    const number = Math.min(this.#most, Math.max(this.#least, Math.round(wanted)));
    this.#field.value = number;
    this.#change(number);
  }

  #button(text, step, name) {
    const button = element("button", { type: "button", textContent: text, label: name });
    button.addEventListener("click", () => this.#set(this.#number + step));
    return button;
  }

  #key(event) {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.#set(this.#number + step);
  }
}
