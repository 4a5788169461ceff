/** Counts of places: of items, sections and categories. */

import { subsectionEntries } from "./document.js";
import { layoutOf } from "./layout.js";

/** Returns the number of places of a subsection. */
export function placesOf(subsection, document) {
  return subsection.standing ? (subsection.standing.capacity ?? 0) : layoutOf(subsection, document).seats;
}

export function totalPlaces(document) {
  return subsectionEntries(document).reduce((sum, { item }) => sum + placesOf(item, document), 0);
}

/** Returns a Map from the name of each category that is in use to its number of places; "" are places without one. */
export function placesByCategory(document) {
  const counts = new Map();
  const add = (name, places) => counts.set(name, (counts.get(name) ?? 0) + places);
  for (const { item } of subsectionEntries(document)) {
    for (const [name, places] of placesWithin(item, document)) add(name, places);
  }
  return counts;
}

const counted = new WeakMap();

function placesWithin(item, document) {
  if (!counted.has(item)) counted.set(item, countPlaces(item, document));
  return counted.get(item);
}

function countPlaces(item, document) {
  const counts = new Map();
  const add = (name, places) => places && counts.set(name, (counts.get(name) ?? 0) + places);
  if (item.standing) add(item.category ?? "", item.standing.capacity ?? 0);
  for (const { seats } of layoutOf(item, document).rows) {
    for (const seat of seats) if (!seat.missing) add(seat.category ?? item.category ?? "", 1);
  }
  return counts;
}
