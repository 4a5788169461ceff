/**
 * User input on the map: drag, wheel, pinch, double click, tap, and the keys + − 0 and arrows.
 *
 * Dispatches `tap` and `hover` {px, py, touch}, `leave`, and `move` whenever the user has moved the camera.
 */

import { Emitter } from "../../../ticketing/emitter.js";

const TAP_PX = 9; // a longer movement is a drag
const DOUBLE_MS = 300;
const KEY_PAN = 90; // px
const KEY_ZOOM = 1.5;

export class Gestures extends Emitter {
  #surface;
  #camera;
  #pointers = new Map(); // id → {x, y}
  #start = null; // where the pointer went down, while it can still be a tap
  #lastTap = { at: 0, x: 0, y: 0 };
  #recent = []; // latest positions, for the speed of a fling

  constructor(surface, camera) {
    super();
    this.#surface = surface;
    this.#camera = camera;
    surface.addEventListener("pointerdown", (event) => this.#down(event));
    surface.addEventListener("pointermove", (event) => this.#move(event));
    surface.addEventListener("pointerup", (event) => this.#up(event, true));
    surface.addEventListener("pointercancel", (event) => this.#up(event, false));
    surface.addEventListener("pointerleave", () => this.emit("leave"));
    surface.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    surface.addEventListener("keydown", (event) => this.#key(event));
  }

  #down(event) {
    if (event.button > 0) return;
    const { offsetX: x, offsetY: y } = this.#local(event);
    this.#surface.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, { x, y });
    this.#start = this.#pointers.size === 1 ? { x, y } : null;
    this.#recent = [];
    this.#camera.pan(0, 0); // touching the map stops its movement
  }

  #move(event) {
    const { offsetX: x, offsetY: y } = this.#local(event);
    const before = this.#pointers.get(event.pointerId);
    if (!before) {
      if (event.pointerType === "mouse") this.emit("hover", { px: x, py: y, touch: false });
      return;
    }
    if (this.#start && Math.hypot(x - this.#start.x, y - this.#start.y) < TAP_PX) return;
    this.#start = null;
    if (this.#pointers.size === 2) this.#pinch(event.pointerId, { x, y });
    else this.#camera.pan(x - before.x, y - before.y);
    this.#pointers.set(event.pointerId, { x, y });
    this.#recent.push({ x, y, at: event.timeStamp });
    this.emit("move");
  }

  #pinch(id, to) {
    const from = this.#pointers.get(id);
    const [other] = [...this.#pointers].filter(([key]) => key !== id).map(([, point]) => point);
    const [far, near] = [Math.hypot(to.x - other.x, to.y - other.y), Math.hypot(from.x - other.x, from.y - other.y)];
    this.#camera.pan((to.x - from.x) / 2, (to.y - from.y) / 2);
    this.#camera.zoomAt((to.x + other.x) / 2, (to.y + other.y) / 2, far / Math.max(1, near));
  }

  #up(event, completed) {
    if (!this.#pointers.delete(event.pointerId)) return;
    if (this.#start && completed) {
      this.#tap(this.#start, event);
    } else if (!this.#pointers.size) {
      this.#fling(event.timeStamp);
      this.emit("move");
    }
    this.#start = null;
    this.#recent = [];
  }

  #tap({ x, y }, event) {
    const last = this.#lastTap;
    const double = event.timeStamp - last.at < DOUBLE_MS && Math.hypot(x - last.x, y - last.y) < 30;
    this.#lastTap = { at: double ? 0 : event.timeStamp, x, y };
    this.emit("tap", { px: x, py: y, touch: event.pointerType !== "mouse", double });
  }

  #fling(now) {
    const recent = this.#recent.filter(({ at }) => now - at < 100);
    if (recent.length < 2) return;
    const [first, last] = [recent[0], recent[recent.length - 1]];
    const ms = Math.max(8, last.at - first.at);
    this.#camera.fling((last.x - first.x) / ms, (last.y - first.y) / ms);
  }

  #wheel(event) {
    event.preventDefault();
    const { offsetX: x, offsetY: y } = this.#local(event);
    const px = event.deltaY * (event.deltaMode === 1 ? 33 : event.deltaMode === 2 ? 400 : 1);
    // Browsers send a pinch on a touchpad as small wheel steps with ctrl.
    const factor = Math.exp(-Math.max(-240, Math.min(240, px)) * (event.ctrlKey ? 0.01 : 0.0022));
    this.#camera.zoomAt(x, y, factor);
    this.emit("move");
  }

  #key(event) {
    if (event.target !== this.#surface || event.ctrlKey || event.metaKey || event.altKey) return;
    const camera = this.#camera;
    const [px, py] = [camera.width / 2, camera.height / 2];
    const pan = (dx, dy) => () => camera.glide({ x: camera.x + dx / camera.scale, y: camera.y + dy / camera.scale });
    const action = {
      "+": () => camera.glideZoom(px, py, KEY_ZOOM),
      "=": () => camera.glideZoom(px, py, KEY_ZOOM),
      "-": () => camera.glideZoom(px, py, 1 / KEY_ZOOM),
      0: () => camera.glide(camera.whole()),
      ArrowLeft: pan(-KEY_PAN, 0),
      ArrowRight: pan(KEY_PAN, 0),
      ArrowUp: pan(0, -KEY_PAN),
      ArrowDown: pan(0, KEY_PAN),
    }[event.key];
    if (!action) return;
    event.preventDefault();
    action();
    this.emit("move");
  }

  #local(event) {
    const box = this.#surface.getBoundingClientRect();
    return { offsetX: event.clientX - box.left, offsetY: event.clientY - box.top };
  }
}
