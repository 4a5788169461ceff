/** What buttons and keys do: each command changes the document or the view. */

import { say } from "../../ticketing/announce.js";
import { clipboardText, duplicates, itemsInText, mirroredCopies, paste } from "./model/copies.js";
import { entriesOf, units } from "./model/document.js";
import { removeItems, updateItems } from "./model/edits.js";
import { nextStart } from "./model/labels.js";
import { boundsOf } from "./model/layout.js";
import { endsOf } from "./model/grids.js";
import { addCorner, removeCorner } from "./model/outlines.js";
import { readable } from "./model/readable.js";
import { alignItems, boundsOfItems, distributeItems, facing, middleOf, mirrorItems, moveItems, roundStage, turnItems } from "./model/transform.js";
import { GRID_CM } from "./view/snapping.js";

const TURN = 5; // degrees

/** Returns the commands. */
export function makeCommands(designer, view) {
  let previous = null; // the items that were duplicated last
  const change = (label, edit, options) => designer.selection.size && designer.change(label, edit, options);
  const selection = () => designer.selection;
  const axis = () => designer.document.focal_point?.x ?? middleOf(view.whole)[0];
  const middle = () => middleOf(boundsOfItems(designer.document, selection()));
  const placed = (label, made) => {
    designer.change(label, () => made.document, { select: made.ids });
    view.reveal(boundsOfItems(designer.document, made.ids));
    say(`${label}: ${made.ids.size === 1 ? "1 item" : `${made.ids.size} items`}.`);
  };
  const align = (edge) => () => change("Align", (document) => alignItems(document, selection(), edge));
  const distribute = (along) => () => change("Distribute", (document) => distributeItems(document, selection(), along));

  return {
    undo: () => designer.undo(),
    redo: () => designer.redo(),
    duplicate: () => {
      if (!selection().size) return;
      const from = selection();
      placed("Duplicate", duplicates(designer.document, from, previous));
      previous = from;
    },
    mirrorCopy: () => selection().size && placed("Mirrored copy", mirroredCopies(designer.document, selection(), axis())),
    mirror: () => change("Flip", (document) => mirrorItems(document, selection(), middle()[0])),
    remove: () => {
      const { size } = selection();
      change("Delete", (document) => removeItems(document, selection()), { select: [] });
      if (size) say(`Deleted ${size === 1 ? "1 item" : `${size} items`}.`);
    },
    selectAll: () => designer.select(entriesOf(designer.document).keys()),
    copy: () => clipboardText(designer.document, selection()),
    paste: (text) => {
      const items = itemsInText(text);
      if (items && items.every(({ item }) => readable.item(item))) placed("Paste", paste(designer.document, items));
    },
    move: (dx, dy) => {
      const step = units(designer.document, GRID_CM);
      change("Move", (document) => moveItems(document, selection(), dx * step, dy * step), { merge: "arrow keys" });
      if (selection().size) view.reveal(boundsOfItems(designer.document, selection()));
    },
    turn: (steps) => change("Rotate", (document) => turnItems(document, selection(), steps * TURN, middle()), { merge: "turn keys" }),
    faceStage: () => change("Turn to the stage", facingStage(designer)),
    curveStage: () => change("Curve round the stage", curvingStage(designer)),
    alignLeft: align("left"),
    alignCenter: align("center"),
    alignRight: align("right"),
    alignTop: align("top"),
    alignMiddle: align("middle"),
    alignBottom: align("bottom"),
    distributeX: distribute("x"),
    distributeY: distribute("y"),
    continueRows: () => change("Continue row names", continued(designer, "row_labels", "letters", "top", ({ rows }) => rows)),
    continueSeats: () => change("Continue seat numbers", continued(designer, "seat_labels", "numbers", "left", (grid) => endsOf(grid)[0])),
    addCorner: () => change("Add a corner", (document) => addCorner(document, selection())),
    removeCorner: () => change("Remove a corner", (document) => removeCorner(document, selection())),
    fit: () => view.fit(),
    zoomIn: () => zoom(view, 1.4),
    zoomOut: () => zoom(view, 1 / 1.4),
  };
}

function zoom(view, factor) {
  view.camera.zoomAt(view.camera.width / 2, view.camera.height / 2, factor);
  view.moved();
}

function facingStage(designer) {
  const focal = designer.document.focal_point;
  return (document) => updateItems(document, designer.selection, (item) => ({ ...item, rotation: facing(item, focal) }));
}

function curvingStage(designer) {
  const focal = designer.document.focal_point;
  return (document) => updateItems(document, designer.selection, (item) => (item.grid ? roundStage(item, focal, document) : item));
}

/** Each block's labels begin where those of the block before it end. */
function continued(designer, name, usual, edge, countOf) {
  return (document) => {
    const entries = designer.selected.filter(({ item }) => item.grid).map((entry) => ({ ...entry, at: boundsOf(entry.item, document)[edge] }));
    entries.sort((a, b) => a.at - b.at);
    const rules = new Map();
    let [rule, start] = [entries[0]?.item.grid[name], undefined];
    if (Array.isArray(rule)) rule = undefined;
    for (const { id, item } of entries) {
      const own = { style: usual, ...rule, ...(start !== undefined && { start }) };
      rules.set(id, own);
      start = nextStart(own, countOf(item.grid), usual);
    }
    return updateItems(document, new Set(rules.keys()), (item, { id }) => ({ ...item, grid: { ...item.grid, [name]: rules.get(id) } }));
  };
}
