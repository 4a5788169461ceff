/** Paints what lies under the plan: the picture to trace, the grid, and the focal point with its axis. */

import { units } from "../model/document.js";
import { GRID_CM } from "./snapping.js";

const LINES_FROM = 14; // px between lines of the grid

/** `background` is {image, x, y, width, height, opacity} in the plan's unit, or null. */
export function paintGround(target, document, background) {
  const { ctx, ratio } = target;
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  if (background?.image) paintBackground(target, background);
  paintGrid(target, document);
  if (document.focal_point) paintFocalPoint(target, document.focal_point);
}

function paintBackground({ ctx, camera }, { image, x, y, width, height, opacity }) {
  const [left, top] = camera.toScreen(x - width / 2, y - height / 2);
  ctx.globalAlpha = opacity;
  ctx.drawImage(image, left, top, width * camera.scale, height * camera.scale);
  ctx.globalAlpha = 1;
}

function paintGrid({ ctx, camera, colours }, document) {
  let step = units(document, GRID_CM * 4);
  while (step * camera.scale < LINES_FROM * 4) step *= 5;
  const { left, top, right, bottom } = camera.box;
  ctx.strokeStyle = colours.grid;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (let x = Math.ceil(left / step) * step; x < right; x += step) {
    const px = Math.round(camera.toScreen(x, 0)[0]) + 0.5;
    ctx.moveTo(px, 0);
    ctx.lineTo(px, camera.height);
  }
  for (let y = Math.ceil(top / step) * step; y < bottom; y += step) {
    const py = Math.round(camera.toScreen(0, y)[1]) + 0.5;
    ctx.moveTo(0, py);
    ctx.lineTo(camera.width, py);
  }
  ctx.stroke();
}

function paintFocalPoint({ ctx, camera, colours }, { x, y }) {
  const [px, py] = camera.toScreen(x, y);
  ctx.strokeStyle = colours.guide;
  ctx.lineWidth = 1;
  ctx.setLineDash([6, 6]);
  ctx.beginPath();
  ctx.moveTo(px, 0);
  ctx.lineTo(px, camera.height);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.lineWidth = 2;
  ctx.beginPath();
  ctx.arc(px, py, 9, 0, 7);
  ctx.moveTo(px - 14, py);
  ctx.lineTo(px + 14, py);
  ctx.moveTo(px, py - 14);
  ctx.lineTo(px, py + 14);
  ctx.stroke();
}
