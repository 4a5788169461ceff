/** What the drawing tools add: how an item looks for a rectangle or a click, and where in the document it goes. */

import { say } from "../../../ticketing/announce.js";
import { entriesOf, idOf, kindOf, nameOf, subsectionEntries, units, withId } from "../model/document.js";
import { addDrawings, addSubsections } from "../model/edits.js";
import { DEFAULTS } from "../model/layout.js";
import { round, roundStage } from "../model/transform.js";

const BLOCK = { rows: 8, seats: 16 };
const TABLE_PITCH_CM = 320;
const TABLE_SEATS = 8;
const PEOPLE_PER_SQUARE_METRE = 2;
const STANDING_CM = [800, 500];
const STAGE_CM = [1200, 400];
const SHAPE_CM = [300, 150];

const middle = ({ left, right, top, bottom }) => ({ x: round((left + right) / 2), y: round((top + bottom) / 2) });

/** Returns the box around a click for an item of the usual size. */
function usualBox(document, { x, y }, [width, height]) {
  const [w, h] = [units(document, width) / 2, units(document, height) / 2];
  return { left: x - w, right: x + w, top: y - h, bottom: y + h };
}

/** Returns whether the rows of the last block that was added lie round the stage; then those of the next one do too. */
function isRoundStage(document) {
  const last = subsectionEntries(document).flatMap(({ item }) => (item.grid ? [item] : [])).at(-1);
  const focal = document.focal_point;
  return Boolean(last?.grid.radius && focal && roundStage(last, focal, document).grid.radius === last.grid.radius);
}

/** New blocks look like the last one that was added. */
function styleOf(document) {
  const grids = subsectionEntries(document).flatMap(({ item }) => (item.grid ? [item.grid] : []));
  const { row_spacing, seat_spacing, row_labels, seat_labels } = grids.at(-1) ?? {};
  return {
    row_spacing: row_spacing ?? round(units(document, DEFAULTS.row_spacing)),
    seat_spacing: seat_spacing ?? round(units(document, DEFAULTS.seat_spacing)),
    ...(row_labels && !Array.isArray(row_labels) && { row_labels }),
    ...(seat_labels && !Array.isArray(seat_labels) && { seat_labels }),
  };
}

function makeBlock(designer, box, point) {
  const { document } = designer;
  const style = styleOf(document);
  const fit = (length, spacing) => Math.min(1_000, Math.max(1, Math.round(length / spacing)));
  const rows = box ? fit(box.bottom - box.top, style.row_spacing) : BLOCK.rows;
  const seats = box ? fit(box.right - box.left, style.seat_spacing) : BLOCK.seats;
  const at = box ? { x: middle(box).x, y: round(box.top + style.row_spacing / 2) } : { x: round(point.x), y: round(point.y) };
  const item = { category: designer.categoryFor("grid"), ...at, grid: { rows, seats, ...style } };
  return { item: isRoundStage(document) ? roundStage(item, document.focal_point, document) : item, hint: `${rows} rows of ${seats} seats` };
}

function makeStanding(designer, box, point) {
  const { document } = designer;
  const area = box ?? usualBox(document, point, STANDING_CM);
  const { x, y } = middle(area);
  const [w, h] = [round(Math.max(area.right - area.left, units(document, 50)) / 2), round(Math.max(area.bottom - area.top, units(document, 50)) / 2)];
  const square = (2 * w * 2 * h) / units(document, 100) ** 2;
  const capacity = Math.min(50_000, Math.max(1, Math.round(square * PEOPLE_PER_SQUARE_METRE)));
  const outline = [[-w, -h], [w, -h], [w, h], [-w, h]];
  return { item: { category: designer.categoryFor("standing"), x, y, standing: { capacity, outline } }, hint: `about ${capacity} people` };
}

function makeTables(designer, box, point) {
  const { document } = designer;
  const pitch = units(document, TABLE_PITCH_CM);
  const across = box ? Math.min(30, Math.max(1, Math.round((box.right - box.left) / pitch))) : 1;
  const down = box ? Math.min(30, Math.max(1, Math.round((box.bottom - box.top) / pitch))) : 1;
  const size = round(units(document, DEFAULTS.table));
  const tables = Array.from({ length: across * down }, (_, index) => ({
    label: String(index + 1),
    x: round(((index % across) - (across - 1) / 2) * pitch),
    y: round((Math.floor(index / across) - (down - 1) / 2) * pitch),
    shape: "round",
    seats: TABLE_SEATS,
    width: size,
  }));
  const at = box ? middle(box) : { x: round(point.x), y: round(point.y) };
  return { item: { category: designer.categoryFor("tables"), ...at, tables }, hint: tables.length === 1 ? "1 table" : `${tables.length} tables` };
}

const makeShape = (role, text, usual) => (designer, box, point) => {
  const area = box ?? usualBox(designer.document, point, usual);
  const least = units(designer.document, 20);
  const [width, height] = [Math.max(least, area.right - area.left), Math.max(least, area.bottom - area.top)].map(round);
  const size = round(Math.min(height / 3, width / 6));
  const named = text ? { text, size } : {};
  return { item: { role, ...named, ...middle(area), width, height }, hint: `${Math.round(width)} × ${Math.round(height)}` };
};

function makeText({ document }, box, point) {
  const at = box ? middle(box) : { x: round(point.x), y: round(point.y) };
  return { item: { role: "text", text: "Text", ...at, size: round(units(document, 60)) }, hint: "Text" };
}

/** Adds a subsection to the section that suits it. */
function addTo(designer, item, what) {
  const made = withId(item);
  const change = (document) => {
    const [next, id] = designer.withSection(document, kindOf(item));
    return addSubsections(next, id, [made]);
  };
  designer.change(`Add ${what}`, change, { select: [idOf(made)] });
  say(`Added ${what} ${nameOf(entriesOf(designer.document).get(idOf(made)))}.`);
}

/** Adds a drawing. The first stage is also what the audience looks at, so that the nearest seats are the best. */
function addDrawing(designer, item) {
  const made = withId(item);
  const change = (document) => {
    const next = addDrawings(document, [made]);
    if (item.role !== "stage" || document.focal_point) return next;
    return { ...next, focal_point: { x: item.x, y: round(item.y + item.height / 2) } };
  };
  designer.change(`Add ${item.role}`, change, { select: [idOf(made)] });
  say(item.role === "stage" ? "Added a stage. The audience looks at the middle of its lower edge." : "Added.");
}

export const NEW_ITEMS = {
  block: { make: makeBlock, add: (designer, item) => addTo(designer, item, "block") },
  standing: { make: makeStanding, add: (designer, item) => addTo(designer, item, "standing area") },
  table: { make: makeTables, add: (designer, item) => addTo(designer, item, "tables") },
  stage: { make: makeShape("stage", "Stage", STAGE_CM), add: addDrawing },
  shape: { make: makeShape("other", "", SHAPE_CM), add: addDrawing },
  text: { make: makeText, add: addDrawing },
};
