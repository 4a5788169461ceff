/** The buyer's own unpaid orders of the event: marks their seats, which look to others as held by someone. */

export class OwnHolds {
  #model;
  #requests;
  #isSignedIn;

  /** @param {SeatModel} model  @param {{requests: HoldRequests, feed: LiveFeed, isSignedIn: boolean}} parts */
  constructor(model, { requests, feed, isSignedIn }) {
    this.#model = model;
    this.#requests = requests;
    this.#isSignedIn = isSignedIn;
    feed.addEventListener("booking", ({ detail }) => this.#mark(detail.booking));
  }

  /** Fetches the orders that can still be paid, marks their seats and returns them. */
  async find() {
    if (!this.#isSignedIn) return [];
    const orders = await this.#requests.currentHolds();
    for (const { bookings } of orders) bookings.forEach((booking) => this.#mark(booking));
    return orders;
  }

  /** A message of a stream has its seats as tickets instead of positions. */
  #mark({ id, status, section, subsection, seat_positions: names, tickets = [] }) {
    const seats = names ?? tickets.map(nameOf);
    const [ticket] = tickets;
    this.#model.setOwn({
      id,
      section: section ?? ticket?.section,
      subsection: subsection ?? ticket?.subsection,
      seats: status === "pending_payment" ? seats : [],
    });
  }
}

/** The labels are what the plan calls row and seat; a standing area has none. */
function nameOf({ row, seat, row_label: rowLabel, seat_label: seatLabel }) {
  return `${rowLabel || row}-${seatLabel || seat}`;
}
