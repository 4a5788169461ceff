/** What a seating plan has besides places: stage, bars, exits, walls and texts, tables, and the names of blocks. */

import { isolated } from "../../../ticketing/format.js";
import { boxOf, pathOf } from "../seats/polygon.js";
import { BlockNames, titleOf } from "./block_names.js";
import { RowLabels } from "./row_labels.js";

const EDGE = 1.5; // units of free space around the plan
const STAGE_TEXT = 22; // px: the stage's name is at least this high if there is room for it
const SHAPE_TEXT = 11; // px: the same for other shapes
const LEAST_TEXT = 7; // px: smaller texts can't be read
const NAME = { least: 12, most: 17 }; // px: height of a block's name
const GLYPH = 0.6; // width of a character by the height of its text

export class PlanScenery {
  #drawings;
  #names;
  #colours;

  constructor(plan, blocks, colours) {
    this.#colours = colours;
    this.rowLabels = new RowLabels(blocks);
    this.#drawings = plan.drawings.map((drawing) => scaledDrawing(plan, drawing));
    this.#names = new BlockNames(blocks, plan.drawings.filter(({ role, points }) => role !== "wall" && points.length).map(({ points }) => plan.scaled(points)));
    this.bounds = around([plan.bounds, ...blocks.map(({ outline }) => boxOf(outline))]);
    const stage = this.#drawings.find(({ role }) => role === "stage");
    const [focus] = plan.focus ? plan.scaled([plan.focus]) : stage ? [[stage.x, stage.y]] : [];
    this.middle = focus ?? [(this.bounds.left + this.bounds.right) / 2, this.bounds.top]; // what the audience looks at
  }

  /** Paints what lies below the blocks. `touches` says whether a place is in the part that is painted. */
  paintBelow(ctx, view, touches) {
    const shown = this.#drawings.filter(touches);
    for (const drawing of shown) if (drawing.path) this.#paintShape(ctx, view, drawing);
    for (const drawing of shown) if (drawing.text) this.#paintText(ctx, view, drawing);
  }

  /** A wall is only a line: it may go round the whole room. */
  #paintShape(ctx, view, { role, x, y, path }) {
    transform(ctx, view, x, y, view.scale * view.ratio);
    const { stage, line, edge, surface } = this.#colours;
    ctx.fillStyle = { stage, exit: surface }[role] ?? line;
    if (role !== "wall") ctx.fill(path);
    if (role === "stage") return;
    ctx.strokeStyle = edge;
    ctx.lineWidth = (role === "wall" ? 2 : 1) / view.scale;
    ctx.stroke(path);
  }

  #paintText(ctx, view, { role, text, x, y, size, width, height, rotation, path }) {
    transform(ctx, view, x, y, view.ratio, rotation);
    const { ink2, surface, face } = this.#colours;
    ctx.font = `${role === "text" ? 500 : 650} 100px ${face}`;
    const widthOf = ctx.measureText(text).width / 100;
    const room = path ? Math.min((width * 0.92) / widthOf, height * 0.9) * view.scale : Infinity;
    const wanted = role === "stage" ? Math.min(STAGE_TEXT, width * view.scale * 0.12) : path ? SHAPE_TEXT : 0;
    const high = Math.min(Math.max(size * view.scale, wanted), room);
    if (high < LEAST_TEXT) return;
    ctx.font = ctx.font.replace("100px", `${high}px`);
    ctx.fillStyle = role === "stage" ? surface : ink2;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillText(isolated(text), 0, high * 0.05);
  }

  /** Paints the tables of blocks whose seats are shown. */
  paintTables(ctx, view, blocks) {
    for (const block of blocks) for (const table of block.tables) this.#paintTable(ctx, view, block, table);
  }

  #paintTable(ctx, view, block, { row, shape, x, y, width, height, rotation }) {
    const { surface, edge, ink2, face } = this.#colours;
    transform(ctx, view, x, y, view.scale * view.ratio, rotation);
    ctx.beginPath();
    if (shape === "round") ctx.arc(0, 0, width / 2, 0, 7);
    else ctx.roundRect(-width / 2, -height / 2, width, height, 0.2);
    ctx.fillStyle = surface;
    ctx.fill();
    ctx.strokeStyle = edge;
    ctx.lineWidth = 1.25 / view.scale;
    ctx.stroke();
    transform(ctx, view, x, y, view.ratio);
    const label = block.rowLabel(row);
    const room = (shape === "round" ? width : Math.min(width, height)) * view.scale * 0.85;
    const high = Math.min(16, room * 0.6, room / (label.length * GLYPH));
    if (high < LEAST_TEXT) return;
    ctx.fillStyle = ink2;
    ctx.font = `600 ${high}px ${face}`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillText(isolated(label), 0, 0);
  }

  /** Paints the names of blocks whose seats are shown. */
  paintNames(ctx, view, blocks) {
    const { ink, floor, face } = this.#colours;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.lineJoin = "round";
    const high = Math.min(NAME.most, Math.max(NAME.least, view.scale * 0.9));
    const points = this.#names.at(view.scale, high);
    ctx.font = `650 ${high}px ${face}`;
    for (const block of blocks.filter((each) => points.has(each))) {
      transform(ctx, view, ...points.get(block), view.ratio);
      ctx.strokeStyle = floor;
      ctx.lineWidth = high / 4;
      ctx.strokeText(titleOf(block), 0, 0);
      ctx.fillStyle = ink;
      ctx.fillText(titleOf(block), 0, 0);
    }
  }
}

/** Moves the context's origin to a point of the plane, and rotates it by degrees. */
function transform(ctx, view, x, y, zoom, degrees = 0) {
  const [px, py] = view.toScreen(x, y);
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180) * zoom, Math.sin((degrees * Math.PI) / 180) * zoom];
  ctx.setTransform(cos, sin, -sin, cos, px * view.ratio, py * view.ratio);
}

/** A drawing in units of the map, with its path, and the size of its box before it was rotated. */
function scaledDrawing(plan, drawing) {
  const points = plan.scaled(drawing.points);
  const [[x, y]] = plan.scaled([[drawing.x, drawing.y]]);
  const size = drawing.size / plan.unit;
  const turn = (-drawing.rotation * Math.PI) / 180;
  const straight = points.map(([px, py]) => [(px - x) * Math.cos(turn) - (py - y) * Math.sin(turn), (px - x) * Math.sin(turn) + (py - y) * Math.cos(turn)]);
  const { left, right, top, bottom } = boxOf(straight);
  const reach = Math.max(...points.map(([px, py]) => Math.hypot(px - x, py - y)), size * drawing.text.length);
  return { ...drawing, x, y, size, width: right - left, height: bottom - top, radius: reach, path: points.length ? pathOf(points, { x, y }) : null };
}

function around(boxes) {
  return {
    left: Math.min(...boxes.map(({ left }) => left)) - EDGE,
    right: Math.max(...boxes.map(({ right }) => right)) + EDGE,
    top: Math.min(...boxes.map(({ top }) => top)) - EDGE,
    bottom: Math.max(...boxes.map(({ bottom }) => bottom)) + EDGE,
  };
}
