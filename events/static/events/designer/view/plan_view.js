/**
 * The canvas with the plan. What doesn't change while something is dragged is painted once into a bitmap, larger than the
 * view, so that moving and zooming stay smooth with 50,000 seats: the bitmap follows at once and is painted anew when the
 * view comes to rest.
 */

import { boundsOf, boundsOfPoints, union } from "../model/layout.js";
import { entriesOf, units, unitOf } from "../model/document.js";
import { Camera } from "./camera.js";
import { Colours } from "./colours.js";
import { paintOverlay } from "./overlay.js";
import { paintGround } from "./paint_ground.js";
import { paintItem, paintPlan } from "./paint_plan.js";

const SPARE = 0.25; // of the view, on each side of it, that the bitmap has too
const REST_MS = 90; // after which a view that has moved is painted anew
const SLOW_MS = 7; // what takes longer to paint is not painted in every frame of a movement
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
  #bitmap = new OffscreenCanvas(1, 1);
  #painted = null; // what the bitmap shows: {document, lifted, x, y, scale}
  #cost = 0;
  #moved = -Infinity;
  #frame = null;

  constructor(canvas, designer) {
    this.#canvas = canvas;
    this.#designer = designer;
    this.ctx = canvas.getContext("2d");
    this.colours = new Colours(canvas, () => this.repaint());
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
    this.#painted = null;
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
    const { ctx, camera } = this;
    this.#refreshBitmap(now);
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.fillStyle = this.colours.floor;
    ctx.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
    paintGround(this.#target(), this.document, this.background);
    this.#blit();
    const entries = entriesOf(this.document);
    for (const id of this.lifted) if (entries.has(id)) paintItem(this.#target(), this.document, entries.get(id));
    ctx.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    paintOverlay(this.#target(), this.#designer, this.overlay);
    this.frames.push(performance.now() - started);
    if (this.frames.length > 240) this.frames.shift();
    if (this.#isStale(camera)) this.draw();
  }

  #target() {
    return { ctx: this.ctx, camera: this.camera, ratio: this.ratio, colours: this.colours };
  }

  #isStale({ x, y, scale }) {
    const shown = this.#painted;
    return shown.x !== x || shown.y !== y || shown.scale !== scale;
  }

  #refreshBitmap(now) {
    const shown = this.#painted;
    const same = shown?.document === this.document && sameIds(shown.lifted, this.lifted);
    const resting = now - this.#moved > REST_MS;
    if (same && (!this.#isStale(this.camera) || (!resting && this.#cost > SLOW_MS && this.#covers()))) return;
    this.#paintBitmap();
  }

  /** Returns whether the bitmap still shows most of the view. */
  #covers() {
    const { x, y, scale } = this.#painted;
    const { camera } = this;
    const zoom = camera.scale / scale;
    if (zoom < 0.67 || zoom > 1.6) return false;
    const [dx, dy] = [Math.abs(camera.x - x) * camera.scale, Math.abs(camera.y - y) * camera.scale];
    return dx < camera.width * SPARE * zoom && dy < camera.height * SPARE * zoom;
  }

  #paintBitmap() {
    const started = performance.now();
    const { camera, ratio } = this;
    const wide = Object.assign(Object.create(Camera.prototype), camera, {
      width: camera.width * (1 + 2 * SPARE),
      height: camera.height * (1 + 2 * SPARE),
    });
    const [width, height] = [Math.ceil(wide.width * ratio), Math.ceil(wide.height * ratio)];
    if (this.#bitmap.width !== width || this.#bitmap.height !== height) Object.assign(this.#bitmap, { width, height });
    const ctx = this.#bitmap.getContext("2d");
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, width, height);
    paintPlan({ ctx, camera: wide, ratio, colours: this.colours }, this.document, this.lifted);
    const { x, y, scale } = camera;
    this.#painted = { document: this.document, lifted: new Set(this.lifted), x, y, scale };
    this.#cost = performance.now() - started;
  }

  #blit() {
    const { ctx, camera, ratio } = this;
    const zoom = camera.scale / this.#painted.scale;
    const [left, top] = camera.toScreen(this.#painted.x, this.#painted.y);
    const [width, height] = [camera.width * (1 + 2 * SPARE) * zoom, camera.height * (1 + 2 * SPARE) * zoom];
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.drawImage(this.#bitmap, (left - width / 2) * ratio, (top - height / 2) * ratio, width * ratio, height * ratio);
  }
}

const sameIds = (one, other) => one.size === other.size && [...one].every((id) => other.has(id));
