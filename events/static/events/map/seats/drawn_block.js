/** A block whose seats are where the plan says: rows of any form, or tables. */

import { Block } from "./block.js";
import { outlineOf } from "./outline.js";
import { PointIndex } from "./point_index.js";
import { contains, pathOf, placeOf, ratioOf, roomOf } from "./polygon.js";

const TILE = 16; // units: the edge of a part that is painted as one bitmap
const CELL = 2; // units: the edge of a cell in which seats are looked up
const REACH = 0.62; // of a seat's size: how far from its middle a pointer hits it
const NAME_AWAY = 1.7; // units from the row to the middle of the block's name
const SAME_LABEL = /^(table|tisch|mesa|tavolo)\b/i; // labels that say what they are

export class DrawnBlock extends Block {
  kind = "drawn";
  #part;
  #plan;
  #breaks;
  #columns = null; // by position, once asked for
  #positions = null; // by name, once asked for
  #index = null;
  #tileOf = null; // key of its tile, by position; once `tiles` are asked for
  #prices = new Map(); // of its categories, if it has several, in minor units
  #cache = {};

  /** @param {object} row section row  @param {Plan} plan of the event */
  constructor(row, index, plan) {
    super(row, index);
    this.#plan = plan;
    this.#part = plan.part(row.section, row.subsection);
    this.#breaks = new Set(this.#part.breaks);
    this.setTiers(row);
    this.rows = this.#part.rowCount;
    this.accessible = this.#part.wheelchair;
    this.companions = this.#part.companion;
    this.restricted = this.#part.restricted;
    this.seatSize = this.#part.seatSize;
    this.outline = outlineOf(this.#part, plan.unit);
    this.place = placeOf(this.outline);
  }

  /** In units: room around a tile for seats at its edge and for the labels of rows. */
  get margin() {
    return (this.#cache.margin ??= { x: Math.max(2, 0.9 + Math.max(...this.#part.rowLabels.map(({ length }) => length)) * 0.4), y: 2 });
  }

  // --- Names ------------------------------------------------------------------------------------------

  name(position) {
    return `${this.rowLabel(this.rowIndex(position))}-${this.seatLabel(position)}`;
  }

  position(name) {
    this.#positions ??= new Map(Array.from({ length: this.total }, (_, position) => [this.name(position), position]));
    return this.#positions.get(name) ?? -1;
  }

  rowLabel(row) {
    return this.#part.rowLabels[row];
  }

  seatLabel(position) {
    return this.#part.label(position);
  }

  rowWord(row) {
    if (!this.#part.tables.has(row)) return "row";
    return SAME_LABEL.test(this.rowLabel(row)) ? "" : "table";
  }

  noteOf(position) {
    return this.#part.notes[position] ?? "";
  }

  // --- Prices -----------------------------------------------------------------------------------------

  /** Applies the prices of a section row; `tiers` has those of a block with several. */
  setTiers({ tiers = [] }) {
    if (tiers.length) this.#prices = new Map(tiers.map(({ tier, price }) => [tier, price]));
  }

  get tierPrices() {
    return this.#prices.size ? this.#prices : super.tierPrices;
  }

  tierOf(position) {
    return this.#plan.categories[this.#part.categories.get(position) ?? this.#part.category].name;
  }

  /** Applies new prices, {category: minor units}; returns whether one of its own has changed. */
  setPrices(prices) {
    const before = this.tierPrices;
    if (this.#prices.size) this.#prices = new Map([...before].map(([tier, price]) => [tier, prices[tier] ?? price]));
    this.price = this.#prices.size ? this.lowestPrice : prices[this.tier] ?? this.price;
    return [...this.tierPrices].some(([tier, price]) => price !== before.get(tier));
  }

  // --- Rows -------------------------------------------------------------------------------------------

  rowIndex(position) {
    return this.#part.rowOf[position];
  }

  rowStart(row) {
    return this.#part.starts[row];
  }

  endsRun(position) {
    return this.#breaks.has(position) || position + 1 === this.rowStart(this.rowIndex(position) + 1);
  }

  columnOf(position) {
    if (!this.#columns) {
      this.#columns = new Uint32Array(this.total);
      for (let each = 1; each < this.total; each += 1) {
        const begins = each === this.rowStart(this.rowIndex(each));
        this.#columns[each] = begins ? 0 : this.#columns[each - 1] + (this.#breaks.has(each - 1) ? 2 : 1);
      }
    }
    return this.#columns[position];
  }

  beside(position, row) {
    if (row < 0 || row >= this.rows) return -1;
    let [nearest, least] = [-1, Infinity];
    for (let other = this.rowStart(row); other < this.rowStart(row + 1); other += 1) {
      const away = this.#squared(other, this.#part.x[position], this.#part.y[position]);
      if (away < least) [nearest, least] = [other, away];
    }
    return nearest;
  }

  get hasWholeTables() {
    return (this.#cache.hasWholeTables ??= [...this.#part.tables.values()].some(({ whole }) => whole));
  }

  isOfWholeTable(position) {
    return this.#part.tables.get(this.rowIndex(position))?.whole === true;
  }

  together(position) {
    if (!this.isOfWholeTable(position)) return [position];
    const row = this.rowIndex(position);
    const start = this.rowStart(row);
    return Array.from({ length: this.rowStart(row + 1) - start }, (_, index) => start + index);
  }

  awayFromFocus(position) {
    return this.#plan.focus && this.#squared(position, ...this.#plan.focus);
  }

  #squared(position, x, y) {
    return (this.#part.x[position] - x) ** 2 + (this.#part.y[position] - y) ** 2;
  }

  // --- In the plane -----------------------------------------------------------------------------------

  get shape() {
    return (this.#cache.shape ??= pathOf(this.outline, this.place));
  }

  /** Where its name is written when seats are too small to be shown, and how much room is there. */
  get room() {
    return (this.#cache.room ??= roomOf(this.outline, ratioOf(this.title)));
  }

  /** The same for its `briefName`. */
  get briefRoom() {
    return (this.#cache.briefRoom ??= roomOf(this.outline, this.briefName.length * 0.7));
  }

  pointOf(position) {
    return [this.#part.x[position] / this.#plan.unit, this.#part.y[position] / this.#plan.unit];
  }

  inBox(position) {
    const { x, y, width, height } = this.place;
    const [px, py] = this.pointOf(position);
    return [px - x + width / 2, py - y + height / 2];
  }

  positionAt(x, y) {
    return this.#nearest(x, y, this.seatSize * REACH);
  }

  /** Whether the middle of a seat is within `reach` of a point of the plane. */
  hasSeatAt(x, y, reach) {
    return this.#nearest(x, y, reach) >= 0;
  }

  #nearest(x, y, reach) {
    const { unit } = this.#plan;
    let [nearest, least] = [-1, (reach * unit) ** 2];
    for (const position of this.#seats.near(x * unit, y * unit, reach * unit)) {
      const away = this.#squared(position, x * unit, y * unit);
      if (away < least) [nearest, least] = [position, away];
    }
    return nearest;
  }

  get #seats() {
    this.#index ??= new PointIndex(this.#part.x, this.#part.y, this.#part.box, CELL * this.#plan.unit);
    return this.#index;
  }

  contains(x, y, margin) {
    return contains(this.outline, x, y, margin);
  }

  get tiles() {
    return (this.#cache.tiles ??= this.#split());
  }

  #split() {
    const { x, y, width, height } = this.place;
    const edge = TILE * this.#plan.unit;
    const [left, top] = [(x - width / 2) * this.#plan.unit, (y - height / 2) * this.#plan.unit];
    const index = new PointIndex(this.#part.x, this.#part.y, { left, top, right: left + width * this.#plan.unit, bottom: top + height * this.#plan.unit }, edge);
    const tiles = [];
    this.#tileOf = new Uint32Array(this.total);
    for (let row = 0; row < index.rows; row += 1) {
      for (let column = 0; column < index.columns; column += 1) {
        const positions = index.at(column, row);
        const box = { left: column * TILE, top: row * TILE, width: Math.min(TILE, width - column * TILE), height: Math.min(TILE, height - row * TILE) };
        for (const position of positions) this.#tileOf[position] = row * index.columns + column;
        if (positions.length) tiles.push({ key: row * index.columns + column, ...box, positions });
      }
    }
    return tiles;
  }

  isIn(tile, position) {
    return this.#tileOf[position] === tile.key;
  }

  touching(tile, position) {
    const [u, v] = this.inBox(position);
    return tile.positions.filter((other) => {
      const [x, y] = this.inBox(other);
      return Math.abs(x - u) < this.seatSize && Math.abs(y - v) < this.seatSize;
    });
  }

  /**
   * Points for its name, the best first: in front of the middle of its front row, and behind its back row if `clear` units
   * around are free, so that it isn't taken for the name of the block behind. That of a block of tables is above it.
   */
  get namePoints() {
    const { x, y, height } = this.place;
    if (this.tables.length) return [{ point: [x, y - height / 2 - 0.7], clear: 0 }];
    return (this.#cache.namePoints ??= [{ point: this.#beyond(0, 1), clear: 0 }, { point: this.#beyond(this.rows - 1, this.rows - 2), clear: 2 }]);
  }

  /** A point beyond the middle of a row, on the side away from the row `next`. */
  #beyond(row, next) {
    const middleOf = (each) => Math.floor((this.rowStart(each) + this.rowStart(each + 1) - 1) / 2);
    const [x, y] = this.pointOf(middleOf(row));
    const [nx, ny] = this.rows > 1 ? this.pointOf(this.beside(middleOf(row), next)) : [x, y + (row <= next ? 1 : -1)];
    const length = Math.hypot(x - nx, y - ny) || 1;
    return [x + ((x - nx) / length) * NAME_AWAY, y + ((y - ny) / length) * NAME_AWAY];
  }

  // --- Drawings ---------------------------------------------------------------------------------------

  /** The tables, in units of the map: {row, shape, x, y, width, height, rotation, whole}. */
  get tables() {
    const { unit } = this.#plan;
    return (this.#cache.tables ??= [...this.#part.tables.values()].map((table) => ({
      ...table, x: table.x / unit, y: table.y / unit, width: table.width / unit, height: table.height / unit,
    })));
  }

  isTable(row) {
    return this.#part.tables.has(row);
  }
}
