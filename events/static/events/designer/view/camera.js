/** The visible part of the plan: the point in the middle of the view (x, y), and the scale in px per unit. */

const FAR = 10; // a view may be this many times larger than the plan
const CLOSEST = 1.6; // px per centimetre

export class Camera {
  constructor() {
    this.x = this.y = 0;
    this.scale = 0.3;
    this.width = this.height = 1;
    this.unit = 1; // centimetres per unit of the plan
    this.fitScale = 0.3;
  }

  toScreen(x, y) {
    return [(x - this.x) * this.scale + this.width / 2, (y - this.y) * this.scale + this.height / 2];
  }

  toPlan(px, py) {
    return [(px - this.width / 2) / this.scale + this.x, (py - this.height / 2) / this.scale + this.y];
  }

  /** The visible box of the plan. */
  get box() {
    const [left, top] = this.toPlan(0, 0);
    const [right, bottom] = this.toPlan(this.width, this.height);
    return { left, top, right, bottom };
  }

  pan(dx, dy) {
    this.x -= dx / this.scale;
    this.y -= dy / this.scale;
  }

  /** Zooms by a factor and keeps the plan's point under (px, py) in place. */
  zoomAt(px, py, factor) {
    const [x, y] = this.toPlan(px, py);
    this.scale = this.#allowed(this.scale * factor);
    const [nx, ny] = this.toPlan(px, py);
    this.x += x - nx;
    this.y += y - ny;
  }

  /** Shows a box with some space around it. */
  fit({ left, top, right, bottom }, { closest = 0.6, margin = 48 } = {}) {
    const wide = (this.width - 2 * margin) / Math.max(1, right - left);
    const high = (this.height - 2 * margin) / Math.max(1, bottom - top);
    const scale = Math.max(Math.min(wide, high, closest * this.unit), 0.0005);
    this.fitScale = scale;
    Object.assign(this, { x: (left + right) / 2, y: (top + bottom) / 2, scale });
  }

  /** Moves only as far as needed to have the box inside the view; its middle, if it is larger than the view. */
  reveal({ left, top, right, bottom }) {
    const [w, h] = [this.width / 2 / this.scale, this.height / 2 / this.scale];
    this.x = within(this.x, right - w, left + w);
    this.y = within(this.y, bottom - h, top + h);
  }

  #allowed(scale) {
    return Math.min(CLOSEST * this.unit, Math.max(this.fitScale / FAR, scale));
  }
}

const within = (value, low, high) => (low > high ? (low + high) / 2 : Math.min(Math.max(value, low), high));
