/**
 * Images of seats: the colour shows the tier, the shape the status. Each size is painted once and then copied.
 *
 * available: a full disc; as a wheelchair place or a companion's seat a square with a sign, with a restricted view a disc
 * that is cut off; reserved: a hollow, hatched disc; sold: a small grey dot; blocked: a short dash.
 */

import { AVAILABLE, BLOCKED, RESERVED, SOLD } from "../seats/block.js";

// The sprites after those of the four statuses: available seats of these kinds.
const ACCESSIBLE = 4;
const COMPANION = 5;
export const RESTRICTED = 6;
const SPRITES = [AVAILABLE, RESERVED, SOLD, BLOCKED, ACCESSIBLE, COMPANION, RESTRICTED];
const SIGN_SIZE = 11; // device px per seat: smaller seats have no room for a sign
const MAX_SHEETS = 48;

export class Sprites {
  #sheets = new Map();
  #colours;

  constructor(colours) {
    this.#colours = colours;
  }

  /** Empties the cache, when the colours have changed. */
  clear() {
    this.#sheets.clear();
  }

  /** Returns a canvas with all sprites side by side, each `size` device px wide. */
  sheet(tier, size) {
    const colour = this.#colours.tier(tier);
    const key = `${colour}/${size}`;
    if (!this.#sheets.has(key)) {
      if (this.#sheets.size >= MAX_SHEETS) this.#sheets.delete(this.#sheets.keys().next().value);
      this.#sheets.set(key, this.#paint(colour, size));
    }
    return this.#sheets.get(key);
  }

  #paint(colour, size) {
    const sheet = document.createElement("canvas");
    sheet.width = size * SPRITES.length;
    sheet.height = size;
    const ctx = sheet.getContext("2d");
    for (const state of SPRITES) {
      ctx.save();
      ctx.translate((state + 0.5) * size, size / 2);
      paintSeat(ctx, state, size, colour, this.#colours);
      ctx.restore();
    }
    return sheet;
  }
}

/** Which sprite of a sheet shows the seat. */
export function spriteIndex(block, position) {
  if (!block.isFree(position)) return block.seats[position];
  if (block.isAccessible(position)) return ACCESSIBLE;
  if (block.companions.has(position)) return COMPANION;
  return block.restricted.has(position) ? RESTRICTED : AVAILABLE;
}

/** Paints one seat around (0, 0). */
function paintSeat(ctx, state, size, colour, colours) {
  if (state === AVAILABLE) disc(ctx, size * 0.4, colour);
  else if (state === RESERVED) hatched(ctx, size, colour, colours);
  else if (state === ACCESSIBLE) wheelchair(ctx, size, colour, colours);
  else if (state === COMPANION) companion(ctx, size, colour, colours);
  else if (state === RESTRICTED) cutOff(ctx, size, colour);
  else if (state === SOLD) disc(ctx, size * 0.19, colours.sold);
  else {
    ctx.fillStyle = colours.sold;
    ctx.fillRect(-size * 0.2, -Math.max(1, size * 0.08) / 2, size * 0.4, Math.max(1, size * 0.08));
  }
}

function disc(ctx, radius, colour) {
  ctx.fillStyle = colour;
  ctx.beginPath();
  ctx.arc(0, 0, radius, 0, 7);
  ctx.fill();
}

function square(ctx, size, colour) {
  const half = size * 0.42;
  ctx.fillStyle = colour;
  ctx.beginPath();
  ctx.roundRect(-half, -half, 2 * half, 2 * half, size * 0.12);
  ctx.fill();
}

/** A person: head and shoulders. */
function companion(ctx, size, colour, colours) {
  square(ctx, size, colour);
  if (size < SIGN_SIZE) return;
  ctx.fillStyle = colours.surface;
  ctx.beginPath();
  ctx.arc(0, -size * 0.13, size * 0.12, 0, 7);
  ctx.fill();
  ctx.beginPath();
  ctx.arc(0, size * 0.27, size * 0.22, Math.PI, 0);
  ctx.fill();
}

/** A ring of which only the lower part is filled. */
function cutOff(ctx, size, colour) {
  const radius = size * 0.4;
  const slope = 0.4; // radians: where the filled part begins, above the middle
  ctx.fillStyle = ctx.strokeStyle = colour;
  ctx.beginPath();
  ctx.arc(0, 0, radius, -slope, Math.PI + slope);
  ctx.fill();
  ctx.lineWidth = Math.max(1, size * 0.06);
  ctx.beginPath();
  ctx.arc(0, 0, radius - ctx.lineWidth / 2, 0, 7);
  ctx.stroke();
}

function wheelchair(ctx, size, colour, colours) {
  square(ctx, size, colour);
  if (size < SIGN_SIZE) return;
  ctx.strokeStyle = ctx.fillStyle = colours.surface;
  ctx.lineWidth = Math.max(1, size * 0.075);
  ctx.lineCap = ctx.lineJoin = "round";
  const at = (points) => points.forEach(([x, y]) => ctx.lineTo(x * size, y * size));
  ctx.beginPath(); // head
  ctx.arc(-size * 0.05, -size * 0.27, Math.max(0.8, size * 0.06), 0, 7);
  ctx.fill();
  ctx.beginPath(); // back, seat and leg
  at([[-0.05, -0.15], [-0.05, 0.06], [0.13, 0.06], [0.2, 0.26], [0.27, 0.24]]);
  ctx.stroke();
  ctx.beginPath(); // wheel
  ctx.arc(-size * 0.05, size * 0.13, size * 0.165, 0.25, 4.2);
  ctx.stroke();
}

function hatched(ctx, size, colour, colours) {
  const radius = size * 0.34;
  disc(ctx, radius, colours.surface);
  ctx.strokeStyle = colour;
  ctx.lineWidth = Math.max(1, size * 0.085);
  if (size >= 9) {
    ctx.save();
    ctx.clip();
    ctx.beginPath();
    for (let offset = -radius * 2; offset <= radius * 2; offset += Math.max(3, size * 0.2)) {
      ctx.moveTo(offset - radius, radius);
      ctx.lineTo(offset + radius, -radius);
    }
    ctx.stroke();
    ctx.restore();
  }
  ctx.beginPath();
  ctx.arc(0, 0, radius, 0, 7);
  ctx.stroke();
}

/** A seat the buyer has picked: a larger disc with a ring and a tick. */
export function paintPick(ctx, size, colours) {
  disc(ctx, size * 0.5, colours.surface);
  disc(ctx, size * 0.42, colours.ink);
  ctx.strokeStyle = colours.ink;
  ctx.lineWidth = Math.max(1, size * 0.06);
  ctx.beginPath();
  ctx.arc(0, 0, size * 0.52, 0, 7);
  ctx.stroke();
  ctx.strokeStyle = colours.surface;
  ctx.lineWidth = Math.max(1.5, size * 0.1);
  ctx.lineCap = ctx.lineJoin = "round";
  ctx.beginPath();
  ctx.moveTo(-size * 0.18, size * 0.01);
  ctx.lineTo(-size * 0.04, size * 0.15);
  ctx.lineTo(size * 0.2, -size * 0.14);
  ctx.stroke();
}

/** A seat another viewer has selected: a faint dot in a free seat. */
export function paintSelection(ctx, size, colours) {
  ctx.globalAlpha = 0.85;
  disc(ctx, size * 0.17, colours.surface);
  ctx.globalAlpha = 1;
}
