/** The tooltip of a seat or block. On touch screens it is a sheet at the bottom of the map, with a button. */

import { count, priceText } from "../../ticketing/format.js";
import { element } from "./element.js";
import { accessiblePrefix, blockName, leftText, seatName, seatStatus } from "./formatting.js";

export class Tooltip {
  #box;
  #frame;
  #currency;
  #colours;
  shown = null;

  /** @param {HTMLElement} box  @param {(block, position) => void} act called by the button */
  constructor(box, { currency, colours, act }) {
    this.#box = box;
    this.#frame = box.parentElement;
    this.#currency = currency;
    this.#colours = colours;
    box.addEventListener("click", ({ target }) => {
      if (target.closest("button")) act(this.shown.block, this.shown.position);
    });
  }

  /** Shows it at (px, py) of the map; `button` is the button's text, or null for no button. */
  show({ block, position, px, py }, { picked = false, selected = false, button = null } = {}) {
    this.shown = { block, position, touch: button !== null };
    const lines = position < 0 ? this.#ofBlock(block) : this.#ofSeat(block, position, picked, selected);
    this.#box.replaceChildren(...lines, ...(button ? [element("button", { type: "button", textContent: button, className: "button small" })] : []));
    this.#box.classList.toggle("sheet", button !== null);
    this.#box.hidden = false;
    if (button) this.#box.style.transform = "";
    else this.#place(px, py);
  }

  /** How many px at the bottom of the map it covers. */
  get covered() {
    return Math.max(0, this.#frame.getBoundingClientRect().bottom - this.#box.getBoundingClientRect().top);
  }

  hide() {
    this.#box.hidden = true;
    this.shown = null;
  }

  #ofSeat(block, position, picked, selected) {
    const status = seatStatus(block, position, picked);
    const note = selected && status === "available" ? "someone else is choosing it" : status;
    return [element("strong", { textContent: seatName(block, position) }), this.#price(block, accessiblePrefix(block, position) + note)];
  }

  #ofBlock(block) {
    const left = block.left ? `${count(block.left)} of ${count(block.total)} left` : leftText(0, block.closed);
    return [element("strong", { textContent: blockName(block) }), this.#price(block, left)];
  }

  #price(block, note) {
    const swatch = element("span", { className: "swatch" });
    swatch.style.background = this.#colours.variable(block.tier);
    const price = element("span");
    price.append(swatch, priceText(block.price, this.#currency));
    const line = element("span", { className: "dots" });
    line.append(price, " ", element("span", { textContent: block.tier }), " ", element("span", { textContent: note }));
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
