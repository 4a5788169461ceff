/** The outline of a drawn block: along its front and back rows, and past the ends of the rows between them. */

import { contains, hullOf, simplified, widened } from "./polygon.js";

const AROUND = 0.75; // units from the middle of the outermost seats
const SMOOTH = 0.3; // units that seats of the front and back rows may be off the outline
const ENDS = 0.9; // the same for the ends of the rows, which are rarely in a straight line
const CHECKED = 24; // seats
const LEAST_INSIDE = 0.8; // share of them

/** Returns the outline of a DrawnPart in units of the map, as a polygon. */
export function outlineOf(part, unit) {
  const point = (position) => [part.x[position] / unit, part.y[position] / unit];
  const all = () => Array.from({ length: part.size }, (_, position) => point(position));
  const outline = part.tables.size ? null : widened(alongRows(part, point), AROUND);
  if (outline && holds(outline, part, point)) return outline;
  return widened(hullOf(all()), AROUND);
}

function alongRows({ rowCount, starts }, point) {
  const row = (index) => Array.from({ length: starts[index + 1] - starts[index] }, (_, seat) => point(starts[index] + seat));
  const rows = Array.from({ length: rowCount }, (_, index) => index);
  const [front, back] = [row(0), row(rowCount - 1)];
  const right = rows.map((index) => point(starts[index + 1] - 1));
  const left = rows.map((index) => point(starts[index])).reverse();
  if (starts[rowCount] === 1) return front;
  return [
    ...simplified(front, SMOOTH).slice(0, -1),
    ...simplified(right, ENDS).slice(0, -1),
    ...simplified(back.reverse(), SMOOTH).slice(0, -1),
    ...simplified(left, ENDS).slice(0, -1),
  ];
}

/** Whether nearly all seats are inside: rows that cross each other, or run in turns, have no such outline. */
function holds(outline, part, point) {
  const step = Math.max(1, Math.floor(part.size / CHECKED));
  let [checked, inside] = [0, 0];
  for (let position = 0; position < part.size; position += step) {
    checked += 1;
    if (contains(outline, ...point(position))) inside += 1;
  }
  return inside >= checked * LEAST_INSIDE;
}
