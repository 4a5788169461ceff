/**
 * What is wrong with a document, found while it is drawn. A problem is {level, text, ids, picks, category}: level "error" is
 * what the server refuses to publish, "warning" what is probably a mistake; `ids` are the items, `picks` the seats, and
 * `category` the index of the category, to show.
 */

import { count as written } from "../../ticketing/format.js";
import { idOf, kindOf, nameOf, subsectionEntries, units } from "./model/document.js";
import { layoutOf, seatCounts } from "./model/layout.js";
import { isUsualName } from "./model/categories.js";
import { overlapsOf } from "./model/overlaps.js";
import { placesByCategory, totalPlaces } from "./model/counts.js";

const REFUSED_CM = 10; // between the middles of two seats: the server refuses less
const TOO_CLOSE_CM = 30; // people don't fit any more
const MOST_SHOWN = 5; // problems of one kind

/** Returns the problems, errors first. `maxPlaces` is how many places the server takes. */
export function problemsOf(document, { maxPlaces }) {
  const found = [
    ...sizeProblems(document, maxPlaces),
    ...nameProblems(document),
    ...subsectionEntries(document).flatMap((entry) => blockProblems(document, entry)),
    ...drawingProblems(document),
    ...overlaps(document),
    ...categoryProblems(document),
  ];
  return found.sort((a, b) => (a.level === b.level ? 0 : a.level === "error" ? -1 : 1));
}

const error = (text, ids = [], picks = []) => ({ level: "error", text, ids, picks });
const warning = (text, ids = [], picks = []) => ({ level: "warning", text, ids, picks });

function sizeProblems(document, maxPlaces) {
  const places = totalPlaces(document);
  if (!places) return [error("The plan has no seats yet. Draw a block or a standing area.")];
  if (places <= maxPlaces) return [];
  return [error(`The plan has ${written(places)} places. At most ${written(maxPlaces)} are possible.`)];
}

function nameProblems(document) {
  const found = [];
  if (!document.name?.trim()) found.push(error("The plan needs a name."));
  found.push(...duplicates(document.sections.map(({ name }) => name)).map((name) => error(`Two sections are named ${name}.`, idsOf(document, name))));
  for (const section of document.sections) {
    if (!section.name.trim()) found.push(error("A section needs a name.", section.subsections.map(idOf)));
    if (section.name.includes("/")) found.push(error(`The name of section ${section.name} can’t have a “/”.`, section.subsections.map(idOf)));
    if (!section.subsections.length) found.push(error(`Section ${section.name} has no blocks yet.`));
  }
  const names = document.categories.map(({ name }) => name);
  if (names.some((name) => !name.trim())) found.push(error("A category needs a name."));
  return [...found, ...duplicates(names).map((name) => error(`Two categories are named ${name}.`))];
}

const idsOf = (document, name) =>
  document.sections.filter((section) => section.name === name).flatMap(({ subsections }) => subsections.map(idOf));

/** Returns the values that are there more than once. */
function duplicates(values) {
  return [...new Set(values.filter((value, index) => values.indexOf(value) < index))];
}

const checked = new WeakMap();

/** Returns the problems of one block; they are found again only after it or the categories have changed. */
function blockProblems(document, entry) {
  const known = checked.get(entry.item);
  if (known?.categories === document.categories && known.section === entry.section) return known.problems;
  const problems = findBlockProblems(document, entry);
  checked.set(entry.item, { categories: document.categories, section: entry.section, problems });
  return problems;
}

function findBlockProblems(document, entry) {
  const { item, id } = entry;
  const name = nameOf(entry);
  const names = new Set(document.categories.map((category) => category.name));
  if (item.category !== undefined && !names.has(item.category)) return [error(`${name}: choose a category.`, [id])];
  if (kindOf(item) === "standing") {
    if (!names.has(item.category)) return [error(`${name}: choose a category.`, [id])];
    return item.standing.capacity >= 1 ? [] : [error(`${name}: how many people fit in?`, [id])];
  }
  return [...labelProblems(document, entry, name), ...seatProblems(document, entry, name, names)].slice(0, MOST_SHOWN);
}

function labelProblems(document, { item, id }, name) {
  const { rows, tables } = layoutOf(item, document);
  const [one, what] = tables.length ? ["table", "Tables"] : ["row", "Rows"];
  const found = duplicates(rows.map(({ label }) => label)).map((label) => error(`${name}: two ${one}s are named ${label || "nothing"}.`, [id]));
  const bad = rows.find(({ label }) => !label.trim() || label.length > 20 || label.includes("/"));
  if (bad) found.push(error(`${name}: ${what.toLowerCase()} need a name of 1 to 20 characters without “/”.`, [id]));
  for (const { label, seats } of rows) {
    const there = seats.filter(({ missing }) => !missing);
    if (!there.length) found.push(error(`${name}: ${one} ${label} has no seats left.`, [id]));
    for (const twice of duplicates(there.map((seat) => seat.label))) {
      const picks = there.filter((seat) => seat.label === twice).map(({ row, column }) => ({ id, row, column }));
      found.push(error(`${name}: ${one} ${label} has two seats ${twice}.`, [id], picks));
    }
    const wrong = there.find((seat) => !seat.label.trim() || seat.label.length > 20 || /[-/]/.test(seat.label));
    if (wrong) found.push(error(`${name}: a seat of ${one} ${label} needs a label of 1 to 20 characters without “-” and “/”.`, [id]));
  }
  return found;
}

function seatProblems(document, { item, id }, name, names) {
  const seats = layoutOf(item, document).rows.flatMap((row) => row.seats.filter(({ missing }) => !missing));
  const found = [];
  const unknown = seats.filter(({ category }) => category !== null && !names.has(category));
  if (unknown.length) found.push(error(`${name}: a seat has the category ${unknown[0].category}, which isn’t there.`, [id], pick(id, unknown)));
  const without = item.category === undefined ? seats.filter(({ category }) => category === null) : [];
  if (without.length) found.push(error(`${name}: choose a category.`, [id], pick(id, without)));
  if (item.grid) found.push(...gridProblems(item.grid, name, id));
  if (item.tables) found.push(...tableProblems(document, item, name, id));
  return found;
}

const pick = (id, seats) => seats.map(({ row, column }) => ({ id, row, column }));

function tableProblems(document, item, name, id) {
  const { rows, tables } = layoutOf(item, document);
  return rows.flatMap(({ label, seats }, index) => {
    const house = seats.filter(({ kind }) => kind === "house");
    if (!tables[index].whole || !house.length || house.length === seats.length) return [];
    return [error(`${name}: table ${label} is sold as a whole, so all of its seats are house seats or none.`, [id], pick(id, house))];
  });
}

function gridProblems(grid, name, id) {
  const counts = seatCounts(grid);
  const outside = ([row, seat]) => !(counts[row - 1] >= seat);
  const places = (grid.places ?? []).filter(({ row, seat }) => outside([row, seat]));
  if (!places.length && !(grid.missing ?? []).some(outside)) return [];
  return [error(`${name}: seats that were marked are outside of the block now. Make it larger again, or clean it up.`, [id])];
}

function drawingProblems(document) {
  const empty = document.drawings.filter(({ text, width, points }) => !text?.trim() && !width && !points);
  return empty.map((drawing) => error("A text is empty.", [idOf(drawing)]));
}

function overlaps(document) {
  const of = ({ one, other }) => (one === other ? nameOf(one) : `${nameOf(one)} and ${nameOf(other)}`);
  const ids = ({ one, other }) => [...new Set([one.id, other.id])];
  const refused = overlapsOf(document, units(document, REFUSED_CM), MOST_SHOWN);
  const known = new Set(refused.map((pair) => ids(pair).join()));
  const close = overlapsOf(document, units(document, TOO_CLOSE_CM), MOST_SHOWN).filter((pair) => !known.has(ids(pair).join()));
  return [
    ...refused.map((pair) => error(`${of(pair)}: seats lie on each other.`, ids(pair), pair.picks)),
    ...close.map((pair) => warning(`${of(pair)}: seats overlap.`, ids(pair), pair.picks)),
  ];
}

function categoryProblems(document) {
  const counts = placesByCategory(document);
  const found = document.categories.map(({ name }, category) => {
    if (name && !counts.get(name)) return { ...warning(`No seat has the category ${name}.`), category };
    return isUsualName(name) ? { ...warning(`Buyers will read “${name}”. Give the category a name that tells them more.`), category } : null;
  });
  return found.filter(Boolean);
}
