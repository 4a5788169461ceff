/**
 * The canvas with the plan. What doesn't change while something is dragged is painted once into a bitmap, so that moving and
 * zooming stay smooth with 50,000 seats: the bitmap follows at once, with shapes of the blocks where it ends, and is painted
 * anew when the view comes to rest.
 */

import { boundsOf, boundsOfPoints, union } from "../model/layout.js";
import { entriesOf, units, unitOf } from "../model/document.js";
import { Camera } from "./camera.js";
import { Colours } from "./colours.js";
import { paintOverlay } from "./overlay.js";
import { paintGround } from "./paint_ground.js";
import { paintItem, paintShapes } from "./paint_plan.js";
import { PlanBitmap } from "./plan_bitmap.js";

const REST_MS = 90; // after which a view that has moved is painted anew
const EMPTY_CM = { left: -1500, top: -500, right: 1500, bottom: 2100 };

export class PlanView {
  camera = new Camera();
  /** Ids of the items that are painted on top, because they are being dragged. */
  lifted = new Set();
  /** What tools show: guides, marquee, ghost of a new item, picked seats. */
  overlay = {};
  background = null;
  /** Called with the name of a tool after it has added an item, and whether by a click. */
  onAdded = null;
  /** Milliseconds that the last frames took to paint, for the measurement. */
  frames = [];

  #canvas;
  #designer;
  #bitmap;
  #moved = -Infinity;
  #frame = null;

  constructor(canvas, designer) {
    this.#canvas = canvas;
    this.#designer = designer;
    this.ctx = canvas.getContext("2d");
    this.colours = new Colours(canvas, () => this.repaint());
    this.#bitmap = new PlanBitmap(this.colours);
    new ResizeObserver(() => this.#resize()).observe(canvas);
    for (const type of ["document", "selection", "tool", "brush"]) designer.addEventListener(type, () => this.draw());
  }

  get document() {
    return this.#designer.document;
  }

  setCursor(cursor) {
    this.#canvas.style.cursor = cursor;
  }

  focus() {
    this.#canvas.focus({ preventScroll: true });
  }

  /** Shows the picture to trace: {image, x, y, width, height, opacity}, or null. */
  showBackground(background) {
    this.background = background;
    this.draw();
  }

  /** Paints everything anew, as after a change of colours. */
  repaint() {
    this.#bitmap.clear();
    this.draw();
  }

  /** Paints the next frame. */
  draw() {
    this.#frame ??= requestAnimationFrame((now) => {
      this.#frame = null;
      this.#paint(now);
    });
  }

  /** Tells that the camera has moved. */
  moved() {
    this.#moved = performance.now();
    this.draw();
  }

  /** Shows the whole plan, or a box of it. */
  fit(box = this.whole) {
    this.camera.unit = unitOf(this.document);
    this.camera.fit(box);
    this.moved();
  }

  reveal(box) {
    this.camera.reveal(box);
    this.moved();
  }

  get whole() {
    const items = [...entriesOf(this.document).values()];
    const focal = this.document.focal_point;
    const boxes = items.map(({ item }) => boundsOf(item, this.document));
    if (focal && boxes.length) boxes.push(boundsOfPoints([[focal.x, focal.y]]));
    const empty = Object.fromEntries(Object.entries(EMPTY_CM).map(([side, cm]) => [side, units(this.document, cm)]));
    return boxes.length ? union(boxes) : empty;
  }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    this.ratio = window.devicePixelRatio || 1;
    this.#canvas.width = Math.max(1, Math.round(width * this.ratio));
    this.#canvas.height = Math.max(1, Math.round(height * this.ratio));
    const first = this.camera.width === 1;
    Object.assign(this.camera, { width: Math.max(1, width), height: Math.max(1, height) });
    if (first) this.fit();
    this.repaint();
  }

  #paint(now) {
    const started = performance.now();
    const { ctx } = this;
    const view = { document: this.document, lifted: this.lifted, camera: this.camera, ratio: this.ratio };
    const isFinished = this.#bitmap.refresh(view, now - this.#moved > REST_MS);
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.fillStyle = this.colours.floor;
    ctx.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
    paintGround(this.#target(), this.document, this.background);
    if (!this.#bitmap.covers(this.camera)) this.#paintAround();
    this.#bitmap.copyTo(ctx, this.camera, this.ratio);
    const entries = entriesOf(this.document);
    for (const id of this.lifted) if (entries.has(id)) paintItem(this.#target(), this.document, entries.get(id));
    ctx.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    paintOverlay(this.#target(), this.#designer, this.overlay);
    this.frames.push(performance.now() - started);
    if (this.frames.length > 240) this.frames.shift();
    if (!isFinished) this.draw();
  }

  #target() {
    return { ctx: this.ctx, camera: this.camera, ratio: this.ratio, colours: this.colours };
  }

  /** Paints shapes of the blocks where the bitmap has nothing. */
  #paintAround() {
    const { ctx, camera, ratio } = this;
    const { left, top, width, height } = this.#bitmap.boxIn(camera);
    ctx.save();
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.beginPath();
    ctx.rect(0, 0, camera.width, camera.height);
    ctx.rect(left, top, width, height);
    ctx.clip("evenodd");
    paintShapes(this.#target(), this.document, this.lifted);
    ctx.restore();
  }
}
