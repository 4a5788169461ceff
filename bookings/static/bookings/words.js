/** A booking in words, as bookings/wording.py says it. */

const STATUS = {
  processing: ["Being held", "We are getting the seats for you."],
  pending_payment: ["Waiting for payment", "The seats are held for you until the time to pay is over."],
  failed: ["Not booked", "The seats could not be held. Nothing was charged."],
  cancelled: ["Cancelled", "You let the seats go. Nothing was charged."],
  expired: ["Expired", "The time to pay ran out, so the seats are free again. Nothing was charged."],
};

/** What a status that is not paid means to the buyer: `{word, meaning}`. */
export function statusInWords({ status, failure }) {
  const [word, meaning] = STATUS[status] ?? [status, ""];
  return { word, meaning: failure && status !== "expired" ? failure : meaning };
}

/** "Section A, block 1: row 3, seats 4–5". */
export function bookingInWords({ section, subsection, seat_positions: seats }) {
  return `Section ${section}, block ${subsection}: ${seatsInWords(seats)}`;
}

/** Seats named "row-seat" as people say them: "row 3, seats 4–6, 9; row 4, seat 1". */
export function seatsInWords(seats) {
  const rows = new Map();
  for (const [row, seat] of seats.map((name) => name.split("-").map(Number))) {
    rows.set(row, [...(rows.get(row) ?? []), seat]);
  }
  const places = [...rows].sort(([one], [other]) => one - other);
  return places.map(([row, numbers]) => `row ${row}, ${numbers.length > 1 ? "seats" : "seat"} ${runs(numbers)}`).join("; ");
}

function runs(numbers) {
  const found = [];
  for (const number of numbers.sort((one, other) => one - other)) {
    const last = found.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else found.push([number, number]);
  }
  return found.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`)).join(", ");
}
