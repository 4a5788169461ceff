/** Changes of a document: each function returns a new one and leaves what it was given as it is. */

import { entriesOf, idOf, withId } from "./document.js";

/** Returns the document with `change(item, entry)` in place of each of the items. */
export function updateItems(document, ids, change) {
  const entries = entriesOf(document);
  const changed = (item, id) => (ids.has(id) ? change(item, entries.get(id)) : item);
  const list = (items) => mapped(items, (item) => changed(item, idOf(item)));
  const sections = mapped(document.sections, (section) => withList(section, "subsections", list(section.subsections)));
  const drawings = list(document.drawings);
  if (sections === document.sections && drawings === document.drawings) return document;
  return { ...document, sections, drawings };
}

const withList = (owner, name, list) => (owner[name] === list ? owner : { ...owner, [name]: list });

/** Like `map`, but returns the list itself if no item changed. */
function mapped(items, change) {
  const made = items.map(change);
  return made.some((item, index) => item !== items[index]) ? made : items;
}

/** Returns the document with more drawings, in front of the others. */
export function addDrawings(document, drawings) {
  return drawings.length ? { ...document, drawings: [...document.drawings, ...drawings] } : document;
}

/** Returns the document with more subsections at the end of a section. */
export function addSubsections(document, sectionId, subsections) {
  const sections = mapped(document.sections, (section) =>
    idOf(section) === sectionId ? { ...section, subsections: [...section.subsections, ...subsections] } : section,
  );
  return { ...document, sections };
}

/** Returns [document, id] with a new section without blocks. */
export function addSection(document, name) {
  const section = withId({ name: freeName(name, document.sections.map((each) => each.name)), subsections: [] });
  return [{ ...document, sections: [...document.sections, section] }, idOf(section)];
}

/** Returns the name, or "name 2", "name 3", … if it is taken. */
export function freeName(name, taken) {
  if (!taken.includes(name)) return name;
  const [, stem, number] = /^(.*?)(?: (\d+))?$/.exec(name);
  for (let next = Number(number ?? 1) + 1; ; next += 1) if (!taken.includes(`${stem} ${next}`)) return `${stem} ${next}`;
}

/** Returns the document without the items, and without the sections that have nothing left. */
export function removeItems(document, ids) {
  const left = (items) => items.filter((item) => !ids.has(idOf(item)));
  const sections = document.sections.map((section) => {
    const subsections = left(section.subsections);
    return subsections.length === section.subsections.length ? section : { ...section, subsections };
  });
  const kept = sections.filter((section, index) => section.subsections.length || section === document.sections[index]);
  return { ...document, sections: kept, drawings: left(document.drawings) };
}

/** Returns the document with the subsections at the end of another section; sections that have nothing left go. */
export function moveToSection(document, ids, sectionId) {
  const moving = [...entriesOf(document).values()].filter(({ id, section }) => ids.has(id) && section);
  if (!moving.some(({ section }) => idOf(section) !== sectionId)) return document;
  const kept = document.sections.some((section) => idOf(section) === sectionId);
  if (!kept) return document;
  const target = document.sections.find((section) => idOf(section) === sectionId);
  const staying = new Set(moving.map(({ id }) => id));
  const without = removeItems({ ...document, sections: document.sections.filter((each) => each !== target) }, staying);
  const others = target.subsections.filter((item) => !staying.has(idOf(item)));
  const full = { ...target, subsections: [...others, ...moving.map(({ item }) => item)] };
  const order = document.sections.map(idOf);
  const sections = [...without.sections, full].sort((a, b) => order.indexOf(idOf(a)) - order.indexOf(idOf(b)));
  return { ...document, sections };
}

/** Returns the document with a section `by` places further down (up, if negative). */
export function shiftSection(document, sectionId, by) {
  return { ...document, sections: shifted(document.sections, sectionId, by) };
}

/** Returns the document with a subsection or drawing `by` places further down in its list. */
export function shiftItem(document, id, by) {
  const { section } = entriesOf(document).get(id);
  if (!section) return { ...document, drawings: shifted(document.drawings, id, by) };
  return changeSection(document, idOf(section), { subsections: shifted(section.subsections, id, by) });
}

function shifted(list, id, by) {
  const from = list.findIndex((item) => idOf(item) === id);
  const to = Math.min(Math.max(from + by, 0), list.length - 1);
  const others = list.filter((_, index) => index !== from);
  return from === to ? list : [...others.slice(0, to), list[from], ...others.slice(to)];
}

/** Returns the document with other members of a section. */
export function changeSection(document, sectionId, members) {
  const change = (section) => (idOf(section) === sectionId ? { ...section, ...members } : section);
  return { ...document, sections: mapped(document.sections, change) };
}

/** Returns the item with other members; a member that is undefined is left out. */
export function changed(item, members) {
  const made = { ...item, ...members };
  for (const [name, value] of Object.entries(members)) if (value === undefined) delete made[name];
  return made;
}
