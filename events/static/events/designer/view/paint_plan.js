/** Paints the items of a plan: drawings, standing areas, tables and seats. */

import { isolated } from "../../../ticketing/format.js";
import { colourOf } from "../model/categories.js";
import { entriesOf } from "../model/document.js";
import { DEFAULTS, boundsOf, drawingPoints, layoutOf } from "../model/layout.js";
import { paintNames } from "./names.js";
import { SEATS_FROM, SHAPES_BELOW, paintRows, paintSeats } from "./paint_seats.js";
import { shapeOf } from "./shapes.js";

const STEP = 200; // seats or lines of rows that are painted before the painter looks at the clock

/**
 * Paints all items except those whose ids are in `hidden`. `target` is {ctx, camera, ratio, colours, plain}:
 * `ratio` is the number of device pixels per px, and a plain picture has no names of blocks.
 */
export function paintPlan(target, document, hidden = new Set()) {
  for (const _ of paintSteps(target, document, hidden));
}

/** The same in steps: yields whenever enough was painted to look at the clock. Nothing else may use the context meanwhile. */
export function* paintSteps(target, document, hidden) {
  const seen = seenEntries(target, document, hidden);
  let painted = 0;
  for (const entry of seen) {
    for (const seats of itemSteps(target, document, entry)) {
      painted += seats;
      if (painted < STEP) continue;
      painted = 0;
      yield;
    }
  }
  reset(target);
  if (!target.plain) paintNames(target, document, seen);
}

/** Paints all items as shapes without seats, which takes a millisecond or two for 50,000 seats. */
export function paintShapes(target, document, hidden) {
  for (const entry of seenEntries(target, document, hidden)) {
    place(target, entry.item);
    if (isSeated(entry)) paintShape(target, document, entry.item);
    else PAINTERS[entry.kind](target, document, entry);
  }
  reset(target);
}

/** Paints one item. */
export function paintItem(target, document, entry) {
  for (const _ of itemSteps(target, document, entry));
  reset(target);
  paintNames(target, document, [entry]);
}

function seenEntries({ camera }, document, hidden) {
  const view = camera.box;
  const isSeen = ({ left, top, right, bottom }) => left < view.right && right > view.left && top < view.bottom && bottom > view.top;
  return [...entriesOf(document).values()].filter(({ id, item }) => !hidden.has(id) && isSeen(boundsOf(item, document)));
}

/** Paints an item; yields how many seats or lines were painted since the last time. */
function* itemSteps(target, document, entry) {
  place(target, entry.item);
  if (isSeated(entry)) yield* blockSteps(target, document, entry);
  else PAINTERS[entry.kind](target, document, entry);
  yield 10;
}

const isSeated = ({ kind }) => !PAINTERS[kind];

/** Moves the context's origin to that of the item, with the plan's unit and the item's rotation. */
export function place({ ctx, camera, ratio }, { x = 0, y = 0, rotation = 0 }) {
  const [px, py] = camera.toScreen(x, y);
  const turn = (rotation * Math.PI) / 180;
  const [cos, sin] = [Math.cos(turn) * camera.scale * ratio, Math.sin(turn) * camera.scale * ratio];
  ctx.setTransform(cos, sin, -sin, cos, px * ratio, py * ratio);
}

function reset({ ctx, ratio }) {
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
}

function* blockSteps(target, document, { item }) {
  const layout = layoutOf(item, document);
  const px = layout.size * target.camera.scale;
  if (px < SHAPES_BELOW) return paintShape(target, document, item);
  for (const table of layout.tables) paintTable(target, table);
  yield* px < SEATS_FROM ? paintRows(target, document, item, layout) : paintSeats(target, document, item, layout);
  return undefined;
}

/** Paints a block as one shape, and on it the seats of other categories. */
function paintShape(target, document, item) {
  const { ctx, colours } = target;
  const layout = layoutOf(item, document);
  ctx.fillStyle = colours.shown(colourOf(document, item.category));
  ctx.globalAlpha = 0.6;
  ctx.fill(shapeOf(layout));
  ctx.globalAlpha = 1;
  for (const table of layout.tables) paintTable(target, table);
  for (const _ of paintRows(target, document, item, layout, { ofOthers: true }));
}

function paintTable({ ctx, camera, colours }, { x, y, width, height, rotation, shape, label }) {
  ctx.save();
  ctx.translate(x, y);
  ctx.rotate((rotation * Math.PI) / 180);
  ctx.beginPath();
  if (shape === "rectangle") ctx.roundRect(-width / 2, -height / 2, width, height, width / 20);
  else ctx.arc(0, 0, width / 2, 0, 7);
  ctx.fillStyle = colours.surface;
  ctx.fill();
  outline(ctx, camera, colours.line);
  if (width * camera.scale > 24) write(ctx, colours, label, Math.min(width / 4, 40), colours.ink);
  ctx.restore();
}

function outline(ctx, camera, colour, px = 1.5) {
  ctx.lineWidth = px / camera.scale;
  ctx.strokeStyle = colour;
  ctx.stroke();
}

function write(ctx, colours, text, size, colour, x = 0, y = 0) {
  ctx.font = `600 ${size}px ${colours.face}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillStyle = colour;
  ctx.fillText(isolated(text), x, y);
}

function trace(ctx, points) {
  ctx.beginPath();
  for (const [x, y] of points) ctx.lineTo(x, y);
  ctx.closePath();
}

function paintStanding(target, document, entry) {
  const { ctx, camera, colours } = target;
  const { standing, category } = entry.item;
  const colour = colours.shown(colourOf(document, category));
  trace(ctx, standing.outline);
  ctx.globalAlpha = 0.3;
  ctx.fillStyle = colour;
  ctx.fill();
  ctx.globalAlpha = 1;
  outline(ctx, camera, colour, 2);
}

function paintDrawing(target, document, { item }) {
  const { ctx, camera, colours } = target;
  const size = item.size ?? DEFAULTS.text;
  if (item.role !== "text") {
    shape(ctx, item);
    ctx.fillStyle = colours.stage;
    ctx.fill();
    outline(ctx, camera, colours.line);
  }
  if (item.text && size * camera.scale > 5) write(ctx, colours, item.text, size, colours.ink);
}

function shape(ctx, item) {
  if (!item.round) return trace(ctx, drawingPoints(item));
  ctx.beginPath();
  ctx.ellipse(0, 0, (item.width ?? 0) / 2, (item.height ?? item.width ?? 0) / 2, 0, 0, 7);
}

const PAINTERS = { drawing: paintDrawing, standing: paintStanding };
