/**
 * The seats the buyer has picked to hold, in any number of blocks, and no more than the event allows.
 *
 * Dispatches `change` {block, isNew} with the block whose picks have changed, and whether it had none; `full` when a pick
 * would exceed the maximum; `alone` {block, positions} when a pick is a companion seat that no picked wheelchair place of
 * its block brings; `lost` {block, positions} when picked seats were taken.
 */

import { Emitter } from "../../../ticketing/emitter.js";
import { refusedCompanions } from "./companions.js";

export class Picks extends Emitter {
  max;
  #picked = new Map(); // block → positions, in the order in which the blocks were picked
  #paused = false;

  constructor(model, max) {
    super();
    this.max = max;
    model.addEventListener("seats", ({ detail }) => this.#picked.has(detail.block) && this.#check(detail.block));
  }

  /** The picked seats by block: [[block, positions], …]. */
  get blocks() {
    return [...this.#picked];
  }

  get count() {
    return this.blocks.reduce((sum, [, positions]) => sum + positions.length, 0);
  }

  get total() {
    return this.blocks.reduce((sum, [block, positions]) => sum + block.priceOfAll(positions), 0);
  }

  /** What a place is called: "seat", or "place" if some are for standing. */
  get unit() {
    return this.blocks.some(([block]) => block.isInterchangeable) ? "place" : "seat";
  }

  /** The picked seats of a block. */
  in(block) {
    return this.#picked.get(block) ?? [];
  }

  has(block, position) {
    return this.in(block).includes(position);
  }

  /** How many seats of a block can be picked beside those of other blocks. */
  roomIn(block) {
    return this.max - this.count + this.in(block).length;
  }

  /** Picks a free seat, or removes a picked one; with it all that are sold together with it. */
  toggle(block, position) {
    const together = block.together(position);
    if (this.has(block, position)) this.#set(block, this.in(block).filter((other) => !together.includes(other)));
    else if (together.every((each) => block.isFree(each))) this.#add(block, together);
  }

  /** Picks exactly these seats of a block, as far as they are free. The picks in other blocks stay. */
  replace(block, positions) {
    this.#set(block, positions.filter((position) => block.isFree(position)).slice(0, this.roomIn(block)));
  }

  /** Picks this number of places of a standing area, at most as many as are free. */
  take(block, number) {
    this.replace(block, block.places(Math.min(number, this.roomIn(block))));
  }

  /** Picks those of the named seats of a block that are free; returns the positions of the others. */
  restore(block, names) {
    const wanted = names.map((name) => block.position(name));
    this.replace(block, wanted);
    return wanted.filter((position) => !this.has(block, position));
  }

  clear() {
    for (const [block] of this.blocks) this.#set(block, []);
  }

  /** Pauses the check for lost seats: while the buyer's own hold is requested, reserved seats are theirs. */
  pause(paused) {
    this.#paused = paused;
    for (const [block] of this.blocks) this.#check(block);
  }

  #add(block, added) {
    const positions = [...this.in(block), ...added].sort((a, b) => a - b);
    const alone = refusedCompanions(block, positions);
    if (positions.length > this.roomIn(block)) this.emit("full");
    else if (alone.length) this.emit("alone", { block, positions: alone });
    else this.#set(block, positions);
  }

  #check(block) {
    if (this.#paused) return;
    const gone = this.in(block).filter((position) => !block.isFree(position));
    if (!gone.length) return;
    const lost = gone.filter((position) => !block.isOwn(position)); // held by this buyer, perhaps in another tab
    this.#set(block, this.in(block).filter((position) => block.isFree(position)));
    if (lost.length) this.emit("lost", { block, positions: lost });
  }

  /** Companion seats go with the wheelchair place that brought them. */
  #set(block, wanted) {
    const alone = refusedCompanions(block, wanted);
    const positions = wanted.filter((position) => !alone.includes(position));
    const isNew = positions.length > 0 && !this.#picked.has(block);
    if (positions.length) this.#picked.set(block, positions);
    else this.#picked.delete(block);
    this.emit("change", { block, isNew });
  }
}
