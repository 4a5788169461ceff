/** Snapping: a moved box comes to lie in line with other items, at the focal point's axis or at the grid. */

import { entriesOf, units } from "../model/document.js";
import { boundsOf } from "../model/layout.js";

export const GRID_CM = 25;
const REACH_PX = 7;

/** Returns the lines that a moved box may snap to: {x: [...], y: [...]}, each {at, from, to} with the extent of its item. */
export function linesOf(document, exceptIds) {
  const lines = { x: [], y: [] };
  for (const { id, item } of entriesOf(document).values()) {
    if (exceptIds.has(id)) continue;
    const { left, top, right, bottom } = boundsOf(item, document);
    for (const at of [left, (left + right) / 2, right]) lines.x.push({ at, from: top, to: bottom });
    for (const at of [top, (top + bottom) / 2, bottom]) lines.y.push({ at, from: left, to: right });
  }
  const focal = document.focal_point;
  if (focal) {
    lines.x.push({ at: focal.x, from: focal.y, to: focal.y });
    lines.y.push({ at: focal.y, from: focal.x, to: focal.x });
  }
  return lines;
}

/**
 * Returns {dx, dy, guides} for a box moved by (dx, dy): the movement that snaps, and the lines to show as [x1, y1, x2, y2].
 */
export function snapped(box, dx, dy, { lines, camera, document }) {
  const reach = REACH_PX / camera.scale;
  const [left, right, top, bottom] = [box.left + dx, box.right + dx, box.top + dy, box.bottom + dy];
  const onX = nearest(lines.x, [left, (left + right) / 2, right], reach);
  const onY = nearest(lines.y, [top, (top + bottom) / 2, bottom], reach);
  const grid = units(document, GRID_CM);
  const guides = [];
  if (onX) guides.push([onX.line.at, Math.min(onX.line.from, top), onX.line.at, Math.max(onX.line.to, bottom)]);
  if (onY) guides.push([Math.min(onY.line.from, left), onY.line.at, Math.max(onY.line.to, right), onY.line.at]);
  return { dx: onX ? dx + onX.by : toGrid(dx, grid), dy: onY ? dy + onY.by : toGrid(dy, grid), guides };
}

const toGrid = (value, grid) => Math.round(value / grid) * grid;

function nearest(lines, values, reach) {
  let found = null;
  for (const line of lines) {
    for (const value of values) {
      const by = line.at - value;
      if (Math.abs(by) <= (found ? Math.abs(found.by) - 1e-6 : reach)) found = { line, by };
    }
  }
  return found;
}

/** Returns a point of the plan at the grid. */
export function gridPoint(document, x, y) {
  const grid = units(document, GRID_CM);
  return [toGrid(x, grid), toGrid(y, grid)];
}
