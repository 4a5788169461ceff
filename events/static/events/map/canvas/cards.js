/** Zoomed-out blocks: a card with name, price and free seats, its text always horizontal. */

import { fitted } from "./labels.js";

const SIZES = [15, 13, 11, 9]; // px: heights of text of a drawn block's name
const GLYPH = 0.72; // width of a character by the height of its text
const NARROW_GLYPH = 0.6; // the same of most texts
const LINE = 1.2; // height of a line by that of its text
const CUT = 5; // characters at least of a name that is cut, with the ellipsis
const OVER = 4; // px that the shortest names of blocks may be wider or higher than the blocks
const BAR = 0.07; // height of the bar that shows the share of free seats, as part of the card's height

export class Cards {
  #labels = new Map(); // text and size → canvas
  #colours;
  #price;

  /** @param {(block: Block) => string} price formats the prices of a block */
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
    const colour = this.#colours.tier(block.tier);
    const empty = block.left === 0;
    ctx.fillStyle = this.#colours.surface;
    ctx.fill(block.shape);
    const alpha = ctx.globalAlpha;
    ctx.globalAlpha = alpha * (empty ? 0.06 : 0.2);
    ctx.fillStyle = empty ? this.#colours.ink : colour;
    ctx.fill(block.shape);
    ctx.globalAlpha = alpha;
    ctx.lineWidth = 1.25 / scale;
    ctx.strokeStyle = empty ? this.#colours.sold : colour;
    ctx.stroke(block.shape);
    if (block.kind === "grid") this.#paintBar(ctx, block, colour);
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

  /** Paints the block's text where it has room, as many lines as fit; `view` is {toScreen, scale, ratio}. */
  paintLabel(ctx, block, view) {
    if (block.kind === "grid") this.#paintGridLabel(ctx, block, view);
    else if (!this.#paintDrawnLabel(ctx, block, view)) this.#paintBriefName(ctx, block, view);
  }

  /** Returns false if there is no room for the name, not even cut. */
  #paintDrawnLabel(ctx, block, view) {
    const { ratio } = view;
    const [width, height] = sizeIn(view, block.room);
    const { name, tail } = block.title;
    const title = [name, tail];
    const room = Math.floor(width / 4) * 4; // in steps, so that zooming doesn't make a label for each frame
    const fits = (size) => (name.length + tail.length) * size * ratio * GLYPH <= room && size * ratio * LINE <= height;
    const size = SIZES.find((each) => fits(each) && 2 * each * ratio * LINE <= height) ?? SIZES.find(fits) ?? SIZES.at(-1);
    const most = Math.floor((height * 1.05) / (size * ratio * LINE));
    if (most < 1 || (!fits(size) && room < (CUT + tail.length) * size * ratio * NARROW_GLYPH)) return false;
    const left = block.left === 0 ? "full" : `${block.left} left`;
    const others = block.closed ? [this.#price(block)] : most > 2 ? [this.#price(block), left] : [left];
    this.#paintAt(ctx, view, block.room, [fits(size) ? title : [name, tail.replace(" · ", " ")], ...others].slice(0, most), { size, block, room });
    return true;
  }

  /** Paints the shortest name of a small block, which may reach a little over its edge, but not to the next block. */
  #paintBriefName(ctx, block, view) {
    const { briefName, briefRoom } = block;
    const { ratio } = view;
    const [width, height] = sizeIn(view, briefRoom);
    const [most, highest] = sizeIn(view, block.place).map((each) => each + OVER * ratio);
    const wide = (size) => briefName.length * size * ratio * GLYPH;
    const size = SIZES.slice(2).find((each) => wide(each) <= width && each * ratio <= height) ?? SIZES.at(-1);
    if (wide(size) <= most && size * ratio <= highest) this.#paintAt(ctx, view, briefRoom, [[briefName, ""]], { size, block, room: Math.ceil(Math.max(width, wide(size) + OVER * ratio)) });
  }

  #paintGridLabel(ctx, block, view) {
    const { ratio } = view;
    const [width, height] = sizeIn(view, block.room);
    const lines = this.#lines(block, width / ratio, height / ratio);
    const size = width > 64 * ratio ? 15 : width > 27 * ratio ? 11 : 9;
    const room = size > 9 ? Math.floor((width * 0.94) / 8) * 8 : Math.floor(width / 2) * 2 + OVER * ratio;
    if (lines.length) this.#paintAt(ctx, view, block.room, lines, { size, block, room, up: height * BAR * 0.5 });
  }

  /** Paints lines around the middle of a room, `up` device px above it. */
  #paintAt(ctx, view, middle, lines, { size, block, room, up = 0 }) {
    const { ratio } = view;
    const label = this.#label(lines, { size, faded: block.left === 0, ratio, room });
    const [x, y] = view.toScreen(middle.x, middle.y);
    ctx.drawImage(label, Math.round(x * ratio - label.width / 2), Math.round(y * ratio - up - label.height / 2));
  }

  #lines(block, width, height) {
    if (width < 15 || height < 13) return [];
    const { name, tail } = block.title;
    const lines = [[name, width > 64 ? tail : tail.replace(" · ", "")]];
    if (width > 27 && height > 37) lines.push(this.#price(block));
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
  #paint([[name, tail], ...others], { size, faded, ratio, room }) {
    const other = size > 11 ? size - 2 : 10;
    const font = (index) => `${index ? 500 : 700} ${(index ? other : size) * ratio}px ${this.#colours.face}`;
    const label = document.createElement("canvas");
    const ctx = label.getContext("2d");
    ctx.font = font(0);
    const title = fitted(ctx, name, tail, room);
    ctx.font = font(1);
    const lines = [title, ...others.filter((line) => ctx.measureText(line).width <= room)];
    const lead = (size > 11 ? size * LINE : 11.5) * ratio;
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

/** The size of a room in device px. */
function sizeIn({ scale, ratio }, { width, height }) {
  return [width * scale * ratio, height * scale * ratio];
}
