/**
 * The live feed of one event, as docs/live.md describes it: always right, and honest about not being live.
 *
 * The line is connection.js. Versions are checked here: what arrives late or twice is swallowed, what is missing is
 * fetched. Whoever listens may apply each event as it comes.
 */

import { tellReadOnly } from "../ticketing/read_only.js";
import { Timers } from "../ticketing/timers.js";
import { Connection } from "./connection.js";

const SELECT_EVERY = 1_100; // ms between two `selecting` frames
const SELECT_AGAIN = 12_000; // ms; marks fade on the others' maps unless they are renewed
const TICK_GRACE = 1_500; // ms a change may be under way before a tick's version proves it lost
const FETCH_EVERY = 3_000; // ms between two fetches of the seat map

const keyOf = (section, subsection) => `${section}\n${subsection}`;

/**
 * Events, each a CustomEvent with `detail`:
 * - `state`: "connecting" | "live" (WebSocket) | "stream" (server-sent events, as live) | "offline" (trying again)
 * - `snapshot` `{stats, sections}`: all section rows, also after each reconnect
 * - `sale` `{status, is_active, sales_start_at, sales_end_at, prices?: {section: minor units}}`: whether seats can be held
 * - `block` `{section, subsection, available, reserved, sold, version, seats?: {"row-seat": status}}`
 * - `seats` `{section, subsection, version, seats}`: all letters of a block, as they are at `version`
 * - `booking` `{booking}`, `expiring` `{booking_id, seconds_left}`: the signed-in buyer's
 * - `selecting` `{section, subsection, seats, viewer}`: what another viewer looks at; an empty list clears it
 * - `queue_position` `{position, ahead, eta_seconds, …}`, `admitted` `{pass, expires_at}`, `queue_left`: his place in line
 * - `signed_out`: who was signed in is not any more; what is everybody's goes on
 * - `gone`: there is no such event (any more); nothing follows
 * Other frames of the server are dispatched under their type.
 */
export class LiveFeed extends EventTarget {
  #eventId;
  #connection;
  #timers = new Timers();
  #watching = new Map(); // "" is all, a section's name, or a block's key → the frame that asks for it
  #known = new Map(); // block's key → {counts, seats}: versions; seats is -1 until its letters are known
  #missing = new Set();
  #selection = null;
  #selectedAt = 0;

  /** @param {number|string} eventId  @param {{bookings?: boolean}} options whether a buyer is signed in */
  constructor(eventId, { bookings = true } = {}) {
    super();
    this.#eventId = eventId;
    this.#connection = new Connection(eventId, bookings);
    this.#listen();
  }

  #listen() {
    const on = (type, hear) => this.#connection.addEventListener(type, ({ detail }) => hear(detail));
    on("state", (state) => this.#turned(state));
    on("frame", (frame) => this.#hear(frame));
    on("update", (update) => this.#hearUpdate(update));
    on("booking", ({ type, ...news }) => this.#tell(type, news));
    on("signed_out", () => this.#tell("signed_out", {}));
    on("gone", () => this.#gone());
  }

  /** "idle" before `start` and after `stop`; else as the event `state` tells. */
  get state() {
    return this.#connection.state;
  }

  start() {
    this.#connection.start();
  }

  stop() {
    this.#timers.clear();
    this.#connection.stop();
  }

  /** Follows the seats of a block, of a section, or of all blocks; `seats` of each comes first. */
  watch(section, subsection) {
    const frame = { type: "watch", section, subsection };
    this.#watching.set(watchKey(section, subsection), frame);
    if (this.state === "live") this.#connection.send(frame);
  }

  unwatch(section, subsection) {
    this.#watching.delete(watchKey(section, subsection));
    if (this.state === "live") this.#connection.send({ type: "unwatch", section, subsection });
  }

  /** Shows the others which seats (at most 10, "row-seat") are looked at here; an empty list takes it back. */
  select(section, subsection, seats) {
    this.#selection = { type: "selecting", section, subsection, seats };
    this.#timers.after("select", this.#selectedAt + SELECT_EVERY - Date.now(), () => this.#tellSelection());
  }

  /**
   * Letters that came by another way (GET seatmap): rows with section, subsection and version. Says for which of them
   * they are news; those the feed already knows better are to be left as they are.
   */
  know(rows) {
    return rows.filter((row) => {
      const known = this.#versions(row.section, row.subsection);
      if (row.version < known.counts) this.#miss(row);
      if (row.version <= known.seats) return false;
      known.seats = row.version;
      known.counts = Math.max(known.counts, row.version);
      return true;
    });
  }

  // --- Hearing ----------------------------------------------------------------------------------------

  #hear({ type, ...frame }) {
    switch (type) {
      case "snapshot":
        return this.#hearSnapshot(frame);
      case "seats":
        return this.#hearSeats(frame);
      case "seats_changed":
      case "counts_changed":
        return this.#hearDelta(frame);
      case "tick":
        tellReadOnly(frame.read_only === true);
        return this.#hearTick(frame.versions);
      case "event_updated":
        return this.#tell("sale", frame);
      case "booking_updated":
        return this.#tell("booking", frame);
      case "booking_expiring":
        return this.#tell("expiring", frame);
      default:
        return this.#tell(type, frame);
    }
  }

  #turned(state) {
    this.#tell("state", state);
    if (state !== "live") return;
    this.#watching.forEach((frame) => this.#connection.send(frame));
    this.#tellSelection();
  }

  #gone() {
    this.stop();
    this.#tell("gone", {});
  }

  #hearUpdate({ initial, sections, ...said }) {
    if (initial) this.#hearSnapshot({ sections, ...said });
    else sections.forEach((row) => this.#hearDelta(row));
  }

  #hearSnapshot({ stats, sections, ...sale }) {
    this.#tell("sale", sale);
    for (const row of sections) {
      const known = this.#versions(row.section, row.subsection);
      known.counts = Math.max(known.counts, row.version);
      if (known.seats >= 0 && known.seats < row.version && this.state === "stream") this.#miss(row);
    }
    this.#tell("snapshot", { stats, sections });
  }

  #hearSeats(frame) {
    const known = this.#versions(frame.section, frame.subsection);
    this.#missing.delete(keyOf(frame.section, frame.subsection));
    if (frame.version <= known.seats) return;
    known.seats = frame.version;
    known.counts = Math.max(known.counts, frame.version);
    this.#tell("seats", frame);
  }

  /** The one rule of the feed; counts are absolute, so they need no predecessor. */
  #hearDelta({ from_version: from, seats, ...counts }) {
    const known = this.#versions(counts.section, counts.subsection);
    const applies = seats && known.seats >= 0 && from <= known.seats && known.seats < counts.version;
    if (seats && known.seats >= 0 && known.seats < from) this.#miss(counts);
    if (seats && from === counts.version) this.#miss(counts); // the server itself doesn't know which seats
    if (applies) known.seats = counts.version;
    if (counts.version > known.counts || applies) {
      known.counts = Math.max(known.counts, counts.version);
      this.#tell("block", applies ? { ...counts, seats } : counts);
    }
  }

  #hearTick(versions) {
    const behind = [];
    for (const [section, blocks] of Object.entries(versions)) {
      for (const [subsection, version] of Object.entries(blocks)) {
        const { seats } = this.#versions(section, +subsection);
        if (seats >= 0 && seats < version) behind.push({ section, subsection: +subsection, version });
      }
    }
    if (!behind.length) return;
    this.#timers.after("behind", TICK_GRACE, () => {
      for (const block of behind) if (this.#versions(block.section, block.subsection).seats < block.version) this.#miss(block);
    });
  }

  // --- What is missing --------------------------------------------------------------------------------

  /** Fetches the block again, together with whatever else turns out to be missing in this moment. */
  #miss({ section, subsection }) {
    this.#missing.add(keyOf(section, subsection));
    if (!this.#timers.has("missing")) this.#timers.after("missing", 50, () => this.#fetchMissing());
  }

  #fetchMissing() {
    const watched = [...this.#missing].filter((key) => this.#isWatched(key));
    if (this.state === "live" && watched.length === this.#missing.size && watched.length <= 5) {
      for (const key of watched) {
        const [section, subsection] = key.split("\n");
        this.#connection.send({ type: "watch", section, subsection: +subsection });
      }
      this.#missing.clear();
    } else if (this.#missing.size) {
      this.#fetchMap();
    }
  }

  async #fetchMap() {
    this.#missing.clear();
    this.#timers.after("missing", FETCH_EVERY, () => this.#fetchMissing());
    try {
      const answer = await fetch(`/api/event/${this.#eventId}/seatmap`, { signal: AbortSignal.timeout(10_000) });
      if (!answer.ok) throw new Error(answer.statusText);
      for (const row of (await answer.json()).sections) this.#hearSeats(row);
    } catch {
      // The next tick or message finds the gap again.
    }
  }

  #isWatched(key) {
    return ["", key.split("\n")[0], key].some((name) => this.#watching.has(name));
  }

  #versions(section, subsection) {
    const key = keyOf(section, subsection);
    if (!this.#known.has(key)) this.#known.set(key, { counts: -1, seats: -1 });
    return this.#known.get(key);
  }

  // --- Sending ----------------------------------------------------------------------------------------

  #tellSelection() {
    if (!this.#selection || this.state !== "live") return;
    this.#selectedAt = Date.now();
    this.#connection.send(this.#selection);
    if (this.#selection.seats.length) this.#timers.after("select", SELECT_AGAIN, () => this.#tellSelection());
    else this.#selection = null;
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function watchKey(section, subsection) {
  if (section === undefined) return "";
  return subsection === undefined ? section : keyOf(section, subsection);
}
