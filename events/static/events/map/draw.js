/** Paints one frame: the ground, and on it what changes from frame to frame: marks, picks, focus and pointer. */

import { Ground, isSeen, showsSeats } from "./ground.js";
import { seatPoint } from "./layout.js";
import { paintMark, paintPick } from "./sprites.js";

export class Painter {
  #pen;
  #model;
  #colours;
  #scene;

  /**
   * `scene` is {wanted(block), picks, cursor, hover}: which blocks match the filter; {block, positions} of the own
   * picks; {block, position} or null of the keyboard's focus and of the pointer.
   */
  constructor(canvas, { model, stage, colours, price, scene }) {
    this.#pen = canvas.getContext("2d", { alpha: false });
    this.#model = model;
    this.#colours = colours;
    this.#scene = scene;
    this.ground = new Ground({ model, stage, colours, price, wanted: scene.wanted });
  }

  /** One frame. Answers whether another one is needed to show all of it. */
  paint(camera, ratio) {
    const pen = this.#pen;
    const ground = this.ground.paint(camera, ratio);
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.drawImage(ground, 0, 0);
    if (showsSeats(camera.scale)) this.#paintOnSeats(camera, ratio);
    else this.#paintOnCards(camera, ratio);
    return this.ground.unfinished;
  }

  #paintOnCards(camera, ratio) {
    const { hover, picks } = this.#scene;
    for (const block of new Set([hover?.block, picks.block])) if (block) this.#edge(block.place, camera, ratio);
  }

  #edge(place, camera, ratio) {
    const pen = this.#pen;
    const zoom = camera.scale * ratio;
    const [x, y] = camera.toScreen(place.x, place.y);
    const [cos, sin] = [Math.cos(place.angle) * zoom, Math.sin(place.angle) * zoom];
    pen.setTransform(cos, sin, -sin, cos, x * ratio, y * ratio);
    pen.lineWidth = 2.5 / camera.scale;
    pen.strokeStyle = this.#colours.ink;
    pen.beginPath();
    pen.roundRect(-place.width / 2, -place.height / 2, place.width, place.height, Math.min(1.6, place.width / 6));
    pen.stroke();
  }

  #paintOnSeats(camera, ratio) {
    const { picks, hover, cursor } = this.#scene;
    this.#paintMarks(camera, ratio);
    for (const position of picks.positions) this.#onSeat(picks.block, position, camera, ratio, paintPick);
    if (hover?.position >= 0) this.#ring(hover, camera, ratio, this.#colours.ink, 1.5);
    if (cursor) this.#ring(cursor, camera, ratio, this.#colours.accent, 3);
  }

  #paintMarks(camera, ratio) {
    for (const [block, positions] of this.#model.marks()) {
      if (!isSeen(block.place, camera)) continue;
      for (const position of positions) if (block.isFree(position)) this.#onSeat(block, position, camera, ratio, paintMark);
    }
  }

  #onSeat(block, position, camera, ratio, paint) {
    this.#toSeat(block, position, camera, ratio);
    paint(this.#pen, camera.scale * ratio, this.#colours);
  }

  #ring({ block, position }, camera, ratio, colour, width) {
    const pen = this.#pen;
    this.#toSeat(block, position, camera, ratio);
    pen.strokeStyle = colour;
    pen.lineWidth = width * ratio;
    pen.beginPath();
    pen.arc(0, 0, camera.scale * ratio * 0.5 + width * ratio, 0, 7);
    pen.stroke();
  }

  /** The pen's (0, 0) is the seat's centre, its unit a device px, level. */
  #toSeat(block, position, camera, ratio) {
    const [x, y] = camera.toScreen(...seatPoint(block, position));
    this.#pen.setTransform(1, 0, 0, 1, x * ratio, y * ratio);
  }
}
