/**
 * Where the seats of a subsection lie, relative to its origin and before its rotation, in the plan's unit. The server
 * places them in events/plans/arrangement; a browser test compares the two.
 */

import { aislesIn, linedUp } from "./aisles.js";
import { labelsOf } from "./labels.js";
import { unitOf } from "./document.js";

/** Lengths that a document needn't say, in centimetres. */
export const DEFAULTS = { row_spacing: 90, seat_spacing: 50, aisle_width: 100, table: 150, text: 60 };
const SEAT = 0.84; // of the spacing: the diameter of a seat
const SEAT_CM = 42; // the diameter of a seat whose neighbours are unknown
export const TABLE_GAP_CM = 35; // from the edge of a table to the middle of its seats

const layouts = new WeakMap();

/**
 * Returns the layout {rows, size, seats, tables, bounds}. `rows` are [{label, seats}], a seat is {x, y, label, row, column,
 * kind, category, note, missing, aisle}: `row` and `column` from 0 as the document counts them, `missing` if there is no
 * seat in its place. `size` is the diameter of a seat, `seats` how many there are, `bounds` {left, top, right, bottom}
 * with the seats' size. A layout is made once for each content, so it must not be changed.
 */
export function layoutOf(subsection, document) {
  const content = subsection.grid ?? subsection.rows ?? subsection.tables ?? subsection.standing ?? subsection;
  if (!layouts.has(content)) layouts.set(content, makeLayout(subsection, unitOf(document)));
  return layouts.get(content);
}

function makeLayout(subsection, unit) {
  if (subsection.grid) return gridLayout(withDefaults(subsection.grid, unit));
  if (subsection.rows) return finished(givenRows(subsection.rows), givenSeatSize(subsection.rows, unit));
  if (subsection.tables) return tablesLayout(subsection.tables, unit);
  if (subsection.standing) return { ...NOTHING, bounds: boundsOfPoints(subsection.standing.outline) };
  return { ...NOTHING, bounds: boundsOfPoints(drawingPoints(subsection)) };
}

const NOTHING = { rows: [], seats: 0, size: 0, tables: [] };

function finished(rows, size, tables = [], more = []) {
  const points = [...more];
  let seats = 0;
  for (const row of rows) {
    for (const seat of row.seats) {
      if (seat.missing) continue;
      seats += 1;
      points.push([seat.x, seat.y]);
    }
  }
  return { rows, size, seats, tables, bounds: boundsOfPoints(points, size / 2) };
}

/** Returns the box around points, `margin` larger on each side. */
export function boundsOfPoints(points, margin = 0) {
  if (!points.length) return { left: -margin, top: -margin, right: margin, bottom: margin };
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const [x, y] of points) {
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x);
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y);
  }
  return { left: box.left - margin, top: box.top - margin, right: box.right + margin, bottom: box.bottom + margin };
}

// --- Rows by rule ------------------------------------------------------------------------------------

/** Returns the numbers of seats of the rows, from the front. */
export function seatCounts({ rows, seats }) {
  return Array.from({ length: rows }, (_, row) => (Array.isArray(seats) ? (seats[row] ?? 0) : seats));
}

/** Returns the grid with the lengths that it doesn't say. */
export function withDefaults(grid, unit) {
  const { row_spacing, seat_spacing, aisle_width } = DEFAULTS;
  const usual = { row_spacing: row_spacing / unit, seat_spacing: seat_spacing / unit, aisle_width: aisle_width / unit };
  return { align: "center", skew: 0, aisles: [], ...usual, ...grid };
}

function gridLayout(grid) {
  return finished(gridRows(grid), SEAT * Math.min(grid.seat_spacing, grid.row_spacing));
}

function gridRows(grid) {
  const counts = seatCounts(grid);
  const labels = labelsOf(grid.row_labels, grid.rows, "letters");
  const missing = new Set((grid.missing ?? []).map(([row, seat]) => `${row}-${seat}`));
  const places = new Map((grid.places ?? []).map((place) => [`${place.row}-${place.seat}`, place]));
  const start = rowStarts(grid, counts);
  const seatLabels = new Map([...new Set(counts)].map((count) => [count, labelsOf(grid.seat_labels, count)]));
  return counts.map((count, row) => {
    const [aisles, offsets] = [aislesIn(grid, count), offsetsOf(grid, count)];
    const seats = Array.from({ length: count }, (_, column) => {
      const key = `${row + 1}-${column + 1}`;
      const [x, y] = bend(grid, start(row) + offsets[column], row * grid.row_spacing);
      return seatAt(x, y, row, column, seatLabels.get(count)[column], places.get(key), {
        missing: missing.has(key),
        aisle: aisles.has(column + 1),
      });
    });
    return { label: labels[row], seats };
  });
}

function seatAt(x, y, row, column, label, place, more = {}) {
  const { kind = "seat", category = null, note = "" } = place ?? {};
  return { x, y, row, column, label: place?.label ?? label, kind, category, note, missing: false, aisle: false, ...more };
}

/** Returns how far each seat of a row with `count` seats is from where the row begins. */
function offsetsOf(grid, count) {
  const aisles = aislesIn(grid, count);
  if (grid.straight_aisles) return linedUp(aisles, count, grid);
  let before = 0;
  return Array.from({ length: count }, (_, column) => {
    if (aisles.has(column)) before += 1;
    return column * grid.seat_spacing + before * grid.aisle_width;
  });
}

/** Returns the length of a row, from the middle of its first seat to that of its last one; the grid has its defaults. */
export function widthOf(grid, count) {
  return (count - 1) * grid.seat_spacing + aislesIn(grid, count).size * grid.aisle_width;
}

/** Returns a function from a row to where it begins, along the row from the block's axis. */
function rowStarts(grid, counts) {
  const widths = counts.map((count) => widthOf(grid, count));
  // Rows on arcs are lined up by their angles, so that the ends of a block lie on a line to the middle of the circles.
  const around = counts.map((_, row) => (grid.radius ? grid.radius + row * grid.row_spacing : 1));
  const widest = Math.max(...widths.map((width, row) => width / around[row]));
  return (row) => {
    const left = (-widest / 2) * around[row];
    const first = { left, right: -left - widths[row] }[grid.align] ?? -widths[row] / 2;
    return first + row * grid.skew;
  };
}

/** Returns the point on the arc for a distance along the row; the middle of the circles is `radius` in front of the front row. */
function bend({ radius }, along, behind) {
  if (!radius) return [along, behind];
  const angle = along / (radius + behind);
  return [(radius + behind) * Math.sin(angle), (radius + behind) * Math.cos(angle) - radius];
}

// --- Rows seat by seat -------------------------------------------------------------------------------

function givenRows(rows) {
  return rows.map(({ label, seats }, row) => ({
    label,
    seats: seats.map((seat, column) =>
      seatAt(seat.x, seat.y, row, column, seat.label, { ...seat }, { aisle: Boolean(seat.aisle_after) }),
    ),
  }));
}

function givenSeatSize(rows, unit) {
  const row = rows.find(({ seats }) => seats.length > 1);
  if (!row) return SEAT_CM / unit;
  const [first, second] = row.seats;
  return Math.min(Math.max(SEAT * Math.hypot(second.x - first.x, second.y - first.y), 20 / unit), 60 / unit);
}

// --- Tables ------------------------------------------------------------------------------------------

function tablesLayout(tables, unit) {
  const drawn = tables.map((table) => ({
    x: table.x ?? 0,
    y: table.y ?? 0,
    rotation: table.rotation ?? 0,
    shape: table.shape ?? "round",
    width: table.width ?? DEFAULTS.table / unit,
    height: (table.shape === "rectangle" ? table.height : table.width) ?? DEFAULTS.table / unit,
    label: table.label,
    whole: table.sold === "whole",
  }));
  const rows = tables.map((table, row) => {
    const labels = labelsOf(table.seat_labels, table.seats);
    const places = new Map((table.places ?? []).map((place) => [place.seat, place]));
    const points = aroundTable(drawn[row], table.seats, TABLE_GAP_CM / unit);
    return {
      label: table.label,
      seats: points.map(([x, y], column) => seatAt(x, y, row, column, labels[column], places.get(column + 1))),
    };
  });
  const corners = drawn.flatMap(({ x, y, width, height }) => [
    [x - width / 2, y - height / 2],
    [x + width / 2, y + height / 2],
  ]);
  return finished(rows, SEAT_CM / unit, drawn, corners);
}

/** Returns the points of seats round a table, clockwise from the top. */
function aroundTable({ x, y, rotation, shape, width, height }, count, gap) {
  const points = shape === "rectangle" ? aroundRectangle(width, height, count, gap) : aroundCircle(width / 2 + gap, count);
  return points.map(([px, py]) => {
    const [rx, ry] = rotated(px, py, rotation);
    return [x + rx, y + ry];
  });
}

function aroundCircle(radius, count) {
  return Array.from({ length: count }, (_, index) => {
    const angle = (2 * Math.PI * index) / count;
    return [radius * Math.sin(angle), -radius * Math.cos(angle)];
  });
}

/** Returns points beside the four sides: the longer a side, the more seats it has. */
function aroundRectangle(width, height, count, gap) {
  const [top, right, bottom, left] = shares(count, [width, height, width, height]);
  const [x, y] = [width / 2 + gap, height / 2 + gap];
  return [
    ...spread(width, top).map((offset) => [offset, -y]),
    ...spread(height, right).map((offset) => [x, offset]),
    ...spread(width, bottom).reverse().map((offset) => [offset, y]),
    ...spread(height, left).reverse().map((offset) => [-x, offset]),
  ];
}

/** Divides seats among sides: each next one goes where it has the most room; opposite sides come first. */
function shares(count, lengths) {
  const found = lengths.map(() => 0);
  const room = (side) => lengths[side] / (found[side] + 1);
  for (let seat = 0; seat < count; seat += 1) found[[0, 2, 1, 3].reduce((best, side) => (room(side) > room(best) ? side : best))] += 1;
  return found;
}

const spread = (length, count) => Array.from({ length: count }, (_, index) => length * ((index + 0.5) / count - 0.5));

// --- Points in the plan ------------------------------------------------------------------------------

/** Returns a point turned clockwise about the origin. */
export function rotated(x, y, degrees) {
  if (!degrees) return [x, y];
  const [sin, cos] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  return [x * cos - y * sin, x * sin + y * cos];
}

/** Returns the point in the plan of a point relative to the item. */
export function toPlan({ x = 0, y = 0, rotation = 0 }, px, py) {
  const [rx, ry] = rotated(px, py, rotation);
  return [x + rx, y + ry];
}

/** Returns the point relative to the item of a point in the plan. */
export function toItem({ x = 0, y = 0, rotation = 0 }, px, py) {
  return rotated(px - x, py - y, -rotation);
}

/** Returns the corners or the polygon of a drawing, relative to its middle; the box of a text. */
export function drawingPoints({ points, width, height, text = "", size = DEFAULTS.text }) {
  if (points) return points;
  const [w, h] = width ? [width, height ?? width] : [Math.max(1, text.length) * size * 0.6, size * 1.2];
  return [
    [-w / 2, -h / 2],
    [w / 2, -h / 2],
    [w / 2, h / 2],
    [-w / 2, h / 2],
  ];
}

const boxes = new WeakMap();

/** Returns the box in the plan around an item as it is painted. */
export function boundsOf(item, document) {
  if (!boxes.has(item)) boxes.set(item, makeBounds(item, layoutOf(item, document)));
  return boxes.get(item);
}

function makeBounds(item, { rows, bounds, size, tables }) {
  const { left, top, right, bottom } = bounds;
  let [points, margin] = [[[left, top], [right, top], [right, bottom], [left, bottom]], 0];
  if (rows.length && !tables.length) {
    points = rows.flatMap(({ seats }) => seats.filter(({ missing }) => !missing).map(({ x, y }) => [x, y]));
    margin = size / 2;
  } else if (item.standing) points = item.standing.outline;
  else if (!rows.length) points = drawingPoints(item);
  return boundsOfPoints(points.map(([x, y]) => toPlan(item, x, y)), margin);
}

/** Returns the box around several boxes. */
export function union(boxes) {
  return boundsOfPoints(boxes.flatMap(({ left, top, right, bottom }) => [[left, top], [right, bottom]]));
}
