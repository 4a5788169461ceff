/** The labels of drawn rows, at both ends of each, where no seat and no other label is in the way. */

const AWAY = 0.78; // units from the middle of the seat at the end to the label's edge
const ABOVE = 1; // the same to its middle, for labels above or below a seat
const GLYPH = 0.34; // width of a character, in units
const CLEAR = 0.55; // units around a label's middle that are free of seats
const APART = 0.8; // units between the middles of two labels

export class RowLabels {
  #blocks;
  #labels = new Map(); // block → its labels
  #placed = new Map(); // "x/y", rounded → middles of labels

  constructor(blocks) {
    this.#blocks = blocks;
  }

  /** Returns the labels in a tile of a drawn block: {text, u, v, align}, a point of the block's box. */
  of(block, tile) {
    if (!this.#labels.has(block)) this.#labels.set(block, [...this.#place(block)]);
    return this.#labels.get(block).filter(({ end }) => block.isIn(tile, end));
  }

  *#place(block) {
    for (let row = 0; row < block.rows; row += 1) {
      if (block.isTable(row)) continue;
      for (const [end, way] of ends(block, row)) {
        const label = this.#at(block, end, way, block.rowLabel(row));
        if (label) yield label;
      }
    }
  }

  /** The label beside the seat at an end of a row; null if something is in the way. */
  #at(block, end, [dx, dy], text) {
    const align = dx > 0.5 ? "left" : dx < -0.5 ? "right" : "center";
    const away = (align === "center" ? ABOVE : AWAY) * block.seatSize;
    const [x, y] = block.pointOf(end);
    const half = align === "center" ? 0 : (Math.sign(dx) * text.length * GLYPH) / 2;
    const [px, py] = [x + dx * away + half, y + dy * away];
    if (this.#isTaken(px, py)) return null;
    this.#keep(px, py);
    const [u, v] = block.inBox(end);
    return { text, end, u: u + dx * away, v: v + dy * away, align };
  }

  #isTaken(x, y) {
    for (let column = Math.round(x) - 1; column <= Math.round(x) + 1; column += 1) {
      for (let row = Math.round(y) - 1; row <= Math.round(y) + 1; row += 1) {
        for (const [ox, oy] of this.#placed.get(`${column}/${row}`) ?? []) if (Math.hypot(ox - x, oy - y) < APART) return true;
      }
    }
    return this.#blocks.some((block) => isNear(block, x, y) && block.hasSeatAt(x, y, CLEAR));
  }

  #keep(x, y) {
    const key = `${Math.round(x)}/${Math.round(y)}`;
    this.#placed.set(key, [...(this.#placed.get(key) ?? []), [x, y]]);
  }
}

function isNear({ place }, x, y) {
  return Math.abs(place.x - x) < place.width / 2 && Math.abs(place.y - y) < place.height / 2;
}

/** The seats at the left and right end of a row, with the direction that leads away from the row. */
function ends(block, row) {
  const [first, last] = [block.rowStart(row), block.rowStart(row + 1) - 1];
  if (first === last) return [[first, [-1, 0]], [last, [1, 0]]];
  return [[first, direction(block, first, first + 1)], [last, direction(block, last, last - 1)]];
}

/** The direction from the seat `next` to `end`, which is 1 long. */
function direction(block, end, next) {
  const [[x, y], [nx, ny]] = [block.pointOf(end), block.pointOf(next)];
  const length = Math.hypot(x - nx, y - ny) || 1;
  return [(x - nx) / length, (y - ny) / length];
}
