/**
 * A cache of blocks painted at a few sizes, so that panning and zooming only copies bitmaps.
 *
 * When seats change, only these seats are repainted in the cached bitmaps.
 */

import { fitted } from "./labels.js";
import { AVAILABLE } from "./seat_model.js";
import { spriteIndex, Sprites } from "./sprites.js";

const STEP = Math.SQRT2; // between two sizes
const SMALLEST = 5; // device px per seat
const BUDGET_MS = 6; // time per frame for painting new bitmaps
const NUMBERED = 24; // css px per seat: from this size on, free seats show their number
const MAX_PIXELS = 14_000_000; // of all bitmaps together

export const MARGIN = { x: 1.4, y: 1.9 }; // in seats: room around a block for row numbers and its name

export class Bitmaps {
  #cache = new Map(); // "block/size" → canvas, least recently used first
  #pixels = 0;
  #sprites;
  #colours;
  #price;
  #frameStart = 0;
  #zooming = false;

  /** @param {(minor: number) => string} price formats an amount */
  constructor(colours, price) {
    this.#colours = colours;
    this.#price = price;
    this.#sprites = new Sprites(colours);
  }

  /** Starts a frame with a new time budget. While `zooming`, cached bitmaps of other sizes are good enough. */
  startFrame(zooming) {
    this.#frameStart = performance.now();
    this.#zooming = zooming;
  }

  /**
   * Returns {canvas, size, exact}: the block's bitmap in the size for `scale` device px per seat. When this frame's time is
   * used up, the nearest cached size (`exact` is false), or null.
   */
  get(block, scale) {
    const size = Math.round(SMALLEST * STEP ** Math.max(0, Math.ceil(Math.log(scale / SMALLEST) / Math.log(STEP) - 0.1)));
    const ready = this.#find(block, size);
    if (ready) return { canvas: ready, size, exact: true };
    const other = this.#zooming ? this.#nearest(block, size) : null;
    if (other) return other;
    if (performance.now() - this.#frameStart < BUDGET_MS) return { canvas: this.#paint(block, size), size, exact: true };
    return this.#nearest(block, size);
  }

  /** Repaints these seats of the block in all cached sizes (null: all seats). */
  update(block, positions) {
    for (const [key, canvas] of this.#cache) {
      const [index, size] = key.split("/").map(Number);
      if (index !== block.index) continue;
      if (positions === null) this.#drop(key, canvas);
      else positions.forEach((position) => this.#paintSeat(canvas.getContext("2d"), block, position, size));
    }
  }

  /** Empties the cache, when the colours have changed. */
  clear() {
    this.#cache.clear();
    this.#pixels = 0;
    this.#sprites.clear();
  }

  #find(block, size) {
    const key = `${block.index}/${size}`;
    const canvas = this.#cache.get(key);
    if (!canvas) return null;
    this.#cache.delete(key);
    this.#cache.set(key, canvas);
    return canvas;
  }

  #nearest(block, size) {
    for (const factor of [1 / STEP, STEP, 1 / 2, 2, 1 / (2 * STEP), 2 * STEP]) {
      const other = Math.round(size * factor);
      const canvas = this.#cache.get(`${block.index}/${other}`);
      if (canvas) return { canvas, size: other, exact: false };
    }
    return null;
  }

  #paint(block, size) {
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil((block.cols + 2 * MARGIN.x) * size);
    canvas.height = Math.ceil((block.rows + 2 * MARGIN.y) * size);
    const ctx = canvas.getContext("2d");
    const sheet = this.#sprites.sheet(block.tier, size);
    for (let position = 0; position < block.total; position += 1) this.#copySeat(ctx, sheet, block, position, size);
    this.#paintLabels(ctx, block, size);
    this.#store(`${block.index}/${size}`, canvas);
    return canvas;
  }

  #paintSeat(ctx, block, position, size) {
    const [x, y] = corner(block, position, size);
    ctx.clearRect(x, y, size, size);
    this.#copySeat(ctx, this.#sprites.sheet(block.tier, size), block, position, size);
  }

  #copySeat(ctx, sheet, block, position, size) {
    const [x, y] = corner(block, position, size);
    const sprite = spriteIndex(block, position);
    ctx.drawImage(sheet, sprite * size, 0, size, size, x, y, size, size);
    if (sprite === AVAILABLE && size >= NUMBERED * Math.min(2, devicePixelRatio)) this.#paintNumber(ctx, block.seatOf(position), x, y, size);
  }

  #paintNumber(ctx, number, x, y, size) {
    ctx.font = `600 ${Math.round(size * 0.36)}px ${this.#colours.face}`;
    ctx.fillStyle = this.#colours.surface;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillText(String(number), x + size / 2, y + size * 0.52);
  }

  #paintLabels(ctx, block, size) {
    ctx.fillStyle = this.#colours.ink2;
    ctx.textBaseline = "middle";
    if (size >= 10) {
      ctx.font = `${Math.round(size * 0.55)}px ${this.#colours.face}`;
      for (let row = 0; row < block.rows; row += 1) {
        const y = Math.round((row + 0.5 + MARGIN.y) * size);
        ctx.textAlign = "right";
        ctx.fillText(String(row + 1), Math.round((MARGIN.x - 0.35) * size), y);
      }
    }
    ctx.fillStyle = this.#colours.ink;
    ctx.textAlign = "center";
    const height = Math.round(Math.min(size * 1.2, Math.max(size * 0.7, 15)));
    ctx.font = `650 ${height}px ${this.#colours.face}`;
    const room = (block.cols + 2) * size;
    const price = ctx.measureText(`${block.section.slice(0, 8)} · ${block.number} · ${this.#price(block.price)}`).width <= room;
    const name = fitted(ctx, block.section, price ? ` · ${block.number} · ${this.#price(block.price)}` : ` ${block.number}`, room);
    ctx.fillText(name, canvasMiddle(block, size), Math.round(MARGIN.y * 0.52 * size));
  }

  #store(key, canvas) {
    this.#cache.set(key, canvas);
    this.#pixels += canvas.width * canvas.height;
    for (const [oldest, other] of this.#cache) {
      if (this.#pixels <= MAX_PIXELS || oldest === key) break;
      this.#drop(oldest, other);
    }
  }

  #drop(key, canvas) {
    this.#cache.delete(key);
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
