/** What the brush does to single seats. A pick is {id, row, column}, with row and column from 0 as in a layout. */

import { changed, updateItems } from "./edits.js";

/**
 * Returns the document with the brush applied to the seats. The brush is one of {kind, note}, {category}, {label} and
 * {missing}: `note` belongs to the kind "restricted", "" gives the label back to the rule, and `missing` is whether the
 * seats go or come back.
 */
export function paintSeats(document, picks, brush) {
  const byItem = Map.groupBy(picks, ({ id }) => id);
  return updateItems(document, new Set(byItem.keys()), (item, { id }) => painted(item, byItem.get(id), brush));
}

function painted(item, picks, brush) {
  if (item.grid) return paintedGrid(item, picks, brush);
  if (item.rows) return paintedRows(item, picks, brush);
  if (item.tables) return paintedTables(item, picks, brush);
  return item;
}

function paintedGrid(item, picks, brush) {
  const { grid } = item;
  if (brush.missing !== undefined) return { ...item, grid: changed(grid, missingAfter(grid, picks, brush)) };
  const missing = new Set((grid.missing ?? []).map(String));
  const there = picks.filter(({ row, column }) => !missing.has(`${row + 1},${column + 1}`));
  const nameOf = ({ row, column }) => ({ row: row + 1, seat: column + 1 });
  const places = placesAfter(grid.places ?? [], there, brush, item.category, nameOf);
  return { ...item, grid: changed(grid, { places: places.length ? places : undefined }) };
}

/** Returns `missing` and `places` of a grid: a seat that is missing has nothing of its own. */
function missingAfter({ missing = [], places = [] }, picks, brush) {
  const keys = new Map(missing.map((pair) => [String(pair), pair]));
  for (const { row, column } of picks) {
    const pair = [row + 1, column + 1];
    brush.missing ? keys.set(String(pair), pair) : keys.delete(String(pair));
  }
  const gone = [...keys.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const left = places.filter(({ row, seat }) => !keys.has(`${row},${seat}`));
  return { missing: gone.length ? gone : undefined, places: left.length ? left : undefined };
}

/** Returns the places of a grid or table; a place that has nothing of its own any more is left out. */
function placesAfter(places, picks, brush, category, nameOf) {
  const key = ({ row = 0, seat }) => row * 10_000 + seat;
  const found = new Map(places.map((place) => [key(place), place]));
  for (const pick of picks) {
    const name = nameOf(pick);
    const place = withBrush(found.get(key(name)) ?? name, brush, category);
    const own = place.label !== undefined || place.kind || place.category !== undefined || place.note;
    own ? found.set(key(name), place) : found.delete(key(name));
  }
  return [...found.entries()].sort(([a], [b]) => a - b).map(([, place]) => place);
}

/** Returns the place with the brush's kind, category or label; what is usual anyway is left out. */
function withBrush(place, brush, category) {
  if (brush.label !== undefined) return changed(place, { label: brush.label || undefined });
  if (brush.category !== undefined) {
    return changed(place, { category: brush.category === category ? undefined : brush.category });
  }
  const kind = brush.kind === "seat" ? undefined : brush.kind;
  return changed(place, { kind, note: kind === "restricted" && brush.note ? brush.note : undefined });
}

function paintedRows(item, picks, brush) {
  const at = new Set(picks.map(({ row, column }) => `${row}-${column}`));
  const rows = item.rows.map((row, number) => {
    const isPicked = (column) => at.has(`${number}-${column}`);
    if (!row.seats.some((_, column) => isPicked(column))) return row;
    if (brush.missing) return { ...row, seats: row.seats.filter((_, column) => !isPicked(column)) };
    if (brush.missing === false || brush.label === "") return row; // nothing to go back to
    return { ...row, seats: row.seats.map((seat, column) => (isPicked(column) ? withBrush(seat, brush, item.category) : seat)) };
  });
  return { ...item, rows: rows.filter(({ seats }) => seats.length) };
}

function paintedTables(item, picks, brush) {
  if (brush.missing !== undefined) return item;
  const byTable = Map.groupBy(picks, ({ row }) => row);
  const tables = item.tables.map((table, number) => {
    if (!byTable.has(number)) return table;
    const places = placesAfter(table.places ?? [], byTable.get(number), brush, item.category, ({ column }) => ({ seat: column + 1 }));
    return changed(table, { places: places.length ? places : undefined });
  });
  return { ...item, tables };
}
