/**
 * The document of docs/seating-plans.md, as the designer keeps it: deeply unchanged, each change makes a new document that
 * shares what didn't change. Sections, subsections and drawings have an id under a symbol, which JSON doesn't write.
 */

import { isolated } from "../../../ticketing/format.js";

const ID = Symbol("id");
let lastId = 0;

export const SUBSECTION_KINDS = ["grid", "rows", "tables", "standing"];
export const PALETTE = ["#5b3fc4", "#0b7a5f", "#b34700", "#b0257a", "#1565b8", "#6b6400", "#8a2f2f", "#3f5b66"];

/** Returns a document without seats. */
export function emptyDocument(name) {
  return { format: 1, name, categories: [{ name: "Category 1", color: PALETTE[0] }], sections: [], drawings: [] };
}

export const idOf = (item) => item[ID];

/** Returns the item with an id, a new one by default. */
export const withId = (item, id = (lastId += 1)) => ({ ...item, [ID]: id });

/** Returns the document with an id for everything that can be selected; ids that are there stay. */
export function identify(document) {
  const named = (item) => (item[ID] ? item : withId(item));
  const sections = (document.sections ?? []).map((section) =>
    named({ ...section, subsections: (section.subsections ?? []).map(named) }),
  );
  return { ...document, categories: document.categories ?? [], sections, drawings: (document.drawings ?? []).map(named) };
}

/** Returns what kind of item it is: one of SUBSECTION_KINDS, or "drawing". */
export function kindOf(item) {
  return SUBSECTION_KINDS.find((kind) => item[kind]) ?? "drawing";
}

const indexes = new WeakMap();

/**
 * Returns a Map from id to entry, in the order of the document, which is also the order of painting. An entry is {id, item,
 * kind, section, sectionIndex, index}; of a drawing, `section` is null and `sectionIndex` -1.
 */
export function entriesOf(document) {
  if (!indexes.has(document)) indexes.set(document, makeIndex(document));
  return indexes.get(document);
}

function makeIndex(document) {
  const index = new Map();
  const add = (item, position, section = null, sectionIndex = -1) =>
    index.set(item[ID], { id: item[ID], item, kind: kindOf(item), section, sectionIndex, index: position });
  document.drawings.forEach((drawing, position) => add(drawing, position));
  document.sections.forEach((section, number) =>
    section.subsections.forEach((subsection, position) => add(subsection, position, section, number)),
  );
  return index;
}

/** Returns the entries with these ids, in the order of the document. */
export function entriesWith(document, ids) {
  return [...entriesOf(document).values()].filter(({ id }) => ids.has(id));
}

/** Returns the entries of blocks, tables and standing areas. */
export function subsectionEntries(document) {
  return [...entriesOf(document).values()].filter(({ section }) => section);
}

/** Returns what people call an item: "Stalls 2", "Stage". */
export function nameOf(entry) {
  if (entry.section) {
    const several = entry.section.subsections.length > 1;
    return several ? `${isolated(entry.section.name)} ${entry.index + 1}` : isolated(entry.section.name);
  }
  return isolated(entry.item.text ?? "") || { stage: "Stage", bar: "Bar", exit: "Exit", wall: "Wall", text: "Text" }[entry.item.role] || "Shape";
}

/** Returns the plan's unit in centimetres. */
export const unitOf = (document) => (document.unit_cm > 0 ? document.unit_cm : 1);

/** Returns a length of `cm` centimetres in the plan's unit. */
export const units = (document, cm) => cm / unitOf(document);
