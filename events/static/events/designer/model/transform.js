/** Moves, turns, mirrors and lines up items of a document. */

import { entriesWith, unitOf } from "./document.js";
import { changed, updateItems } from "./edits.js";
import { boundsOf, rotated, seatCounts, union, widthOf, withDefaults } from "./layout.js";

const MOST_ROUND = (2 * Math.PI) / 3; // a third of a circle

/** Rounds to a hundredth of a unit, so that documents have no long fractions. */
export const round = (value) => Math.round(value * 100) / 100 || 0;

/** Returns the box around the items. */
export function boundsOfItems(document, ids) {
  return union(entriesWith(document, ids).map(({ item }) => boundsOf(item, document)));
}

export const middleOf = ({ left, top, right, bottom }) => [(left + right) / 2, (top + bottom) / 2];

/** Returns the document with the items moved. */
export function moveItems(document, ids, dx, dy) {
  if (!dx && !dy) return document;
  return updateItems(document, ids, (item) => ({ ...item, x: round((item.x ?? 0) + dx), y: round((item.y ?? 0) + dy) }));
}

/** Returns the document with the items turned clockwise about a point. */
export function turnItems(document, ids, degrees, [cx, cy]) {
  if (!degrees) return document;
  return updateItems(document, ids, (item) => {
    const [dx, dy] = rotated((item.x ?? 0) - cx, (item.y ?? 0) - cy, degrees);
    return { ...item, x: round(cx + dx), y: round(cy + dy), rotation: angle((item.rotation ?? 0) + degrees) };
  });
}

/** Returns an angle from -180 (excluded) to 180. */
export function angle(degrees) {
  const turned = round(((degrees % 360) + 360) % 360);
  return turned > 180 ? round(turned - 360) : turned;
}

/** Returns the document with the items mirrored at the vertical line through x. */
export function mirrorItems(document, ids, axis) {
  return updateItems(document, ids, (item) => mirrored(item, axis));
}

/** Returns an item mirrored at the vertical line through x: numbers that ran from the left then run from the right. */
export function mirrored(item, axis) {
  const moved = { ...item, x: round(2 * axis - (item.x ?? 0)) };
  if (item.rotation) moved.rotation = angle(-item.rotation);
  if (item.grid) return { ...moved, grid: mirroredGrid(item.grid) };
  if (item.rows) return { ...moved, rows: item.rows.map(mirroredRow) };
  if (item.tables) return { ...moved, tables: item.tables.map(mirroredTable) };
  if (item.standing) return { ...moved, standing: { ...item.standing, outline: item.standing.outline.map(([x, y]) => [-x, y]) } };
  return item.points ? { ...moved, points: item.points.map(([x, y]) => [-x, y]) } : moved;
}

function mirroredGrid(grid) {
  const counts = seatCounts(grid);
  const other = (row, seat) => counts[row - 1] + 1 - seat;
  return changed(grid, {
    align: { left: "right", right: "left" }[grid.align] ?? grid.align,
    skew: grid.skew ? -grid.skew : undefined,
    aisles: grid.aisles?.map((after) => Math.max(...counts) - after).sort((a, b) => a - b),
    missing: grid.missing?.map(([row, seat]) => [row, other(row, seat)]),
    places: grid.places?.map((place) => ({ ...place, seat: other(place.row, place.seat) })),
    seat_labels: mirroredLabels(grid.seat_labels),
  });
}

const mirroredLabels = (rule) =>
  Array.isArray(rule) ? [...rule].reverse() : changed(rule ?? { style: "numbers" }, { reverse: rule?.reverse ? undefined : true });

function mirroredRow(row) {
  const seats = row.seats.map((seat, index) =>
    changed(seat, { x: -seat.x, aisle_after: row.seats[index - 1]?.aisle_after ? true : undefined }),
  );
  return { ...row, seats: seats.reverse() };
}

/** The seats of a table stay numbered clockwise. */
const mirroredTable = (table) =>
  changed({ ...table, x: -(table.x ?? 0) }, { rotation: table.rotation ? angle(-table.rotation) : undefined });

/** Returns what a mirrored copy of the items with odd seat numbers has: even ones, and the other way round. */
export function otherParity(item) {
  const rule = item.grid?.seat_labels;
  if (!rule || Array.isArray(rule) || rule.step !== 2) return item;
  const start = (rule.start ?? 1) % 2 ? (rule.start ?? 1) + 1 : rule.start - 1;
  return { ...item, grid: { ...item.grid, seat_labels: { ...rule, start } } };
}

const EDGES = {
  left: (box, all) => [all.left - box.left, 0],
  center: (box, all) => [middleOf(all)[0] - middleOf(box)[0], 0],
  right: (box, all) => [all.right - box.right, 0],
  top: (box, all) => [0, all.top - box.top],
  middle: (box, all) => [0, middleOf(all)[1] - middleOf(box)[1]],
  bottom: (box, all) => [0, all.bottom - box.bottom],
};

/** Returns the document with the items at a common edge or middle: left, center, right, top, middle or bottom. */
export function alignItems(document, ids, edge) {
  const all = boundsOfItems(document, ids);
  return updateItems(document, ids, (item) => {
    const [dx, dy] = EDGES[edge](boundsOf(item, document), all);
    return { ...item, x: round((item.x ?? 0) + dx), y: round((item.y ?? 0) + dy) };
  });
}

/** Returns the document with equal gaps between the items, along "x" or "y"; the outermost ones stay. */
export function distributeItems(document, ids, axis) {
  const [from, to] = axis === "x" ? ["left", "right"] : ["top", "bottom"];
  const placed = entriesWith(document, ids).map(({ id, item }) => ({ id, box: boundsOf(item, document) }));
  placed.sort((a, b) => a.box[from] - b.box[from]);
  const all = union(placed.map(({ box }) => box));
  const filled = placed.reduce((sum, { box }) => sum + box[to] - box[from], 0);
  const gap = (all[to] - all[from] - filled) / Math.max(1, placed.length - 1);
  const by = new Map();
  let next = all[from];
  for (const { id, box } of placed) {
    by.set(id, next - box[from]);
    next += box[to] - box[from] + gap;
  }
  return updateItems(document, ids, (item, { id }) => ({ ...item, [axis]: round((item[axis] ?? 0) + by.get(id)) }));
}

/** Returns the angle that turns an item's rows towards a point: its front row is on the side of the point. */
export function facing(item, { x, y }) {
  return angle((Math.atan2((item.y ?? 0) - y, (item.x ?? 0) - x) * 180) / Math.PI - 90);
}

/**
 * Returns a block whose rows lie round a point: the middle of its front row stays where it is. A front row that would go
 * further round than MOST_ROUND gets a larger circle.
 */
export function roundStage(item, focal, document) {
  const grid = withDefaults(item.grid, unitOf(document));
  const distance = Math.hypot((item.x ?? 0) - focal.x, (item.y ?? 0) - focal.y);
  const radius = Math.round(Math.max(distance, widthOf(grid, seatCounts(grid)[0]) / MOST_ROUND));
  return radius > 1 ? { ...item, rotation: facing(item, focal), grid: { ...item.grid, radius } } : item;
}
