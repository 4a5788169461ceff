/**
 * Seats as pictures: colour is the tier, shape is the state. Each size is painted once and copied from then on.
 *
 * available: a full disc, for a wheelchair place a square with the sign; reserved by somebody: a hollow, hatched disc;
 * sold: a small grey dot; blocked: a short dash.
 */

import { AVAILABLE, BLOCKED, RESERVED, SOLD } from "./model.js";

const ACCESSIBLE = 4; // behind the four states: an available wheelchair place
const SIGN = 11; // device px a seat from which the sign can be told from a blot
const KEPT = 48; // sheets

export class Sprites {
  #sheets = new Map();
  #colours;

  constructor(colours) {
    this.#colours = colours;
  }

  /** The colours are others now. */
  forget() {
    this.#sheets.clear();
  }

  /** A canvas with all pictures side by side, each `size` device px wide. */
  sheet(tier, size) {
    const key = `${this.#colours.index(tier)}/${size}`;
    if (!this.#sheets.has(key)) {
      if (this.#sheets.size >= KEPT) this.#sheets.delete(this.#sheets.keys().next().value);
      this.#sheets.set(key, this.#paint(this.#colours.tier(tier), size));
    }
    return this.#sheets.get(key);
  }

  #paint(colour, size) {
    const sheet = document.createElement("canvas");
    sheet.width = size * 5;
    sheet.height = size;
    const pen = sheet.getContext("2d");
    for (const state of [AVAILABLE, RESERVED, SOLD, BLOCKED, ACCESSIBLE]) {
      pen.save();
      pen.translate((state + 0.5) * size, size / 2);
      paintSeat(pen, state, size, colour, this.#colours);
      pen.restore();
    }
    return sheet;
  }
}

/** Which of a sheet's pictures shows the seat. */
export function picture(block, position) {
  return block.isFree(position) && block.isAccessible(position) ? ACCESSIBLE : block.seats[position];
}

/** Paints one seat around (0, 0). */
function paintSeat(pen, state, size, colour, colours) {
  if (state === AVAILABLE) disc(pen, size * 0.4, colour);
  else if (state === RESERVED) hatched(pen, size, colour, colours);
  else if (state === ACCESSIBLE) wheelchair(pen, size, colour, colours);
  else if (state === SOLD) disc(pen, size * 0.19, colours.sold);
  else {
    pen.fillStyle = colours.sold;
    pen.fillRect(-size * 0.2, -Math.max(1, size * 0.08) / 2, size * 0.4, Math.max(1, size * 0.08));
  }
}

function disc(pen, radius, colour) {
  pen.fillStyle = colour;
  pen.beginPath();
  pen.arc(0, 0, radius, 0, 7);
  pen.fill();
}

function wheelchair(pen, size, colour, colours) {
  const half = size * 0.42;
  pen.fillStyle = colour;
  pen.beginPath();
  pen.roundRect(-half, -half, 2 * half, 2 * half, size * 0.12);
  pen.fill();
  if (size < SIGN) return;
  pen.strokeStyle = pen.fillStyle = colours.surface;
  pen.lineWidth = Math.max(1, size * 0.075);
  pen.lineCap = pen.lineJoin = "round";
  const at = (points) => points.forEach(([x, y]) => pen.lineTo(x * size, y * size));
  pen.beginPath(); // head
  pen.arc(-size * 0.05, -size * 0.27, Math.max(0.8, size * 0.06), 0, 7);
  pen.fill();
  pen.beginPath(); // back, seat and leg
  at([[-0.05, -0.15], [-0.05, 0.06], [0.13, 0.06], [0.2, 0.26], [0.27, 0.24]]);
  pen.stroke();
  pen.beginPath(); // wheel
  pen.arc(-size * 0.05, size * 0.13, size * 0.165, 0.25, 4.2);
  pen.stroke();
}

function hatched(pen, size, colour, colours) {
  const radius = size * 0.34;
  disc(pen, radius, colours.surface);
  pen.strokeStyle = colour;
  pen.lineWidth = Math.max(1, size * 0.085);
  if (size >= 9) {
    pen.save();
    pen.clip();
    pen.beginPath();
    for (let offset = -radius * 2; offset <= radius * 2; offset += Math.max(3, size * 0.2)) {
      pen.moveTo(offset - radius, radius);
      pen.lineTo(offset + radius, -radius);
    }
    pen.stroke();
    pen.restore();
  }
  pen.beginPath();
  pen.arc(0, 0, radius, 0, 7);
  pen.stroke();
}

/** An own pick: a larger disc with a ring around it and a tick. */
export function paintPick(pen, size, colours) {
  disc(pen, size * 0.5, colours.surface);
  disc(pen, size * 0.42, colours.ink);
  pen.strokeStyle = colours.ink;
  pen.lineWidth = Math.max(1, size * 0.06);
  pen.beginPath();
  pen.arc(0, 0, size * 0.52, 0, 7);
  pen.stroke();
  pen.strokeStyle = colours.surface;
  pen.lineWidth = Math.max(1.5, size * 0.1);
  pen.lineCap = pen.lineJoin = "round";
  pen.beginPath();
  pen.moveTo(-size * 0.18, size * 0.01);
  pen.lineTo(-size * 0.04, size * 0.15);
  pen.lineTo(size * 0.2, -size * 0.14);
  pen.stroke();
}

/** Somebody else looks at this seat: a faint dot in a free one. */
export function paintMark(pen, size, colours) {
  pen.globalAlpha = 0.85;
  disc(pen, size * 0.17, colours.surface);
  pen.globalAlpha = 1;
}
