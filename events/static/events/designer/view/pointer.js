/**
 * Mouse, pen and touch on the plan. One pointer works with the tool; two fingers, the wheel, the middle button, and the
 * space bar while it is held move and zoom the view.
 *
 * A tool has `down`, `move`, `up`, `cancel` and `hover`, which get {x, y, px, py, shift, alt, touch, startPx, startPy}: the
 * point in the plan and on the canvas.
 */

const DRAG_PX = { mouse: 4, touch: 9 }; // a shorter movement is a click

export class Pointer {
  #surface;
  #view;
  #tool;
  #pointers = new Map(); // id → {x, y}
  #working = null; // {id, startPx, startPy, dragged} while the tool works
  #panning = null; // id of the pointer that moves the view
  #spaceHeld = false;

  /** `tool` returns the current tool. */
  constructor(surface, view, tool) {
    this.#surface = surface;
    this.#view = view;
    this.#tool = tool;
    surface.addEventListener("pointerdown", (event) => this.#down(event));
    surface.addEventListener("pointermove", (event) => this.#move(event));
    surface.addEventListener("pointerup", (event) => this.#up(event));
    surface.addEventListener("pointercancel", (event) => this.#cancel(event));
    surface.addEventListener("pointerleave", () => this.#tool().leave?.());
    surface.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    surface.addEventListener("keydown", (event) => event.key === " " && (this.#spaceHeld = true));
    window.addEventListener("keyup", (event) => event.key === " " && (this.#spaceHeld = false));
  }

  /** Undoes what the tool is doing, if it is. Returns whether it was. */
  stop() {
    const isWorking = this.#working !== null && this.#panning === null;
    this.#stopWorking();
    return isWorking;
  }

  #down(event) {
    if (event.button > 1) return;
    this.#surface.setPointerCapture(event.pointerId);
    const { x, y } = local(event, this.#surface);
    this.#pointers.set(event.pointerId, { x, y });
    if (this.#pointers.size > 1) this.#stopWorking();
    else if (event.button === 1 || this.#spaceHeld) this.#panning = event.pointerId;
    else {
      this.#working = { id: event.pointerId, startPx: x, startPy: y, dragged: false };
      if (this.#tool().down(this.#detail(event)) === "pan") this.#panning = event.pointerId;
    }
  }

  /** A second finger was put down: what the first began is undone, and both zoom. */
  #stopWorking() {
    if (this.#working && this.#panning === null) this.#tool().cancel?.();
    this.#working = this.#panning = null;
  }

  #move(event) {
    const before = this.#pointers.get(event.pointerId);
    const { x, y } = local(event, this.#surface);
    if (!before) {
      if (event.pointerType !== "touch") this.#tool().hover?.(this.#detail(event));
      return;
    }
    this.#pointers.set(event.pointerId, { x, y });
    if (this.#pointers.size === 2) this.#pinch(event.pointerId, before, { x, y });
    else if (this.#panning === event.pointerId) this.#pan(x - before.x, y - before.y);
    else if (this.#working?.id === event.pointerId) this.#drag(event, x, y);
  }

  #drag(event, x, y) {
    const { startPx, startPy } = this.#working;
    const far = Math.hypot(x - startPx, y - startPy) > DRAG_PX[event.pointerType === "touch" ? "touch" : "mouse"];
    this.#working.dragged ||= far;
    if (this.#working.dragged) this.#tool().move(this.#detail(event));
  }

  #pan(dx, dy) {
    this.#view.camera.pan(dx, dy);
    this.#view.moved();
  }

  #pinch(id, from, to) {
    const [other] = [...this.#pointers].filter(([key]) => key !== id).map(([, point]) => point);
    const [far, near] = [Math.hypot(to.x - other.x, to.y - other.y), Math.hypot(from.x - other.x, from.y - other.y)];
    this.#view.camera.pan((to.x - from.x) / 2, (to.y - from.y) / 2);
    this.#view.camera.zoomAt((to.x + other.x) / 2, (to.y + other.y) / 2, far / Math.max(1, near));
    this.#view.moved();
  }

  #up(event) {
    if (!this.#pointers.delete(event.pointerId)) return;
    const { dragged, id } = this.#working ?? {};
    if (id === event.pointerId) {
      this.#tool().up(this.#detail(event), dragged);
      this.#working = null;
    }
    if (this.#panning === event.pointerId) this.#panning = null;
  }

  #cancel(event) {
    this.#pointers.delete(event.pointerId);
    this.#stopWorking();
  }

  #wheel(event) {
    event.preventDefault();
    const { x, y } = local(event, this.#surface);
    const px = event.deltaY * (event.deltaMode === 1 ? 33 : event.deltaMode === 2 ? 400 : 1);
    if (event.shiftKey) return this.#pan(-px - event.deltaX, 0);
    // Browsers send a pinch on a touchpad as small wheel steps with ctrl.
    const factor = Math.exp(-Math.max(-240, Math.min(240, px)) * (event.ctrlKey ? 0.01 : 0.0022));
    this.#view.camera.zoomAt(x, y, factor);
    this.#view.moved();
  }

  #detail(event) {
    const { x: px, y: py } = local(event, this.#surface);
    const [x, y] = this.#view.camera.toPlan(px, py);
    const { shiftKey: shift, altKey: alt } = event;
    const { startPx = px, startPy = py } = this.#working ?? {};
    return { x, y, px, py, shift, alt, startPx, startPy, touch: event.pointerType === "touch", twice: event.detail > 1 };
  }
}

function local(event, surface) {
  const box = surface.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}
