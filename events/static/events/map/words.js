/** What seats and blocks are called: the same words in the tooltip, the list, the summary and for screen readers. */

import { count, money } from "../../ticketing/format.js";
import { STATES } from "./model.js";

const STATE_WORDS = { available: "available", reserved: "held by somebody", sold: "sold", blocked: "not for sale" };

/** "Section A · block 2" */
export function blockName(block) {
  return `Section ${block.section} · block ${block.number}`;
}

/** "Section A · block 2 · row 5 · seat 12" */
export function seatName(block, position) {
  return `${blockName(block)} · row ${block.rowOf(position)} · seat ${block.seatOf(position)}`;
}

/** "Row 5 seat 12" */
export function shortName(block, position) {
  return `Row ${block.rowOf(position)} seat ${block.seatOf(position)}`;
}

/** The state of a seat in words; `picked` if it is an own pick. */
export function stateWords(block, position, picked) {
  return picked ? "picked" : STATE_WORDS[STATES[block.seats[position]]];
}

/** "1 wheelchair place", "2 wheelchair places" */
export function wheelchairWords(number) {
  return number === 1 ? "1 wheelchair place" : `${count(number)} wheelchair places`;
}

/** "wheelchair place, " before what is said of a seat that is one, else nothing. */
export function accessibleWords(block, position) {
  return block.isAccessible(position) ? "wheelchair place, " : "";
}

/** "214 left in this block." */
export function leftWords(block) {
  return block.available ? `${count(block.available)} left in this block.` : "None left in this block.";
}

/** "1 seat", "3 seats" */
export function seatsWords(number) {
  return number === 1 ? "1 seat" : `${count(number)} seats`;
}

/** Seats of one block in as few words as it takes: "row 5, seats 12–14" */
export function placesWords(block, positions) {
  const rows = new Map();
  for (const position of [...positions].sort((a, b) => a - b)) {
    const row = block.rowOf(position);
    rows.set(row, [...(rows.get(row) ?? []), block.seatOf(position)]);
  }
  return [...rows].map(([row, seats]) => `row ${row}, ${seats.length > 1 ? "seats" : "seat"} ${runs(seats)}`).join("; ");
}

/** "$20.00" or "$20.00 – $50.00" */
export function priceRange(blocks, currency) {
  const prices = blocks.map((block) => block.price);
  const [low, high] = [Math.min(...prices), Math.max(...prices)];
  return low === high ? money(low, currency) : `${money(low, currency)} – ${money(high, currency)}`;
}

function runs(seats) {
  const parts = [];
  for (const seat of seats) {
    const last = parts[parts.length - 1];
    if (last && seat === last[1] + 1) last[1] = seat;
    else parts.push([seat, seat]);
  }
  return parts.map(([from, to]) => (from === to ? from : `${from}–${to}`)).join(", ");
}
