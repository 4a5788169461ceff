/** What a seat or a block is, beside the pointer; for a finger with a button, as a finger hides what it hits. */

import { count, money } from "../../ticketing/format.js";
import { accessibleWords, blockName, seatName, stateWords } from "./words.js";

export class Tooltip {
  #box;
  #frame;
  #currency;
  #colours;
  shown = null;

  /** @param {HTMLElement} box  @param {(block, position) => void} act what the button does */
  constructor(box, { currency, colours, act }) {
    this.#box = box;
    this.#frame = box.parentElement;
    this.#currency = currency;
    this.#colours = colours;
    box.addEventListener("click", ({ target }) => {
      if (target.closest("button")) act(this.shown.block, this.shown.position);
    });
  }

  /** Shows it at (px, py) of the map; `button` is its text, or null for a tooltip that only tells. */
  show({ block, position, px, py }, { picked = false, marked = false, button = null } = {}) {
    this.shown = { block, position, touch: button !== null };
    const lines = position < 0 ? this.#ofBlock(block) : this.#ofSeat(block, position, picked, marked);
    this.#box.replaceChildren(...lines, ...(button ? [element("button", button, "button small")] : []));
    this.#box.classList.toggle("asks", button !== null);
    this.#box.hidden = false;
    this.#place(px, py);
  }

  hide() {
    this.#box.hidden = true;
    this.shown = null;
  }

  #ofSeat(block, position, picked, marked) {
    const state = stateWords(block, position, picked);
    const note = marked && state === "available" ? "somebody else looks at it" : state;
    return [element("strong", seatName(block, position)), this.#price(block, ` — ${accessibleWords(block, position)}${note}`)];
  }

  #ofBlock(block) {
    const left = block.available ? `${count(block.available)} of ${count(block.total)} left` : "nothing left";
    return [element("strong", blockName(block)), this.#price(block, ` — ${left}`)];
  }

  #price(block, more) {
    const line = element("span", "");
    const swatch = element("span", "", "swatch");
    swatch.style.background = this.#colours.variable(block.tier);
    line.append(swatch, `${money(block.price, this.#currency)} — ${block.tier}${more}`);
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

function element(name, text, className = "") {
  const made = document.createElement(name);
  if (name === "button") made.type = "button";
  made.className = className;
  made.textContent = text;
  return made;
}
