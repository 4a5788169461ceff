/** Paints one frame: the base layer, and on it other viewers' selections, picks, keyboard focus and pointer. */

import { BaseLayer, isVisible, showsSeats } from "./base_layer.js";
import { paintPick, paintSelection } from "./sprites.js";

export class Painter {
  #ctx;
  #model;
  #colours;
  #scene;

  /**
   * `scene` is {matches(block), picks, cursor, hover, aimed}: whether a block matches the filter, the buyer's Picks,
   * {block, position} or null of the keyboard focus and of the pointer, and the blocks that the list aims at.
   */
  constructor(canvas, { model, scenery, colours, price, scene }) {
    this.#ctx = canvas.getContext("2d", { alpha: false });
    this.#model = model;
    this.#colours = colours;
    this.#scene = scene;
    this.baseLayer = new BaseLayer({ model, scenery, colours, price, matches: scene.matches });
  }

  /** Paints one frame. Returns whether another frame is needed to finish it. */
  paint(camera, ratio) {
    const ctx = this.#ctx;
    const base = this.baseLayer.paint(camera, ratio);
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.drawImage(base, 0, 0);
    if (showsSeats(camera.scale)) this.#paintOnSeats(camera, ratio);
    else this.#paintOnCards(camera, ratio);
    return this.baseLayer.unfinished;
  }

  #paintOnCards(camera, ratio) {
    for (const block of this.#model.blocks) if (this.#isMarked(block)) this.#edge(block, camera, ratio);
  }

  /** Whether an area is to have an edge: the pointer is on it, here or in the list, or it has places of the buyer. */
  #isMarked(block) {
    return this.#scene.aimed.includes(block) || block === this.#scene.hover?.block || this.#scene.picks.in(block).length > 0 || block.own.size > 0;
  }

  #edge({ place, shape }, camera, ratio) {
    const ctx = this.#ctx;
    const zoom = camera.scale * ratio;
    const [x, y] = camera.toScreen(place.x, place.y);
    const [cos, sin] = [Math.cos(place.angle) * zoom, Math.sin(place.angle) * zoom];
    ctx.setTransform(cos, sin, -sin, cos, x * ratio, y * ratio);
    ctx.lineWidth = 2.5 / camera.scale;
    ctx.strokeStyle = this.#colours.ink;
    ctx.stroke(shape);
  }

  #paintOnSeats(camera, ratio) {
    const { picks, hover, cursor } = this.#scene;
    this.#paintSelections(camera, ratio);
    for (const block of this.#model.blocks) if (this.#scene.aimed.includes(block) || (block.isInterchangeable && this.#isMarked(block))) this.#edge(block, camera, ratio);
    this.#paintOwn(camera, ratio);
    this.#paintPicks(picks, camera, ratio);
    if (hover?.position >= 0) this.#ring(hover, camera, ratio, this.#colours.ink, 1.5);
    if (cursor) this.#ring(cursor, camera, ratio, this.#colours.accent, 3);
  }

  #paintPicks(picks, camera, ratio) {
    for (const [block, positions] of picks.blocks) {
      if (block.isInterchangeable || !isVisible(block.place, camera)) continue;
      for (const position of positions) this.#onSeat(block, position, camera, ratio, paintPick);
    }
  }

  #paintSelections(camera, ratio) {
    for (const [block, positions] of this.#model.selections()) {
      if (!isVisible(block.place, camera)) continue;
      for (const position of positions) if (block.isFree(position)) this.#onSeat(block, position, camera, ratio, paintSelection);
    }
  }

  /** Paints the seats that are reserved for the buyer like picks. */
  #paintOwn(camera, ratio) {
    for (const block of this.#model.blocks) {
      if (!block.own.size || !isVisible(block.place, camera)) continue;
      for (const position of block.own) if (block.isOwn(position)) this.#onSeat(block, position, camera, ratio, paintPick);
    }
  }

  #onSeat(block, position, camera, ratio, paint) {
    this.#toSeat(block, position, camera, ratio);
    paint(this.#ctx, camera.scale * ratio * block.seatSize, this.#colours);
  }

  #ring({ block, position }, camera, ratio, colour, width) {
    const ctx = this.#ctx;
    this.#toSeat(block, position, camera, ratio);
    ctx.strokeStyle = colour;
    ctx.lineWidth = width * ratio;
    ctx.beginPath();
    ctx.arc(0, 0, camera.scale * ratio * block.seatSize * 0.5 + width * ratio, 0, 7);
    ctx.stroke();
  }

  /** Moves the context's origin to the seat's centre, in device px, not rotated. */
  #toSeat(block, position, camera, ratio) {
    const [x, y] = camera.toScreen(...block.pointOf(position));
    this.#ctx.setTransform(1, 0, 0, 1, x * ratio, y * ratio);
  }
}
