/** Text for a booking's status and seats, the same as in bookings/holds/texts.py; a row and its first seat stay together. */

const STATUS = {
  processing: ["Being reserved", "We are reserving the seats for you."],
  pending_payment: ["Waiting for payment", "The seats are reserved for you until the time to pay runs out."],
  failed: ["Not booked", "We could not reserve the seats. Nothing was charged."],
  cancelled: ["Cancelled", "You cancelled the reservation. Nothing was charged."],
  expired: ["Expired", "The time to pay ran out, so the seats are free again. Nothing was charged."],
};

// The texts of a booking that costs nothing, where they differ.
const FREE_STATUS = {
  pending_payment: ["Reserved", "The seats are reserved for you until the time runs out. They are free."],
};

/** What an unpaid status means to the buyer: `{label, meaning}`. */
export function statusText({ status, failure, total_price: total }) {
  const [label, meaning] = (total === 0 && FREE_STATUS[status]) || (STATUS[status] ?? [status, ""]);
  return { label, meaning: failure && status !== "expired" ? failure : meaning };
}

/** The seats of a booking: "Section A, block 1: row 3, seats 4 and 5". */
export function bookingText({ section, subsection, seat_positions: seats }) {
  return `Section ${section}, block\u00a0${subsection}: ${seatsText(seats)}`;
}

/** Seats named "row-seat", grouped by row: "row 3, seats 4–6 and 9; row 4, seat 1". */
export function seatsText(seats) {
  const rows = new Map();
  for (const [row, seat] of seats.map((name) => name.split("-").map(Number))) {
    rows.set(row, [...(rows.get(row) ?? []), seat]);
  }
  const sorted = [...rows].sort(([one], [other]) => one - other);
  return sorted.map(([row, numbers]) => `row\u00a0${row},\u00a0${numbers.length > 1 ? "seats" : "seat"}\u00a0${ranges(numbers)}`).join("; ");
}

/** Ascending numbers as people say them: 4, 5 is "4 and 5"; 4, 5, 6, 9 is "4–6 and 9". */
function ranges(numbers) {
  const runs = [];
  for (const number of numbers.sort((one, other) => one - other)) {
    const last = runs.at(-1);
    if (last?.at(-1) === number - 1) last.push(number);
    else runs.push([number]);
  }
  const parts = runs.flatMap((run) => (run.length > 2 ? [`${run[0]}–${run.at(-1)}`] : run.map(String)));
  return parts.length > 1 ? `${parts.slice(0, -1).join(", ")} and\u00a0${parts.at(-1)}` : parts.join("");
}
