/**
 * Names of seats and blocks, the same in the tooltip, the list, the summary and for screen readers.
 *
 * No-break spaces keep a row and its first seat on one line.
 */

import { count, isolated, priceText } from "../../../ticketing/format.js";
import { AVAILABLE, STATUSES } from "../seats/block.js";

const NOT_ON_SALE = "not on sale"; // free, but the sale is over
const STATUS_LABELS = { available: "available", reserved: "reserved", sold: "sold", blocked: "not for sale" };

/** "Section A"; a section of a seating plan has a name of its own, as "Parkett links" */
export function sectionName(block) {
  const name = isolated(block.section);
  return block.kind === "grid" ? `Section ${name}` : name;
}

/** "Section A, block 2"; of a plan "Parkett links", with a number only if that section has several blocks, as on tickets */
export function blockName(block) {
  return sectionName(block) + (block.isOnly ? "" : `, block\u00a0${block.number}`);
}

/** "Section A, block 2, row 5, seat 12" */
export function seatName(block, position) {
  return `${blockName(block)}, ${seatRanges(block, [position])}`;
}

/** "Row 5 seat 12" or "Table 3 seat 2"; a place of a standing area has no name, so it is "Section Floor" */
export function shortName(block, position) {
  return block.isInterchangeable ? blockName(block) : `${rowName(block, block.rowIndex(position))} seat ${isolated(block.seatLabel(position))}`;
}

/** "Row 5" or "Table 3" */
export function rowName(block, row) {
  return capital(rowText(block, row, " "));
}

function rowText(block, row, space) {
  return [block.rowWord(row), isolated(block.rowLabel(row))].filter(Boolean).join(space);
}

function capital(text) {
  return text[0].toUpperCase() + text.slice(1);
}

/** The status of a seat as text; `picked` if the buyer has picked it. */
export function seatStatus(block, position, picked) {
  if (block.isOwn(position)) return "reserved for you";
  if (block.closed && block.seats[position] === AVAILABLE) return NOT_ON_SALE;
  return picked ? "picked" : STATUS_LABELS[STATUSES[block.seats[position]]];
}

/** "1 wheelchair place", "2 wheelchair places" */
export function wheelchairCount(number) {
  return number === 1 ? "1 wheelchair place" : `${count(number)} wheelchair places`;
}

/** "wheelchair place, " for a wheelchair place, else "". */
export function accessiblePrefix(block, position) {
  return block.isAccessible(position) ? "wheelchair place, " : "";
}

/** Why companion seats can't be picked without wheelchair places, in the words of the API's `needs_wheelchair_place`. */
export function needsWheelchairPlace(block, positions) {
  return `Companion seats are sold only together with wheelchair places. Also choose a wheelchair place for ${seatRanges(block, positions)}, or leave ${positions.length === 1 ? "it" : "them"} out.`;
}

/** What else is special about a seat, as ["companion seat, sold only with a wheelchair place"] or ["restricted view: Behind a pillar."]. */
export function remarks(block, position) {
  const note = block.noteOf(position);
  const found = [];
  if (block.companions.has(position)) found.push(block.released ? "companion seat" : "companion seat, sold only with a wheelchair place");
  if (block.restricted.has(position)) found.push(note ? `restricted view: ${isolated(note)}` : "restricted view");
  else if (note) found.push(note);
  if (block.together(position).length > 1) found.push(`sold as a whole table of ${seatCount(block.together(position).length)}`);
  return found;
}

/** "214 left", "none left" or "not on sale", for a number of free seats of blocks that are all closed or all not. */
export function leftText(number, closed) {
  if (closed) return NOT_ON_SALE;
  return number ? `${count(number)} left` : "none left";
}

/** "214 left in this block." */
export function seatsLeft(block) {
  const where = block.isInterchangeable ? "here" : "in this block";
  return block.available ? `${count(block.available)} left ${where}.` : `None left ${where}.`;
}

/** "1 seat", "3 seats"; of a standing area (its `unit`) "3 places" */
export function seatCount(number, unit = "seat") {
  return number === 1 ? `1 ${unit}` : `${count(number)} ${unit}s`;
}

/** "row 5, seats 12–14": seats as people say them, grouped by row; "3 places" of a standing area. */
export function seatRanges(block, positions) {
  if (block.isInterchangeable) return seatCount(positions.length, block.unit);
  const rows = new Map();
  for (const position of [...positions].sort((a, b) => a - b)) {
    const row = block.rowIndex(position);
    rows.set(row, [...(rows.get(row) ?? []), block.seatLabel(position)]);
  }
  return [...rows].map(([row, seats]) => `${rowText(block, row, "\u00a0")},\u00a0${seats.length > 1 ? "seats" : "seat"}\u00a0${ranges(seats)}`).join("; ");
}

/** Seats of one or more blocks [[block, positions], …] as people say them; of several blocks with their names. */
export function pickedRanges(blocks) {
  return blocks.map(([block, positions]) => (blocks.length > 1 ? `${blockName(block)}, ` : "") + seatRanges(block, positions)).join("; ");
}

/** Seats that were found in place of those of a block; in another block with its name. */
export function rangesBeside(block, found) {
  return (found.block === block ? "" : `${blockName(found.block)}, `) + seatRanges(found.block, found.positions);
}

/** "$20", "$20.50": an amount without zero cents, because the map has little room. */
export function shortMoney(minor, currency) {
  return priceText(minor, currency).replace(/\.00$/, "");
}

/** "$20.00" or "$20.00 – $50.00" */
export function priceRange(blocks, currency) {
  return rangeText(Math.min(...blocks.map((block) => block.lowestPrice)), Math.max(...blocks.map((block) => block.highestPrice)), (minor) => priceText(minor, currency));
}

/** "$20" or "$20–$50", for the map */
export function shortPriceRange(block, currency) {
  return rangeText(block.lowestPrice, block.highestPrice, (minor) => shortMoney(minor, currency), "–");
}

function rangeText(low, high, text, dash = " – ") {
  return low === high ? text(low) : text(low) + dash + text(high);
}

/** Labels as people say them: 4, 5 is "4 and 5"; 4, 5, 6, 9 is "4–6 and 9"; 3, 5, 7 is "3, 5 and 7". */
function ranges(labels) {
  const areNumbers = labels.every((label) => /^\d+$/.test(label));
  const sorted = areNumbers ? labels.sort((a, b) => a - b) : labels.map(isolated);
  const runs = [];
  for (const label of sorted) {
    const last = runs.at(-1);
    if (areNumbers && Number(last?.at(-1)) === label - 1) last.push(label);
    else runs.push([label]);
  }
  const parts = runs.flatMap((run) => (run.length > 2 ? [`${run[0]}–${run.at(-1)}`] : run));
  return parts.length > 1 ? `${parts.slice(0, -1).join(", ")} and\u00a0${parts.at(-1)}` : parts.join("");
}
