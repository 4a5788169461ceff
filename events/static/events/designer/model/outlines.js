/** Corners of standing areas and of drawings. */

import { changed, updateItems } from "./edits.js";
import { drawingPoints } from "./layout.js";
import { round } from "./transform.js";

const MAX_POINTS = 200;
const MIN_POINTS = 3;

const pointsOf = (item) => item.standing?.outline ?? drawingPoints(item);

/** Returns whether the item has an outline whose corners can be moved, or can get one. */
export const hasCorners = (item) => Boolean(item.standing || item.points || (item.width && !item.round));

function withPoints(item, points) {
  if (item.standing) return { ...item, standing: { ...item.standing, outline: points } };
  return changed(item, { points, width: undefined, height: undefined });
}

/** Returns the document with one more corner in the middle of the longest edge of each item; a rectangle gets corners. */
export function addCorner(document, ids) {
  return updateItems(document, ids, (item) => {
    const points = pointsOf(item);
    if (!hasCorners(item) || points.length >= MAX_POINTS) return item;
    const next = (index) => points[(index + 1) % points.length];
    const length = ([x, y], index) => Math.hypot(next(index)[0] - x, next(index)[1] - y);
    const lengths = points.map(length);
    const longest = lengths.indexOf(Math.max(...lengths));
    const middle = [0, 1].map((axis) => round((points[longest][axis] + next(longest)[axis]) / 2));
    return withPoints(item, points.toSpliced(longest + 1, 0, middle));
  });
}

/** Returns the document without the corner of each item that changes its area the least. */
export function removeCorner(document, ids) {
  return updateItems(document, ids, (item) => {
    const points = pointsOf(item);
    if (!hasCorners(item) || points.length <= MIN_POINTS) return item;
    const areas = points.map((point, index) => triangle(points.at(index - 1), point, points[(index + 1) % points.length]));
    return withPoints(item, points.toSpliced(areas.indexOf(Math.min(...areas)), 1));
  });
}

const triangle = ([ax, ay], [bx, by], [cx, cy]) => Math.abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2;
