/** What blocks have in common: counts, the status of every seat, and what the rest of the page asks of a block. */

export const AVAILABLE = 0;
export const RESERVED = 1;
export const SOLD = 2;
export const BLOCKED = 3;
/** Statuses by code. */
export const STATUSES = ["available", "reserved", "sold", "blocked"];

const BRIEF = 3; // characters

/**
 * A block of seats, or a standing area. `kind` is "grid", "drawn" or "standing"; GridBlock, DrawnBlock and StandingBlock
 * say where its seats are and what they are called, so that other modules need not distinguish them.
 *
 * A seat's `position` counts from 0, row by row from the front, each row from the left. `seats` has a code per position;
 * null until loaded. `place` is its box in the plane, {x, y, angle, width, height, radius}: middle, rotation, size, and
 * the radius of a circle around it.
 */
export class Block {
  seats = null;
  place = null;
  isOnly = false; // whether it is the only block of its section in a plan, so that its number says nothing
  closed = false; // no seat can be bought any more, whatever its status
  own = new Set(); // positions of the buyer's own reservations
  accessible = new Set(); // positions of wheelchair places
  companions = new Set();
  released = false; // whether companion seats are sold without wheelchair places
  restricted = new Set(); // positions with a restricted view
  unit = "seat"; // what is counted: "2 seats"
  seatSize = 1; // in units of the plane

  constructor(row, index) {
    this.index = index;
    this.section = row.section;
    this.number = row.subsection;
    this.tier = row.tier;
    this.rows = row.rows;
    this.cols = row.cols; // seats of its longest row
    this.total = row.total;
    this.setCounts(row);
  }

  setCounts(row) {
    this.available = row.available;
    this.reserved = row.reserved;
    this.sold = row.sold;
    this.price = row.price ?? this.price;
  }

  /**
   * Its name, without the section's prefix: "A · 2". `tail` is the part that is never cut; without a number, it is the last
   * word: "Gallery left".
   */
  get title() {
    if (!this.isOnly) return { name: this.section, tail: ` · ${this.number}` };
    const end = this.section.lastIndexOf(" ");
    return end < 0 ? { name: this.section, tail: "" } : { name: this.section.slice(0, end), tail: this.section.slice(end) };
  }

  /** The shortest name, for small blocks: the number; of the only block "104" for "104" or "Box 104", "GL" for "Gallery left". */
  get briefName() {
    if (!this.isOnly) return String(this.number);
    const words = this.section.split(" ").filter(Boolean);
    return words.at(-1).length <= BRIEF ? words.at(-1) : words.slice(0, BRIEF).map(([initial]) => initial.toUpperCase()).join("");
  }

  /** How many seats can still be bought. */
  get left() {
    return this.closed ? 0 : this.available;
  }

  /** All of its tiers, and the price of a seat of each; `price` is the lowest. */
  get tierPrices() {
    return new Map([[this.tier, this.price]]);
  }

  /** Applies the tiers of a section row, of which only drawn blocks have several. */
  setTiers() {}

  get tiers() {
    return [...this.tierPrices.keys()];
  }

  get lowestPrice() {
    return Math.min(...this.tierPrices.values());
  }

  get highestPrice() {
    return Math.max(...this.tierPrices.values());
  }

  tierOf() {
    return this.tier;
  }

  priceOf(position) {
    return this.tierPrices.get(this.tierOf(position));
  }

  priceOfAll(positions) {
    return positions.reduce((sum, position) => sum + this.priceOf(position), 0);
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

  /** Why the view is restricted, "" if the plan doesn't say. */
  noteOf() {
    return "";
  }

  /** Whether its places have no names, and a buyer picks a number of them. */
  get isInterchangeable() {
    return false;
  }

  /** Whether any table is sold as a whole. */
  get hasWholeTables() {
    return false;
  }

  /** Whether a seat is at a table that is sold as a whole. */
  isOfWholeTable() {
    return false;
  }

  /** All positions that are sold together with this one: those of a table that is sold as a whole, or only itself. */
  together(position) {
    return [position];
  }

  // --- Rows -------------------------------------------------------------------------------------------

  /** The word for a row: "row" or "table". */
  rowWord() {
    return "row";
  }

  /** The number of its row, from 0 at the front. */
  rowIndex(position) {
    return Math.floor(position / this.cols);
  }

  /** The first position of a row; that of the row after the last is the number of seats. */
  rowStart(row) {
    return row * this.cols;
  }

  /** Whether no neighbour is on its right: an aisle, a missing seat or the end of the row. */
  endsRun(position) {
    return (position + 1) % this.cols === 0;
  }

  /** How far it is from the left end of its row, in seats; an aisle counts as one. */
  columnOf(position) {
    return position - this.rowStart(this.rowIndex(position));
  }

  /** The seat of another row that is nearest to this one, for the arrow keys; -1 if there is no such row. */
  beside(position, row) {
    return row < 0 || row >= this.rows ? -1 : this.rowStart(row) + this.columnOf(position);
  }

  // --- Painting ---------------------------------------------------------------------------------------

  /** Whether a seat belongs to a tile, of which a grid has only one. */
  isIn() {
    return true;
  }

  /** The seats of a tile that may reach into the square around a seat, and that seat. */
  touching(_tile, position) {
    return [position];
  }

  /** Whether the middle of a seat is within `reach` of a point of the plane. */
  hasSeatAt() {
    return false;
  }

  // --- Choosing ---------------------------------------------------------------------------------------

  /** How far it is from what the audience looks at; of seats that are free, the nearest is the best. Null: the row decides. */
  awayFromFocus() {
    return null;
  }

  /** The names of seats that other viewers see as selected. */
  shownToOthers(positions) {
    return positions.map((position) => this.name(position));
  }

  /** What a request to reserve these seats says about them. */
  request(positions) {
    return { seat_selection_mode: "manual", quantity: positions.length, seat_positions: positions.map((position) => this.name(position)) };
  }
}
