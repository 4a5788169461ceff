/**
 * The map on the page: canvas, camera and gestures, and an animation loop that stops while nothing moves.
 *
 * Dispatches `tap` and `hover` {block, position, px, py, touch, double} (block is null on empty floor), and `view`
 * whenever the visible part has changed. On the root, `data-ready` means that the map is drawn; `data-frame-p95` is the
 * 95th percentile of the time between frames (ms) during movements, `data-paint-p95` that of painting a frame.
 */

import { Emitter } from "../../../ticketing/emitter.js";
import { showsSeats } from "./base_layer.js";
import { corners, namePoint } from "./boxes.js";
import { Camera } from "./camera.js";
import { Gestures } from "./gestures.js";
import { hitTest } from "./hit_test.js";
import { Minimap } from "./minimap.js";
import { Painter } from "./painter.js";

const READABLE = 24; // px per seat: a seat of this size is easy to hit
const FRAMED = 7; // px per seat: a block is shown as a whole if its seats are at least this large then
const MEASURED_FRAMES = 300;

export class MapView extends Emitter {
  #root;
  #canvas;
  #model;
  #painter;
  #minimap;
  #ratio = 1;
  #frameRequest = 0;
  #gaps = [];
  #paints = [];
  #lastFrame = 0;

  /** See Painter for `scene`; call `request` after changing it. `seating` is that of plan_seating.js or grid_seating.js. */
  constructor(root, minimap, { model, seating, scene, colours, price }) {
    super();
    this.#root = root;
    this.#model = model;
    this.#canvas = root.querySelector("canvas.seats");
    const scenery = seating.scenery(model.blocks, root, colours);
    this.stage = scenery.middle;
    this.camera = new Camera(scenery.bounds);
    this.#painter = new Painter(this.#canvas, { model, scenery, colours, price, scene });
    this.#minimap = new Minimap(minimap, this.camera, model, colours, () => this.#moved());
    this.#listen(root, colours);
  }

  #listen(root, colours) {
    const gestures = new Gestures(root, this.camera);
    gestures.addEventListener("move", () => this.#moved());
    gestures.addEventListener("leave", () => this.emit("hover", { block: null, position: -1 }));
    for (const type of ["tap", "hover"]) gestures.addEventListener(type, ({ detail }) => this.emit(type, this.#at(detail)));
    new ResizeObserver(() => this.#resize()).observe(root);
    this.#model.addEventListener("seats", ({ detail }) => this.updateSeats(detail.block, detail.positions));
    this.#model.addEventListener("counts", ({ detail }) => this.#updateCounts(detail.block));
    this.#model.addEventListener("prices", () => this.#repaint()); // also on the cached labels
    this.#model.addEventListener("selections", () => this.request());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      colours.read();
      this.#repaint();
    });
  }

  /** Whether single seats are shown now. */
  get showsSeats() {
    return showsSeats(this.camera.scale);
  }

  /** Repaints these seats of the block (null: all of them). */
  updateSeats(block, positions) {
    this.#painter.baseLayer.updateSeats(block, positions);
    this.request();
  }

  /** Repaints everything, after the filter has changed. */
  refresh() {
    this.#painter.baseLayer.refresh();
    this.request();
  }

  /** Paints with the next animation frame. */
  request() {
    if (!this.#frameRequest) this.#frameRequest = requestAnimationFrame((now) => this.#frame(now));
  }

  /** Shows a whole block; if it is too large for that, or shown already, zooms in on the point `at` of it. */
  showBlock(block, at = null) {
    const points = corners(block.place, 2);
    const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
    const box = { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
    const whole = this.camera.fitted(box).scale;
    const view = at && (whole < FRAMED || this.camera.scale >= whole * 0.85) ? this.#near(block, at) : this.camera.fitted(box, READABLE * 1.5);
    this.camera.glide(view);
    this.#moved();
  }

  /** A view of the point in which seats are readable. */
  #near(block, [x, y]) {
    const scale = Math.max(READABLE * 0.75, Math.min(this.camera.scale, READABLE));
    return this.camera.withName({ x, y, scale }, ...namePoint(block.place));
  }

  /** Makes a seat visible and readable with as little movement as possible; `covered` px at the bottom don't count. */
  showSeat(block, position, covered = 0) {
    this.camera.reveal(...block.pointOf(position), 60, READABLE * 0.7, covered);
    this.#moved();
  }

  zoom(factor) {
    this.camera.glideZoom(this.camera.width / 2, this.camera.height / 2, factor);
    this.#moved();
  }

  showAll() {
    this.camera.glide(this.camera.whole());
    this.#moved();
  }

  #at({ px, py, ...more }) {
    const hit = hitTest(this.#model.blocks, ...this.camera.toPlane(px, py), this.showsSeats);
    return { block: null, position: -1, ...hit, px, py, ...more };
  }

  #moved() {
    this.request();
    this.emit("view");
  }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.#root;
    if (!width || !height) return;
    this.#ratio = Math.min(2, devicePixelRatio || 1);
    this.#canvas.width = Math.round(width * this.#ratio);
    this.#canvas.height = Math.round(height * this.#ratio);
    this.camera.resize(width, height);
    this.#repaint();
    this.#frame(performance.now()); // at once: resizing has emptied the canvas, which would flash
  }

  #updateCounts(block) {
    this.#painter.baseLayer.updateCounts(block);
    this.#minimap.invalidate();
    this.request();
  }

  #repaint() {
    this.#painter.baseLayer.refresh(true);
    this.#minimap.invalidate();
    this.request();
  }

  #frame(now) {
    cancelAnimationFrame(this.#frameRequest);
    this.#frameRequest = 0;
    const moving = this.camera.isMoving;
    this.camera.step(now);
    const started = performance.now();
    const unfinished = this.#painter.paint(this.camera, this.#ratio);
    this.#minimap.paint();
    this.#measure(now, performance.now() - started);
    if (moving) this.emit("view");
    if (unfinished || this.camera.isMoving) this.request();
    this.#root.dataset.ready = "true";
    this.#root.style.touchAction = this.camera.isWhole ? "pan-y" : "none"; // a swipe over the whole map scrolls the page
  }

  /** Measures frames in quick succession; a longer pause starts a new movement. */
  #measure(now, paint) {
    const gap = now - this.#lastFrame;
    this.#lastFrame = now;
    if (gap <= 0 || gap > 250) return;
    this.#gaps.push(gap);
    this.#paints.push(paint);
    if (this.#gaps.length > MEASURED_FRAMES) (this.#gaps.shift(), this.#paints.shift());
    if (this.#gaps.length % 20) return;
    this.#root.dataset.frameP95 = percentile(this.#gaps).toFixed(1);
    this.#root.dataset.paintP95 = percentile(this.#paints).toFixed(1);
  }
}

function percentile(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.95)];
}
