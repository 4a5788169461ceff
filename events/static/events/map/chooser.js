/** The form that asks for the best seats together: how many, how many of them for wheelchairs, to look at or to hold. */

import { say } from "../../ticketing/announce.js";
import { bestScattered, bestTogether } from "./best.js";
import { seatsWords, wheelchairWords } from "./words.js";

/** Tells `found` `{block, positions, what}`, `what` being "find" or "hold". What can't be found is said in the summary. */
export class Chooser extends EventTarget {
  #form;
  #quantity;
  #places; // for an event that has wheelchair places
  #parts;
  #asked = null; // "find" or "hold", pressed before the seats were here

  /** @param {HTMLFormElement} form  @param {object} parts model, filter, view, summary; `max` seats; `gapsAllowed` */
  constructor(form, parts) {
    super();
    this.#form = form;
    this.#quantity = form.querySelector("#quantity");
    this.#places = form.querySelector("#places");
    this.#parts = parts;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#take(event.submitter?.value ?? "find");
    });
    form.addEventListener("click", ({ target }) => this.#step(Number(target.closest("[data-step]")?.dataset.step ?? 0)));
    parts.model.addEventListener("seats", () => this.#seatsCame());
  }

  #step(step) {
    if (!step) return;
    this.#quantity.value = Math.min(this.#parts.max, Math.max(1, (Number(this.#quantity.value) || 1) + step));
    say(seatsWords(Number(this.#quantity.value)));
  }

  #seatsCame() {
    if (!this.#asked || !this.#parts.model.isKnown) return;
    this.#parts.summary.tell(null);
    this.#take(this.#asked);
  }

  #take(what) {
    const { model, summary } = this.#parts;
    this.#asked = model.isKnown ? null : what;
    if (this.#asked) summary.tell("The seats are still on their way. The best ones are picked as soon as they are here.");
    else this.#find(what);
  }

  #find(what) {
    const { model, filter, view, gapsAllowed } = this.#parts;
    const asked = this.#places ? this.#number(this.#places, 0) : 0;
    const accessible = Math.max(asked, filter.accessible ? 1 : 0); // who wants only such blocks wants such a place
    const number = Math.max(accessible, this.#number(this.#quantity, 1));
    this.#quantity.value = number;
    const blocks = model.blocks.filter(filter.wanted);
    const wish = { near: view.stage, accessible };
    const found = bestTogether(blocks, number, { ...wish, gapsAllowed });
    if (found) this.#tell(found, what);
    else this.#regret(number, accessible, bestScattered(blocks, number, wish));
  }

  #regret(number, accessible, scattered) {
    const { filter, summary } = this.#parts;
    const places = accessible ? ` with ${wheelchairWords(accessible)}` : "";
    const fitting = filter.isActive ? " that fit your filter" : "";
    const ways = filter.isActive ? [["Look everywhere", () => (filter.clear(), this.#form.requestSubmit())]] : [];
    if (scattered) ways.push(["Take seats near each other", () => this.#tell(scattered, "find")]);
    summary.tell(`There are no ${seatsWords(number)} side by side${places}${fitting}.`, ways);
  }

  /** What is in the field, made a number from `least` to the most seats of a booking. */
  #number(field, least) {
    field.value = Math.min(this.#parts.max, Math.max(least, Math.round(Number(field.value) || least)));
    return Number(field.value);
  }

  #tell(seats, what) {
    this.dispatchEvent(new CustomEvent("found", { detail: { ...seats, what } }));
  }
}
