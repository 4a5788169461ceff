/** The fields of everything but blocks with rows by rule, and those that all items have. */

import { idOf, subsectionEntries, unitOf } from "../model/document.js";
import { changed } from "../model/edits.js";
import { DEFAULTS } from "../model/layout.js";
import { labelsOf } from "../model/labels.js";
import { angle, round } from "../model/transform.js";
import { unitName } from "./block_fields.js";
import { labelFields } from "./label_fields.js";

/** The fields of position and rotation. */
export function placeGroup(document) {
  const unit = unitName(unitOf(document));
  const place = (name, label) => ({
    key: name,
    label,
    unit,
    type: "number",
    get: (item) => item[name] ?? 0,
    set: (item, value) => ({ ...item, [name]: round(value) }),
  });
  return {
    title: "Position",
    fields: [
      {
        key: "rotation",
        label: "Rotation",
        unit: "degrees",
        type: "number",
        min: -360,
        max: 360,
        get: (item) => item.rotation ?? 0,
        set: (item, value) => ({ ...item, rotation: angle(value) }),
      },
      place("x", "To the right"),
      place("y", "Down"),
    ],
  };
}

/** The category of subsections. */
export function categoryField(document) {
  const names = document.categories.map(({ name }) => [name, name]);
  return {
    key: "category",
    label: "Price category",
    type: "select",
    wide: true,
    options: [["", "Choose …"], ...names],
    get: (item) => item.category ?? "",
    set: (item, category) => changed(item, { category: category || undefined }),
  };
}

/** The section of subsections, by its id; its change is made by the panel. */
export function sectionOptions(document) {
  return [...document.sections.map((section) => [String(idOf(section)), section.name]), ["new", "A new section …"]];
}

export const sectionIdOf = (document, item) => {
  const entry = subsectionEntries(document).find(({ id }) => id === idOf(item));
  return entry ? String(idOf(entry.section)) : "";
};

export function standingGroups() {
  return [
    {
      title: "Standing area",
      fields: [
        {
          key: "capacity",
          label: "People who fit in",
          type: "whole",
          min: 1,
          max: 50_000,
          wide: true,
          help: "Sold by number, without names of places.",
          get: ({ standing }) => standing.capacity,
          set: (item, capacity) => ({ ...item, standing: { ...item.standing, capacity } }),
        },
      ],
    },
  ];
}

/** Rows that are given seat by seat have no rule; choosing one names them anew. */
export function rowsGroups(document, items) {
  const renamed = (item, labels, rename) => ({ ...item, rows: item.rows.map((row, index) => rename(row, labels, index)) });
  const rows = labelFields("rows", {
    items,
    get: (item) => item.rows.map(({ label }) => label),
    set: (item, rule) => renamed(item, labelsOf(rule, item.rows.length, "letters"), (row, labels, index) => ({ ...row, label: labels[index] })),
    count: (item) => item.rows.length,
  });
  const seats = labelFields("seats", {
    items,
    get: (item) => item.rows[0].seats.map(({ label }) => label),
    set: (item, rule) => renamed(item, rule, nameSeats),
    count: (item) => item.rows[0].seats.length,
  });
  return [{ title: "Names of rows", fields: rows }, { title: "Names of seats", fields: seats, note: () => "A choice names the seats of every row." }];
}

function nameSeats(row, rule) {
  const labels = labelsOf(rule, row.seats.length);
  return { ...row, seats: row.seats.map((seat, index) => ({ ...seat, label: labels[index] || seat.label })) };
}

const inTables = (change) => (item, value) => ({ ...item, tables: item.tables.map((table, index) => change(table, value, index)) });
const common = (get) => (item) => {
  const values = item.tables.map(get);
  return values.every((value) => value === values[0]) ? values[0] : null;
};

export function tableGroups(document, items) {
  const unit = unitOf(document);
  const rectangles = items.every(({ tables }) => tables.every(({ shape }) => shape === "rectangle"));
  const size = (name, label) => ({
    key: name,
    label,
    unit: unitName(unit),
    type: "number",
    min: 10,
    get: common((table) => table[name] ?? DEFAULTS.table / unit),
    set: inTables((table, value) => ({ ...table, [name]: value })),
  });
  return [{ title: items[0].tables.length === 1 ? "Table" : "Tables", fields: [...tableFields(), size("width", rectangles ? "Width" : "Diameter"), ...(rectangles ? [size("height", "Depth")] : [])] }, { title: "Names of tables", fields: tableLabels() }];
}

function tableFields() {
  return [
    {
      key: "table seats",
      label: "Seats at each",
      type: "whole",
      min: 1,
      max: 100,
      get: common(({ seats }) => seats),
      set: inTables((table, seats) => {
        const places = table.places?.filter(({ seat }) => seat <= seats);
        return changed(table, { seats, places: places?.length ? places : undefined });
      }),
    },
    {
      key: "shape",
      label: "Shape",
      type: "select",
      options: [["round", "Round"], ["rectangle", "Rectangle"]],
      get: common(({ shape = "round" }) => shape),
      set: inTables((table, shape) => ({ ...table, shape })),
    },
    {
      key: "sold",
      label: "Sold",
      type: "select",
      wide: true,
      options: [["seat", "Seat by seat"], ["whole", "Only as a whole table"]],
      get: common(({ sold = "seat" }) => sold),
      set: inTables((table, sold) => changed(table, { sold: sold === "seat" ? undefined : sold })),
    },
  ];
}

function tableLabels() {
  return [
    {
      key: "table names",
      label: "Names, separated by commas",
      type: "text",
      wide: true,
      maxLength: 20_000,
      get: ({ tables }) => tables.map(({ label }) => label).join(", "),
      set: (item, text) => {
        const names = text.split(",").map((name) => name.trim());
        return inTables((table, _, index) => ({ ...table, label: names[index] ?? "" }))(item);
      },
    },
    {
      key: "table start",
      label: "Or count from",
      type: "whole",
      optional: true,
      min: 0,
      max: 999_999,
      get: () => null,
      set: (item, start) => {
        if (start === null) return item;
        const labels = labelsOf({ style: "numbers", start }, item.tables.length);
        return inTables((table, _, index) => ({ ...table, label: labels[index] }))(item);
      },
    },
  ];
}

const ROLES = [["stage", "Stage"], ["bar", "Bar"], ["exit", "Exit"], ["wall", "Wall"], ["text", "Text only"], ["other", "Something else"]];

export function drawingGroups(document, items) {
  const unit = unitOf(document);
  const sized = items.every(({ width }) => width);
  const length = (name, label) => ({
    key: name,
    label,
    unit: unitName(unit),
    type: "number",
    min: 1,
    get: (item) => item[name] ?? DEFAULTS.text / unit,
    set: (item, value) => ({ ...item, [name]: value }),
  });
  const fields = [
    { key: "role", label: "What it is", type: "select", wide: true, options: ROLES, get: ({ role }) => role, set: (item, role) => ({ ...item, role }) },
    { key: "text", label: "Text", type: "text", wide: true, maxLength: 100, get: ({ text = "" }) => text, set: (item, text) => changed(item, { text: text || undefined }) },
    length("size", "Height of the text"),
  ];
  if (sized) fields.push(length("width", "Width"), length("height", "Height"), { key: "round", label: "Round", type: "check", get: (item) => Boolean(item.round), set: (item, round) => changed(item, { round: round || undefined }) });
  return [{ title: "Drawing", fields }];
}
