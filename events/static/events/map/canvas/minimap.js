/** The whole venue in a corner, with a frame around the visible part; a click moves the view there. */

const MAX_WIDTH = 116; // px
const MAX_SHARE = 0.2; // of the map's width
const EDGE = 8; // px to the edge of the map, and to what is shown beside it

export class Minimap {
  #canvas;
  #camera;
  #model;
  #colours;
  #venue = document.createElement("canvas");
  #ratio = Math.min(2, devicePixelRatio || 1);
  #stale = true;
  #zoom;

  /** @param {() => void} moved called after the minimap has moved the camera */
  constructor(canvas, camera, model, colours, moved) {
    this.#canvas = canvas;
    this.#camera = camera;
    this.#model = model;
    this.#colours = colours;
    const { left, right, top, bottom } = camera.bounds;
    const width = Math.min(MAX_WIDTH, canvas.parentElement.clientWidth * MAX_SHARE);
    this.#zoom = (width / Math.max(right - left, bottom - top)) * this.#ratio;
    for (const each of [canvas, this.#venue]) {
      each.width = (right - left) * this.#zoom;
      each.height = (bottom - top) * this.#zoom;
    }
    canvas.style.width = `${canvas.width / this.#ratio}px`;
    camera.corner = { width: canvas.width / this.#ratio + 2 * EDGE, height: canvas.height / this.#ratio + 2 * EDGE };
    canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
    for (const type of ["pointerdown", "pointermove"]) {
      canvas.addEventListener(type, (event) => event.buttons && (this.#go(event), moved()));
    }
  }

  /** Repaints the venue with the next frame, after counts or colours have changed. */
  invalidate() {
    this.#stale = true;
  }

  paint() {
    this.#canvas.hidden = this.#camera.isWhole;
    if (this.#camera.isWhole) return;
    if (this.#stale) this.#paintVenue();
    this.#stale = false;
    const ctx = this.#canvas.getContext("2d");
    ctx.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    ctx.drawImage(this.#venue, 0, 0);
    const { x, y, width, height, scale, bounds } = this.#camera;
    const zoom = this.#zoom;
    const [w, h] = [(width / scale) * zoom, (height / scale) * zoom];
    ctx.strokeStyle = this.#colours.ink;
    ctx.lineWidth = 1.5 * this.#ratio;
    ctx.strokeRect((x - bounds.left) * zoom - w / 2, (y - bounds.top) * zoom - h / 2, w, h);
  }

  #paintVenue() {
    const ctx = this.#venue.getContext("2d");
    ctx.clearRect(0, 0, this.#venue.width, this.#venue.height);
    const { left, top } = this.#camera.bounds;
    for (const block of this.#model.blocks) {
      const { x, y, angle } = block.place;
      const [cos, sin] = [Math.cos(angle) * this.#zoom, Math.sin(angle) * this.#zoom];
      ctx.setTransform(cos, sin, -sin, cos, (x - left) * this.#zoom, (y - top) * this.#zoom);
      ctx.fillStyle = block.left ? this.#colours.tier(block.tier) : this.#colours.sold;
      ctx.fill(block.shape);
    }
    ctx.setTransform(1, 0, 0, 1, 0, 0);
  }

  #go(event) {
    const box = this.#canvas.getBoundingClientRect();
    const { left, top } = this.#camera.bounds;
    const zoom = this.#zoom / this.#ratio;
    const [x, y] = [left + (event.clientX - box.left) / zoom, top + (event.clientY - box.top) / zoom];
    this.#camera.jump({ x, y, scale: this.#camera.scale });
  }
}
