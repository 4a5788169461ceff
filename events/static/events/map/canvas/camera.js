/** The visible part of the plane: the point in the middle of the view (x, y), and the scale in px per seat. */

const ANIMATION_MS = 190;
const CLOSEST = 44; // px per seat: a closer view would show no more detail
const FRICTION = 0.994; // share of the speed that is left after each millisecond
const SLOWEST = 0.02; // px per ms

const SIDE = 10; // px of free space around the whole venue
const BOTTOM = 56; // px of free space at the bottom of the view, for the buttons
const LABEL = { width: 70, height: 16 }; // px around the middle of a block's name

const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

export class Camera {
  #goal = null;
  #speed = null;
  #revealed = -Infinity; // when `reveal` moved last

  /** Size in px of the top right corner of the view, which the minimap covers; `fitted` and `reveal` keep it free. */
  corner = { width: 0, height: 0 };

  constructor(bounds) {
    this.bounds = bounds;
    this.x = this.y = 0;
    this.scale = 1;
    this.width = this.height = 1;
  }

  /** Sets the size of the view in px and keeps its middle. */
  resize(width, height) {
    const fitted = this.width === 1 || Math.abs(this.scale / this.fitScale - 1) < 0.01;
    [this.width, this.height] = [width, height];
    if (fitted) this.jump(this.whole());
    else this.#clamp();
  }

  get fitScale() {
    const { left, right, top, bottom } = this.bounds;
    const wide = (this.width - 2 * SIDE) / (right - left);
    return Math.min(wide, (this.height - SIDE - BOTTOM) / (bottom - top), CLOSEST);
  }

  get closest() {
    return Math.max(CLOSEST, this.fitScale);
  }

  get isWhole() {
    return this.scale < this.fitScale * 1.15;
  }

  get isMoving() {
    return this.#goal !== null || this.#speed !== null;
  }

  whole() {
    const { left, right, top, bottom } = this.bounds;
    const scale = this.fitScale;
    return { x: (left + right) / 2, y: (top + bottom) / 2 + (BOTTOM - SIDE) / 2 / scale, scale };
  }

  toScreen(x, y) {
    return [(x - this.x) * this.scale + this.width / 2, (y - this.y) * this.scale + this.height / 2];
  }

  toPlane(px, py) {
    return [(px - this.width / 2) / this.scale + this.x, (py - this.height / 2) / this.scale + this.y];
  }

  /** Moves the view by px, without animation. */
  pan(dx, dy) {
    this.#stop();
    this.#shift(dx, dy);
  }

  /** Zooms by a factor and keeps the plane's point under (px, py) in place. */
  zoomAt(px, py, factor) {
    this.#stop();
    const [x, y] = this.toPlane(px, py);
    this.scale = this.#allowed(this.scale * factor);
    const [nx, ny] = this.toPlane(px, py);
    this.x += x - nx;
    this.y += y - ny;
    this.#clamp();
  }

  /** The same with an animation. */
  glideZoom(px, py, factor) {
    const from = this.#goal?.to ?? this;
    const scale = this.#allowed(from.scale * factor);
    const [x, y] = this.toPlane(px, py);
    this.glide({ x: x + (this.x - x) * (this.scale / scale), y: y + (this.y - y) * (this.scale / scale), scale });
  }

  /** Moves to {x, y, scale} with a short animation, or at once if the user prefers reduced motion. */
  glide({ x = this.x, y = this.y, scale = this.scale }) {
    this.#stop();
    const to = { x, y, scale: this.#allowed(scale) };
    if (reducedMotion.matches) this.jump(to);
    else this.#goal = { from: { x: this.x, y: this.y, scale: this.scale }, to, start: null };
  }

  jump({ x, y, scale }) {
    this.#stop();
    Object.assign(this, { x, y, scale });
    this.#clamp();
  }

  /** Keeps moving with this speed (px per ms), slowing down. */
  fling(vx, vy) {
    if (!reducedMotion.matches && Math.hypot(vx, vy) > 0.15) this.#speed = { vx, vy, at: null };
  }

  /** Returns the view {x, y, scale} of a box of the plane, free of buttons and minimap, at no more than `closest` px per seat. */
  fitted(box, closest = Infinity) {
    const whole = this.#fit(box, closest);
    const [px, py] = this.#inView(box.right, box.top, whole);
    if (!this.#inCorner(px, py)) return whole;
    const beside = this.#fit(box, closest, { right: this.corner.width });
    const below = this.#fit(box, closest, { top: this.corner.height });
    return beside.scale > below.scale ? beside : below;
  }

  #fit({ left, right, top, bottom }, closest, { right: aside = 0, top: above = 0 } = {}) {
    const room = Math.min((this.width - aside) / (right - left), (this.height - above - BOTTOM) / (bottom - top)) * 0.95;
    const scale = Math.min(room, closest);
    return { x: (left + right) / 2 + aside / 2 / scale, y: (top + bottom) / 2 + (BOTTOM - above) / 2 / scale, scale };
  }

  /** Returns the view moved up as far as needed for a block's name at a point of the plane not to be below the minimap. */
  withName(view, x, y) {
    const [px, py] = this.#inView(x, y, view);
    return this.#inCorner(px, py, LABEL) ? { ...view, y: view.y - (this.corner.height + LABEL.height - py) / view.scale } : view;
  }

  #inView(x, y, view) {
    return [(x - view.x) * view.scale + this.width / 2, (y - view.y) * view.scale + this.height / 2];
  }

  #inCorner(px, py, { width, height } = { width: 0, height: 0 }) {
    return px + width > this.width - this.corner.width && py - height < this.corner.height;
  }

  /**
   * Moves only as far as needed to have the plane's point `margin` px inside the view, at `scale` or closer, and above the
   * `covered` px at its bottom. Moves at once if the last movement is younger than an animation, which would fall behind.
   */
  reveal(x, y, margin, scale, covered = 0) {
    const from = this.#goal?.to ?? this;
    const to = this.#revealing(x, y, margin, { ...from, scale: Math.max(from.scale, scale) }, covered);
    if (to.x === from.x && to.y === from.y && to.scale === from.scale) return;
    const now = performance.now();
    if (this.isMoving || now - this.#revealed < ANIMATION_MS) this.jump(to);
    else this.glide(to);
    this.#revealed = now;
  }

  #revealing(x, y, margin, { x: fromX, y: fromY, scale }, covered) {
    const [w, h] = [(this.width / 2 - margin) / scale, (this.height / 2 - margin) / scale];
    const nx = Math.min(Math.max(fromX, x - w), x + w);
    const [px] = this.#inView(x, y, { x: nx, y: fromY, scale });
    const up = px + margin > this.width - this.corner.width ? this.corner.height : 0;
    const ny = Math.min(Math.max(fromY, y - h + covered / scale), y + h - up / scale);
    return { x: nx, y: ny, scale };
  }

  /** Advances a running movement to the time `now` (ms). */
  step(now) {
    if (this.#goal) this.#approach(now);
    else if (this.#speed) this.#coast(now);
  }

  #approach(now) {
    const { from, to } = this.#goal;
    this.#goal.start ??= now;
    const t = Math.min(1, (now - this.#goal.start) / ANIMATION_MS);
    const eased = 1 - (1 - t) ** 3;
    this.scale = from.scale * (to.scale / from.scale) ** eased;
    // The distance is measured in px at the current scale, so that a zoom moves straight to its goal.
    const part = from.scale === to.scale ? eased : (1 / from.scale - 1 / this.scale) / (1 / from.scale - 1 / to.scale);
    this.x = from.x + (to.x - from.x) * part;
    this.y = from.y + (to.y - from.y) * part;
    if (t === 1) this.#goal = null;
    this.#clamp();
  }

  #coast(now) {
    const { vx, vy, at } = this.#speed;
    const ms = at === null ? 16 : Math.min(64, now - at);
    const left = FRICTION ** ms;
    this.#shift(vx * ms, vy * ms);
    this.#speed = Math.hypot(vx, vy) * left < SLOWEST ? null : { vx: vx * left, vy: vy * left, at: now };
  }

  #shift(dx, dy) {
    this.x -= dx / this.scale;
    this.y -= dy / this.scale;
    this.#clamp();
  }

  #stop() {
    this.#goal = this.#speed = null;
  }

  #allowed(scale) {
    return Math.min(this.closest, Math.max(this.fitScale * 0.8, scale));
  }

  /** Keeps the middle of the view inside the venue. */
  #clamp() {
    const { left, right, top, bottom } = this.bounds;
    this.x = Math.min(right, Math.max(left, this.x));
    this.y = Math.min(bottom, Math.max(top, this.y));
  }
}
