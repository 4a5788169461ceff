/** Paints the items of a plan: drawings, standing areas, tables and seats. */

import { colourOf } from "../model/categories.js";
import { entriesOf, nameOf } from "../model/document.js";
import { DEFAULTS, boundsOf, drawingPoints, layoutOf } from "../model/layout.js";
import { paintRows, paintSeats } from "./paint_seats.js";

const SEATS_FROM = 4.5; // px: smaller seats are painted as a line for each row
const NAMES_FROM = 60; // px: the width from which an item shows its name

/**
 * Paints all items except those whose ids are in `hidden`. `target` is {ctx, camera, ratio, colours, plain}:
 * `ratio` is the number of device pixels per px, and a plain picture has no names of blocks.
 */
export function paintPlan(target, document, hidden = new Set()) {
  const view = target.camera.box;
  for (const entry of entriesOf(document).values()) {
    if (!hidden.has(entry.id) && isSeen(boundsOf(entry.item, document), view)) paintItem(target, document, entry);
  }
  reset(target);
}

/** Paints one item. */
export function paintItem(target, document, entry) {
  place(target, entry.item);
  const painter = { drawing: paintDrawing, standing: paintStanding }[entry.kind] ?? paintBlock;
  painter(target, document, entry);
}

const isSeen = (box, view) =>
  box.left < view.right && box.right > view.left && box.top < view.bottom && box.bottom > view.top;

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

function paintBlock(target, document, entry) {
  const { camera } = target;
  const layout = layoutOf(entry.item, document);
  for (const table of layout.tables) paintTable(target, table);
  const { bounds, size } = layout;
  if (size * camera.scale < SEATS_FROM) {
    paintRows(target, document, entry.item, layout);
    paintName(target, nameOf(entry), bounds, entry.item);
  } else {
    paintSeats(target, document, entry.item, layout);
    // Below the seats, so that it hides none.
    paintName(target, nameOf(entry), { ...bounds, top: bounds.bottom + 1.5 * size, bottom: bounds.bottom + 1.5 * size }, entry.item);
  }
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
  ctx.fillText(text, x, y);
}

function trace(ctx, points) {
  ctx.beginPath();
  for (const [x, y] of points) ctx.lineTo(x, y);
  ctx.closePath();
}

function paintStanding(target, document, entry) {
  const { ctx, camera, colours } = target;
  const { standing, category } = entry.item;
  const colour = colourOf(document, category);
  trace(ctx, standing.outline);
  ctx.globalAlpha = 0.3;
  ctx.fillStyle = colour;
  ctx.fill();
  ctx.globalAlpha = 1;
  outline(ctx, camera, colour, 2);
  const { bounds } = layoutOf(entry.item, document);
  paintName(target, `${nameOf(entry)}: ${standing.capacity} standing`, bounds, entry.item);
}

/** Writes a name in the middle of the item's box, level, as far as it fits. */
function paintName({ ctx, camera, colours, plain }, name, { left, top, right, bottom }, { rotation = 0 }) {
  if (plain) return;
  const [width, height] = [(right - left) * camera.scale, (bottom - top) * camera.scale];
  const room = Math.max(width, height);
  if (room < NAMES_FROM || !name) return;
  const size = Math.min(13, Math.max(11, room / 8));
  ctx.save();
  ctx.translate((left + right) / 2, (top + bottom) / 2);
  ctx.rotate((-rotation * Math.PI) / 180);
  ctx.scale(1 / camera.scale, 1 / camera.scale);
  ctx.font = `600 ${size}px ${colours.face}`;
  const wide = Math.min(ctx.measureText(name).width, room) + 8;
  ctx.fillStyle = colours.surface;
  ctx.globalAlpha = 0.8;
  ctx.beginPath();
  ctx.roundRect(-wide / 2, -size * 0.7, wide, size * 1.4, 4);
  ctx.fill();
  ctx.globalAlpha = 1;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillStyle = colours.ink;
  ctx.fillText(name, 0, 0, room);
  ctx.restore();
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

