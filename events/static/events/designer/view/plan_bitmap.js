/**
 * The plan as a bitmap that is larger than the view, so that moving and zooming only copy it. A new one for another view is
 * painted beside it, some milliseconds in each frame: 50,000 seats take too long for a single frame.
 *
 * The context reads back often, because that is how painting is waited for: browsers only note what is to be painted, and
 * paint later. Without it, no clock would show what a frame costs.
 */

import { Camera } from "./camera.js";
import { paintSteps } from "./paint_plan.js";

const SPARE = 0.25; // of the view, on each side of it, that the bitmap has too
const SHARE_MS = 6; // of a frame, for painting a new bitmap
const SHARP = [0.67, 1.6]; // times as large as it was painted: from where to where a bitmap looks well while the view moves

export class PlanBitmap {
  #colours;
  #shown = null; // {canvas, document, lifted, camera}
  #coming = null; // the same, with its steps, while it is painted
  #spare = null; // the canvas of the bitmap before

  constructor(colours) {
    this.#colours = colours;
  }

  /** Forgets everything, as after a change of colours. */
  clear() {
    this.#shown = this.#coming = null;
  }

  /** Whether the bitmap has all of the view. */
  covers(camera) {
    return Boolean(this.#shown) && covers(this.#shown.camera, camera);
  }

  /**
   * Brings the bitmap up to date for a view {document, lifted, camera, ratio}. Another document is painted at once. Another
   * camera is painted in steps: when it rests, or while it moves if the bitmap isn't good enough. Returns whether the
   * bitmap is finished.
   */
  refresh(view, isResting) {
    const { document, lifted, camera } = view;
    const shown = this.#shown;
    if (shown?.document !== document || !sameIds(shown.lifted, lifted)) return this.#paintAll(view);
    if (isSame(shown.camera, camera)) return true;
    if (!isResting && isGood(shown.camera, camera)) return false;
    const coming = this.#coming;
    const suits = coming?.document === document && (isResting ? isSame(coming.camera, camera) : isGood(coming.camera, camera));
    if (!suits) this.#begin(view);
    return this.#goOn(performance.now() + SHARE_MS) && isSame(this.#shown.camera, camera);
  }

  #paintAll(view) {
    this.#begin(view);
    return this.#goOn(Infinity);
  }

  #begin({ document, lifted, camera, ratio }) {
    const wide = Object.assign(Object.create(Camera.prototype), camera, {
      width: camera.width * (1 + 2 * SPARE),
      height: camera.height * (1 + 2 * SPARE),
    });
    const canvas = this.#coming?.canvas ?? this.#spare ?? new OffscreenCanvas(1, 1);
    this.#spare = null;
    const [width, height] = [Math.ceil(wide.width * ratio), Math.ceil(wide.height * ratio)];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const ctx = canvas.getContext("2d", { willReadFrequently: true });
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, width, height);
    const steps = paintSteps({ ctx, camera: wide, ratio, colours: this.#colours }, document, lifted);
    this.#coming = { canvas, ctx, document, lifted: new Set(lifted), camera: wide, steps };
  }

  /** Paints until `end`, in ms of the clock, and shows the bitmap if it is finished. Returns whether it is. */
  #goOn(end) {
    const { ctx, steps } = this.#coming;
    let isFinished = false;
    while (!isFinished && performance.now() < end) {
      isFinished = steps.next().done;
      if (end < Infinity) ctx.getImageData(0, 0, 1, 1);
    }
    if (!isFinished) return false;
    this.#spare = this.#shown?.canvas ?? null;
    [this.#shown, this.#coming] = [this.#coming, null];
    return true;
  }

  /** Returns the box of the bitmap on the screen, in px. */
  boxIn(camera) {
    const { x, y, scale, width, height } = this.#shown.camera;
    const zoom = camera.scale / scale;
    const [px, py] = camera.toScreen(x, y);
    return { left: px - (width * zoom) / 2, top: py - (height * zoom) / 2, width: width * zoom, height: height * zoom };
  }

  /** Copies the bitmap to where it belongs in a view. */
  copyTo(ctx, camera, ratio) {
    const { left, top, width, height } = this.boxIn(camera);
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.drawImage(this.#shown.canvas, left * ratio, top * ratio, width * ratio, height * ratio);
  }
}

const isSame = (one, other) => one.x === other.x && one.y === other.y && one.scale === other.scale;

const sameIds = (one, other) => one.size === other.size && [...one].every((id) => other.has(id));

function covers(wide, camera) {
  const [dx, dy] = [Math.abs(camera.x - wide.x), Math.abs(camera.y - wide.y)];
  const across = wide.width / wide.scale - camera.width / camera.scale;
  const down = wide.height / wide.scale - camera.height / camera.scale;
  return dx <= across / 2 && dy <= down / 2;
}

function isGood(wide, camera) {
  const zoom = camera.scale / wide.scale;
  return zoom >= SHARP[0] && zoom <= SHARP[1] && covers(wide, camera);
}
