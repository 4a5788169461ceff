/**
 * What lies under picks and marks: stage, blocks and seats as they are for everybody, kept as one picture.
 *
 * Panning moves the picture and paints only the strips that come into view; a change of seats paints only its block.
 */

import { Bitmaps, MARGIN } from "./bitmaps.js";
import { Cards } from "./cards.js";

const NEAR = 6.5; // px per seat from which seats are shown
const SETTLED_MS = 120; // after the last change of scale pictures are painted anew
const DIMMED = 0.22; // blocks that don't match the filter

/** Whether seats are shown at the scale (px per seat). */
export function showsSeats(scale) {
  return scale >= NEAR;
}

/** Whether any of a block is in the view. */
export function isSeen({ x, y, radius }, camera) {
  const [px, py] = camera.toScreen(x, y);
  const reach = radius * camera.scale;
  return px + reach > 0 && py + reach > 0 && px - reach < camera.width && py - reach < camera.height;
}

export class Ground {
  #model;
  #colours;
  #stage;
  #wanted;
  #bitmaps;
  #cards;
  #canvas = document.createElement("canvas");
  #other = document.createElement("canvas");
  #pen;
  #view = null; // the camera as it was painted for: {x, y, scale, width, height, ratio}
  #changed = new Set(); // blocks to be painted again
  #scaledAt = 0;

  constructor({ model, stage, colours, price, wanted }) {
    this.#model = model;
    this.#stage = stage;
    this.#colours = colours;
    this.#wanted = wanted;
    this.#bitmaps = new Bitmaps(colours, price);
    this.#cards = new Cards(colours, price);
  }

  /** Seats of the block changed (null: all of them). */
  touch(block, positions) {
    this.#bitmaps.touch(block, positions);
    this.#changed.add(block);
  }

  /** The block's counts changed. */
  count(block) {
    if (this.#view && !showsSeats(this.#view.scale)) this.#changed.add(block);
  }

  /** Everything is to be painted again; with `pictures` the blocks' own pictures as well. */
  refresh(pictures = false) {
    this.#view = null;
    if (!pictures) return;
    this.#bitmaps.forget();
    this.#cards.forget();
  }

  /** The picture for the camera. `unfinished` says that some of it is still coarse and comes with the next frames. */
  paint(camera, ratio) {
    const now = performance.now();
    if (this.#view && this.#view.scale !== camera.scale) this.#scaledAt = now;
    const zooming = now - this.#scaledAt < SETTLED_MS;
    this.#bitmaps.begin(zooming);
    const shift = this.#shift(camera, ratio);
    if (shift) this.#scroll(...shift);
    else this.#begin(camera, ratio);
    if (!zooming) this.#repaintChanged();
    this.unfinished = this.#changed.size > 0;
    return this.#canvas;
  }

  /** By how many device px the picture has to move; null if it can't be used. */
  #shift({ x, y, scale, width, height }, ratio) {
    const view = this.#view;
    const same = view && view.scale === scale && view.width === width && view.height === height && view.ratio === ratio;
    if (!same) return null;
    const [dx, dy] = [Math.round((view.x - x) * scale * ratio), Math.round((view.y - y) * scale * ratio)];
    return Math.abs(dx) < (width * ratio) / 2 && Math.abs(dy) < (height * ratio) / 2 ? [dx, dy] : null;
  }

  #begin(camera, ratio) {
    const { x, y, scale, width, height } = camera;
    this.#view = { x, y, scale, width, height, ratio, toScreen: camera.toScreen };
    for (const canvas of [this.#canvas, this.#other]) {
      const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
      if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
    }
    this.#pen = this.#canvas.getContext("2d", { alpha: false });
    this.#changed.clear();
    this.#paintBox(0, 0, this.#canvas.width, this.#canvas.height);
  }

  #scroll(dx, dy) {
    if (!dx && !dy) return;
    const { width, height } = this.#canvas;
    const pen = this.#other.getContext("2d", { alpha: false });
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.drawImage(this.#canvas, dx, dy);
    [this.#canvas, this.#other, this.#pen] = [this.#other, this.#canvas, pen];
    const zoom = this.#view.scale * this.#view.ratio;
    this.#view.x -= dx / zoom;
    this.#view.y -= dy / zoom;
    if (dx) this.#paintBox(dx > 0 ? 0 : width + dx, 0, Math.abs(dx), height);
    if (dy) this.#paintBox(0, dy > 0 ? 0 : height + dy, width, Math.abs(dy));
  }

  #repaintChanged() {
    const again = [...this.#changed].sort((a, b) => this.#distance(a) - this.#distance(b)); // the middle first
    this.#changed.clear();
    for (const block of again) {
      if (!isSeen(block.place, this.#view)) continue;
      const { ratio, scale } = this.#view;
      const [x, y] = this.#view.toScreen(block.place.x, block.place.y);
      const reach = block.place.radius * scale;
      this.#paintBox(Math.floor((x - reach) * ratio), Math.floor((y - reach) * ratio), Math.ceil(reach * 2 * ratio) + 1, Math.ceil(reach * 2 * ratio) + 1);
    }
  }

  // --- Painting a box of the picture, in device px ------------------------------------------------------

  #paintBox(left, top, width, height) {
    const pen = this.#pen;
    pen.save();
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.beginPath();
    pen.rect(left, top, width, height);
    pen.clip();
    pen.fillStyle = this.#colours.floor;
    pen.fillRect(left, top, width, height);
    this.#paintStage();
    const blocks = this.#model.blocks.filter((block) => this.#touches(block.place, left, top, width, height));
    if (showsSeats(this.#view.scale)) blocks.sort((a, b) => this.#distance(a) - this.#distance(b)).forEach((block) => this.#paintSeats(block));
    else this.#paintCards(blocks);
    pen.restore();
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

  #enter(place) {
    const { ratio, scale } = this.#view;
    const [x, y] = this.#view.toScreen(place.x, place.y);
    const [cos, sin] = [Math.cos(place.angle) * scale * ratio, Math.sin(place.angle) * scale * ratio];
    this.#pen.setTransform(cos, sin, -sin, cos, x * ratio, y * ratio);
  }

  #paintSeats(block) {
    const pen = this.#pen;
    const { scale, ratio } = this.#view;
    this.#enter(block.place);
    pen.globalAlpha = this.#wanted(block) ? 1 : DIMMED;
    const picture = block.seats && this.#bitmaps.get(block, scale * ratio);
    if (picture) this.#copy(picture, block);
    else this.#cards.paintArea(pen, block, scale);
    if (block.seats && !picture?.exact) this.#changed.add(block);
    pen.globalAlpha = 1;
  }

  #copy({ canvas, size }, { place }) {
    const [x, y] = [-place.width / 2 - MARGIN.x, -place.height / 2 - MARGIN.y];
    this.#pen.drawImage(canvas, x, y, canvas.width / size, canvas.height / size);
  }

  #paintCards(blocks) {
    const pen = this.#pen;
    const { scale, ratio } = this.#view;
    for (const block of blocks) {
      this.#enter(block.place);
      pen.globalAlpha = this.#wanted(block) ? 1 : DIMMED;
      this.#cards.paintArea(pen, block, scale);
    }
    pen.setTransform(1, 0, 0, 1, 0, 0);
    for (const block of blocks) {
      pen.globalAlpha = this.#wanted(block) ? 1 : DIMMED * 2;
      const [x, y] = this.#view.toScreen(block.place.x, block.place.y);
      this.#cards.paintLabel(pen, block, x * ratio, y * ratio, scale * ratio, ratio);
    }
    pen.globalAlpha = 1;
  }

  #paintStage() {
    const pen = this.#pen;
    const { inner, outer, half } = this.#stage;
    this.#enter({ x: 0, y: 0, angle: 0 });
    pen.beginPath();
    pen.arc(0, 0, outer, Math.PI / 2 - half, Math.PI / 2 + half);
    pen.arc(0, 0, inner, Math.PI / 2 + half, Math.PI / 2 - half, true);
    pen.closePath();
    pen.fillStyle = this.#colours.stage;
    pen.fill();
    const size = Math.min((outer - inner) * 0.42, outer * half * 0.3);
    if (size * this.#view.scale < 7) return;
    pen.fillStyle = this.#colours.surface;
    pen.font = `650 ${size}px ${this.#colours.face}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText("STAGE", 0, (inner + outer) / 2 + size * 0.05);
  }
}
