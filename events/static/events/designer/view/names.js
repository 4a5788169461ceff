/** Writes the names of blocks and standing areas, as far as there is room. Large ones come first. */

import { isolated } from "../../../ticketing/format.js";
import { nameOf } from "../model/document.js";
import { boundsOf, layoutOf, toPlan } from "../model/layout.js";
import { SEATS_FROM } from "./paint_seats.js";

const SIZE = { least: 10, most: 13 }; // px
const ROOM_PER_SIZE = 8; // px of room for each px of the text's size
const BESIDE = 14; // px that a short name may be wider than its block
const PADDING = 4; // px, left and right together
const MOST = 500; // names in a view

/** Paints the names of these entries. The origin of the context must be that of the view. */
export function paintNames(target, document, entries) {
  const placed = [];
  const wanted = entries.filter(({ section }) => section).map((entry) => ({ entry, ...roomFor(target, document, entry) }));
  wanted.sort((a, b) => b.width * b.height - a.width * a.height);
  for (const { entry, ...room } of wanted.slice(0, MOST)) paintName(target, entry, room, placed);
}

/**
 * Returns {px, py, width, height, down}: the middle of a name on the screen, the size of its block there, and [x, y]: how far
 * the name goes away from the block for each px of its width.
 */
function roomFor({ camera }, document, { item }) {
  const { left, top, right, bottom } = boundsOf(item, document);
  const [width, height] = [(right - left) * camera.scale, (bottom - top) * camera.scale];
  const { bounds, size } = layoutOf(item, document);
  const areSeatsShown = size * camera.scale >= SEATS_FROM;
  // Below the seats, so that it hides none.
  const middle = areSeatsShown ? toPlan(item, (bounds.left + bounds.right) / 2, bounds.bottom + 1.5 * size) : [(left + right) / 2, (top + bottom) / 2];
  const [px, py] = camera.toScreen(...middle);
  const turn = ((item.rotation ?? 0) * Math.PI) / 180;
  const away = areSeatsShown ? Math.abs(Math.sin(turn)) / 2 : 0; // a level name would cover seats of a turned block
  return { px, py, width, height, down: [-Math.sin(turn) * away, Math.cos(turn) * away] };
}

function paintName({ ctx, colours }, entry, { px, py, width, height, down }, placed) {
  const room = Math.max(width, height);
  const size = Math.min(SIZE.most, Math.max(SIZE.least, room / ROOM_PER_SIZE));
  ctx.font = `600 ${size}px ${colours.face}`;
  for (const [text, allowed] of [[longName(entry), room], [nameOf(entry), room], [shortName(entry), Math.min(width, height) + BESIDE]]) {
    const wide = ctx.measureText(text).width + PADDING;
    const [x, y] = [px + down[0] * wide, py + down[1] * wide];
    const box = { left: x - wide / 2, right: x + wide / 2, top: y - size * 0.7, bottom: y + size * 0.7 };
    if (!text || wide > allowed || placed.some((other) => overlap(box, other))) continue;
    placed.push(box);
    write(ctx, colours, text, box, size);
    return;
  }
}

function longName(entry) {
  return entry.kind === "standing" ? `${nameOf(entry)}: ${entry.item.standing.capacity} standing` : nameOf(entry);
}

/** The number of a block within its section; the section's name if it has only one. */
export function shortName({ section, index }) {
  return section.subsections.length > 1 ? String(index + 1) : isolated(section.name);
}

const overlap = (one, other) => one.left < other.right && one.right > other.left && one.top < other.bottom && one.bottom > other.top;

function write(ctx, colours, text, { left, right, top, bottom }, size) {
  ctx.fillStyle = colours.surface;
  ctx.globalAlpha = 0.8;
  ctx.beginPath();
  ctx.roundRect(left, top, right - left, bottom - top, 4);
  ctx.fill();
  ctx.globalAlpha = 1;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillStyle = colours.ink;
  ctx.fillText(text, (left + right) / 2, (top + bottom) / 2 + size * 0.05);
}
