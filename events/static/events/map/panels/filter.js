/**
 * The filter of blocks: by tier (none pressed: all), maximum price and wheelchair places. Dispatches `change`.
 */

import { Emitter } from "../../../ticketing/emitter.js";

export class Filter extends Emitter {
  #form;
  #tiers = new Set();
  #upTo = Infinity;
  #price;
  #accessible; // the button; null for an event without wheelchair places

  /** @param {HTMLFormElement} form buttons `data-tier` and a select `up_to` of minor units; `price` formats an amount */
  constructor(form, price) {
    super();
    this.#form = form;
    this.#accessible = form.querySelector("[data-accessible]");
    this.#price = price;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("click", ({ target }) => this.#press(target.closest("[data-tier]")));
    this.#accessible?.addEventListener("click", () => this.#pressAccessible());
    form.elements.up_to.addEventListener("change", () => this.#read());
    form.querySelector("[data-all]").addEventListener("click", () => this.clear());
    this.#read(); // after Back, the browser restores the form
  }

  /** Offers all of these prices (minor units) but the highest as limits, after a change; a limit in use stays. */
  setPrices(prices) {
    const select = this.#form.elements.up_to;
    const limit = select.value;
    const limits = new Set(prices.sort((a, b) => a - b).slice(0, -1).filter((each) => each < prices[prices.length - 1]).map(String));
    if (limit) limits.add(limit);
    const options = [...limits].sort((a, b) => a - b).map((value) => new Option(this.#label(value), value));
    select.replaceChildren(select.options[0], ...options);
    select.value = limit;
    select.hidden = !options.length;
    this.#read();
  }

  /** Whether a block matches the filter: in a block with several tiers, whether any of its seats does. */
  matches = (block) =>
    [...block.tierPrices].some(([tier, price]) => this.#isWanted(tier, price)) && (!this.accessible || block.accessible.size > 0);

  /** Whether a seat of a matching block has a tier and price that match. */
  allows = (block, position) => block.tierPrices.size === 1 || this.#isWanted(block.tierOf(position), block.priceOf(position));

  #isWanted(tier, price) {
    return price <= this.#upTo && (!this.#tiers.size || this.#tiers.has(tier));
  }

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

  #label(minor) {
    return `up to ${this.#price(Number(minor))}`;
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
