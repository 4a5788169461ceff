/**
 * The seats of one event as the page knows them: counts of every block, a state for every seat, which are wheelchair
 * places, what others look at.
 *
 * Tells `counts` {block}, `seats` {block, positions} (null: any of them may have changed), `prices` and `marks`.
 */

export const AVAILABLE = 0;
export const RESERVED = 1;
export const SOLD = 2;
export const BLOCKED = 3;
export const STATES = ["available", "reserved", "sold", "blocked"];

const CODE_OF_LETTER = { a: AVAILABLE, r: RESERVED, s: SOLD, b: BLOCKED };
const MARK_MS = 20_000; // a mark that is not renewed fades

/** One block of rows × cols seats; `seats` is null until its letters have come. Position 0 is the front left. */
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
    this.accessible = new Set((row.accessible ?? []).map((name) => this.position(name)));
    this.count(row);
  }

  count(row) {
    this.available = row.available;
    this.reserved = row.reserved;
    this.sold = row.sold;
    this.price = row.price ?? this.price;
  }

  /** What a position is called: "row-seat", both from 1. */
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

  isFree(position) {
    return this.seats !== null && this.seats[position] === AVAILABLE;
  }

  isAccessible(position) {
    return this.accessible.has(position);
  }

  /** How many of these are wheelchair places. */
  places(positions) {
    return positions.filter((position) => this.accessible.has(position)).length;
  }
}

export class SeatModel extends EventTarget {
  #byName = new Map();
  #marks = new Map(); // viewer → {block, positions, until}

  /** @param {object[]} rows section rows in the order of the seating */
  constructor(rows) {
    super();
    this.blocks = rows.map((row, index) => new Block(row, index));
    for (const block of this.blocks) this.#byName.set(`${block.section}\n${block.number}`, block);
  }

  /** The block of that name, or undefined. */
  block(section, number) {
    return this.#byName.get(`${section}\n${number}`);
  }

  get available() {
    return this.blocks.reduce((sum, block) => sum + block.available, 0);
  }

  /** Whether the letters of all blocks have come. */
  get isKnown() {
    return this.blocks.every((block) => block.seats !== null);
  }

  /** Section rows of a snapshot, or of one delta. */
  count(rows) {
    let repriced = false;
    for (const row of rows) {
      const block = this.block(row.section, row.subsection);
      if (!block) continue;
      repriced ||= row.price !== undefined && row.price !== block.price;
      block.count(row);
      this.#tell("counts", { block });
    }
    if (repriced) this.#tell("prices", {});
  }

  /** New prices of sections, {name: minor units}. */
  reprice(prices) {
    const changed = this.blocks.filter(({ section, price }) => prices[section] !== undefined && prices[section] !== price);
    for (const block of changed) {
      block.price = prices[block.section];
      this.#tell("counts", { block });
    }
    if (changed.length) this.#tell("prices", {});
  }

  /** All seats of a block, a letter each. */
  letters({ section, subsection, seats }) {
    const block = this.block(section, subsection);
    if (!block || seats.length !== block.total) return;
    const states = Uint8Array.from(seats, (letter) => CODE_OF_LETTER[letter]);
    const counts = [0, 0, 0, 0];
    for (const state of states) counts[state] += 1;
    block.seats = states;
    block.count({ available: counts[AVAILABLE], reserved: counts[RESERVED], sold: counts[SOLD] });
    this.#tell("seats", { block, positions: null });
    this.#tell("counts", { block });
  }

  /** A delta of the feed: {"row-seat": status} of one block. */
  change({ section, subsection, seats }) {
    const block = this.block(section, subsection);
    if (!block?.seats) return;
    const positions = [];
    for (const [name, status] of Object.entries(seats)) {
      const position = block.position(name);
      block.seats[position] = STATES.indexOf(status);
      positions.push(position);
    }
    this.#tell("seats", { block, positions });
  }

  // --- What others look at ------------------------------------------------------------------------------

  mark({ viewer, section, subsection, seats }) {
    const block = this.block(section, subsection);
    if (!block) return;
    if (seats.length) {
      const positions = seats.map((name) => block.position(name));
      this.#marks.set(viewer, { block, positions, until: performance.now() + MARK_MS });
      setTimeout(() => this.#fade(), MARK_MS + 50);
    } else {
      this.#marks.delete(viewer);
    }
    this.#tell("marks", {});
  }

  /** [block, positions] of every viewer who looks at seats now. */
  *marks() {
    for (const { block, positions } of this.#marks.values()) yield [block, positions];
  }

  isMarked(block, position) {
    for (const [other, positions] of this.marks()) if (other === block && positions.includes(position)) return true;
    return false;
  }

  #fade() {
    const now = performance.now();
    for (const [viewer, { until }] of this.#marks) if (until <= now) this.#marks.delete(viewer);
    this.#tell("marks", {});
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
