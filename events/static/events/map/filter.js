/**
 * The filter of blocks: by tier (none pressed: all), maximum price and wheelchair places. Dispatches `change`.
 */

import { Emitter } from "../../ticketing/emitter.js";

export class Filter extends Emitter {
  #form;
  #tiers = new Set();
  #upTo = Infinity;
  #accessible; // the button; null for an event without wheelchair places

  /** @param {HTMLFormElement} form buttons `data-tier` and a select `up_to` of minor units; `price` formats an amount */
  constructor(form, price) {
    super();
    this.#form = form;
    this.#accessible = form.querySelector("[data-accessible]");
    for (const option of form.elements.up_to.querySelectorAll("[data-price]")) option.textContent = `up to ${price(Number(option.value))}`;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("click", ({ target }) => this.#press(target.closest("[data-tier]")));
    this.#accessible?.addEventListener("click", () => this.#pressAccessible());
    form.elements.up_to.addEventListener("change", () => this.#read());
    form.querySelector("[data-all]").addEventListener("click", () => this.clear());
    this.#read(); // after Back, the browser restores the form
  }

  /** Whether a block matches the filter. */
  matches = (block) =>
    block.price <= this.#upTo &&
    (!this.#tiers.size || this.#tiers.has(block.tier)) &&
    (!this.accessible || block.accessible.size > 0);

  /** Whether only blocks with wheelchair places match. */
  get accessible() {
    return this.#accessible?.getAttribute("aria-pressed") === "true";
  }

  get isActive() {
    return this.#tiers.size > 0 || this.#upTo !== Infinity || this.accessible;
  }

  clear() {
    this.#tiers.clear();
    this.#form.elements.up_to.value = "";
    this.#form.querySelectorAll("[data-tier]").forEach((button) => button.setAttribute("aria-pressed", "false"));
    this.#accessible?.setAttribute("aria-pressed", "false");
    this.#read();
  }

  #press(button) {
    if (!button) return;
    const { tier } = button.dataset;
    if (!this.#tiers.delete(tier)) this.#tiers.add(tier);
    button.setAttribute("aria-pressed", String(this.#tiers.has(tier)));
    this.#read();
  }

  #pressAccessible() {
    this.#accessible.setAttribute("aria-pressed", String(!this.accessible));
    this.#read();
  }

  #read() {
    this.#upTo = Number(this.#form.elements.up_to.value) || Infinity;
    this.#form.querySelector("[data-all]").hidden = !this.isActive;
    this.emit("change");
  }
}
