/** Blocks from afar: a card with name, price and what is left, written level however the block is turned. */

const BAR = 0.07; // of a card's height: how much of the block is left

export class Cards {
  #labels = new Map(); // text and size → canvas
  #colours;
  #price;

  /** @param {(minor: number) => string} price writes an amount */
  constructor(colours, price) {
    this.#colours = colours;
    this.#price = price;
  }

  forget() {
    this.#labels.clear();
  }

  /** The block's area, in a pen whose unit is a seat and whose (0, 0) is the block's centre, turned. */
  paintArea(pen, block, scale) {
    const { width, height } = block.place;
    const colour = this.#colours.tier(block.tier);
    const [x, y] = [-width / 2, -height / 2];
    const empty = block.available === 0;
    const round = Math.min(1.6, width / 6, height / 6);
    pen.beginPath();
    pen.roundRect(x, y, width, height, round);
    pen.fillStyle = this.#colours.surface;
    pen.fill();
    const alpha = pen.globalAlpha;
    pen.globalAlpha = alpha * (empty ? 0.06 : 0.2);
    pen.fillStyle = empty ? this.#colours.ink : colour;
    pen.fill();
    pen.globalAlpha = alpha;
    pen.lineWidth = 1.25 / scale;
    pen.strokeStyle = empty ? this.#colours.sold : colour;
    pen.stroke();
    this.#paintBar(pen, block, colour);
  }

  #paintBar(pen, block, colour) {
    const { width, height } = block.place;
    const bar = Math.max(height * BAR, 0.35);
    const [x, y, length] = [-width / 2 + width * 0.08, height / 2 - bar * 2, width * 0.84];
    pen.fillStyle = this.#colours.line;
    pen.fillRect(x, y, length, bar);
    pen.fillStyle = colour;
    pen.fillRect(x, y, (length * block.available) / block.total, bar);
  }

  /** The block's words, in device px around (x, y); as many lines as there is room for. */
  paintLabel(pen, block, x, y, scale, ratio) {
    const [width, height] = [block.cols * scale, block.rows * scale];
    const lines = this.#lines(block, width / ratio, height / ratio);
    if (!lines.length) return;
    const label = this.#label(lines, width / ratio > 64 ? 1 : 0, block.available === 0, ratio);
    pen.drawImage(label, Math.round(x - label.width / 2), Math.round(y - label.height / 2 - height * BAR * 0.5));
  }

  #lines(block, width, height) {
    if (width < 15 || height < 13) return [];
    const name = width > 64 ? `${block.section} · ${block.number}` : `${block.section}${block.number}`;
    const lines = [name];
    if (width > 27 && height > 37) lines.push(this.#price(block.price));
    const left = block.available === 0 ? "full" : width > 52 ? `${block.available} left` : String(block.available);
    if (width > 20 && height > 27) lines.push(left);
    return lines;
  }

  #label(lines, large, faded, ratio) {
    const key = `${lines.join("\n")}/${large}/${faded}`;
    let label = this.#labels.get(key);
    if (!label) {
      if (this.#labels.size > 600) this.#labels.clear();
      label = this.#paint(lines, large, faded, ratio);
      this.#labels.set(key, label);
    }
    return label;
  }

  #paint(lines, large, faded, ratio) {
    const [first, other] = large ? [15, 13] : [11, 10];
    const fonts = lines.map((_, index) => `${index ? 500 : 700} ${(index ? other : first) * ratio}px ${this.#colours.face}`);
    const label = document.createElement("canvas");
    const pen = label.getContext("2d");
    const widths = lines.map((line, index) => ((pen.font = fonts[index]), pen.measureText(line).width));
    const lead = (large ? 18 : 11.5) * ratio;
    label.width = Math.ceil(Math.max(...widths)) + 2;
    label.height = Math.ceil(lead * lines.length);
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    lines.forEach((line, index) => {
      pen.font = fonts[index];
      pen.fillStyle = faded || index === 2 ? this.#colours.ink2 : this.#colours.ink;
      pen.fillText(line, label.width / 2, lead * (index + 0.5));
    });
    return label;
  }
}
