/** Selects, moves, turns and sizes items. */

import { copies } from "../model/copies.js";
import { placesOf } from "../model/counts.js";
import { nameOf } from "../model/document.js";
import { boundsOf } from "../model/layout.js";
import { boundsOfItems, moveItems, round } from "../model/transform.js";
import { handleAt } from "../view/handles.js";
import { itemAt, itemsWithin } from "../view/hit_test.js";
import { gridPoint, linesOf, snapped } from "../view/snapping.js";
import { boxBetween } from "./boxes.js";
import { handleDrag } from "./handle_drags.js";

const NEAR_PX = 6;
const FOCAL_PX = 12;
const NAMED_PX = 120; // narrower blocks may have no room for their name
let drags = 0;

export class SelectTool {
  cursor = "default";
  /** The picture to trace, which can be dragged while it isn't locked. */
  background = null;
  #designer;
  #view;
  #drag = null;

  constructor(designer, view) {
    this.#designer = designer;
    this.#view = view;
  }

  down(event) {
    const designer = this.#designer;
    const handle = handleAt(designer, this.#view.camera, event.px, event.py, event.touch);
    this.#drag = { merge: `drag ${(drags += 1)}`, start: designer.document, from: event, kind: "none" };
    if (handle) {
      Object.assign(this.#drag, { kind: "handle", change: handleDrag(designer, handle, event) });
      return undefined;
    }
    const entry = itemAt(designer.document, event.x, event.y, NEAR_PX / this.#view.camera.scale);
    if (entry) return this.#grab(entry, event);
    if (this.#isOnFocalPoint(event)) {
      this.#drag.kind = "focal";
      return undefined;
    }
    if (this.#isOnPicture(event)) {
      const { x, y } = this.background.shown;
      Object.assign(this.#drag, { kind: "picture", x, y });
      return undefined;
    }
    if (event.touch) return this.#tapGround();
    if (!event.shift) designer.select([]);
    this.#drag.kind = "marquee";
    return undefined;
  }

  #tapGround() {
    this.#designer.select([]);
    this.#drag = null;
    return "pan";
  }

  #isOnFocalPoint({ px, py }) {
    const focal = this.#designer.document.focal_point;
    if (!focal) return false;
    const [x, y] = this.#view.camera.toScreen(focal.x, focal.y);
    return Math.hypot(px - x, py - y) < FOCAL_PX;
  }

  #moveFocalPoint(event) {
    const [x, y] = gridPoint(this.#drag.start, event.x, event.y).map(round);
    const { merge } = this.#drag;
    this.#designer.change("Move the focal point", (document) => ({ ...document, focal_point: { x, y } }), { merge });
  }

  #isOnPicture({ x, y }) {
    const shown = this.background?.shown;
    return shown && !shown.locked && Math.abs(x - shown.x) < shown.width / 2 && Math.abs(y - shown.y) < shown.height / 2;
  }

  #grab({ id }, event) {
    const { selection } = this.#designer;
    if (event.shift) {
      const toggled = new Set(selection);
      toggled.delete(id) || toggled.add(id);
      this.#designer.select(toggled);
      this.#drag.kind = toggled.has(id) ? "move" : "none";
    } else {
      if (!selection.has(id)) this.#designer.select([id]);
      this.#drag.kind = "move";
    }
  }

  move(event) {
    const drag = this.#drag;
    if (!drag) return;
    if (drag.kind === "move") this.#moveItems(event);
    else if (drag.kind === "handle") this.#dragHandle(event);
    else if (drag.kind === "focal") this.#moveFocalPoint(event);
    else if (drag.kind === "picture") this.background.change({ x: drag.x + event.x - drag.from.x, y: drag.y + event.y - drag.from.y });
    else if (drag.kind === "marquee") this.#view.overlay = { marquee: boxBetween(drag.from, event) };
    this.#view.draw();
  }

  #begin(event) {
    const drag = this.#drag;
    if (drag.begun) return;
    drag.begun = true;
    const designer = this.#designer;
    if (event.alt) {
      const { document, ids } = copies(drag.start, designer.selection);
      drag.start = document;
      designer.change("Drag a copy", () => document, { merge: drag.merge, select: ids });
    }
    drag.ids = new Set(designer.selection);
    drag.box = boundsOfItems(drag.start, drag.ids);
    drag.lines = linesOf(drag.start, drag.ids);
    this.#view.lifted = drag.ids;
  }

  #moveItems(event) {
    this.#begin(event);
    const { start, from, ids, box, lines, merge } = this.#drag;
    const { dx, dy, guides } = snapped(box, event.x - from.x, event.y - from.y, {
      lines,
      camera: this.#view.camera,
      document: start,
    });
    this.#view.overlay = { guides };
    this.#designer.change("Move", () => moveItems(start, ids, dx, dy), { merge });
  }

  #dragHandle(event) {
    const { start, change, merge } = this.#drag;
    this.#view.lifted = new Set(this.#designer.selection);
    const { label, document, hint } = change(start, event);
    this.#view.overlay = { hint: { px: event.px, py: event.py, text: hint } };
    this.#designer.change(label, () => document, { merge });
  }

  up(event, dragged) {
    const drag = this.#drag;
    if (drag?.kind === "marquee" && dragged) {
      const found = itemsWithin(this.#designer.document, boxBetween(drag.from, event));
      this.#designer.select(event.shift ? [...this.#designer.selection, ...found] : found);
    }
    this.#finish();
  }

  cancel() {
    if (this.#drag) this.#designer.history.cancel(this.#drag.merge);
    this.#finish();
  }

  #finish() {
    this.#drag = null;
    this.#designer.history.seal();
    this.#view.lifted = new Set();
    this.#view.overlay = {};
    this.#view.draw();
  }

  hover(event) {
    const handle = handleAt(this.#designer, this.#view.camera, event.px, event.py, false);
    const over = handle ?? itemAt(this.#designer.document, event.x, event.y, NEAR_PX / this.#view.camera.scale);
    this.cursor = handle ? { rotate: "grab", size: "nwse-resize", corner: "move" }[handle.kind] : over ? "move" : "default";
    this.#view.setCursor(this.cursor);
    this.#showName(handle ? null : over, event);
  }

  /** Writes the name of a small block beside the pointer: on the plan there is only room for its number. */
  #showName(entry, { px, py }) {
    const { document } = this.#designer;
    const isSmall = entry?.section && widthOf(boundsOf(entry.item, document)) * this.#view.camera.scale < NAMED_PX;
    const hint = isSmall ? { px, py, text: `${nameOf(entry)}: ${placesOf(entry.item, document)} places` } : undefined;
    if (!hint && !this.#view.overlay.hint) return;
    this.#view.overlay = { ...this.#view.overlay, hint };
    this.#view.draw();
  }

  leave() {
    this.#showName(null, {});
  }
}

const widthOf = ({ left, right }) => right - left;
