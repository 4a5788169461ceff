/**
 * The seats of one event in the browser: counts of every block, the status of every seat, wheelchair places, the seats
 * that are reserved for this buyer, and the seats that other viewers have selected.
 *
 * Dispatches `counts` {block}, `seats` {block, positions} (null: all of them), `prices` and `selections`.
 */

import { Emitter } from "../../../ticketing/emitter.js";
import { AVAILABLE, BLOCKED, RESERVED, SOLD, STATUSES } from "./block.js";
import { bySection } from "./sections.js";

const CODE_OF_LETTER = { a: AVAILABLE, r: RESERVED, s: SOLD, b: BLOCKED };
const SELECTION_MS = 20_000; // a selection that isn't renewed disappears

export class SeatModel extends Emitter {
  #byName = new Map();
  #holds = new Map(); // id of the buyer's booking → {block, positions}
  #selections = new Map(); // viewer → {block, positions, until}

  /** @param {object[]} rows section rows in the order of the seating  @param {(row, index) => Block} block creates a block */
  constructor(rows, block) {
    super();
    this.blocks = rows.map(block);
    for (const block of this.blocks) this.#byName.set(`${block.section}\n${block.number}`, block);
    for (const [first, ...others] of bySection(this.blocks).values()) first.isOnly = first.kind !== "grid" && !others.length;
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
      const before = [...block.tierPrices.values()].join();
      block.setCounts(row);
      block.setTiers(row);
      repriced ||= before !== [...block.tierPrices.values()].join();
      this.emit("counts", { block });
    }
    if (repriced) this.emit("prices");
  }

  /** Applies new prices of sections, or of a plan's categories, {name: minor units}. */
  setPrices(prices) {
    const changed = this.blocks.filter((block) => block.setPrices(prices));
    for (const block of changed) this.emit("counts", { block });
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
      if (position < 0) continue;
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
    if (block && seats.length) this.#holds.set(id, { block, positions: positionsOf(block, seats) });
    const changed = [before, this.#holds.get(id)].filter(Boolean);
    for (const hold of changed) hold.block.own.clear();
    for (const hold of this.#holds.values()) hold.positions.forEach((position) => hold.block.own.add(position));
    for (const hold of changed) this.emit("seats", hold);
  }

  /** Sets whether the seller has released companion seats, so that they can be picked without a wheelchair place. */
  setReleased(released) {
    for (const block of this.blocks) {
      if (block.released === released) continue;
      block.released = released;
      if (block.companions.size && block.seats) this.emit("seats", { block, positions: [...block.companions] });
    }
  }

  // --- Seats selected by other viewers ------------------------------------------------------------------

  /** Replaces the selection of another viewer; no seats remove it. */
  setSelection({ viewer, section, subsection, seats }) {
    const block = this.block(section, subsection);
    if (!block) return;
    if (seats.length) {
      const positions = positionsOf(block, seats);
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

/** Returns the positions of seats by their names; a name that the block doesn't have is left out. */
function positionsOf(block, names) {
  return names.map((name) => block.position(name)).filter((position) => position >= 0);
}
