/** Changes of the categories of a document, whose names stand at the places that belong to them. */

import { PALETTE } from "./document.js";
import { freeName } from "./edits.js";

const USUAL = "Category";

/** Returns whether a category still has the name that the designer gave it. */
export const isUsualName = (name) => new RegExp(`^${USUAL} \\d+$`).test(name);

/** Returns the document with one more category. */
export function addCategory(document) {
  const names = document.categories.map(({ name }) => name);
  const used = document.categories.map(({ color }) => color);
  const color = PALETTE.find((each) => !used.includes(each)) ?? PALETTE[names.length % PALETTE.length];
  return { ...document, categories: [...document.categories, { name: freeName(`${USUAL} ${names.length + 1}`, names), color }] };
}

/** Returns the document with other members of the category at `index`; places follow a new name. */
export function changeCategory(document, index, members) {
  const { name } = document.categories[index];
  const categories = document.categories.map((each, place) => (place === index ? { ...each, ...members } : each));
  const renamed = members.name !== undefined && members.name !== name;
  return { ...(renamed ? withNames(document, (each) => (each === name ? members.name : each)) : document), categories };
}

/** Returns the document without the category at `index`; its places go to the first of the others. */
export function removeCategory(document, index) {
  const { name } = document.categories[index];
  const categories = document.categories.filter((_, place) => place !== index);
  return { ...withNames(document, (each) => (each === name ? categories[0].name : each)), categories };
}

/** Returns the document with the category before or after its neighbour. */
export function shiftCategory(document, index, by) {
  const categories = [...document.categories];
  categories.splice(index + by, 0, ...categories.splice(index, 1));
  return { ...document, categories };
}

function withNames(document, rename) {
  const one = (owner) => (owner.category === undefined ? owner : { ...owner, category: rename(owner.category) });
  const places = (owner) => (owner.places ? { ...owner, places: owner.places.map(one) } : owner);
  const sections = document.sections.map((section) => ({
    ...section,
    subsections: section.subsections.map((subsection) => {
      const { grid, tables, rows } = subsection;
      if (grid) return { ...one(subsection), grid: places(grid) };
      if (tables) return { ...one(subsection), tables: tables.map(places) };
      if (rows) return { ...one(subsection), rows: rows.map((row) => ({ ...row, seats: row.seats.map(one) })) };
      return one(subsection);
    }),
  }));
  return { ...document, sections };
}

/** Returns the colour of a category by its name, that of the palette if it has none of its own. */
export function colourOf(document, name) {
  const index = document.categories.findIndex((category) => category.name === name);
  if (index < 0) return "#808080";
  return document.categories[index].color || PALETTE[index % PALETTE.length];
}
