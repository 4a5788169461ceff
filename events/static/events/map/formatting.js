/**
 * Names of seats and blocks, the same in the tooltip, the list, the summary and for screen readers.
 *
 * No-break spaces keep a row and its first seat on one line.
 */

import { count, priceText } from "../../ticketing/format.js";
import { AVAILABLE, STATUSES } from "./seat_model.js";

const NOT_ON_SALE = "not on sale"; // free, but the sale is over
const STATUS_LABELS = { available: "available", reserved: "reserved", sold: "sold", blocked: "not for sale" };

/** "Section A, block 2" */
export function blockName(block) {
  return `Section ${block.section}, block\u00a0${block.number}`;
}

/** "Section A, block 2, row 5, seat 12" */
export function seatName(block, position) {
  return `${blockName(block)}, ${seatRanges(block, [position])}`;
}

/** "Row 5 seat 12" */
export function shortName(block, position) {
  return `Row ${block.rowOf(position)} seat ${block.seatOf(position)}`;
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

/** "214 left", "none left" or "not on sale", for a number of free seats of blocks that are all closed or all not. */
export function leftText(number, closed) {
  if (closed) return NOT_ON_SALE;
  return number ? `${count(number)} left` : "none left";
}

/** "214 left in this block." */
export function seatsLeft(block) {
  return block.available ? `${count(block.available)} left in this block.` : "None left in this block.";
}

/** "1 seat", "3 seats" */
export function seatCount(number) {
  return number === 1 ? "1 seat" : `${count(number)} seats`;
}

/** "row 5, seats 12–14": seats as people say them, grouped by row. */
export function seatRanges(block, positions) {
  const rows = new Map();
  for (const position of [...positions].sort((a, b) => a - b)) {
    const row = block.rowOf(position);
    rows.set(row, [...(rows.get(row) ?? []), block.seatOf(position)]);
  }
  return [...rows].map(([row, seats]) => `row\u00a0${row},\u00a0${seats.length > 1 ? "seats" : "seat"}\u00a0${ranges(seats)}`).join("; ");
}

/** "$20", "$20.50": an amount without zero cents, because the map has little room. */
export function shortMoney(minor, currency) {
  return priceText(minor, currency).replace(/\.00$/, "");
}

/** "$20.00" or "$20.00 – $50.00" */
export function priceRange(blocks, currency) {
  const prices = blocks.map((block) => block.price);
  const [low, high] = [Math.min(...prices), Math.max(...prices)];
  return low === high ? priceText(low, currency) : `${priceText(low, currency)} – ${priceText(high, currency)}`;
}

/** Ascending numbers as people say them: 4, 5 is "4 and 5"; 4, 5, 6, 9 is "4–6 and 9". */
function ranges(numbers) {
  const runs = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last?.at(-1) === number - 1) last.push(number);
    else runs.push([number]);
  }
  const parts = runs.flatMap((run) => (run.length > 2 ? [`${run[0]}–${run.at(-1)}`] : run.map(String)));
  return parts.length > 1 ? `${parts.slice(0, -1).join(", ")} and\u00a0${parts.at(-1)}` : parts.join("");
}
