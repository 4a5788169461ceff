/**
 * Requests a hold of the picked seats. An idempotency key keeps a double click or a lost response from holding twice.
 */

import { call } from "../../../ticketing/api.js";
import { passHeader } from "../../pass.js";

const PLACEHOLDER = "00000000-0000-0000-0000-000000000000";

export class HoldRequests {
  #eventId;
  #checkout;
  #login;
  #user;
  #last = { body: "", key: "" };

  /** @param {DOMStringMap} data the ids of event and user, and URLs of the checkout (with an empty id) and the login */
  constructor({ event, checkout, login, user }) {
    this.#eventId = Number(event);
    this.#checkout = checkout;
    this.#login = login;
    this.#user = Number(user);
  }

  /** Holds these seats, or as many places of a standing area, and goes to the checkout. Throws a Problem if it is refused. */
  seats(block, positions) {
    return this.#hold(block, block.request(positions));
  }

  /** The URL where a booking is paid. */
  checkoutOf(bookingId) {
    return this.#checkout.replace(PLACEHOLDER, bookingId);
  }

  /** Goes to the login, which leads back to this page; the page then restores the picks. */
  signIn(block, names) {
    keepPicks(this.#eventId, { section: block.section, subsection: block.number, names });
    location.assign(`${this.#login}?next=${encodeURIComponent(location.pathname)}`);
  }

  /** Returns the user's own bookings of this event that can still be paid; sellers also get those of their buyers listed. */
  async currentHolds() {
    const { data } = await call("GET", "/api/booking?booking_status=pending_payment").catch(() => ({ data: { results: [] } }));
    const isOwn = ({ event_id: event, buyer_id: buyer }) => event === this.#eventId && buyer === this.#user;
    return data.results.filter((booking) => isOwn(booking) && booking.seconds_left > 0);
  }

  async #hold(block, seats) {
    const body = { event_id: this.#eventId, section: block.section, subsection: block.number, ...seats };
    const headers = { "Idempotency-Key": this.#key(JSON.stringify(body)), ...passHeader(this.#eventId) };
    try {
      const { data } = await call("POST", "/api/booking", { body, headers });
      forgetPicks(this.#eventId);
      location.assign(this.checkoutOf(data.id));
    } catch (problem) {
      // Reuse the key only if there was no response, because the hold may have succeeded.
      if (problem.status) this.#last.body = "";
      throw problem;
    }
  }

  #key(body) {
    if (this.#last.body !== body) this.#last = { body, key: randomKey() };
    return this.#last.key;
  }
}

/** Returns the picks stored in this tab, {section, subsection, names}, or null. */
export function keptPicks(eventId) {
  try {
    return JSON.parse(sessionStorage.getItem(`picks:${eventId}`));
  } catch {
    return null;
  }
}

/** Stores picks for this tab. */
export function keepPicks(eventId, picks) {
  try {
    sessionStorage.setItem(`picks:${eventId}`, JSON.stringify(picks));
  } catch {
    // Without storage, the buyer has to pick them again.
  }
}

/** Removes the stored picks. */
export function forgetPicks(eventId) {
  try {
    sessionStorage.removeItem(`picks:${eventId}`);
  } catch {
    // Nothing was stored.
  }
}

// crypto.randomUUID is only available on secure origins.
function randomKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
