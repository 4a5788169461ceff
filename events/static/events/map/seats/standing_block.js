/**
 * A standing area, whose places nobody chooses one by one: a buyer picks a number of them.
 *
 * Here positions count the free places: 0 to `available` − 1 are free. So a pick of three is the positions 0, 1 and 2, and
 * loses some when fewer are left. `seats` has the status of each place as for other blocks.
 */

import { Block } from "./block.js";
import { contains, pathOf, placeOf, ratioOf, roomOf } from "./polygon.js";

export class StandingBlock extends Block {
  kind = "standing";
  unit = "place";
  tiles = [];
  tables = [];
  #cache = {};

  constructor(row, index, plan) {
    super(row, index);
    this.outline = plan.scaled(plan.part(row.section, row.subsection).outline);
    this.place = placeOf(this.outline);
  }

  get isInterchangeable() {
    return true;
  }

  /** The API tells the places apart by number; nobody reads these names. */
  name(position) {
    return `1-${position + 1}`;
  }

  position(name) {
    return Number(name.split("-")[1]) - 1;
  }

  /** Returns the positions of a pick of this number. */
  places(number) {
    return Array.from({ length: number }, (_, position) => position);
  }

  isFree(position) {
    return !this.closed && this.seats !== null && position >= 0 && position < this.available;
  }

  isOwn() {
    return false;
  }

  shownToOthers() {
    return [];
  }

  request(positions) {
    return { seat_selection_mode: "best_available", quantity: positions.length };
  }

  /** Applies new prices, {category: minor units}; returns whether its own has changed. */
  setPrices(prices) {
    const price = prices[this.tier] ?? this.price;
    const changed = price !== this.price;
    this.price = price;
    return changed;
  }

  // --- In the plane -----------------------------------------------------------------------------------

  get shape() {
    return (this.#cache.shape ??= pathOf(this.outline, this.place));
  }

  get room() {
    return (this.#cache.room ??= roomOf(this.outline, ratioOf(this.title)));
  }

  /** The same for its `briefName`. */
  get briefRoom() {
    return (this.#cache.briefRoom ??= roomOf(this.outline, this.briefName.length * 0.7));
  }

  pointOf() {
    return [this.room.x, this.room.y];
  }

  positionAt() {
    return -1;
  }

  contains(x, y, margin) {
    return contains(this.outline, x, y, margin);
  }
}
