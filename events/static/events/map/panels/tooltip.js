/**
 * The tooltip of a seat or block. On touch screens it is a sheet at the bottom of the map, with a button. That of a
 * standing area asks how many places to pick, also for the mouse.
 */

import { count, isolated, priceText } from "../../../ticketing/format.js";
import { element } from "./element.js";
import { accessiblePrefix, blockName, leftText, remarks, seatName, seatStatus } from "./formatting.js";
import { Stepper } from "./stepper.js";

export class Tooltip {
  #box;
  #frame;
  #currency;
  #colours;
  #act;
  #places = 1; // the number in the stepper
  shown = null;

  /**
   * @param {HTMLElement} box
   * @param {object} parts `act(block, position)` is called by a seat's button, `pickPlaces(block, number)` by an area's
   */
  constructor(box, { currency, colours, act, pickPlaces }) {
    this.#box = box;
    this.#frame = box.parentElement;
    this.#currency = currency;
    this.#colours = colours;
    this.#act = { act, pickPlaces };
    box.addEventListener("click", ({ target }) => target.closest("[data-act]") && this.#press());
    box.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Shows it at (px, py) of the map; `button` is the button's text, or null for no button. */
  show({ block, position, px, py }, { picked = false, selected = false, button = null } = {}) {
    this.shown = { block, position, touch: button !== null };
    const lines = position < 0 ? this.#ofBlock(block) : this.#ofSeat(block, position, picked, selected);
    this.#fill([...lines, ...(button ? [this.#button(button)] : [])], { sheet: button !== null });
    if (button) this.#box.style.transform = "";
    else this.#place(px, py);
  }

  /** Asks how many places of a standing area to pick, at most `most`; `picked` are picked already. */
  ask({ block, px, py, touch }, { picked, most }) {
    this.shown = { block, position: -1, touch: true };
    this.#places = picked || Math.min(2, most);
    const change = (number) => (this.#places = number);
    const steps = new Stepper({ label: `Places in ${blockName(block)}`, value: this.#places, least: picked ? 0 : 1, most, change });
    this.#fill([...this.#ofBlock(block), steps.element, this.#button("Pick")], { sheet: touch, asks: true });
    if (touch) this.#box.style.transform = "";
    else this.#place(px, py);
    if (!touch) steps.focus();
  }

  /** How many px at the bottom of the map it covers. */
  get covered() {
    return Math.max(0, this.#frame.getBoundingClientRect().bottom - this.#box.getBoundingClientRect().top);
  }

  /** Whether it asks for a number of places, so that it stays until something else is clicked. */
  get isAsking() {
    return this.shown !== null && this.#box.classList.contains("asks");
  }

  hide() {
    this.#box.hidden = true;
    this.shown = null;
  }

  #fill(children, { sheet, asks = false }) {
    this.#box.replaceChildren(...children);
    this.#box.classList.toggle("sheet", sheet);
    this.#box.classList.toggle("asks", asks);
    this.#box.hidden = false;
  }

  #button(text) {
    const button = element("button", { type: "button", textContent: text, className: "button small" });
    button.dataset.act = "";
    return button;
  }

  #press() {
    const { block, position } = this.shown;
    if (block.isInterchangeable) this.#act.pickPlaces(block, this.#places);
    else this.#act.act(block, position);
  }

  #key(event) {
    if (event.key === "Escape") this.hide();
    else if (event.key === "Enter" && event.target.matches("input")) {
      event.target.dispatchEvent(new Event("change"));
      this.#press();
    }
  }

  #ofSeat(block, position, picked, selected) {
    const status = seatStatus(block, position, picked);
    const note = selected && status === "available" ? "someone else is choosing it" : status;
    const price = { tier: block.tierOf(position), price: priceText(block.priceOf(position), this.#currency) };
    const notes = remarks(block, position).map((remark) => element("span", { className: "tip-remark", textContent: remark[0].toUpperCase() + remark.slice(1) }));
    return [element("strong", { textContent: seatName(block, position) }), this.#facts([price], accessiblePrefix(block, position) + note), ...notes];
  }

  #ofBlock(block) {
    const left = block.left ? `${count(block.left)} of ${count(block.total)} left` : leftText(0, block.closed);
    const prices = [...block.tierPrices].map(([tier, price]) => ({ tier, price: priceText(price, this.#currency) }));
    return [element("strong", { textContent: blockName(block) }), this.#facts(prices, left)];
  }

  #facts(prices, note) {
    const line = element("span", { className: "dots" });
    for (const { tier, price } of prices) {
      const swatch = element("span", { className: "swatch" });
      swatch.style.background = this.#colours.variable(tier);
      const amount = element("span");
      amount.append(swatch, price);
      line.append(amount, " ", element("span", { textContent: isolated(tier) }), " ");
    }
    line.append(element("span", { textContent: note }));
    return line;
  }

  #place(px, py) {
    const { offsetWidth: width, offsetHeight: height } = this.#box;
    const { clientWidth, clientHeight } = this.#frame;
    const above = py - height - 18;
    const left = Math.max(8, Math.min(clientWidth - width - 8, px - width / 2));
    const top = above > 8 ? above : Math.min(py + 24, clientHeight - height - 8);
    this.#box.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }
}
