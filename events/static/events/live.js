/**
 * The live feed of one event (docs/live.md).
 *
 * connection.js holds the connection. This module checks versions: it drops late and duplicate messages and fetches
 * missing ones, so listeners can apply every event as it arrives.
 */

import { Emitter } from "../ticketing/emitter.js";
import { setReadOnly } from "../ticketing/read_only.js";
import { Timers } from "../ticketing/timers.js";
import { Connection } from "./connection.js";

const SELECT_INTERVAL_MS = 1_100; // between two `selecting` frames
const SELECT_RENEWAL_MS = 12_000; // other viewers' maps drop selections that aren't renewed
const TICK_GRACE_MS = 1_500; // how late a change may arrive after a tick with its version before it counts as lost
const FETCH_INTERVAL_MS = 3_000; // between two fetches of the seat map

const keyOf = (section, subsection) => `${section}\n${subsection}`;

/**
 * Events, each a CustomEvent with `detail`:
 * - `state`: "connecting" | "live" (WebSocket) | "stream" (SSE, just as live) | "offline" (reconnecting)
 * - `snapshot` `{stats, sections}`: all section rows, also after each reconnect
 * - `sale` `{status, is_active, starts_at, sales_start_at, sales_end_at, sales_close_at, prices?: {section: minor units}}`: whether seats can be held
 * - `block` `{section, subsection, available, reserved, sold, version, seats?: {"row-seat": status}}`
 * - `seats` `{section, subsection, version, seats}`: all seats of a block at `version`, a letter (a, r, s or b) per seat
 * - `booking` `{booking}`, `expiring` `{booking_id, seconds_left}`: of the signed-in buyer
 * - `selecting` `{section, subsection, seats, viewer}`: the seats another viewer has selected; an empty list clears them
 * - `queue_position` `{position, ahead, eta_seconds, …}`, `admitted` `{pass, expires_at}`, `queue_left`: the buyer's place in the queue
 * - `signed_out`: the session has ended; public events go on
 * - `gone`: the event doesn't exist (any more); no further events follow
 * Other frames are dispatched under their own type.
 */
export class LiveFeed extends Emitter {
  #eventId;
  #connection;
  #timers = new Timers();
  #watched = new Map(); // "" (all), a section's name or a block's key → the `watch` frame
  #known = new Map(); // block's key → {counts, seats}: versions; `seats` is -1 until its seats are known
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
    const on = (type, handle) => this.#connection.addEventListener(type, ({ detail }) => handle(detail));
    on("state", (state) => this.#onState(state));
    on("frame", (frame) => this.#onFrame(frame));
    on("update", (update) => this.#onUpdate(update));
    on("booking", ({ type, ...message }) => this.emit(type, message));
    on("signed_out", () => this.emit("signed_out"));
    on("gone", () => this.#onGone());
  }

  /** "idle" before `start` and after `stop`, otherwise the last `state` event. */
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

  /** Follows the seats of a block, a section or all blocks; begins with a `seats` event for each block. */
  watch(section, subsection) {
    const frame = { type: "watch", section, subsection };
    this.#watched.set(watchKey(section, subsection), frame);
    if (this.state === "live") this.#connection.send(frame);
  }

  unwatch(section, subsection) {
    this.#watched.delete(watchKey(section, subsection));
    if (this.state === "live") this.#connection.send({ type: "unwatch", section, subsection });
  }

  /** Shows other viewers which seats (at most 10, "row-seat") are selected here; an empty list clears the selection. */
  select(section, subsection, seats) {
    this.#selection = { type: "selecting", section, subsection, seats };
    this.#timers.after("select", this.#selectedAt + SELECT_INTERVAL_MS - Date.now(), () => this.#sendSelection());
  }

  /**
   * Registers rows of a seat map that was loaded separately (GET seatmap). Returns the rows that are newer than what the
   * feed already knows; only these may be applied.
   */
  addLoaded(rows) {
    return rows.filter((row) => {
      const known = this.#versions(row.section, row.subsection);
      if (row.version < known.counts) this.#fetchLater(row);
      if (row.version <= known.seats) return false;
      known.seats = row.version;
      known.counts = Math.max(known.counts, row.version);
      return true;
    });
  }

  // --- Receiving --------------------------------------------------------------------------------------

  #onFrame({ type, ...frame }) {
    switch (type) {
      case "snapshot":
        return this.#onSnapshot(frame);
      case "seats":
        return this.#onSeats(frame);
      case "seats_changed":
      case "counts_changed":
        return this.#onDelta(frame);
      case "tick":
        setReadOnly(frame.read_only === true);
        return this.#onTick(frame.versions);
      case "event_updated":
        return this.emit("sale", frame);
      case "booking_updated":
        return this.emit("booking", frame);
      case "booking_expiring":
        return this.emit("expiring", frame);
      default:
        return this.emit(type, frame);
    }
  }

  #onState(state) {
    this.emit("state", state);
    if (state !== "live") return;
    this.#watched.forEach((frame) => this.#connection.send(frame));
    this.#sendSelection();
  }

  #onGone() {
    this.stop();
    this.emit("gone");
  }

  #onUpdate({ initial, sections, ...rest }) {
    if (initial) this.#onSnapshot({ sections, ...rest });
    else sections.forEach((row) => this.#onDelta(row));
  }

  #onSnapshot({ stats, sections, ...sale }) {
    this.emit("sale", sale);
    for (const row of sections) {
      const known = this.#versions(row.section, row.subsection);
      known.counts = Math.max(known.counts, row.version);
      if (known.seats >= 0 && known.seats < row.version && this.state === "stream") this.#fetchLater(row);
    }
    this.emit("snapshot", { stats, sections });
  }

  #onSeats(frame) {
    const known = this.#versions(frame.section, frame.subsection);
    this.#missing.delete(keyOf(frame.section, frame.subsection));
    if (frame.version <= known.seats) return;
    known.seats = frame.version;
    known.counts = Math.max(known.counts, frame.version);
    this.emit("seats", frame);
  }

  /** Applies a change if it follows the known version. Counts are absolute, so they need no predecessor. */
  #onDelta({ from_version: from, seats, ...counts }) {
    const known = this.#versions(counts.section, counts.subsection);
    const applies = seats && known.seats >= 0 && from <= known.seats && known.seats < counts.version;
    if (seats && known.seats >= 0 && known.seats < from) this.#fetchLater(counts);
    if (seats && from === counts.version) this.#fetchLater(counts); // the server doesn't know which seats changed
    if (applies) known.seats = counts.version;
    if (counts.version > known.counts || applies) {
      known.counts = Math.max(known.counts, counts.version);
      this.emit("block", applies ? { ...counts, seats } : counts);
    }
  }

  #onTick(versions) {
    const behind = [];
    for (const [section, blocks] of Object.entries(versions)) {
      for (const [subsection, version] of Object.entries(blocks)) {
        const { seats } = this.#versions(section, +subsection);
        if (seats >= 0 && seats < version) behind.push({ section, subsection: +subsection, version });
      }
    }
    if (!behind.length) return;
    this.#timers.after("behind", TICK_GRACE_MS, () => {
      for (const block of behind) if (this.#versions(block.section, block.subsection).seats < block.version) this.#fetchLater(block);
    });
  }

  // --- Missing seats ----------------------------------------------------------------------------------

  /** Fetches the block again shortly, together with other blocks that turn out to be missing. */
  #fetchLater({ section, subsection }) {
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
    this.#timers.after("missing", FETCH_INTERVAL_MS, () => this.#fetchMissing());
    try {
      const response = await fetch(`/api/event/${this.#eventId}/seatmap`, { signal: AbortSignal.timeout(10_000) });
      if (!response.ok) throw new Error(response.statusText);
      for (const row of (await response.json()).sections) this.#onSeats(row);
    } catch {
      // The next tick or message detects the gap again.
    }
  }

  #isWatched(key) {
    return ["", key.split("\n")[0], key].some((name) => this.#watched.has(name));
  }

  #versions(section, subsection) {
    const key = keyOf(section, subsection);
    if (!this.#known.has(key)) this.#known.set(key, { counts: -1, seats: -1 });
    return this.#known.get(key);
  }

  // --- Sending ----------------------------------------------------------------------------------------

  #sendSelection() {
    if (!this.#selection || this.state !== "live") return;
    this.#selectedAt = Date.now();
    this.#connection.send(this.#selection);
    if (this.#selection.seats.length) this.#timers.after("select", SELECT_RENEWAL_MS, () => this.#sendSelection());
    else this.#selection = null;
  }
}

function watchKey(section, subsection) {
  if (section === undefined) return "";
  return subsection === undefined ? section : keyOf(section, subsection);
}
