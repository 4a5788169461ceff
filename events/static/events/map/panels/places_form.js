/** A standing area in the list: a number field for the places to pick. Other parts see it as they see a SeatGrid. */

import { element } from "./element.js";
import { blockName } from "./formatting.js";
import { Stepper } from "./stepper.js";

export class PlacesForm {
  #block;
  #picks;
  #stepper;

  constructor(block, { picks, emit, close }) {
    this.#block = block;
    this.#picks = picks;
    const change = (number) => emit("places", { block, number });
    this.#stepper = new Stepper({ label: `Places in ${blockName(block)}`, value: 0, least: 0, most: 0, change });
    this.element = element("div", { className: "places-form" });
    this.element.append(element("span", { textContent: "How many places?" }), this.#stepper.element);
    this.element.addEventListener("keydown", (event) => event.key === "Escape" && close());
    this.refresh();
  }

  /** Moves the focus to the number field, with `move`. */
  focus(_position, move) {
    if (move) this.#stepper.focus();
  }

  /** Shows how many places are picked, and how many can be. */
  refresh() {
    const picked = this.#picks.in(this.#block).length;
    this.#stepper.update(picked, Math.min(this.#picks.roomIn(this.#block), this.#block.left));
  }
}
