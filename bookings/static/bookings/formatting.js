/** Text for a booking's status and seats, the same as in bookings/holds (texts.py, places.py); a row and its first seat stay together. */

import { isolated } from "../ticketing/format.js";

const STATUS = {
  processing: ["Being reserved", "We are reserving the {places} for you."],
  pending_payment: ["Waiting for payment", "The {places} are reserved for you until the time to pay runs out."],
  failed: ["Not booked", "We could not reserve the {places}. Nothing was charged."],
  cancelled: ["Cancelled", "You cancelled the reservation. Nothing was charged."],
  expired: ["Expired", "The time to pay ran out, so the {places} are free again. Nothing was charged."],
};

// The texts of a booking that costs nothing, where they differ.
const FREE_STATUS = {
  pending_payment: ["Reserved", "The {places} are reserved for you until the time runs out. They are free."],
};

/** What an unpaid status means to the buyer: `{label, meaning}`. */
export function statusText({ status, failure, total_price: total, subsection_kind: kind }) {
  const [label, meaning] = (total === 0 && FREE_STATUS[status]) || (STATUS[status] ?? [status, ""]);
  const usual = meaning.replace("{places}", placesWord(kind));
  return { label, meaning: failure && status !== "expired" ? failure : usual };
}

/** What texts call the places of a booking. */
export function placesWord(kind) {
  return kind === "standing" ? "places" : "seats";
}

/**
 * The places of a booking: "Section A, block 1: row 3, seats 4 and 5", or "Floor: standing, 2 places". `block` is what people
 * call it, and `rowWord` what its rows are.
 */
export function bookingText({ subsection_kind: kind, seat_positions: seats }, { block, rowWord }) {
  const standing = seats.length === 1 ? "standing" : `standing, ${seats.length}\u00a0places`;
  return `${block}: ${kind === "standing" ? standing : seatsText(seats, rowWord)}`;
}

/** Seats named "row-seat", grouped by row: "row 3, seats 4–6 and 9; row AA, seat 101". */
export function seatsText(seats, rowWord = "row") {
  const rows = new Map();
  for (const name of seats) {
    const row = name.slice(0, name.lastIndexOf("-"));
    rows.set(row, [...(rows.get(row) ?? []), name.slice(row.length + 1)]);
  }
  const sorted = [...rows].sort(([one], [other]) => one - other || 0); // numbers; other labels stay in their order
  return sorted.map(([row, labels]) => `${rowWord}\u00a0${isolated(row)},\u00a0${labels.length > 1 ? "seats" : "seat"}\u00a0${labelRanges(labels)}`).join("; ");
}

function labelRanges(labels) {
  return labels.every((label) => /^(0|[1-9]\d*)$/.test(label)) ? ranges(labels.map(Number)) : listed(labels.map(isolated));
}

/** Numbers as people say them: 4, 5 is "4 and 5"; 4, 5, 6, 9 is "4–6 and 9". */
function ranges(numbers) {
  const runs = [];
  for (const number of numbers.sort((one, other) => one - other)) {
    const last = runs.at(-1);
    if (last?.at(-1) === number - 1) last.push(number);
    else runs.push([number]);
  }
  return listed(runs.flatMap((run) => (run.length > 2 ? [`${run[0]}–${run.at(-1)}`] : run.map(String))));
}

function listed(parts) {
  return parts.length > 1 ? `${parts.slice(0, -1).join(", ")} and\u00a0${parts.at(-1)}` : parts.join("");
}
