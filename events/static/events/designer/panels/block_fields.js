/** The fields of blocks with rows by rule. */

import { longestOf } from "../model/aisles.js";
import { unitOf } from "../model/document.js";
import { changed } from "../model/edits.js";
import { MAX_CURVE, curveOf, curved, endsOf, evenAisles, evenly, parseSeats, resized, seatsText, withAisles } from "../model/grids.js";
import { DEFAULTS, seatCounts } from "../model/layout.js";
import { labelFields, labelsPreview } from "./label_fields.js";

const MAX = 1_000;

const inGrid = (set) => (item, value) => ({ ...item, grid: set(item.grid, value) });
const ofGrid = (get) => (item) => get(item.grid);

/** Returns the groups of fields; `items` are the selected blocks. */
export function blockGroups(document, items) {
  const unit = unitOf(document);
  return [
    { title: "Seats", fields: sizeFields(items) },
    { title: "Curve", fields: curveFields(document, unit) },
    { title: "Aisles", fields: aisleFields(items, unit), note: aisleNote },
    { title: "Names of rows", fields: rowLabels(items), note: (item) => labelsPreview("rows", item.grid.row_labels, item.grid.rows) },
    { title: "Names of seats", fields: seatLabels(items), note: (item) => labelsPreview("seats", item.grid.seat_labels, endsOf(item.grid)[0]) },
    { title: "Spacing", closed: true, fields: spacingFields(items, unit) },
  ];
}

function sizeFields(items) {
  const uneven = items.some(({ grid }) => Array.isArray(grid.seats));
  const whole = { type: "whole", min: 1, max: MAX };
  return [
    {
      ...whole,
      key: "rows",
      label: "Rows",
      get: ofGrid(({ rows }) => rows),
      set: inGrid((grid, rows) => resized(grid, { rows, seats: evenRows(grid) ? evenly(rows, ...endsOf(grid)) : grid.seats })),
    },
    {
      ...whole,
      key: "front",
      label: uneven ? "Seats in front" : "Seats in a row",
      get: ofGrid((grid) => endsOf(grid)[0]),
      set: inGrid((grid, front) => resized(grid, { seats: Array.isArray(grid.seats) ? evenly(grid.rows, front, endsOf(grid)[1]) : front })),
    },
    {
      ...whole,
      key: "back",
      label: "Seats at the back",
      get: ofGrid((grid) => endsOf(grid)[1]),
      set: inGrid((grid, back) => resized(grid, { seats: evenly(grid.rows, endsOf(grid)[0], back) })),
    },
    {
      key: "seats",
      label: "Row by row, from the front",
      type: "text",
      wide: true,
      maxLength: 5_000,
      parse: parseSeats,
      get: ofGrid(seatsText),
      set: inGrid((grid, seats) => resized(grid, { rows: seats.length, seats: seats.every((count) => count === seats[0]) ? seats[0] : seats })),
    },
  ];
}

/** Returns whether the rows grow evenly, so that another number of rows can too. */
function evenRows(grid) {
  return String(evenly(grid.rows, ...endsOf(grid))) === String(grid.seats);
}

function curveFields(document, unit) {
  return [
    {
      key: "curve",
      label: "Straight … curved",
      type: "range",
      wide: true,
      min: 0,
      max: MAX_CURVE,
      get: ofGrid((grid) => curveOf(grid, document)),
      set: inGrid((grid, degrees) => curved(grid, degrees, document)),
    },
    {
      key: "radius",
      label: "Radius of the front row",
      unit: unitName(unit),
      type: "number",
      optional: true,
      placeholder: "straight",
      min: 1,
      wide: true,
      get: ofGrid(({ radius }) => radius ?? null),
      set: inGrid((grid, radius) => changed(grid, { radius: radius ?? undefined })),
    },
  ];
}

export const unitName = (unit) => (unit === 1 ? "cm" : `× ${unit} cm`);

function aisleFields(items, unit) {
  const uneven = items.some(({ grid }) => Array.isArray(grid.seats));
  const straight = {
    key: "straight aisles",
    label: "Straight from the front to the back",
    type: "check",
    wide: true,
    get: ofGrid(({ straight_aisles }) => straight_aisles ?? false),
    set: inGrid((grid, straight_aisles) => changed(grid, { straight_aisles: straight_aisles || undefined })),
  };
  return [
    {
      key: "aisle count",
      label: "Aisles through the rows",
      type: "select",
      wide: true,
      options: [["0", "None"], ["1", "One in the middle"], ["2", "Two"], ["3", "Three"], ["own", "After the seats …"]],
      get: ofGrid((grid) => aisleChoice(grid)),
      set: inGrid((grid, count) => (count === "own" ? { ...grid, aisles: grid.aisles ?? [1], straight_aisles: true } : withAisles(grid, Number(count)))),
    },
    ...(uneven ? [straight] : []),
    {
      key: "aisles",
      label: uneven ? "After the seats of the longest row" : "After the seats (from the left)",
      type: "text",
      parse: parseAisles,
      placeholder: "9, 27",
      get: ofGrid(({ aisles = [] }) => aisles.join(", ")),
      set: inGrid((grid, aisles) => changed(grid, { aisles: aisles.length ? aisles : undefined })),
    },
    {
      key: "aisle width",
      label: "Width",
      unit: unitName(unit),
      type: "number",
      min: 0,
      get: ofGrid(({ aisle_width = DEFAULTS.aisle_width / unit }) => aisle_width),
      set: inGrid((grid, aisle_width) => ({ ...grid, aisle_width })),
    },
  ];
}

function aisleChoice({ aisles = [], ...grid }) {
  const isEven = aisles.length <= 3 && String(evenAisles(longestOf(grid), aisles.length)) === String(aisles);
  return isEven ? String(aisles.length) : "own";
}

function parseAisles(text) {
  const parts = text.split(/[,;\s]+/).filter(Boolean).map(Number);
  if (parts.some((part) => !Number.isInteger(part) || part < 1 || part > MAX)) return undefined;
  return [...new Set(parts)].sort((a, b) => a - b);
}

/** Says why aisles of a fan aren't straight. */
function aisleNote({ grid }) {
  return grid.aisles?.length && !grid.straight_aisles && Array.isArray(grid.seats) && !["left", "right"].includes(grid.align)
    ? "Each row has its aisle after the same seat, counted from the left. As rows have different lengths, that is not a straight line."
    : "";
}

const rowLabels = (items) =>
  labelFields("rows", {
    items,
    get: ofGrid((grid) => grid.row_labels),
    set: inGrid((grid, row_labels) => ({ ...grid, row_labels })),
    count: ofGrid((grid) => grid.rows),
  });

const seatLabels = (items) =>
  labelFields("seats", {
    items,
    get: ofGrid((grid) => grid.seat_labels),
    set: inGrid((grid, seat_labels) => ({ ...grid, seat_labels })),
    count: ofGrid((grid) => Math.max(...seatCounts(grid))),
  });

function spacingFields(items, unit) {
  const length = (name, label, min = 1) => ({
    key: name,
    label,
    unit: unitName(unit),
    type: "number",
    min,
    get: ofGrid((grid) => grid[name] ?? DEFAULTS[name] / unit),
    set: inGrid((grid, value) => ({ ...grid, [name]: value })),
  });
  return [
    length("seat_spacing", "Between seats"),
    length("row_spacing", "Between rows"),
    {
      key: "align",
      label: "Rows of different lengths",
      type: "select",
      options: [["center", "Centred"], ["left", "Left edge"], ["right", "Right edge"]],
      get: ofGrid(({ align = "center" }) => align),
      set: inGrid((grid, align) => ({ ...grid, align })),
    },
    {
      key: "skew",
      label: "Shift of each row",
      unit: unitName(unit),
      type: "number",
      get: ofGrid(({ skew = 0 }) => skew),
      set: inGrid((grid, skew) => changed(grid, { skew: skew || undefined })),
    },
  ];
}
