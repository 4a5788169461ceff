/** The tools that add items: drag a rectangle, or click for one of the usual size. */

import { boxBetween } from "./boxes.js";
import { NEW_ITEMS } from "./new_items.js";
import { gridPoint, linesOf, snapped } from "../view/snapping.js";

export class DrawingTool {
  cursor = "crosshair";
  #designer;
  #view;
  #name;
  #from = null;
  #lines = { x: [], y: [] };

  /** `name` is one of NEW_ITEMS. */
  constructor(designer, view, name) {
    this.#designer = designer;
    this.#view = view;
    this.#name = name;
  }

  down(event) {
    const [x, y] = gridPoint(this.#designer.document, event.x, event.y);
    this.#from = { x, y };
    this.#lines = linesOf(this.#designer.document, new Set());
  }

  move(event) {
    const { box, guides } = this.#boxTo(event);
    const { item, hint } = this.#made(box);
    this.#view.overlay = { ghost: item, guides, hint: { px: event.px, py: event.py, text: hint } };
    this.#view.draw();
  }

  up(event, dragged) {
    if (!this.#from) return;
    this.add(dragged ? this.#boxTo(event).box : null, this.#from);
    this.cancel();
  }

  /** Returns the dragged box, which comes to lie in line with other items and with the stage's axis, and the guides. */
  #boxTo(event) {
    const { document } = this.#designer;
    const [x, y] = gridPoint(document, event.x, event.y);
    const { left, right, top, bottom } = boxBetween(this.#from, { x, y });
    const { camera } = this.#view;
    const { dx, dy, guides } = snapped({ left, right, top, bottom }, 0, 0, { lines: this.#lines, camera, document });
    return { box: { left: left + dx, right: right + dx, top: top + dy, bottom: bottom + dy }, guides };
  }

  cancel() {
    this.#from = null;
    this.#view.overlay = {};
    this.#view.draw();
  }

  /** Adds an item in the box, or of the usual size at the point, selects it, and goes back to selecting. */
  add(box, point) {
    const { item } = this.#made(box, point);
    NEW_ITEMS[this.#name].add(this.#designer, item);
    this.#designer.use("select");
    this.#view.onAdded?.(this.#name, box === null);
  }

  #made(box, point) {
    return NEW_ITEMS[this.#name].make(this.#designer, box, point);
  }
}
