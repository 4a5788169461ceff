/** Zoomed-out blocks: a card with name, price and free seats, its text always horizontal. */

import { fitted } from "./labels.js";

const BAR = 0.07; // height of the bar that shows the share of free seats, as part of the card's height

export class Cards {
  #labels = new Map(); // text and size → canvas
  #colours;
  #price;

  /** @param {(minor: number) => string} price formats an amount */
  constructor(colours, price) {
    this.#colours = colours;
    this.#price = price;
  }

  /** Empties the cache, when the colours have changed. */
  clear() {
    this.#labels.clear();
  }

  /** Paints the block's area. The context's unit is a seat; its origin is the block's centre, rotated with the block. */
  paintArea(ctx, block, scale) {
    const { width, height } = block.place;
    const colour = this.#colours.tier(block.tier);
    const [x, y] = [-width / 2, -height / 2];
    const empty = block.left === 0;
    const round = Math.min(1.6, width / 6, height / 6);
    ctx.beginPath();
    ctx.roundRect(x, y, width, height, round);
    ctx.fillStyle = this.#colours.surface;
    ctx.fill();
    const alpha = ctx.globalAlpha;
    ctx.globalAlpha = alpha * (empty ? 0.06 : 0.2);
    ctx.fillStyle = empty ? this.#colours.ink : colour;
    ctx.fill();
    ctx.globalAlpha = alpha;
    ctx.lineWidth = 1.25 / scale;
    ctx.strokeStyle = empty ? this.#colours.sold : colour;
    ctx.stroke();
    this.#paintBar(ctx, block, colour);
  }

  #paintBar(ctx, block, colour) {
    const { width, height } = block.place;
    const bar = Math.max(height * BAR, 0.35);
    const [x, y, length] = [-width / 2 + width * 0.08, height / 2 - bar * 2, width * 0.84];
    ctx.fillStyle = this.#colours.line;
    ctx.fillRect(x, y, length, bar);
    ctx.fillStyle = colour;
    ctx.fillRect(x, y, (length * block.left) / block.total, bar);
  }

  /** Paints the block's text around (x, y), in device px; as many lines as fit. */
  paintLabel(ctx, block, x, y, scale, ratio) {
    const [width, height] = [block.cols * scale, block.rows * scale];
    const lines = this.#lines(block, width / ratio, height / ratio);
    if (!lines.length) return;
    // In steps, so that zooming doesn't make a label for each frame.
    const room = Math.max(16 * ratio, Math.floor((width * 0.94) / 8) * 8);
    const label = this.#label(lines, { large: width / ratio > 64, faded: block.left === 0, ratio, room });
    ctx.drawImage(label, Math.round(x - label.width / 2), Math.round(y - label.height / 2 - height * BAR * 0.5));
  }

  #lines(block, width, height) {
    if (width < 15 || height < 13) return [];
    const lines = [[block.section, width > 64 ? ` · ${block.number}` : String(block.number)]];
    if (width > 27 && height > 37) lines.push(this.#price(block.price));
    if (block.closed) return lines;
    const left = block.left === 0 ? "full" : width > 52 ? `${block.left} left` : String(block.left);
    if (width > 20 && height > 27) lines.push(left);
    return lines;
  }

  #label(lines, look) {
    const key = `${lines.join("\n")}/${Object.values(look)}`;
    let label = this.#labels.get(key);
    if (!label) {
      if (this.#labels.size > 600) this.#labels.clear();
      label = this.#paint(lines, look);
      this.#labels.set(key, label);
    }
    return label;
  }

  /** Paints the name, cut to fit into `room` device px, and below it the other lines; those that don't fit are left out. */
  #paint([[name, tail], ...others], { large, faded, ratio, room }) {
    const [first, other] = large ? [15, 13] : [11, 10];
    const font = (index) => `${index ? 500 : 700} ${(index ? other : first) * ratio}px ${this.#colours.face}`;
    const label = document.createElement("canvas");
    const ctx = label.getContext("2d");
    ctx.font = font(0);
    const title = fitted(ctx, name, tail, room);
    ctx.font = font(1);
    const lines = [title, ...others.filter((line) => ctx.measureText(line).width <= room)];
    const lead = (large ? 18 : 11.5) * ratio;
    label.width = Math.max(room, 1);
    label.height = Math.ceil(lead * lines.length);
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    lines.forEach((line, index) => {
      ctx.font = font(index);
      ctx.fillStyle = faded || index === 2 ? this.#colours.ink2 : this.#colours.ink;
      ctx.fillText(line, label.width / 2, lead * (index + 0.5));
    });
    return label;
  }
}
