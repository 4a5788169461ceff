/**
 * Blocks painted once at a few sizes, so that panning and zooming only copies pictures.
 *
 * A change of some seats repaints these seats in the pictures there are.
 */

import { picture, Sprites } from "./sprites.js";

const STEP = Math.SQRT2; // between two sizes
const SMALLEST = 5; // device px per seat
const BUDGET_MS = 6; // of a frame for painting new pictures
const KEPT_PIXELS = 14_000_000; // of all pictures together

export const MARGIN = { x: 1.4, y: 1.9 }; // around a block's seats: row numbers and its name, in seats

export class Bitmaps {
  #kept = new Map(); // "block/size" → canvas, in the order of their last use
  #pixels = 0;
  #sprites;
  #colours;
  #price;
  #began = 0;
  #zooming = false;

  /** @param {(minor: number) => string} price writes an amount */
  constructor(colours, price) {
    this.#colours = colours;
    this.#price = price;
    this.#sprites = new Sprites(colours);
  }

  /** A new frame has begun: there is time again; while the map is `zooming` pictures of other sizes will do. */
  begin(zooming) {
    this.#began = performance.now();
    this.#zooming = zooming;
  }

  /**
   * {canvas, size, exact}: the block's picture of the size that suits `scale` device px per seat; when this frame's time
   * is used up the next best there is, or null.
   */
  get(block, scale) {
    const size = Math.round(SMALLEST * STEP ** Math.max(0, Math.ceil(Math.log(scale / SMALLEST) / Math.log(STEP) - 0.1)));
    const ready = this.#find(block, size);
    if (ready) return { canvas: ready, size, exact: true };
    const other = this.#zooming ? this.#nearest(block, size) : null;
    if (other) return other;
    if (performance.now() - this.#began < BUDGET_MS) return { canvas: this.#paint(block, size), size, exact: true };
    return this.#nearest(block, size);
  }

  /** These seats changed (null: all of them). */
  touch(block, positions) {
    for (const [key, canvas] of this.#kept) {
      const [index, size] = key.split("/").map(Number);
      if (index !== block.index) continue;
      if (positions === null) this.#drop(key, canvas);
      else positions.forEach((position) => this.#paintSeat(canvas.getContext("2d"), block, position, size));
    }
  }

  /** The colours are others now. */
  forget() {
    this.#kept.clear();
    this.#pixels = 0;
    this.#sprites.forget();
  }

  #find(block, size) {
    const key = `${block.index}/${size}`;
    const canvas = this.#kept.get(key);
    if (!canvas) return null;
    this.#kept.delete(key);
    this.#kept.set(key, canvas);
    return canvas;
  }

  #nearest(block, size) {
    for (const factor of [1 / STEP, STEP, 1 / 2, 2, 1 / (2 * STEP), 2 * STEP]) {
      const other = Math.round(size * factor);
      const canvas = this.#kept.get(`${block.index}/${other}`);
      if (canvas) return { canvas, size: other, exact: false };
    }
    return null;
  }

  #paint(block, size) {
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil((block.cols + 2 * MARGIN.x) * size);
    canvas.height = Math.ceil((block.rows + 2 * MARGIN.y) * size);
    const pen = canvas.getContext("2d");
    const sheet = this.#sprites.sheet(block.tier, size);
    for (let position = 0; position < block.total; position += 1) this.#copySeat(pen, sheet, block, position, size);
    this.#paintWords(pen, block, size);
    this.#keep(`${block.index}/${size}`, canvas);
    return canvas;
  }

  #paintSeat(pen, block, position, size) {
    const [x, y] = corner(block, position, size);
    pen.clearRect(x, y, size, size);
    this.#copySeat(pen, this.#sprites.sheet(block.tier, size), block, position, size);
  }

  #copySeat(pen, sheet, block, position, size) {
    const [x, y] = corner(block, position, size);
    pen.drawImage(sheet, picture(block, position) * size, 0, size, size, x, y, size, size);
  }

  #paintWords(pen, block, size) {
    pen.fillStyle = this.#colours.ink2;
    pen.textBaseline = "middle";
    if (size >= 10) {
      pen.font = `${Math.round(size * 0.55)}px ${this.#colours.face}`;
      for (let row = 0; row < block.rows; row += 1) {
        const y = Math.round((row + 0.5 + MARGIN.y) * size);
        pen.textAlign = "right";
        pen.fillText(String(row + 1), Math.round((MARGIN.x - 0.35) * size), y);
      }
    }
    pen.fillStyle = this.#colours.ink;
    pen.textAlign = "center";
    const height = Math.round(Math.min(size * 1.2, Math.max(size * 0.7, 15)));
    pen.font = `650 ${height}px ${this.#colours.face}`;
    const name = block.cols < 8 ? `${block.section}${block.number}` : `${block.section} · ${block.number} · ${this.#price(block.price)}`;
    pen.fillText(name, canvasMiddle(block, size), Math.round(MARGIN.y * 0.52 * size), (block.cols + 2) * size);
  }

  #keep(key, canvas) {
    this.#kept.set(key, canvas);
    this.#pixels += canvas.width * canvas.height;
    for (const [oldest, other] of this.#kept) {
      if (this.#pixels <= KEPT_PIXELS || oldest === key) break;
      this.#drop(oldest, other);
    }
  }

  #drop(key, canvas) {
    this.#kept.delete(key);
    this.#pixels -= canvas.width * canvas.height;
  }
}

function corner(block, position, size) {
  const row = Math.floor(position / block.cols);
  return [Math.round((position - row * block.cols + MARGIN.x) * size), Math.round((row + MARGIN.y) * size)];
}

function canvasMiddle(block, size) {
  return Math.round((block.cols / 2 + MARGIN.x) * size);
}
