/** Blocks as shapes, as they are seen from far away. */

import { outlineOf } from "../../map/seats/outline.js";
import { pathOf } from "../../map/seats/polygon.js";

const shapes = new WeakMap();

/** Returns the Path2D around the seats of a layout, relative to the origin of its block. */
export function shapeOf(layout) {
  if (!shapes.has(layout)) shapes.set(layout, makeShape(layout));
  return shapes.get(layout);
}

/** The buyers' map finds the outline, so that blocks look alike on both. */
function makeShape({ rows, size, tables }) {
  const there = rows.map(({ seats }) => seats.filter(({ missing }) => !missing)).filter(({ length }) => length);
  const seats = there.flat();
  if (!seats.length) return new Path2D();
  const starts = there.reduce((found, { length }) => [...found, found.at(-1) + length], [0]);
  const part = { x: seats.map(({ x }) => x), y: seats.map(({ y }) => y), size: seats.length, tables: { size: tables.length }, rowCount: there.length, starts };
  return pathOf(outlineOf(part, size).map(([x, y]) => [x * size, y * size]));
}
