/** A block of rows × cols seats of an event without a plan. Its `place` is set by canvas/layout.js. */

import { Block } from "./block.js";

export class GridBlock extends Block {
  kind = "grid";
  margin = { x: 1.4, y: 1.9 }; // in seats: room around a block for row numbers and its name
  #shape = null;
  #tiles = null;

  constructor(row, index) {
    super(row, index);
    this.accessible = new Set((row.accessible ?? []).map((name) => this.position(name)));
  }

  /** The seat's name in the API: "row-seat", both starting at 1. */
  name(position) {
    return `${this.rowLabel(this.rowIndex(position))}-${this.seatLabel(position)}`;
  }

  position(name) {
    const [row, seat] = name.split("-").map(Number);
    return (row - 1) * this.cols + seat - 1;
  }

  rowLabel(row) {
    return String(row + 1);
  }

  seatLabel(position) {
    return String((position % this.cols) + 1);
  }

  /** Applies new prices, {section: minor units}; returns whether its price has changed. */
  setPrices(prices) {
    const price = prices[this.section] ?? this.price;
    const changed = price !== this.price;
    this.price = price;
    return changed;
  }

  // --- In the plane -----------------------------------------------------------------------------------

  /** The outline around (0, 0), not rotated, as a Path2D. */
  get shape() {
    if (this.#shape) return this.#shape;
    const { width, height } = this.place;
    this.#shape = new Path2D();
    this.#shape.roundRect(-width / 2, -height / 2, width, height, Math.min(1.6, width / 6, height / 6));
    return this.#shape;
  }

  /** Where its name is written when seats are too small to be shown, and how much room is there. */
  get room() {
    return { x: this.place.x, y: this.place.y, width: this.cols, height: this.rows };
  }

  /** The centre of a seat in its box, from the top left corner of the box. */
  inBox(position) {
    return [(position % this.cols) + 0.5, Math.floor(position / this.cols) + 0.5];
  }

  /** The centre of a seat in the plane. */
  pointOf(position) {
    const { x, y, angle, width, height } = this.place;
    const [left, top] = this.inBox(position);
    const [u, v] = [left - width / 2, top - height / 2];
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    return [x + u * cos - v * sin, y + u * sin + v * cos];
  }

  /** The seat at a point of the plane; -1 outside of the block. */
  positionAt(x, y) {
    return this.#nearest(x, y, 0);
  }

  /** Whether a point of the plane is in the block, or within `margin` of it. */
  contains(x, y, margin) {
    return this.#nearest(x, y, margin) >= 0;
  }

  #nearest(px, py, margin) {
    const { x, y, angle, width, height } = this.place;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const u = (px - x) * cos + (py - y) * sin + width / 2;
    const v = (y - py) * -cos - (px - x) * sin + height / 2;
    if (u < -margin || v < -margin || u >= width + margin || v >= height + margin) return -1;
    const [row, seat] = [Math.floor(v), Math.floor(u)];
    return Math.min(Math.max(row, 0), this.rows - 1) * this.cols + Math.min(Math.max(seat, 0), this.cols - 1);
  }

  /** Parts that are painted as one bitmap each: its box and the seats in it. */
  get tiles() {
    return (this.#tiles ??= [{ key: 0, left: 0, top: 0, width: this.cols, height: this.rows, positions: Array.from({ length: this.total }, (_, position) => position) }]);
  }
}
