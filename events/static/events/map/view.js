/**
 * The map on the page: canvas, camera and hands, and a loop that sleeps while nothing moves.
 *
 * Tells `tap` {block, position, px, py, touch, double} (block null on the floor), `hover` likewise, and `view` whenever
 * what is seen has changed. `data-ready` on the root says that it is drawn, `data-frame-p95` the 95th percentile of
 * the time between frames (ms) of the last movement, `data-paint-p95` that of painting one.
 */

import { Camera } from "./camera.js";
import { Painter } from "./draw.js";
import { Gestures } from "./gestures.js";
import { showsSeats } from "./ground.js";
import { hitTest } from "./hit.js";
import { arrange, corners, seatPoint } from "./layout.js";
import { Minimap } from "./minimap.js";

const READABLE = 24; // px per seat at which a seat is easily hit
const MEASURED = 300; // frames

export class MapView extends EventTarget {
  #root;
  #canvas;
  #model;
  #painter;
  #minimap;
  #ratio = 1;
  #asked = 0;
  #gaps = [];
  #paints = [];
  #lastFrame = 0;

  /** `scene` is that of Painter.paint; who changes it calls `request`. */
  constructor(root, minimap, { model, scene, colours, price }) {
    super();
    this.#root = root;
    this.#model = model;
    this.#canvas = root.querySelector("canvas.seats");
    const { bounds, stage } = arrange(model.blocks, root.clientWidth, root.clientHeight);
    this.stage = [0, stage.outer];
    this.camera = new Camera(bounds);
    this.#painter = new Painter(this.#canvas, { model, stage, colours, price, scene });
    this.#minimap = new Minimap(minimap, this.camera, model, colours, () => this.#moved());
    this.#listen(root, colours);
  }

  #listen(root, colours) {
    const gestures = new Gestures(root, this.camera);
    gestures.addEventListener("move", () => this.#moved());
    gestures.addEventListener("leave", () => this.#tell("hover", { block: null, position: -1 }));
    for (const type of ["tap", "hover"]) gestures.addEventListener(type, ({ detail }) => this.#tell(type, this.#at(detail)));
    new ResizeObserver(() => this.#resize()).observe(root);
    this.#model.addEventListener("seats", ({ detail }) => this.touch(detail.block, detail.positions));
    this.#model.addEventListener("counts", ({ detail }) => this.#count(detail.block));
    this.#model.addEventListener("marks", () => this.request());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      colours.read();
      this.#forget();
    });
  }

  /** Whether single seats are shown now. */
  get showsSeats() {
    return showsSeats(this.camera.scale);
  }

  /** Seats of the block look different now (null: all of them). */
  touch(block, positions) {
    this.#painter.ground.touch(block, positions);
    this.request();
  }

  /** The filter is another one. */
  filter() {
    this.#painter.ground.refresh();
    this.request();
  }

  /** Paints at the next frame. */
  request() {
    if (!this.#asked) this.#asked = requestAnimationFrame((now) => this.#frame(now));
  }

  /** Goes so near to a block that its seats can be told apart; to a point of it if the whole does not fit. */
  showBlock(block, at = null) {
    const points = corners(block.place, 2);
    const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
    const box = { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
    const whole = Math.min(this.camera.width / (box.right - box.left), this.camera.height / (box.bottom - box.top)) * 0.95;
    if (at && whole < READABLE * 0.5) this.camera.glide({ x: at[0], y: at[1], scale: READABLE * 0.75 });
    else this.camera.show(box, READABLE * 1.5);
    this.#moved();
  }

  /** Makes a seat visible and readable with as little movement as that takes. */
  showSeat(block, position) {
    const scale = Math.max(this.camera.scale, READABLE * 0.7);
    this.camera.reveal(...seatPoint(block, position), 60, scale);
    this.#moved();
  }

  /** Where a seat is on the root element, in px. */
  seatOnScreen(block, position) {
    return this.camera.toScreen(...seatPoint(block, position));
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
    this.#tell("view", {});
  }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.#root;
    if (!width || !height) return;
    this.#ratio = Math.min(2, devicePixelRatio || 1);
    this.#canvas.width = Math.round(width * this.#ratio);
    this.#canvas.height = Math.round(height * this.#ratio);
    this.camera.resize(width, height);
    this.#forget();
    this.#frame(performance.now()); // at once, or the emptied canvas would flash
  }

  #count(block) {
    this.#painter.ground.count(block);
    this.#minimap.forget();
    this.request();
  }

  #forget() {
    this.#painter.ground.refresh(true);
    this.#minimap.forget();
    this.request();
  }

  #frame(now) {
    cancelAnimationFrame(this.#asked);
    this.#asked = 0;
    const moving = this.camera.isMoving;
    this.camera.step(now);
    const started = performance.now();
    const unfinished = this.#painter.paint(this.camera, this.#ratio);
    this.#minimap.paint();
    this.#measure(now, performance.now() - started);
    if (moving) this.#tell("view", {});
    if (unfinished || this.camera.isMoving) this.request();
    this.#root.dataset.ready = "true";
  }

  /** Frames that follow each other at once belong to a movement; after a pause a new one begins. */
  #measure(now, paint) {
    const gap = now - this.#lastFrame;
    this.#lastFrame = now;
    if (gap <= 0 || gap > 250) return;
    this.#gaps.push(gap);
    this.#paints.push(paint);
    if (this.#gaps.length > MEASURED) (this.#gaps.shift(), this.#paints.shift());
    if (this.#gaps.length % 20) return;
    this.#root.dataset.frameP95 = percentile(this.#gaps).toFixed(1);
    this.#root.dataset.paintP95 = percentile(this.#paints).toFixed(1);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function percentile(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.95)];
}
