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

  /**
   * Holds picked seats [[block, positions], …], all of them or none, and goes to the checkout. Throws a Problem if it is
   * refused; its `more.item` is the number of the block that is the reason.
   */
  seats(picked) {
    const items = picked.map(([block, positions]) => ({ section: block.section, subsection: block.number, ...block.request(positions) }));
    // A booking in one block is an order of its own, and the quicker way to it.
    if (items.length === 1) return this.#hold("/api/booking", items[0]);
    return this.#hold("/api/order", { items });
  }

  /** The URL where an order is paid. */
  checkoutOf(orderId) {
    return this.#checkout.replace(PLACEHOLDER, orderId);
  }

  /** Goes to the login, which leads back to this page; the page then restores the picks. */
  signIn(picked) {
    keepPicks(this.#eventId, picked);
    location.assign(`${this.#login}?next=${encodeURIComponent(location.pathname)}`);
  }

  /** Returns the user's own orders of this event that can still be paid; sellers also get those of their buyers listed. */
  async currentHolds() {
    const { data } = await call("GET", "/api/order").catch(() => ({ data: { results: [] } })); // the newest first
    const isOwn = ({ event_id: event, buyer_id: buyer }) => event === this.#eventId && buyer === this.#user;
    return data.results.filter((order) => isOwn(order) && order.seconds_left > 0);
  }

  async #hold(path, seats) {
    const body = { event_id: this.#eventId, ...seats };
    const headers = { "Idempotency-Key": this.#key(JSON.stringify(body)), ...passHeader(this.#eventId) };
    try {
      const { data } = await call("POST", path, { body, headers });
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

/** Returns the picks stored in this tab: [{section, subsection, names}, …]. */
export function keptPicks(eventId) {
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(eventId))) ?? [];
  } catch {
    return [];
  }
}

/** Stores picks [[block, positions], …] for this tab. */
export function keepPicks(eventId, picked) {
  const picks = picked.map(([block, positions]) => ({ section: block.section, subsection: block.number, names: positions.map((position) => block.name(position)) }));
  try {
    sessionStorage.setItem(keyOf(eventId), JSON.stringify(picks));
  } catch {
    // Without storage, the buyer has to pick them again.
  }
}

/** Removes the stored picks. */
export function forgetPicks(eventId) {
  try {
    sessionStorage.removeItem(keyOf(eventId));
  } catch {
    // Nothing was stored.
  }
}

function keyOf(eventId) {
  return `baskets:${eventId}`;
}

// crypto.randomUUID is only available on secure origins.
function randomKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
