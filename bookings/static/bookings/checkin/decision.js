/** Decides whether a ticket lets somebody in: the server decides, or, while it can't be reached, this scanner. */

import { call } from "../../ticketing/api.js";
import { OfflineTickets } from "./offline_tickets.js";
import { measure, now } from "./server_clock.js";
import { contentOf, isGenuine, looksSigned, mistakeIn, referenceFrom, serialFrom, ticketKey } from "./ticket_code.js";

const ANSWER_MS = 3000; // how long people at the entrance wait for the server before the scanner decides
const EARLY_MS = 24 * 3_600_000; // the server's EARLY (bookings/checkin/selectors.py)
const RESULTS = {
  already_checked_in: "already",
  ticket_void: "void",
  ticket_unknown: "unknown",
  ticket_forged: "forged",
  too_early: "early",
  validation_error: "forged",
};

/**
 * A decision is `{result, offline, scan, …}`: `result` is accepted, already, void, unknown (no ticket of this event has
 * this number), other (a genuine ticket of another event), forged, foreign (no code of a ticket at all), early, expired or
 * undecided; `offline` is whether this scanner decided. What is known of the ticket's serial and seat, the holder and an
 * earlier entry is added.
 */
export class TicketChecker {
  /**
   * @param {{store: import("./offline_store.js").OfflineStore, device: () => string, url: string, event: number,
   *   startsAt: string | null}} options `device` returns the name of this scanner, `url` is where check-ins are sent,
   *   `startsAt` is when the event begins, as of the page
   */
  constructor({ store, device, url, event, startsAt }) {
    Object.assign(this, { store, device, url, event: String(event), startsAt });
    this.key = null;
    this.known = null;
  }

  /** Whether this scanner can decide without the server. */
  get isReady() {
    return Boolean(this.known && (this.key || this.known.columns));
  }

  /** Uses this manifest for offline decisions from now on; `key` is null if this browser can't verify signatures. */
  useManifest(manifest, key) {
    this.known = new OfflineTickets(manifest);
    this.startsAt = manifest.starts_at;
    this.key = key;
  }

  /** The tickets of the booking with this reference, as far as this scanner knows; with who was let in here. */
  async ticketsOfBooking(reference) {
    const tickets = this.known?.ofBooking(reference) ?? [];
    const entries = await Promise.all(tickets.map(({ serial }) => this.store.entry(serial, serial)));
    return tickets.map((ticket, index) => {
      const entry = entries[index];
      return entry ? { ...ticket, status: "used", checked_in_at: entry.scanned_at } : { ...ticket, status: "active" };
    });
  }

  /** Decides on a code, or on a number on a ticket; `anyway` also lets people in long before the event. Never throws. */
  async decide(code, { anyway = false } = {}) {
    const scan = { code, scanned_at: now(), device: this.device() };
    try {
      const body = { ...scan, refuse_early: !anyway };
      const { data } = await call("POST", this.url, { body, signal: AbortSignal.timeout(ANSWER_MS) });
      await this.store.saveEntry(scan, data.serial).catch(() => {});
      return { ...data, scan, offline: false };
    } catch (problem) {
      const result = RESULTS[problem.code];
      if (!result) return { ...(await this.#decideOffline(scan, anyway)), scan, offline: true, problem };
      return { ...problem.more, result: this.#refined(result, code), detail: problem.message, scan, offline: false };
    }
  }

  /** Undoes the check-in of a decision. Throws the Problem if the server refuses. */
  async undo({ scan, serial = ticketKey(scan.code) }) {
    if (await this.store.deleteUnsent(serial)) return;
    await call("DELETE", this.url, { body: { code: scan.code, device: this.device() } });
    await this.store.deleteEntry(scan.code, serial);
  }

  async #decideOffline(scan, anyway) {
    if (!this.known) return { result: "undecided" };
    const { result, ...ticket } = await this.#look(scan.code);
    if (result) return { result, ...ticket };
    if (this.known.isVoid(ticket.serial)) return { result: "void", ...ticket };
    if (this.#isOver(ticket.validUntil)) return { result: "expired", ...ticket };
    const when = { early: this.isEarly, starts_at: this.startsAt };
    if (!anyway && this.isEarly && !(await this.store.entry(scan.code, ticket.serial))) {
      return { result: "early", ...when, ...ticket };
    }
    const earlier = await this.store.saveOfflineEntry(scan, ticket.serial);
    if (earlier) return { result: "already", ...ticket, checked_in_at: earlier.scanned_at, device: earlier.device };
    return { result: "accepted", ...when, ...ticket };
  }

  /** What the code says of the ticket, or the `result` that says why it is none. */
  async #look(code) {
    const serial = serialFrom(code);
    if (serial) return this.#lookUp(serial);
    const reference = referenceFrom(code);
    if (reference) return this.#lookUp(this.known.serialOf(reference));
    const content = contentOf(code);
    if (!content) return this.#explain(code);
    if (!this.key) return this.#lookUp(content.serial);
    if (!(await isGenuine(code, this.key))) return { result: "forged" };
    if (content.eventId !== this.event) return { result: "other" };
    const { subsectionId, position, validUntil } = content;
    return { serial: content.serial, validUntil, ...this.known.seat(content.serial, subsectionId, position) };
  }

  /** Why a text is no code of ours: a number with a typing mistake, one that no ticket has, or something else. */
  #explain(code) {
    const mistake = mistakeIn(code);
    if (mistake === null) return { result: this.#refined("forged", code) };
    return mistake ? { result: "unknown", detail: mistake } : { result: "unknown", asOf: this.known.generatedAt };
  }

  #lookUp(serial) {
    if (serial && (this.known.has(serial) || this.known.isVoid(serial))) return this.known.ticket(serial);
    if (!this.known.columns) return { result: "undecided" };
    return { result: "unknown", asOf: this.known.generatedAt };
  }

  #refined(result, code) {
    if (result === "forged" && !looksSigned(code)) return "foreign";
    const content = result === "unknown" ? contentOf(code) : null;
    return content && content.eventId !== this.event ? "other" : result;
  }

  /** Whether the event begins so much later that hardly anybody can be at its entrance. */
  get isEarly() {
    // It is not before the last response of the server, even if the clock of this device was reset since.
    const at = Math.max(Date.parse(now()), Date.parse(this.known?.generatedAt ?? 0));
    return Date.parse(this.startsAt) - at > EARLY_MS;
  }

  /**
   * Also looks at the event's end, because the event may have been postponed after the ticket was issued, even without a
   * date.
   */
  #isOver(validUntil) {
    if (this.known.endsAt === null) return false;
    const at = Date.parse(now());
    const endsAt = Date.parse(this.known.endsAt);
    return (validUntil ?? endsAt) < at && !(endsAt > at);
  }
}

/**
 * Fetches the manifest with the tickets; if `saved` is an earlier one with tickets, only those issued since.
 * Throws the Problem if there is none.
 */
export async function fetchManifest(url, saved) {
  const sent = Date.now();
  const query = new URLSearchParams({ tickets: "true", ...(saved?.tickets && { since: saved.generated_at }) });
  const { data } = await call("GET", `${url}?${query}`, { signal: AbortSignal.timeout(30_000) });
  measure(data.generated_at, sent);
  return data;
}
