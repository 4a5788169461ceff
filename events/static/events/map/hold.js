/**
 * From picks to a hold: one request with a key of its own, so that a double click or a lost answer holds only once.
 */

import { call } from "../../ticketing/api.js";
import { passHeader } from "../pass.js";

const PLACEHOLDER = "00000000-0000-0000-0000-000000000000";

export class Holder {
  #eventId;
  #checkout;
  #login;
  #last = { wish: "", key: "" };

  /** @param {DOMStringMap} data the page's addresses: event, checkout (with an empty id), login */
  constructor({ event, checkout, login }) {
    this.#eventId = Number(event);
    this.#checkout = checkout;
    this.#login = login;
  }

  /** Holds exactly these seats and goes to the checkout. Throws the Problem of a refusal; 401 goes to the login. */
  seats(block, names) {
    return this.#hold(block, { seat_selection_mode: "manual", quantity: names.length, seat_positions: names });
  }

  /** The address where a booking is paid. */
  checkoutOf(bookingId) {
    return this.#checkout.replace(PLACEHOLDER, bookingId);
  }

  /** Goes to the login and comes back to this page, which then restores the picks. */
  signIn(block, names) {
    keep(this.#eventId, { section: block.section, subsection: block.number, names });
    location.assign(`${this.#login}?next=${encodeURIComponent(location.pathname)}`);
  }

  async #hold(block, wish) {
    const body = { event_id: this.#eventId, section: block.section, subsection: block.number, ...wish };
    const headers = { "Idempotency-Key": this.#key(JSON.stringify(body)), ...passHeader(this.#eventId) };
    try {
      const { data } = await call("POST", "/api/booking", { body, headers });
      forget(this.#eventId);
      location.assign(this.checkoutOf(data.id));
    } catch (problem) {
      // Only a request without an answer may be sent again under its key: it may have succeeded.
      if (problem.status) this.#last.wish = "";
      throw problem;
    }
  }

  #key(wish) {
    if (this.#last.wish !== wish) this.#last = { wish, key: randomKey() };
    return this.#last.key;
  }
}

/** Picks kept over the login, if there are any: {section, subsection, names}. */
export function kept(eventId) {
  try {
    return JSON.parse(sessionStorage.getItem(`picks:${eventId}`));
  } catch {
    return null;
  }
}

/** Keeps picks for this tab. */
export function keep(eventId, picks) {
  try {
    sessionStorage.setItem(`picks:${eventId}`, JSON.stringify(picks));
  } catch {
    // No storage: they have to be picked once more.
  }
}

export function forget(eventId) {
  try {
    sessionStorage.removeItem(`picks:${eventId}`);
  } catch {
    // Nothing was kept.
  }
}

// crypto.randomUUID is there on secure origins only.
function randomKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
