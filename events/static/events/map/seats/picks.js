/**
 * The seats the buyer has picked to hold: all in one block, like a booking, and no more than the event allows.
 *
 * Dispatches `change`; `moved` {from, number} when a pick in another block removed the earlier ones; `full` when a pick
 * would exceed the maximum; `alone` {block, positions} when a pick is a companion seat that no picked wheelchair place
 * brings; `lost` {block, positions} when picked seats were taken.
 */

import { Emitter } from "../../../ticketing/emitter.js";
import { refusedCompanions } from "./companions.js";

export class Picks extends Emitter {
  block = null;
  positions = [];
  max;
  #paused = false;

  constructor(model, max) {
    super();
    this.max = max;
    model.addEventListener("seats", ({ detail }) => detail.block === this.block && this.#check());
  }

  has(block, position) {
    return this.block === block && this.positions.includes(position);
  }

  get total() {
    return this.block ? this.block.priceOfAll(this.positions) : 0;
  }

  /** The names of the seats for the API. */
  get names() {
    return this.positions.map((position) => this.block.name(position));
  }

  /** Picks a free seat, or removes a picked one; with it all that are sold together with it. */
  toggle(block, position) {
    const together = block.together(position);
    if (this.has(block, position)) this.#set(block, this.positions.filter((other) => !together.includes(other)));
    else if (together.every((each) => block.isFree(each))) this.#add(block, together);
  }

  /** Picks exactly these seats, as far as they are free. */
  replace(block, positions) {
    this.#set(block, positions.filter((position) => block.isFree(position)).slice(0, this.max));
  }

  /** Picks this number of places of a standing area, at most as many as are free. */
  take(block, number) {
    const [from, before] = [this.block, this.positions.length];
    this.replace(block, block.places(Math.min(number, this.max)));
    if (from && from !== block && before && this.positions.length) this.emit("moved", { from, number: before });
  }

  clear() {
    this.#set(null, []);
  }

  /** Pauses the check for lost seats: while the buyer's own hold is requested, reserved seats are theirs. */
  pause(paused) {
    this.#paused = paused;
    if (!paused) this.#check();
  }

  #add(block, added) {
    const moves = this.block !== null && this.block !== block && this.positions.length > 0;
    const [from, number] = [this.block, this.positions.length];
    const positions = [...(moves ? [] : this.positions), ...added].sort((a, b) => a - b);
    const alone = refusedCompanions(block, positions);
    if (positions.length > this.max) {
      this.emit("full");
    } else if (alone.length) {
      this.emit("alone", { block, positions: alone });
    } else {
      this.#set(block, positions);
      if (moves) this.emit("moved", { from, number });
    }
  }

  #check() {
    if (this.#paused || !this.block) return;
    const block = this.block;
    const gone = this.positions.filter((position) => !block.isFree(position));
    if (!gone.length) return;
    const lost = gone.filter((position) => !block.isOwn(position)); // held by this buyer, perhaps in another tab
    this.#set(block, this.positions.filter((position) => block.isFree(position)));
    if (lost.length) this.emit("lost", { block, positions: lost });
  }

  /** Companion seats go with the wheelchair place that brought them. */
  #set(block, wanted) {
    const before = this.block;
    const alone = block ? refusedCompanions(block, wanted) : [];
    const positions = wanted.filter((position) => !alone.includes(position));
    this.block = positions.length ? block : null;
    this.positions = positions;
    this.emit("change", { before });
  }
}
