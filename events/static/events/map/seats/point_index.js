/** Points sorted into the cells of a grid, so that those in a small part of the plane are found without a search. */

export class PointIndex {
  #starts; // per cell: where its points begin in `order`; one more than there are cells
  #order; // numbers of the points, cell by cell

  /**
   * @param {{length: number, [index: number]: number}} x  and `y`: coordinates of the points
   * @param {{left: number, top: number, right: number, bottom: number}} box around all points  @param {number} edge of a cell
   */
  constructor(x, y, box, edge) {
    Object.assign(this, { left: box.left, top: box.top, edge });
    this.columns = Math.max(1, Math.ceil((box.right - box.left) / edge + 1e-9));
    this.rows = Math.max(1, Math.ceil((box.bottom - box.top) / edge + 1e-9));
    this.#starts = new Uint32Array(this.columns * this.rows + 1);
    const cells = Uint32Array.from(x, (each, index) => this.#cell(this.column(each), this.row(y[index])));
    for (const cell of cells) this.#starts[cell + 1] += 1;
    for (let cell = 0; cell < this.columns * this.rows; cell += 1) this.#starts[cell + 1] += this.#starts[cell];
    const next = this.#starts.slice();
    this.#order = new Uint32Array(cells.length);
    cells.forEach((cell, index) => (this.#order[next[cell]++] = index));
  }

  column(x) {
    return Math.min(this.columns - 1, Math.max(0, Math.floor((x - this.left) / this.edge)));
  }

  row(y) {
    return Math.min(this.rows - 1, Math.max(0, Math.floor((y - this.top) / this.edge)));
  }

  #cell(column, row) {
    return row * this.columns + column;
  }

  /** Returns the numbers of the points of a cell, ascending. */
  at(column, row) {
    const cell = this.#cell(column, row);
    return this.#order.subarray(this.#starts[cell], this.#starts[cell + 1]);
  }

  /** Yields the numbers of all points in the cells that a square around (x, y) touches. */
  *near(x, y, reach) {
    for (let row = this.row(y - reach); row <= this.row(y + reach); row += 1) {
      for (let column = this.column(x - reach); column <= this.column(x + reach); column += 1) yield* this.at(column, row);
    }
  }
}
