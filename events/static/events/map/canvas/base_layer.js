/**
 * The layer below picks and selections: stage, blocks and seats as everybody sees them, kept as one image.
 *
 * Panning moves the image and paints only the strips that come into view; changed seats repaint only their block.
 */

import { Bitmaps } from "./bitmaps.js";
import { Cards } from "./cards.js";

const NEAR = 6.5; // px per seat: from this scale on, single seats are shown
const SETTLED_MS = 120; // after the last change of scale, bitmaps are painted in the exact size
const DIMMED = 0.22; // opacity of blocks that don't match the filter

/** Whether seats are shown at the scale (px per seat). */
export function showsSeats(scale) {
  return scale >= NEAR;
}

/** Whether any part of a block is in the view. */
export function isVisible({ x, y, radius }, camera) {
  const [px, py] = camera.toScreen(x, y);
  const reach = radius * camera.scale;
  return px + reach > 0 && py + reach > 0 && px - reach < camera.width && py - reach < camera.height;
}

export class BaseLayer {
  #model;
  #colours;
  #scenery;
  #matches;
  #bitmaps;
  #cards;
  #canvas = document.createElement("canvas");
  #spare = document.createElement("canvas");
  #ctx;
  #view = null; // the camera the image was painted for: {x, y, scale, width, height, ratio}
  #changed = new Set(); // blocks to repaint
  #scaledAt = 0;

  /** @param {object} parts `scenery` is what is drawn around the blocks: a StageScenery or a PlanScenery */
  constructor({ model, scenery, colours, price, matches }) {
    this.#model = model;
    this.#scenery = scenery;
    this.#colours = colours;
    this.#matches = matches;
    this.#bitmaps = new Bitmaps(colours, price, scenery.rowLabels);
    this.#cards = new Cards(colours, price);
  }

  /** Repaints these seats of the block (null: all of them). */
  updateSeats(block, positions) {
    this.#bitmaps.update(block, positions);
    this.#changed.add(block);
  }

  /** Repaints the block where its counts are shown. */
  updateCounts(block) {
    if (this.#view && !showsSeats(this.#view.scale)) this.#changed.add(block);
  }

  /** Repaints everything; with `caches`, the cached bitmaps and labels as well. */
  refresh(caches = false) {
    this.#view = null;
    if (!caches) return;
    this.#bitmaps.clear();
    this.#cards.clear();
  }

  /** Returns the image for the camera. `unfinished` is true while parts of it are coarse and need more frames. */
  paint(camera, ratio) {
    const now = performance.now();
    if (this.#view && this.#view.scale !== camera.scale) this.#scaledAt = now;
    const zooming = now - this.#scaledAt < SETTLED_MS;
    this.#bitmaps.startFrame(zooming);
    const shift = this.#shift(camera, ratio);
    if (shift) this.#scroll(...shift);
    else this.#repaint(camera, ratio);
    if (!zooming) this.#repaintChanged();
    this.unfinished = this.#changed.size > 0;
    return this.#canvas;
  }

  /** By how many device px the image has to move; null if it can't be reused. */
  #shift({ x, y, scale, width, height }, ratio) {
    const view = this.#view;
    const same = view && view.scale === scale && view.width === width && view.height === height && view.ratio === ratio;
    if (!same) return null;
    const [dx, dy] = [Math.round((view.x - x) * scale * ratio), Math.round((view.y - y) * scale * ratio)];
    return Math.abs(dx) < (width * ratio) / 2 && Math.abs(dy) < (height * ratio) / 2 ? [dx, dy] : null;
  }

  #repaint(camera, ratio) {
    const { x, y, scale, width, height } = camera;
    this.#view = { x, y, scale, width, height, ratio, toScreen: camera.toScreen };
    for (const canvas of [this.#canvas, this.#spare]) {
      const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
      if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
    }
    this.#ctx = this.#canvas.getContext("2d", { alpha: false });
    this.#changed.clear();
    this.#paintBox(0, 0, this.#canvas.width, this.#canvas.height);
  }

  #scroll(dx, dy) {
    if (!dx && !dy) return;
    const { width, height } = this.#canvas;
    const ctx = this.#spare.getContext("2d", { alpha: false });
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.drawImage(this.#canvas, dx, dy);
    [this.#canvas, this.#spare, this.#ctx] = [this.#spare, this.#canvas, ctx];
    const zoom = this.#view.scale * this.#view.ratio;
    this.#view.x -= dx / zoom;
    this.#view.y -= dy / zoom;
    if (dx) this.#paintBox(dx > 0 ? 0 : width + dx, 0, Math.abs(dx), height);
    if (dy) this.#paintBox(0, dy > 0 ? 0 : height + dy, width, Math.abs(dy));
  }

  #repaintChanged() {
    const again = [...this.#changed].sort((a, b) => this.#distance(a) - this.#distance(b)); // nearest to the middle first
    this.#changed.clear();
    for (const block of again) {
      if (!isVisible(block.place, this.#view)) continue;
      const { ratio, scale } = this.#view;
      const [x, y] = this.#view.toScreen(block.place.x, block.place.y);
      const reach = block.place.radius * scale;
      this.#paintBox(Math.floor((x - reach) * ratio), Math.floor((y - reach) * ratio), Math.ceil(reach * 2 * ratio) + 1, Math.ceil(reach * 2 * ratio) + 1);
    }
  }

  // --- Painting a box of the image, in device px --------------------------------------------------------

  #paintBox(left, top, width, height) {
    const ctx = this.#ctx;
    ctx.save();
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.beginPath();
    ctx.rect(left, top, width, height);
    ctx.clip();
    ctx.fillStyle = this.#colours.floor;
    ctx.fillRect(left, top, width, height);
    const touches = (place) => this.#touches(place, left, top, width, height);
    const blocks = this.#model.blocks.filter((block) => touches(block.place));
    this.#scenery.paintBelow(ctx, this.#view, touches);
    if (showsSeats(this.#view.scale)) this.#paintOpen(blocks, touches);
    else this.#paintCards(blocks);
    ctx.restore();
  }

  /** Paints single seats, and standing areas. */
  #paintOpen(blocks, touches) {
    this.#paintCards(blocks.filter((block) => block.isInterchangeable));
    const seated = blocks.filter((block) => !block.isInterchangeable).sort((a, b) => this.#distance(a) - this.#distance(b));
    this.#scenery.paintTables(this.#ctx, this.#view, seated);
    for (const block of seated) this.#paintSeats(block, touches);
    this.#scenery.paintNames(this.#ctx, this.#view, seated);
  }

  #touches({ x, y, radius }, left, top, width, height) {
    const { ratio, scale } = this.#view;
    const [px, py] = this.#view.toScreen(x, y);
    const reach = radius * scale * ratio;
    return px * ratio + reach > left && py * ratio + reach > top && px * ratio - reach < left + width && py * ratio - reach < top + height;
  }

  #distance({ place }) {
    return (place.x - this.#view.x) ** 2 + (place.y - this.#view.y) ** 2;
  }

  #transformTo(place) {
    const { ratio, scale } = this.#view;
    const [x, y] = this.#view.toScreen(place.x, place.y);
    const [cos, sin] = [Math.cos(place.angle) * scale * ratio, Math.sin(place.angle) * scale * ratio];
    this.#ctx.setTransform(cos, sin, -sin, cos, x * ratio, y * ratio);
  }

  #paintSeats(block, touches) {
    const ctx = this.#ctx;
    const { scale, ratio } = this.#view;
    this.#transformTo(block.place);
    ctx.globalAlpha = this.#matches(block) ? 1 : DIMMED;
    const tiles = block.tiles.filter((tile) => touches(areaOf(block, tile)));
    const bitmaps = tiles.map((tile) => block.seats && this.#bitmaps.get(block, tile, scale * ratio));
    if (!bitmaps.every(Boolean)) this.#cards.paintArea(ctx, block, scale);
    bitmaps.forEach((bitmap, index) => bitmap && this.#copy(bitmap, block, tiles[index]));
    if (block.seats && !bitmaps.every((bitmap) => bitmap?.exact)) this.#changed.add(block);
    ctx.globalAlpha = 1;
  }

  #copy({ canvas, size }, { place, margin }, tile) {
    const [x, y] = [tile.left - place.width / 2 - margin.x, tile.top - place.height / 2 - margin.y];
    this.#ctx.drawImage(canvas, x, y, canvas.width / size, canvas.height / size);
  }

  #paintCards(blocks) {
    const ctx = this.#ctx;
    for (const block of blocks) {
      this.#transformTo(block.place);
      ctx.globalAlpha = this.#matches(block) ? 1 : DIMMED;
      this.#cards.paintArea(ctx, block, this.#view.scale);
    }
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    for (const block of blocks) {
      ctx.globalAlpha = this.#matches(block) ? 1 : DIMMED * 2;
      this.#cards.paintLabel(ctx, block, this.#view);
    }
    ctx.globalAlpha = 1;
  }
}

/** A circle around a tile, as {x, y, radius} in the plane. A grid is one tile, its whole place. */
function areaOf({ place, margin }, { left, top, width, height }) {
  if (place.angle) return place;
  const [x, y] = [place.x - place.width / 2 + left + width / 2, place.y - place.height / 2 + top + height / 2];
  return { x, y, radius: Math.hypot(width / 2 + margin.x, height / 2 + margin.y) };
}
