/**
 * The seats of one event in the browser: counts of every block, the status of every seat, wheelchair places, the seats
 * that are reserved for this buyer, and the seats that other viewers have selected.
 *
 * Dispatches `counts` {block}, `seats` {block, positions} (null: all of them), `prices` and `selections`.
 */

import { Emitter } from "../../ticketing/emitter.js";

export const AVAILABLE = 0;
export const RESERVED = 1;
export const SOLD = 2;
export const BLOCKED = 3;
/** Statuses by code. */
export const STATUSES = ["available", "reserved", "sold", "blocked"];

const CODE_OF_LETTER = { a: AVAILABLE, r: RESERVED, s: SOLD, b: BLOCKED };
const SELECTION_MS = 20_000; // a selection that isn't renewed disappears

/** A block of rows × cols seats. Position 0 is at the front left. `seats` has a code per seat; null until loaded. */
export class Block {
  constructor(row, index) {
    this.index = index;
    this.section = row.section;
    this.number = row.subsection;
    this.tier = row.tier;
    this.rows = row.rows;
    this.cols = row.cols;
    this.total = row.total;
    this.seats = null;
    this.closed = false; // no seat can be bought any more, whatever its status
    this.own = new Set(); // positions of the buyer's own reservations
    this.accessible = new Set((row.accessible ?? []).map((name) => this.position(name)));
    this.setCounts(row);
  }

  setCounts(row) {
    this.available = row.available;
    this.reserved = row.reserved;
    this.sold = row.sold;
    this.price = row.price ?? this.price;
  }

  /** The seat's name in the API: "row-seat", both starting at 1. */
  name(position) {
    return `${this.rowOf(position)}-${this.seatOf(position)}`;
  }

  position(name) {
    const [row, seat] = name.split("-").map(Number);
    return (row - 1) * this.cols + seat - 1;
  }

  rowOf(position) {
    return Math.floor(position / this.cols) + 1;
  }

  seatOf(position) {
    return (position % this.cols) + 1;
  }

  /** How many seats can still be bought. */
  get left() {
    return this.closed ? 0 : this.available;
  }

  isFree(position) {
    return !this.closed && this.seats !== null && this.seats[position] === AVAILABLE;
  }

  /** Whether the seat is reserved for this buyer, who hasn't paid for it yet. */
  isOwn(position) {
    return this.own.has(position) && this.seats !== null && this.seats[position] === RESERVED;
  }

  isAccessible(position) {
    return this.accessible.has(position);
  }

  /** How many of these are wheelchair places. */
  accessibleCount(positions) {
    return positions.filter((position) => this.accessible.has(position)).length;
  }
}

export class SeatModel extends Emitter {
  #byName = new Map();
  #holds = new Map(); // id of the buyer's booking → {block, positions}
  #selections = new Map(); // viewer → {block, positions, until}

  /** @param {object[]} rows section rows in the order of the seating */
  constructor(rows) {
    super();
    this.blocks = rows.map((row, index) => new Block(row, index));
    for (const block of this.blocks) this.#byName.set(`${block.section}\n${block.number}`, block);
  }

  /** Returns a block, or undefined. */
  block(section, number) {
    return this.#byName.get(`${section}\n${number}`);
  }

  get available() {
    return this.blocks.reduce((sum, block) => sum + block.available, 0);
  }

  /** Whether the seats of all blocks are loaded. */
  get isLoaded() {
    return this.blocks.every((block) => block.seats !== null);
  }

  /** Applies the counts and prices of section rows. */
  setCounts(rows) {
    let repriced = false;
    for (const row of rows) {
      const block = this.block(row.section, row.subsection);
      if (!block) continue;
      repriced ||= row.price !== undefined && row.price !== block.price;
      block.setCounts(row);
      this.emit("counts", { block });
    }
    if (repriced) this.emit("prices");
  }

  /** Applies new prices of sections, {name: minor units}. */
  setPrices(prices) {
    const changed = this.blocks.filter(({ section, price }) => prices[section] !== undefined && prices[section] !== price);
    for (const block of changed) {
      block.price = prices[block.section];
      this.emit("counts", { block });
    }
    if (changed.length) this.emit("prices");
  }

  /** Sets all seats of a block; `seats` has a letter (a, r, s or b) per seat. */
  setSeats({ section, subsection, seats }) {
    const block = this.block(section, subsection);
    if (!block || seats.length !== block.total) return;
    const codes = Uint8Array.from(seats, (letter) => CODE_OF_LETTER[letter]);
    const counts = [0, 0, 0, 0];
    for (const code of codes) counts[code] += 1;
    block.seats = codes;
    block.setCounts({ available: counts[AVAILABLE], reserved: counts[RESERVED], sold: counts[SOLD] });
    this.emit("seats", { block, positions: null });
    this.emit("counts", { block });
  }

  /** Changes some seats of a block, {"row-seat": status}. */
  changeSeats({ section, subsection, seats }) {
    const block = this.block(section, subsection);
    if (!block?.seats) return;
    const positions = [];
    for (const [name, status] of Object.entries(seats)) {
      const position = block.position(name);
      block.seats[position] = STATUSES.indexOf(status);
      positions.push(position);
    }
    this.emit("seats", { block, positions });
  }

  /** Sets whether the sale is over, so that no seat counts as left and none can be picked. */
  setClosed(closed) {
    for (const block of this.blocks) {
      if (block.closed === closed) continue;
      block.closed = closed;
      this.emit("counts", { block });
      this.emit("seats", { block, positions: null });
    }
  }

  /** Marks the seats (their names) of an unpaid booking as the buyer's own; no seats, when it has ended. */
  setOwn({ id, section, subsection, seats }) {
    const before = this.#holds.get(id);
    this.#holds.delete(id);
    const block = this.block(section, subsection);
    if (block && seats.length) this.#holds.set(id, { block, positions: seats.map((name) => block.position(name)) });
    const changed = [before, this.#holds.get(id)].filter(Boolean);
    for (const hold of changed) hold.block.own.clear();
    for (const hold of this.#holds.values()) hold.positions.forEach((position) => hold.block.own.add(position));
    for (const hold of changed) this.emit("seats", hold);
  }

  // --- Seats selected by other viewers ------------------------------------------------------------------

  /** Replaces the selection of another viewer; no seats remove it. */
  setSelection({ viewer, section, subsection, seats }) {
    const block = this.block(section, subsection);
    if (!block) return;
    if (seats.length) {
      const positions = seats.map((name) => block.position(name));
      this.#selections.set(viewer, { block, positions, until: performance.now() + SELECTION_MS });
      setTimeout(() => this.#expireSelections(), SELECTION_MS + 50);
    } else {
      this.#selections.delete(viewer);
    }
    this.emit("selections");
  }

  /** Yields [block, positions] of every viewer's selection. */
  *selections() {
    for (const { block, positions } of this.#selections.values()) yield [block, positions];
  }

  /** Whether another viewer has selected the seat. */
  isSelected(block, position) {
    for (const [other, positions] of this.selections()) if (other === block && positions.includes(position)) return true;
    return false;
  }

  #expireSelections() {
    const now = performance.now();
    for (const [viewer, { until }] of this.#selections) if (until <= now) this.#selections.delete(viewer);
    this.emit("selections");
  }
}
