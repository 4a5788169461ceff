/** Decides whether a ticket lets somebody in: the server decides, or, while it can't be reached, this scanner. */

import { call } from "../../ticketing/api.js";
import { readCode } from "./ticket_code.js";
import { measure, now } from "./server_clock.js";

const ANSWER_MS = 3000; // how long people at the entrance wait for the server before the scanner decides
const RESULTS = { already_checked_in: "already", ticket_void: "void", not_found: "forged", validation_error: "forged" };

/**
 * A decision is `{result, offline, scan, …}`: `result` is accepted, already, void, forged, expired or unknown (can't be
 * decided); `offline` is whether this scanner decided. What is known of the seat, the holder and an earlier entry is added.
 */
export class TicketChecker {
  /**
   * @param {{store: import("./offline_store.js").OfflineStore, device: () => string, url: string, endsAt: string | null}}
   *   options `device` returns the name of this scanner, `url` is where check-ins are sent
   */
  constructor({ store, device, url, endsAt }) {
    Object.assign(this, { store, device, url, endsAt });
    this.key = null;
    this.manifest = null;
  }

  /** Uses this manifest for offline decisions from now on. */
  useManifest(manifest, key) {
    this.manifest = manifest;
    this.key = key;
    this.void = new Set(manifest.void);
  }

  /** Decides on a scan. Never throws. */
  async decide(code) {
    const scan = { code, scanned_at: now(), device: this.device() };
    try {
      const { data } = await call("POST", this.url, { body: scan, signal: AbortSignal.timeout(ANSWER_MS) });
      await this.store.saveEntry(scan).catch(() => {});
      return { ...data, scan, offline: false };
    } catch (problem) {
      const result = RESULTS[problem.code];
      if (result) return { ...problem.more, result, detail: problem.message, scan, offline: false };
      return { ...(await this.#decideOffline(scan)), scan, offline: true, problem };
    }
  }

  /** Undoes a check-in. Throws the Problem if the server refuses. */
  async undo(code) {
    if (await this.store.deleteUnsent(code)) return;
    await call("DELETE", this.url, { body: { code, device: this.device() } });
    await this.store.deleteEntry(code);
  }

  async #decideOffline(scan) {
    if (!this.key) return { result: "unknown" };
    const ticket = await readCode(scan.code, this.key);
    if (!ticket || ticket.eventId !== String(this.manifest.event_id)) return { result: "forged" };
    if (this.void.has(ticket.serial)) return { result: "void" };
    if (this.#isOver(ticket)) return { result: "expired" };
    const earlier = await this.store.saveOfflineEntry(scan);
    if (earlier) return { result: "already", checked_in_at: earlier.scanned_at, device: earlier.device };
    return { result: "accepted" };
  }

  /** Also looks at the event's end, because the event may have been postponed after the ticket was issued, even without
   * a date. */
  #isOver(ticket) {
    const at = Date.parse(now());
    return ticket.validUntil < at && this.endsAt !== null && !(Date.parse(this.endsAt) > at);
  }
}

/** Fetches the manifest. Throws the Problem if there is none. */
export async function fetchManifest(url) {
  const sent = Date.now();
  const { data } = await call("GET", url, { signal: AbortSignal.timeout(10_000) });
  measure(data.generated_at, sent);
  return data;
}
