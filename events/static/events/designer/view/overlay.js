/** Paints what lies over the plan: the selection with its handles, guides, the marquee, and the seats under the brush. */

import { isolated } from "../../../ticketing/format.js";
import { entriesOf, nameOf } from "../model/document.js";
import { boundsOf, layoutOf, toPlan } from "../model/layout.js";
import { boxOfSelection, handlesOf } from "./handles.js";
import { paintItem } from "./paint_plan.js";

/** `overlay` is {guides, marquee, ghost, hint, marks, cursor, hover}, each of which may be missing. */
export function paintOverlay(target, designer, overlay) {
  const { ctx, ratio } = target;
  if (overlay.ghost) paintGhost(target, designer.document, overlay.ghost);
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  if (designer.tool === "brush") paintPicks(target, designer.document, overlay);
  else paintSelection(target, designer);
  for (const pick of overlay.marks ?? []) paintRing(target, designer.document, entriesOf(designer.document), pick, 3, target.colours.bad);
  for (const guide of overlay.guides ?? []) paintGuide(target, guide);
  if (overlay.marquee) paintMarquee(target, overlay.marquee);
  if (overlay.hint) paintHint(target, overlay.hint);
}

function paintGhost(target, document, item) {
  target.ctx.globalAlpha = 0.75;
  paintItem(target, document, { item, kind: Object.keys(item).find((name) => ["grid", "standing", "tables"].includes(name)) ?? "drawing" });
  target.ctx.globalAlpha = 1;
}

function paintSelection(target, designer) {
  const { ctx, camera, colours } = target;
  const { selected, document } = designer;
  if (!selected.length) return;
  ctx.strokeStyle = colours.accent;
  if (selected.length > 1) {
    ctx.lineWidth = 1;
    for (const { item } of selected) traceBox(ctx, camera, boundsOf(item, document));
    ctx.stroke();
  }
  const box = boxOfSelection(designer);
  ctx.lineWidth = 2;
  ctx.beginPath();
  for (const corner of box.corners) ctx.lineTo(...camera.toScreen(...corner));
  ctx.closePath();
  ctx.stroke();
  for (const handle of handlesOf(designer, camera)) paintHandle(target, handle);
}

function traceBox(ctx, camera, { left, top, right, bottom }) {
  const [px, py] = camera.toScreen(left, top);
  ctx.beginPath();
  ctx.rect(px - 2, py - 2, (right - left) * camera.scale + 4, (bottom - top) * camera.scale + 4);
  ctx.stroke();
}

function paintHandle({ ctx, colours }, { px, py, kind, from }) {
  ctx.fillStyle = colours.surface;
  ctx.strokeStyle = colours.accent;
  ctx.lineWidth = 2;
  ctx.beginPath();
  if (kind === "rotate") {
    ctx.moveTo(...from);
    ctx.lineTo(px, py);
    ctx.stroke();
    ctx.beginPath();
    ctx.arc(px, py, 8, 0, 7);
  } else ctx.rect(px - 6, py - 6, 12, 12);
  ctx.fill();
  ctx.stroke();
  if (kind !== "rotate") return;
  ctx.beginPath();
  ctx.arc(px, py, 4, -2.4, 2.2);
  ctx.stroke();
}

function paintGuide({ ctx, camera, colours }, [x1, y1, x2, y2]) {
  ctx.strokeStyle = colours.guide;
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  ctx.moveTo(...camera.toScreen(x1, y1));
  ctx.lineTo(...camera.toScreen(x2, y2));
  ctx.stroke();
}

function paintMarquee({ ctx, camera, colours }, { left, top, right, bottom }) {
  const [px, py] = camera.toScreen(left, top);
  const [width, height] = [(right - left) * camera.scale, (bottom - top) * camera.scale];
  ctx.fillStyle = colours.accent;
  ctx.globalAlpha = 0.12;
  ctx.fillRect(px, py, width, height);
  ctx.globalAlpha = 1;
  ctx.strokeStyle = colours.accent;
  ctx.lineWidth = 1;
  ctx.strokeRect(px, py, width, height);
}

/** Writes a short text beside the pointer, as "12 rows of 20". */
function paintHint({ ctx, camera, colours }, { px, py, text }) {
  ctx.font = `600 13px ${colours.face}`;
  const width = ctx.measureText(text).width + 16;
  const [left, top] = [Math.min(px + 16, camera.width - width - 4), Math.min(py + 16, camera.height - 30)];
  ctx.fillStyle = colours.ink;
  ctx.beginPath();
  ctx.roundRect(left, top, width, 26, 6);
  ctx.fill();
  ctx.fillStyle = colours.surface;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.fillText(text, left + 8, top + 13);
}

function paintPicks(target, document, { cursor, hover }) {
  const entries = entriesOf(document);
  if (hover) paintRing(target, document, entries, hover, 2, target.colours.ink);
  if (!cursor) return;
  paintRing(target, document, entries, cursor, 4, target.colours.accent);
  const entry = entries.get(cursor.id);
  const row = entry && layoutOf(entry.item, document).rows[cursor.row];
  const seat = row?.seats[cursor.column];
  if (!seat) return;
  const [px, py] = target.camera.toScreen(...toPlan(entry.item, seat.x, seat.y));
  paintHint(target, { px, py, text: `${nameOf(entry)}, row ${isolated(row.label)}, seat ${isolated(seat.label)}` });
}

function paintRing({ ctx, camera }, document, entries, { id, row, column }, width, colour) {
  const item = entries.get(id)?.item;
  if (!item) return;
  const layout = layoutOf(item, document);
  const seat = layout.rows[row]?.seats[column];
  if (!seat) return;
  const [px, py] = camera.toScreen(...toPlan(item, seat.x, seat.y));
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.beginPath();
  ctx.arc(px, py, Math.max(4, (layout.size / 2) * camera.scale + width / 2), 0, 7);
  ctx.stroke();
}
