/** Paints seats: one by one with their labels and kinds, or far away as a line for each row. */

import { isolated } from "../../../ticketing/format.js";
import { colourOf } from "../model/categories.js";
import { inkOn } from "./colours.js";

/** px: blocks whose seats have a smaller diameter are painted as one shape, and up to SEATS_FROM as a line for each row. */
export const SHAPES_BELOW = 2.6;
export const SEATS_FROM = 4.5;
const LABELS_FROM = 15; // px: the diameter from which seats show their labels
const MARKS_FROM = 7; // px: the diameter from which seats show their kinds
const MARKS = { wheelchair: "♿︎", companion: "+", restricted: "◐", house: "H" };
const CURVED = 4; // seats between two points of the line that stands for a curved row

const PER_PATH = 400; // seats, so that painting can pause between two paths

const lines = new WeakMap();

/**
 * Paints every row as lines, which end at aisles, missing seats and changes of category; with `ofOthers` only those of
 * seats with another category than the block's. Yields after each path how many seats it has.
 */
export function* paintRows({ ctx, colours }, document, item, layout, { ofOthers = false } = {}) {
  if (!lines.has(layout)) lines.set(layout, runsOf(layout));
  for (const { category, path, seats } of lines.get(layout)) {
    if (ofOthers && category === null) continue;
    ctx.lineWidth = layout.size;
    ctx.lineCap = "butt";
    ctx.strokeStyle = colours.shown(colourOf(document, category ?? item.category));
    ctx.stroke(path);
    yield seats;
  }
}

/** Returns [{category, path, seats}]: Path2Ds of the runs of seats, `category` null for that of the block. */
function runsOf({ rows, size, tables }) {
  const finished = [];
  const open = new Map();
  const add = (run) => {
    const [{ category }] = run;
    const part = open.get(category) ?? { category, path: new Path2D(), seats: 0 };
    open.set(category, part);
    addRun(part.path, run, size);
    part.seats += run.length;
    if (part.seats < PER_PATH) return;
    finished.push(part);
    open.delete(category);
  };
  for (const { seats } of rows) for (const run of runsOfRow(seats, tables.length > 0)) add(run);
  return [...finished, ...open.values()];
}

/** Returns the runs of a row's seats; at a table every seat is a run of its own. */
function runsOfRow(seats, atTable) {
  const runs = [];
  let run = null;
  for (const seat of seats) {
    if (run && (atTable || seat.missing || run[0].category !== seat.category)) run = null;
    if (!seat.missing && !run) runs.push((run = []));
    if (!seat.missing) run.push(seat);
    if (seat.aisle) run = null;
  }
  return runs;
}

/** Adds the line through some seats, half a seat longer at both ends. */
function addRun(path, run, size) {
  const [first, last] = [run[0], run[run.length - 1]];
  const [beside, before] = [run[1], run[run.length - 2]];
  const out = (seat, next) => {
    const [dx, dy] = next ? [seat.x - next.x, seat.y - next.y] : [1, 0];
    const length = Math.hypot(dx, dy) || 1;
    return [seat.x + (dx / length) * (size / 2), seat.y + (dy / length) * (size / 2)];
  };
  path.moveTo(...out(first, beside));
  for (let index = CURVED; index < run.length - 1; index += CURVED) path.lineTo(run[index].x, run[index].y);
  path.lineTo(...(run.length === 1 ? [first.x - size / 2, first.y] : out(last, before)));
}

/** Paints every visible seat; yields after each row how many seats it has. */
export function* paintSeats(target, document, item, layout) {
  const { ctx, camera, colours } = target;
  const px = layout.size * camera.scale;
  const radius = layout.size / 2;
  const isSeen = visibility(target, layout.size);
  const usual = colours.shown(colourOf(document, item.category));
  for (const row of layout.rows) {
    for (const seat of row.seats) {
      if (!isSeen(seat)) continue;
      if (seat.missing) paintGap(target, seat, radius, px);
      else {
        const colour = seat.category === null ? usual : colours.shown(colourOf(document, seat.category));
        ctx.fillStyle = colour;
        ctx.beginPath();
        if (px < 7) ctx.rect(seat.x - radius, seat.y - radius, layout.size, layout.size);
        else ctx.arc(seat.x, seat.y, radius, 0, 7);
        ctx.fill();
        if (px >= MARKS_FROM) paintMark(target, seat, radius, px, colour);
      }
    }
    if (px >= MARKS_FROM && !layout.tables.length) paintRowLabel(target, row, layout.size);
    yield row.seats.length;
  }
}

/** Returns a function that says whether a seat is in the view; the context's origin is that of its block. */
function visibility({ ctx, camera, ratio }, size) {
  const inverse = ctx.getTransform().inverse();
  const corners = [[0, 0], [1, 0], [0, 1], [1, 1]].map(([x, y]) =>
    inverse.transformPoint({ x: x * camera.width * ratio, y: y * camera.height * ratio }),
  );
  const [xs, ys] = [corners.map(({ x }) => x), corners.map(({ y }) => y)];
  const [left, right] = [Math.min(...xs) - size, Math.max(...xs) + size];
  const [top, bottom] = [Math.min(...ys) - size, Math.max(...ys) + size];
  return ({ x, y }) => x > left && x < right && y > top && y < bottom;
}

function paintGap({ ctx, camera, colours }, { x, y }, radius, px) {
  if (px < MARKS_FROM) return;
  ctx.strokeStyle = colours.line;
  ctx.lineWidth = 1 / camera.scale;
  ctx.beginPath();
  ctx.arc(x, y, radius * 0.5, 0, 7);
  ctx.stroke();
}

function paintMark({ ctx, colours }, seat, radius, px, colour) {
  const mark = MARKS[seat.kind];
  if (!mark && px < LABELS_FROM) return;
  ctx.fillStyle = inkOn(colour);
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  if (mark) paintRing(ctx, seat, radius, colours);
  ctx.fillStyle = inkOn(colour);
  const both = mark && px > 2 * LABELS_FROM; // there is room for the mark above the label
  if (mark) write(ctx, colours, mark, seat.x, seat.y - (both ? radius * 0.4 : 0), radius * (both ? 0.7 : 1.1));
  if (!mark || both) write(ctx, colours, seat.label, seat.x, seat.y + (both ? radius * 0.35 : 0), radius * (both || seat.label.length > 2 ? 0.75 : 1));
}

function write(ctx, colours, text, x, y, size) {
  ctx.font = `600 ${size}px ${colours.face}`;
  ctx.fillText(isolated(text), x, y, size * 2.2);
}

function paintRing(ctx, { x, y }, radius, colours) {
  ctx.strokeStyle = colours.ink;
  ctx.lineWidth = radius * 0.18;
  ctx.beginPath();
  ctx.arc(x, y, radius * 0.95, 0, 7);
  ctx.stroke();
}

/** Writes the row's label at both of its ends. */
function paintRowLabel({ ctx, colours }, { label, seats }, size) {
  if (!seats.length || !label) return;
  ctx.font = `500 ${size * 0.55}px ${colours.face}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillStyle = colours.ink2;
  for (const [end, next] of [[seats[0], seats[1]], [seats[seats.length - 1], seats[seats.length - 2]]]) {
    const [dx, dy] = next ? [end.x - next.x, end.y - next.y] : [end === seats[0] ? -1 : 1, 0];
    const length = Math.hypot(dx, dy) || 1;
    ctx.fillText(isolated(label), end.x + (dx / length) * size * 1.15, end.y + (dy / length) * size * 1.15);
  }
}
