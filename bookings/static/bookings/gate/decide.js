/** Whether somebody is let in: the server's word, or, while it can't be had, this scanner's own. */

import { call } from "../../ticketing/api.js";
import { readCode } from "./code.js";
import { learn, now } from "./clock.js";

const ANSWER_MS = 3000; // that a queue of people may wait for the server
const RESULTS = { already_checked_in: "already", ticket_void: "void", not_found: "forged", validation_error: "forged" };

/**
 * A verdict: `result` is accepted, already, void, forged, expired or unknown (nobody can tell), `offline` whether this
 * scanner alone decided, and what is known of seat, holder and earlier entry goes with it.
 */
export class Gate {
  /**
   * @param {{memory: import("./queue.js").Memory, device: () => string, urls: {check_in: string}, endsAt: string | null}}
   *   options `device` says where this scanner stands
   */
  constructor({ memory, device, urls, endsAt }) {
    Object.assign(this, { memory, device, urls, endsAt });
    this.key = null;
    this.manifest = null;
  }

  /** Works with this manifest from now on. */
  use(manifest, key) {
    this.manifest = manifest;
    this.key = key;
    this.void = new Set(manifest.void);
  }

  /** Decides on a scan. Never throws. */
  async decide(code) {
    const scan = { code, scanned_at: now(), device: this.device() };
    try {
      const { data } = await call("POST", this.urls.check_in, { body: scan, signal: AbortSignal.timeout(ANSWER_MS) });
      await this.memory.letIn(scan).catch(() => {});
      return { ...data, scan, offline: false };
    } catch (problem) {
      const result = RESULTS[problem.code];
      if (result) return { ...problem.more, result, detail: problem.message, scan, offline: false };
      return { ...(await this.#alone(scan)), scan, offline: true, because: problem };
    }
  }

  /** Takes a check-in back. Throws the refusal. */
  async undo(code) {
    if (await this.memory.takeBack(code)) return;
    await call("DELETE", this.urls.check_in, { body: { code, device: this.device() } });
    await this.memory.letOut(code);
  }

  async #alone(scan) {
    if (!this.key) return { result: "unknown" };
    const ticket = await readCode(scan.code, this.key);
    if (!ticket || ticket.eventId !== String(this.manifest.event_id)) return { result: "forged" };
    if (this.void.has(ticket.serial)) return { result: "void" };
    if (this.#isOver(ticket)) return { result: "expired" };
    const earlier = await this.memory.letInAndQueue(scan);
    if (earlier) return { result: "already", checked_in_at: earlier.scanned_at, device: earlier.device };
    return { result: "accepted" };
  }

  /** The event may have been put off after the ticket was printed. */
  #isOver(ticket) {
    const at = Date.parse(now());
    return ticket.validUntil < at && !(Date.parse(this.endsAt) > at);
  }
}

/** Fetches the manifest. Throws the refusal. */
export async function fetchManifest(url) {
  const sent = Date.now();
  const { data } = await call("GET", url, { signal: AbortSignal.timeout(10_000) });
  learn(data.generated_at, sent);
  return data;
}
