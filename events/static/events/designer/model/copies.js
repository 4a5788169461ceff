/** Copies of items: duplicates, mirrored ones, and those that are pasted. */

import { entriesOf, entriesWith, idOf, units, withId } from "./document.js";
import { addDrawings, addSection, addSubsections } from "./edits.js";
import { boundsOfItems, mirrored, moveItems, otherParity, round } from "./transform.js";

export const OFFSET_CM = 50;

/** Returns {document, ids} with copies of the items, in the same sections, at the same place. `change` may alter each. */
export function copies(document, ids, change = (item) => item) {
  const made = new Set();
  const copyOf = (item) => {
    const copy = withId(change(item));
    made.add(idOf(copy));
    return copy;
  };
  const entries = entriesWith(document, ids);
  let next = addDrawings(document, entries.filter(({ section }) => !section).map(({ item }) => copyOf(item)));
  for (const { section, item } of entries) if (section) next = addSubsections(next, idOf(section), [copyOf(item)]);
  return { document: next, ids: made };
}

/**
 * Returns {document, ids} with duplicates. They lie as far from the items as these lie from `previous`, the ids that they
 * were duplicated from, so that a row of boxes needs one movement; otherwise beside the items, on the right.
 */
export function duplicates(document, ids, previous = null) {
  const { left, right } = boundsOfItems(document, ids);
  const made = copies(document, ids);
  const [dx, dy] = previousOffset(document, ids, previous) ?? [round(right - left + units(document, OFFSET_CM)), 0];
  return { document: moveItems(made.document, made.ids, dx, dy), ids: made.ids };
}

function previousOffset(document, ids, previous) {
  const entries = entriesOf(document);
  const [from, to] = [[...(previous ?? [])][0], [...ids][0]].map((id) => entries.get(id)?.item);
  if (!from || !to || previous.size !== ids.size) return null;
  const [dx, dy] = [(to.x ?? 0) - (from.x ?? 0), (to.y ?? 0) - (from.y ?? 0)];
  return dx || dy ? [dx, dy] : null;
}

/**
 * Returns {document, ids} with copies mirrored at the vertical line through x. Copies of blocks with odd numbers get even
 * ones, and the other way round, as the two sides of a hall have. Where they would cover the items, because these lie on
 * the line, they are moved aside.
 */
export function mirroredCopies(document, ids, x) {
  const made = copies(document, ids, (item) => otherParity(mirrored(item, x)));
  const isCovered = entriesWith(document, ids).every(({ item }) => Math.abs((item.x ?? 0) - x) < 1);
  if (!isCovered) return made;
  const offset = units(document, OFFSET_CM);
  return { document: moveItems(made.document, made.ids, offset, offset), ids: made.ids };
}

/** Returns what the clipboard gets: the items, with the names of their sections. */
export function clipboardText(document, ids) {
  const items = entriesWith(document, ids).map(({ section, item }) => ({ section: section?.name ?? null, item }));
  return JSON.stringify({ "seating-plan-items": items });
}

/** Returns the items of a clipboard's text, or null if it has none. */
export function itemsInText(text) {
  try {
    const items = JSON.parse(text)["seating-plan-items"];
    return Array.isArray(items) && items.every(({ item }) => item && typeof item === "object") ? items : null;
  } catch {
    return null; // something else was copied
  }
}

/** Returns {document, ids} with pasted items, in the sections of their names. Categories that are unknown become the first. */
export function paste(document, items) {
  const ids = new Set();
  const names = new Set(document.categories.map(({ name }) => name));
  let next = document;
  for (const { section, item } of items) {
    const known = item.category === undefined || names.has(item.category);
    const copy = withId(known ? item : { ...item, category: document.categories[0]?.name });
    ids.add(idOf(copy));
    if (section === null) next = addDrawings(next, [copy]);
    else next = withSubsection(next, String(section), copy);
  }
  const offset = units(document, OFFSET_CM);
  return { document: moveItems(next, ids, offset, offset), ids };
}

function withSubsection(document, name, copy) {
  const found = document.sections.find((section) => section.name === name);
  const [next, id] = found ? [document, idOf(found)] : addSection(document, name);
  return addSubsections(next, id, [copy]);
}
