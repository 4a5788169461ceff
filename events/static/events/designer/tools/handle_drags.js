/** What dragging a handle of the selection does. */

import { updateItems } from "../model/edits.js";
import { withFollowingAisles } from "../model/grids.js";
import { DEFAULTS, layoutOf, toItem } from "../model/layout.js";
import { boundsOfItems, middleOf, round, turnItems } from "../model/transform.js";
import { gridPoint } from "../view/snapping.js";

const TURN_STEP = 5; // degrees; 1 while Shift is held
const MAX = 1_000; // rows, or seats in a row

/** Returns a function (start document, event) → {label, document, hint}, for a drag that began at `from`. */
export function handleDrag(designer, handle, from) {
  const ids = new Set(designer.selection);
  return { rotate: turning, size: sizing, corner: cornering }[handle.kind](designer, ids, from, handle);
}

function turning(designer, ids, from) {
  const single = designer.selected.length === 1 && designer.selected[0].item;
  const middle = middleOf(boundsOfItems(designer.document, ids));
  const before = single ? (single.rotation ?? 0) : 0;
  const angleTo = ({ x, y }) => (Math.atan2(y - middle[1], x - middle[0]) * 180) / Math.PI;
  const first = angleTo(from);
  return (start, event) => {
    const step = event.shift ? 1 : TURN_STEP;
    const by = Math.round((before + angleTo(event) - first) / step) * step - before;
    return { label: "Rotate", document: turnItems(start, ids, by, middle), hint: `${round(((before + by + 540) % 360) - 180)}°` };
  };
}

function sizing(designer, ids, from) {
  const [{ item, kind }] = designer.selected;
  return kind === "grid" ? sizingGrid(item, ids, from) : sizingDrawing(item, ids);
}

/** The corner follows the pointer: the block gets as many rows and seats as fit. */
function sizingGrid(item, ids, from) {
  const { grid } = item;
  const [fromX, fromY] = toItem(item, from.x, from.y);
  const across = grid.seat_spacing ?? DEFAULTS.seat_spacing;
  const down = grid.row_spacing ?? DEFAULTS.row_spacing;
  return (start, event) => {
    const [x, y] = toItem(item, event.x, event.y);
    const seats = limited(grid.seats + Math.round((2 * (x - fromX)) / across)); // both sides grow, as the origin is the middle
    const rows = limited(grid.rows + Math.round((y - fromY) / down));
    const document = updateItems(start, ids, (each) => ({ ...each, grid: withFollowingAisles(each.grid, { ...each.grid, rows, seats }) }));
    return { label: "Size", document, hint: `${rows} rows of ${seats} seats` };
  };
}

const limited = (count) => Math.min(MAX, Math.max(1, count));

/** The opposite corner stays where it is. */
function sizingDrawing(item, ids) {
  const { bounds } = layoutOf(item);
  const anchor = [bounds.left, bounds.top];
  return (start, event) => {
    const [px, py] = toItem(item, ...gridPoint(start, event.x, event.y));
    const [width, height] = [Math.max(10, px - anchor[0]), Math.max(10, py - anchor[1])].map(round);
    const turn = ((item.rotation ?? 0) * Math.PI) / 180;
    const [mx, my] = [anchor[0] + width / 2, anchor[1] + height / 2];
    const x = round((item.x ?? 0) + mx * Math.cos(turn) - my * Math.sin(turn));
    const y = round((item.y ?? 0) + mx * Math.sin(turn) + my * Math.cos(turn));
    const document = updateItems(start, ids, (each) => ({ ...each, x, y, width, height }));
    return { label: "Size", document, hint: `${Math.round(width)} × ${Math.round(height)}` };
  };
}

function cornering(designer, ids, from, { index }) {
  return (start, event) => {
    const document = updateItems(start, ids, (item) => {
      const point = toItem(item, ...gridPoint(start, event.x, event.y)).map(round);
      const moved = (points) => points.map((each, place) => (place === index ? point : each));
      if (item.standing) return { ...item, standing: { ...item.standing, outline: moved(item.standing.outline) } };
      return { ...item, points: moved(item.points) };
    });
    return { label: "Move corner", document, hint: "Corner" };
  };
}
