/**
 * A cache of blocks painted at a few sizes, so that panning and zooming only copies bitmaps. A drawn block is several tiles.
 *
 * When seats change, only these seats are repainted in the cached bitmaps.
 */

import { isolated } from "../../../ticketing/format.js";
import { fitted } from "./labels.js";
import { AVAILABLE } from "../seats/block.js";
import { RESTRICTED, spriteIndex, Sprites } from "./sprites.js";

const STEP = Math.SQRT2; // between two sizes
const SMALLEST = 5; // device px per seat
const BUDGET_MS = 6; // time per frame for painting new bitmaps
const NUMBERED = 24; // css px per seat: from this size on, free seats show their number
const LABELLED = 10; // css px per seat: from this size on, drawn rows show their labels
const MAX_PIXELS = 14_000_000; // of all bitmaps together

export class Bitmaps {
  #cache = new Map(); // "block/tile/size" → {canvas, tile}, least recently used first
  #pixels = 0;
  #sprites;
  #colours;
  #price;
  #rowLabels;
  #frameStart = 0;
  #zooming = false;

  /** @param {(block: Block) => string} price formats the prices of a block  @param {RowLabels | null} rowLabels of drawn blocks */
  constructor(colours, price, rowLabels) {
    this.#colours = colours;
    this.#price = price;
    this.#rowLabels = rowLabels;
    this.#sprites = new Sprites(colours);
  }

  /** Starts a frame with a new time budget. While `zooming`, cached bitmaps of other sizes are good enough. */
  startFrame(zooming) {
    this.#frameStart = performance.now();
    this.#zooming = zooming;
  }

  /**
   * Returns {canvas, size, exact}: the tile's bitmap in the size for `scale` device px per seat. When this frame's time is
   * used up, the nearest cached size (`exact` is false), or null.
   */
  get(block, tile, scale) {
    const size = Math.round(SMALLEST * STEP ** Math.max(0, Math.ceil(Math.log(scale / SMALLEST) / Math.log(STEP) - 0.1)));
    const name = `${block.index}/${tile.key}`;
    const ready = this.#find(`${name}/${size}`);
    if (ready) return { canvas: ready, size, exact: true };
    const other = this.#zooming ? this.#nearest(name, size) : null;
    if (other) return other;
    if (performance.now() - this.#frameStart < BUDGET_MS) return { canvas: this.#paint(block, tile, size), size, exact: true };
    return this.#nearest(name, size);
  }

  /** Repaints these seats of the block in all cached sizes (null: all seats). */
  update(block, positions) {
    for (const [key, { canvas, tile }] of this.#cache) {
      const [index, , size] = key.split("/").map(Number);
      if (index !== block.index) continue;
      if (positions === null) this.#drop(key, canvas);
      else for (const position of positions) if (block.isIn(tile, position)) this.#repaint(canvas.getContext("2d"), block, tile, position, size);
    }
  }

  /** Empties the cache, when the colours have changed. */
  clear() {
    this.#cache.clear();
    this.#pixels = 0;
    this.#sprites.clear();
  }

  #find(key) {
    const cached = this.#cache.get(key);
    if (!cached) return null;
    this.#cache.delete(key);
    this.#cache.set(key, cached);
    return cached.canvas;
  }

  #nearest(name, size) {
    for (const factor of [1 / STEP, STEP, 1 / 2, 2, 1 / (2 * STEP), 2 * STEP]) {
      const other = Math.round(size * factor);
      const cached = this.#cache.get(`${name}/${other}`);
      if (cached) return { canvas: cached.canvas, size: other, exact: false };
    }
    return null;
  }

  #paint(block, tile, size) {
    const canvas = document.createElement("canvas");
    const { x, y } = block.margin;
    canvas.width = Math.ceil((tile.width + 2 * x) * size);
    canvas.height = Math.ceil((tile.height + 2 * y) * size);
    const ctx = canvas.getContext("2d");
    for (const position of tile.positions) this.#copySeat(ctx, block, tile, position, size);
    if (block.kind === "grid") this.#paintLabels(ctx, block, size);
    else this.#paintRowLabels(ctx, block, tile, size);
    this.#store(`${block.index}/${tile.key}/${size}`, canvas, tile);
    return canvas;
  }

  /** Repaints a seat, and what of its neighbours lies in the same square. */
  #repaint(ctx, block, tile, position, size) {
    const { x, y, edge } = this.#square(block, tile, position, size);
    ctx.save();
    ctx.beginPath();
    ctx.rect(x, y, edge, edge);
    ctx.clip();
    ctx.clearRect(x, y, edge, edge);
    for (const each of block.touching(tile, position)) this.#copySeat(ctx, block, tile, each, size);
    ctx.restore();
  }

  #square(block, tile, position, size) {
    const edge = Math.round(size * block.seatSize);
    const [u, v] = block.inBox(position);
    return { x: Math.round((u - tile.left + block.margin.x) * size - edge / 2), y: Math.round((v - tile.top + block.margin.y) * size - edge / 2), edge };
  }

  #copySeat(ctx, block, tile, position, size) {
    const { x, y, edge } = this.#square(block, tile, position, size);
    const sprite = spriteIndex(block, position);
    ctx.drawImage(this.#sprites.sheet(block.tierOf(position), edge), sprite * edge, 0, edge, edge, x, y, edge, edge);
    const low = sprite === RESTRICTED ? edge * 0.08 : 0; // its upper part is cut off
    const numbered = (sprite === AVAILABLE || sprite === RESTRICTED) && edge >= NUMBERED * Math.min(2, devicePixelRatio);
    if (numbered) this.#paintNumber(ctx, block.seatLabel(position), x, y + low, edge);
  }

  #paintNumber(ctx, number, x, y, size) {
    ctx.font = `600 ${Math.round(size * 0.36)}px ${this.#colours.face}`;
    ctx.fillStyle = this.#colours.surface;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillText(isolated(number), x + size / 2, y + size * 0.52, size * 0.68);
  }

  #paintLabels(ctx, block, size) {
    ctx.fillStyle = this.#colours.ink2;
    ctx.textBaseline = "middle";
    if (size >= 10) {
      ctx.font = `${Math.round(size * 0.55)}px ${this.#colours.face}`;
      for (let row = 0; row < block.rows; row += 1) {
        const y = Math.round((row + 0.5 + block.margin.y) * size);
        ctx.textAlign = "right";
        ctx.fillText(isolated(block.rowLabel(row)), Math.round((block.margin.x - 0.35) * size), y);
      }
    }
    ctx.fillStyle = this.#colours.ink;
    ctx.textAlign = "center";
    const height = Math.round(Math.min(size * 1.2, Math.max(size * 0.7, 15)));
    ctx.font = `650 ${height}px ${this.#colours.face}`;
    const room = (block.cols + 2) * size;
    const price = ctx.measureText(`${block.section.slice(0, 8)} · ${block.number} · ${this.#price(block)}`).width <= room;
    const name = fitted(ctx, block.section, price ? ` · ${block.number} · ${this.#price(block)}` : ` ${block.number}`, room);
    ctx.fillText(name, Math.round((block.cols / 2 + block.margin.x) * size), Math.round(block.margin.y * 0.52 * size));
  }

  /** At both ends of each row, away from its seats. */
  #paintRowLabels(ctx, block, tile, size) {
    const ratio = Math.min(2, devicePixelRatio || 1);
    if (size < LABELLED * ratio) return;
    ctx.fillStyle = this.#colours.ink2;
    ctx.textBaseline = "middle";
    ctx.font = `500 ${Math.round(Math.min(Math.max(size * 0.55, 8 * ratio), 15 * ratio))}px ${this.#colours.face}`;
    for (const { text, u, v, align } of this.#rowLabels.of(block, tile)) {
      ctx.textAlign = align;
      ctx.fillText(isolated(text), Math.round((u - tile.left + block.margin.x) * size), Math.round((v - tile.top + block.margin.y) * size));
    }
  }

  #store(key, canvas, tile) {
    this.#cache.set(key, { canvas, tile });
    this.#pixels += canvas.width * canvas.height;
    for (const [oldest, other] of this.#cache) {
      if (this.#pixels <= MAX_PIXELS || oldest === key) break;
      this.#drop(oldest, other.canvas);
    }
  }

  #drop(key, canvas) {
    this.#cache.delete(key);
    this.#pixels -= canvas.width * canvas.height;
  }
}
