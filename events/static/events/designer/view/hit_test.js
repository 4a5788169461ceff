/** Which items and seats are at a point or within a box of the plan. */

import { entriesOf } from "../model/document.js";
import { boundsOf, drawingPoints, layoutOf, toItem, toPlan } from "../model/layout.js";

/** Returns the topmost entry at a point, null if there is none; `near` is how far from it a seat or an edge may be. */
export function itemAt(document, x, y, near) {
  const entries = [...entriesOf(document).values()].reverse();
  return entries.find((entry) => isAt(entry, document, x, y, near)) ?? null;
}

function isAt({ item, kind }, document, x, y, near) {
  const box = boundsOf(item, document);
  if (x < box.left - near || x > box.right + near || y < box.top - near || y > box.bottom + near) return false;
  const [px, py] = toItem(item, x, y);
  if (kind === "standing") return isInside(item.standing.outline, px, py);
  if (kind === "drawing") return isInside(drawingPoints(item), px, py) || isOnEdge(item, px, py, near);
  const { tables, size } = layoutOf(item, document);
  if (tables.some((table) => Math.hypot(table.x - px, table.y - py) < Math.max(table.width, table.height) / 2)) return true;
  // Between the rows is inside of a block too.
  return seatNear(item, document, x, y, Math.max(near, size * 1.2)) !== null;
}

const isOnEdge = (item, px, py, near) =>
  (item.width ?? 1e9) < 2 * near || (item.height ?? 1e9) < 2 * near
    ? Math.abs(px) <= (item.width ?? 0) / 2 + near && Math.abs(py) <= (item.height ?? 0) / 2 + near
    : false;

function isInside(points, px, py) {
  let inside = false;
  for (let index = 0, before = points.length - 1; index < points.length; before = index++) {
    const [[ax, ay], [bx, by]] = [points[index], points[before]];
    if (ay > py !== by > py && px < ((bx - ax) * (py - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/** Returns the seat of an item that is nearest to a point of the plan, null if none is within `reach`. */
export function seatNear(item, document, x, y, reach) {
  const [px, py] = toItem(item, x, y);
  let [found, best] = [null, reach];
  for (const { seats } of layoutOf(item, document).rows) {
    for (const seat of seats) {
      if (Math.abs(seat.y - py) > best || Math.abs(seat.x - px) > best) continue;
      const distance = Math.hypot(seat.x - px, seat.y - py);
      if (distance <= best) [found, best] = [seat, distance];
    }
  }
  return found;
}

/** Returns the {entry, seat} at a point of the plan, null if there is none. */
export function seatAt(document, x, y, near) {
  for (const entry of [...entriesOf(document).values()].reverse()) {
    if (!entry.section || entry.kind === "standing") continue;
    const box = boundsOf(entry.item, document);
    if (x < box.left - near || x > box.right + near || y < box.top - near || y > box.bottom + near) continue;
    const seat = seatNear(entry.item, document, x, y, Math.max(near, layoutOf(entry.item, document).size * 0.6));
    if (seat) return { entry, seat };
  }
  return null;
}

/** Returns the ids of the items that lie completely within a box. */
export function itemsWithin(document, box) {
  const isWithin = ({ item }) => {
    const own = boundsOf(item, document);
    return own.left >= box.left && own.right <= box.right && own.top >= box.top && own.bottom <= box.bottom;
  };
  return [...entriesOf(document).values()].filter(isWithin).map(({ id }) => id);
}

/** Returns picks {id, row, column} of the seats within a box. */
export function seatsWithin(document, box) {
  const picks = [];
  for (const { id, item, section, kind } of entriesOf(document).values()) {
    if (!section || kind === "standing") continue;
    for (const { seats } of layoutOf(item, document).rows) {
      for (const seat of seats) {
        const [x, y] = toPlan(item, seat.x, seat.y);
        if (x >= box.left && x <= box.right && y >= box.top && y <= box.bottom) picks.push({ id, row: seat.row, column: seat.column });
      }
    }
  }
  return picks;
}
