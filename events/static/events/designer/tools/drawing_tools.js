/** The tools that add items: drag a rectangle, or click for one of the usual size. */

import { boxBetween } from "./boxes.js";
import { NEW_ITEMS } from "./new_items.js";
import { gridPoint } from "../view/snapping.js";

export class DrawingTool {
  cursor = "crosshair";
  #designer;
  #view;
  #name;
  #from = null;

  /** `name` is one of NEW_ITEMS. */
  constructor(designer, view, name) {
    this.#designer = designer;
    this.#view = view;
    this.#name = name;
  }

  down(event) {
    const [x, y] = gridPoint(this.#designer.document, event.x, event.y);
    this.#from = { x, y };
  }

  move(event) {
    const { item, hint } = this.#made(boxBetween(this.#from, event));
    this.#view.overlay = { ghost: item, hint: { px: event.px, py: event.py, text: hint } };
    this.#view.draw();
  }

  up(event, dragged) {
    if (!this.#from) return;
    const box = dragged ? boxBetween(this.#from, event) : null;
    this.add(box, this.#from);
    this.cancel();
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
