/** The form that finds the best seats together: how many, how many wheelchair places, to pick or to hold at once. */

import { say } from "../../../ticketing/announce.js";
import { Emitter } from "../../../ticketing/emitter.js";
import { bestScattered, bestTogether } from "../seats/best_seats.js";
import { seatCount, wheelchairCount } from "./formatting.js";

/** Dispatches `found` {block, positions, what}; `what` is "find" or "hold". If nothing is found, the summary says so. */
export class BestSeatsForm extends Emitter {
  #form;
  #quantity;
  #wheelchairs; // null for an event without wheelchair places
  #parts;
  #pending = null; // "find" or "hold", pressed before the seats were loaded

  /** @param {HTMLFormElement} form  @param {object} parts model, filter, view, summary; `max` seats; `gapsAllowed` */
  constructor(form, parts) {
    super();
    this.#form = form;
    this.#quantity = form.querySelector("#quantity");
    this.#wheelchairs = form.querySelector("#places");
    this.#parts = parts;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(event.submitter?.value ?? "find");
    });
    form.addEventListener("click", ({ target }) => this.#step(Number(target.closest("[data-step]")?.dataset.step ?? 0)));
    parts.model.addEventListener("seats", () => this.#onSeats());
  }

  #step(step) {
    if (!step) return;
    this.#quantity.value = Math.min(this.#parts.max, Math.max(1, (Number(this.#quantity.value) || 1) + step));
    say(seatCount(Number(this.#quantity.value)));
  }

  #onSeats() {
    if (!this.#pending || !this.#parts.model.isLoaded) return;
    this.#parts.summary.showMessage(null);
    this.#submit(this.#pending);
  }

  #submit(what) {
    const { model, summary } = this.#parts;
    this.#pending = model.isLoaded ? null : what;
    if (this.#pending) summary.showMessage("The seats are still loading. The best ones are picked as soon as they are ready.");
    else this.#find(what);
  }

  #find(what) {
    const { model, filter, view, gapsAllowed } = this.#parts;
    const requested = this.#wheelchairs ? this.#number(this.#wheelchairs, 0) : 0;
    const accessible = Math.max(requested, filter.accessible ? 1 : 0); // a filter for accessible blocks implies one wheelchair place
    const number = Math.max(accessible, this.#number(this.#quantity, 1));
    this.#quantity.value = number;
    const blocks = model.blocks.filter(filter.matches);
    const options = { near: view.stage, accessible };
    const found = this.#together(blocks, number, { ...options, gapsAllowed, allowed: filter.allows });
    if (found) this.emit("found", { ...found, what });
    else this.#showNotFound(number, accessible, bestScattered(blocks, number, options));
  }

  /** Seats first: places in a standing area are only proposed where no seats are. */
  #together(blocks, number, options) {
    const [seated, standing] = [false, true].map((areas) => blocks.filter((block) => block.isInterchangeable === areas));
    return bestTogether(seated, number, options) ?? bestTogether(standing, number, options);
  }

  #showNotFound(number, accessible, scattered) {
    const { filter, summary } = this.#parts;
    const including = accessible ? ` with ${wheelchairCount(accessible)}` : "";
    const matching = filter.isActive ? " that match your filter" : "";
    const actions = filter.isActive ? [["Clear the filter", () => (filter.clear(), this.#form.requestSubmit())]] : [];
    if (scattered) actions.push(["Pick seats near each other", () => this.emit("found", { ...scattered, what: "find" })]);
    summary.showMessage(`There are no ${seatCount(number)} side by side${including}${matching}.`, actions);
  }

  /** Reads the field as a number between `least` and the maximum per booking, and corrects it. */
  #number(field, least) {
    field.value = Math.min(this.#parts.max, Math.max(least, Math.round(Number(field.value) || least)));
    return Number(field.value);
  }
}
