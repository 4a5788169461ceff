/** The whole venue in a corner, with a frame around what is seen; a click there goes there. */

import { corners } from "./layout.js";

const LARGEST = 116; // px, and
const PART = 0.2; // of the map at most

export class Minimap {
  #canvas;
  #camera;
  #model;
  #colours;
  #plan = document.createElement("canvas");
  #ratio = Math.min(2, devicePixelRatio || 1);
  #stale = true;
  #zoom;

  /** @param {() => void} moved the camera was moved from here */
  constructor(canvas, camera, model, colours, moved) {
    this.#canvas = canvas;
    this.#camera = camera;
    this.#model = model;
    this.#colours = colours;
    const { left, right, top, bottom } = camera.bounds;
    const width = Math.min(LARGEST, canvas.parentElement.clientWidth * PART);
    this.#zoom = (width / Math.max(right - left, bottom - top)) * this.#ratio;
    for (const each of [canvas, this.#plan]) {
      each.width = (right - left) * this.#zoom;
      each.height = (bottom - top) * this.#zoom;
    }
    canvas.style.width = `${canvas.width / this.#ratio}px`;
    canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
    for (const type of ["pointerdown", "pointermove"]) {
      canvas.addEventListener(type, (event) => event.buttons && (this.#go(event), moved()));
    }
  }

  /** Blocks or colours are others now. */
  forget() {
    this.#stale = true;
  }

  paint() {
    this.#canvas.hidden = this.#camera.isWhole;
    if (this.#camera.isWhole) return;
    if (this.#stale) this.#paintPlan();
    this.#stale = false;
    const pen = this.#canvas.getContext("2d");
    pen.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    pen.drawImage(this.#plan, 0, 0);
    const { x, y, width, height, scale, bounds } = this.#camera;
    const zoom = this.#zoom;
    const [w, h] = [(width / scale) * zoom, (height / scale) * zoom];
    pen.strokeStyle = this.#colours.ink;
    pen.lineWidth = 1.5 * this.#ratio;
    pen.strokeRect((x - bounds.left) * zoom - w / 2, (y - bounds.top) * zoom - h / 2, w, h);
  }

  #paintPlan() {
    const pen = this.#plan.getContext("2d");
    pen.clearRect(0, 0, this.#plan.width, this.#plan.height);
    const { left, top } = this.#camera.bounds;
    for (const block of this.#model.blocks) {
      pen.beginPath();
      for (const [x, y] of corners(block.place)) pen.lineTo((x - left) * this.#zoom, (y - top) * this.#zoom);
      pen.fillStyle = block.available ? this.#colours.tier(block.tier) : this.#colours.sold;
      pen.fill();
    }
  }

  #go(event) {
    const box = this.#canvas.getBoundingClientRect();
    const { left, top } = this.#camera.bounds;
    const zoom = this.#zoom / this.#ratio;
    const [x, y] = [left + (event.clientX - box.left) / zoom, top + (event.clientY - box.top) / zoom];
    this.#camera.jump({ x, y, scale: this.#camera.scale });
  }
}
