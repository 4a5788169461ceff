/** Changes of a block's grid that have consequences: its size, its curve, and its aisles. */

import { longestOf } from "./aisles.js";
import { unitOf } from "./document.js";
import { changed } from "./edits.js";
import { seatCounts, widthOf, withDefaults } from "./layout.js";

export const MAX_CURVE = 180; // degrees

/** Returns the grid with other rows and seats, without marks on seats that are no longer there; its aisles follow. */
export function resized(grid, size) {
  const made = withFollowingAisles(grid, { ...grid, ...size });
  if (Array.isArray(made.seats) && made.seats.length !== made.rows) {
    const last = made.seats.at(-1) ?? 1;
    made.seats = Array.from({ length: made.rows }, (_, row) => made.seats[row] ?? last);
  }
  const counts = seatCounts(made);
  const missing = made.missing?.filter(([row, seat]) => counts[row - 1] >= seat);
  const places = made.places?.filter(({ row, seat }) => counts[row - 1] >= seat);
  return changed(made, { missing: missing?.length ? missing : undefined, places: places?.length ? places : undefined });
}

/** Returns the numbers of seats in the front and in the back row. */
export function endsOf(grid) {
  const counts = seatCounts(grid);
  return [counts[0], counts[counts.length - 1]];
}

/** Returns `seats` of rows that grow evenly from the front to the back; a number if all have the same. */
export function evenly(rows, front, back) {
  if (front === back || rows === 1) return front;
  return Array.from({ length: rows }, (_, row) => Math.round(front + ((back - front) * row) / (rows - 1)));
}

/** Returns the numbers of seats as text: "18, 19, 20 × 16". */
export function seatsText({ seats, rows }) {
  if (!Array.isArray(seats)) return rows > 1 ? `${seats} × ${rows}` : String(seats);
  const runs = [];
  for (const count of seats) {
    if (runs.at(-1)?.[0] === count) runs.at(-1)[1] += 1;
    else runs.push([count, 1]);
  }
  return runs.map(([count, times]) => (times > 1 ? `${count} × ${times}` : String(count))).join(", ");
}

/** Returns the numbers of seats, a row each, of such a text; undefined if it is none. */
export function parseSeats(text) {
  const parts = text.replace(/\s*[×x*]\s*/g, "×").split(/[,;\s]+/).filter(Boolean);
  const runs = parts.map((part) => /^(\d{1,4})(?:×(\d{1,4}))?$/.exec(part));
  if (!runs.length || runs.includes(null)) return undefined;
  const seats = runs.flatMap(([, count, times = "1"]) => Array.from({ length: Math.min(1_000, Number(times)) }, () => Number(count)));
  return seats.length <= 1_000 && seats.every((count) => count >= 1 && count <= 1_000) ? seats : undefined;
}

/** Returns how many degrees of the circle the front row covers; 0 for straight rows. */
export function curveOf(grid, document) {
  if (!grid.radius) return 0;
  const full = withDefaults(grid, unitOf(document));
  return Math.round(((widthOf(full, seatCounts(grid)[0]) / grid.radius) * 180) / Math.PI);
}

/** Returns the grid with rows on arcs, of which the front row covers so many degrees. */
export function curved(grid, degrees, document) {
  if (degrees <= 0) return changed(grid, { radius: undefined });
  const full = withDefaults(grid, unitOf(document));
  const width = Math.max(widthOf(full, seatCounts(grid)[0]), full.seat_spacing);
  return { ...grid, radius: Math.round(width / ((degrees * Math.PI) / 180)) };
}

/** Returns the grid with `count` straight aisles that divide its longest row evenly. */
export function withAisles(grid, count) {
  const aisles = evenAisles(longestOf(grid), count);
  return changed(grid, { aisles: aisles.length ? aisles : undefined, straight_aisles: aisles.length ? true : undefined });
}

/** Returns after which seats of a row so many aisles lie that divide it evenly. */
export function evenAisles(seats, count) {
  const aisles = Array.from({ length: count }, (_, index) => Math.round((seats * (index + 1)) / (count + 1)));
  return [...new Set(aisles)].filter((after) => after > 0 && after < seats);
}

/** Returns `made`, a grid of another size, with the aisles of `grid` where they divide the longest row in the same way. */
export function withFollowingAisles(grid, made) {
  const [before, after] = [longestOf(grid), longestOf(made)];
  if (!grid.aisles?.length || before === after) return made;
  const even = String(evenAisles(before, grid.aisles.length)) === String(grid.aisles);
  const scaled = grid.aisles.map((seat) => Math.round((seat * after) / before));
  const aisles = even ? evenAisles(after, grid.aisles.length) : [...new Set(scaled)].filter((seat) => seat > 0 && seat < after);
  return changed(made, { aisles: aisles.length ? aisles : undefined });
}
