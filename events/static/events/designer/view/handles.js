/** The box around the selection and its handles: one to rotate, one to change the size, and one for each corner of an area. */

import { boundsOf, layoutOf, toPlan, union } from "../model/layout.js";

const ROTATE_PX = 30; // from the box to the handle that rotates
const REACH_PX = { mouse: 10, touch: 22 };

/** Returns {corners, turned}: the corners in the plan, from the top left clockwise, turned with a single item. */
export function boxOfSelection({ selected, document }) {
  if (selected.length === 1) {
    const [{ item }] = selected;
    const { left, top, right, bottom } = layoutOf(item, document).bounds;
    return { corners: cornersOf({ left, top, right, bottom }).map(([x, y]) => toPlan(item, x, y)), turned: true };
  }
  return { corners: cornersOf(union(selected.map(({ item }) => boundsOf(item, document)))), turned: false };
}

const cornersOf = ({ left, top, right, bottom }) => [[left, top], [right, top], [right, bottom], [left, bottom]];

/** Returns the handles as [{kind, px, py, index, from}]: kinds are rotate, size and corner. */
export function handlesOf(designer, camera) {
  const { selected } = designer;
  if (!selected.length) return [];
  const corners = boxOfSelection(designer).corners.map(([x, y]) => camera.toScreen(x, y));
  const handles = [rotateHandle(corners)];
  if (selected.length === 1) handles.push(...sizeHandles(selected[0], corners, camera));
  return handles;
}

function rotateHandle([topLeft, topRight, , bottomLeft]) {
  const from = [(topLeft[0] + topRight[0]) / 2, (topLeft[1] + topRight[1]) / 2];
  const [dx, dy] = [topLeft[0] - bottomLeft[0], topLeft[1] - bottomLeft[1]];
  const length = Math.hypot(dx, dy) || 1;
  const [px, py] = [from[0] + (dx / length) * ROTATE_PX, from[1] + (dy / length) * ROTATE_PX];
  return { kind: "rotate", px, py, from };
}

function sizeHandles({ item, kind }, corners, camera) {
  const points = kind === "standing" ? item.standing.outline : item.points;
  if (points) {
    return points.map(([x, y], index) => {
      const [px, py] = camera.toScreen(...toPlan(item, x, y));
      return { kind: "corner", px, py, index };
    });
  }
  const sizable = (kind === "grid" && !Array.isArray(item.grid.seats)) || (kind === "drawing" && item.width);
  return sizable ? [{ kind: "size", px: corners[2][0], py: corners[2][1] }] : [];
}

/** Returns the handle at a point of the screen, null if there is none. */
export function handleAt(designer, camera, px, py, touch) {
  const reach = REACH_PX[touch ? "touch" : "mouse"];
  return handlesOf(designer, camera).find((handle) => Math.hypot(handle.px - px, handle.py - py) <= reach) ?? null;
}
