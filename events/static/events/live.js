/**
 * The live feed of one event, as docs/live.md describes it: always right, and honest about not being live.
 *
 * A WebSocket, reconnected with jittered back-off; server-sent events where WebSockets don't get through. Versions
 * are checked here: what arrives late or twice is swallowed, what is missing is fetched. Whoever listens may apply
 * each event as it comes.
 */

import { tellReadOnly } from "../ticketing/read_only.js";

const PATIENCE = 12_000; // ms without a word (a tick comes every 5 s) before a socket counts as dead
const FIRST_WAIT = 400; // ms before the second try; doubled with each failure, a random half of it taken off
const LONGEST_WAIT = 12_000;
const SOCKET_TRIES = 3; // failures in a row before server-sent events are tried
const SOCKET_AGAIN = 60_000; // ms on the stream before the socket is tried again
const FRAMES = 14; // we send at most so many in ten seconds; the server allows 20
const SELECT_EVERY = 1_100; // ms between two `selecting` frames
const SELECT_AGAIN = 12_000; // ms; marks fade on the others' maps unless they are renewed
const TICK_GRACE = 1_500; // ms a change may be under way before a tick's version proves it lost
const FETCH_EVERY = 3_000; // ms between two fetches of the seat map

const keyOf = (section, subsection) => `${section}\n${subsection}`;

/**
 * Events, each a CustomEvent with `detail`:
 * - `state`: "connecting" | "live" (WebSocket) | "stream" (server-sent events, as live) | "offline" (trying again)
 * - `snapshot` `{stats, sections}`: all section rows, also after each reconnect
 * - `block` `{section, subsection, available, reserved, sold, version, seats?: {"row-seat": status}}`
 * - `seats` `{section, subsection, version, seats}`: all letters of a block, as they are at `version`
 * - `booking` `{booking}`, `expiring` `{booking_id, seconds_left}`: the signed-in buyer's
 * - `selecting` `{section, subsection, seats, viewer}`: what another viewer looks at; an empty list clears it
 * - `queue_position` `{position, ahead, eta_seconds, …}`, `admitted` `{pass, expires_at}`, `queue_left`: his place in line
 * - `gone`: there is no such event (any more); nothing follows
 * Other frames of the server are dispatched under their type.
 */
export class LiveFeed extends EventTarget {
  #eventId;
  #withBookings;
  #state = "idle";
  #socket = null;
  #streams = [];
  #failures = 0;
  #timers = new Map();
  #heardAt = 0;
  #sentAt = [];
  #queue = [];
  #watching = new Map(); // "" is all, a section's name, or a block's key → the frame that asks for it
  #known = new Map(); // block's key → {counts, seats}: versions; seats is -1 until its letters are known
  #missing = new Set();
  #selection = null;
  #selectedAt = 0;

  /** @param {number|string} eventId  @param {{bookings?: boolean}} options whether a buyer is signed in */
  constructor(eventId, { bookings = true } = {}) {
    super();
    this.#eventId = eventId;
    this.#withBookings = bookings;
  }

  /** "idle" before `start` and after `stop`; else as the event `state` tells. */
  get state() {
    return this.#state;
  }

  start() {
    addEventListener("online", this.#hurry);
    addEventListener("offline", this.#lose);
    document.addEventListener("visibilitychange", this.#hurry);
    addEventListener("pageshow", this.#hurry);
    this.#setState("connecting");
    this.#openSocket();
  }

  stop() {
    removeEventListener("online", this.#hurry);
    removeEventListener("offline", this.#lose);
    document.removeEventListener("visibilitychange", this.#hurry);
    removeEventListener("pageshow", this.#hurry);
    for (const name of [...this.#timers.keys()]) this.#clear(name);
    this.#closeSocket();
    this.#closeStreams();
    this.#state = "idle";
  }

  /** Follows the seats of a block, of a section, or of all blocks; `seats` of each comes first. */
  watch(section, subsection) {
    const frame = { type: "watch", section, subsection };
    this.#watching.set(watchKey(section, subsection), frame);
    if (this.#state === "live") this.#send(frame);
  }

  unwatch(section, subsection) {
    this.#watching.delete(watchKey(section, subsection));
    if (this.#state === "live") this.#send({ type: "unwatch", section, subsection });
  }

  /** Shows the others which seats (at most 10, "row-seat") are looked at here; an empty list takes it back. */
  select(section, subsection, seats) {
    this.#selection = { type: "selecting", section, subsection, seats };
    this.#after("select", this.#selectedAt + SELECT_EVERY - Date.now(), () => this.#tellSelection());
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

  // --- Connecting -------------------------------------------------------------------------------------

  #openSocket() {
    this.#clear("retry");
    const address = new URL(`/ws/event/${this.#eventId}`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = (this.#socket = new WebSocket(address));
    this.#heardAt = Date.now();
    socket.onmessage = ({ data }) => {
      this.#heardAt = Date.now();
      this.#hear(JSON.parse(data));
    };
    socket.onclose = ({ code }) => socket === this.#socket && this.#closed(code);
    this.#after("pulse", PATIENCE / 3, () => this.#checkPulse());
  }

  #checkPulse() {
    if (this.#socket && Date.now() - this.#heardAt > PATIENCE) this.#closed(0);
    else if (this.#socket) this.#after("pulse", PATIENCE / 3, () => this.#checkPulse());
  }

  #closeSocket() {
    const socket = this.#socket;
    this.#socket = null;
    this.#queue = [];
    if (socket) socket.onmessage = socket.onclose = null;
    socket?.close();
  }

  #closed(code) {
    this.#closeSocket();
    if (code === 4404) {
      this.stop();
      this.#tell("gone", {});
      return;
    }
    this.#failures += 1;
    if (this.#streams.length) {
      this.#after("retry", SOCKET_AGAIN, () => this.#openSocket()); // the stream is there, so there is no hurry
      return;
    }
    // One lost connection is made up for at once and is not worth a word of alarm.
    this.#setState(this.#failures > 1 || !navigator.onLine ? "offline" : "connecting");
    const next = this.#failures % (SOCKET_TRIES + 1) === SOCKET_TRIES ? () => this.#openStreams() : () => this.#openSocket();
    this.#after("retry", this.#wait(code), next);
  }

  #wait(code) {
    const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(this.#failures - 1, 6));
    return longest * (0.5 + Math.random() / 2) + (code === 4429 ? 10_000 : 0);
  }

  /** The network or the reader came back: no reason to wait any longer. */
  #hurry = () => {
    const waiting = this.#state === "offline" || this.#state === "connecting";
    if (document.visibilityState !== "visible" || !waiting) return;
    if (!this.#socket && !this.#streams.length) this.#openSocket();
  };

  #lose = () => {
    if (this.#state !== "live" && this.#state !== "stream") return;
    this.#closeStreams();
    this.#closed(0);
  };

  #openStreams() {
    const stream = new EventSource(`/api/event/${this.#eventId}/sse`);
    this.#streams = [stream];
    stream.addEventListener("initial_status", ({ data }) => this.#streamed(JSON.parse(data), true));
    stream.addEventListener("status_update", ({ data }) => this.#streamed(JSON.parse(data), false));
    stream.onerror = () => this.#streamBroke(stream);
    if (this.#withBookings) this.#openBookings();
    this.#after("retry", SOCKET_AGAIN, () => this.#openSocket());
  }

  #openBookings() {
    const stream = new EventSource(`/api/booking/event/${this.#eventId}/sse`);
    this.#streams.push(stream);
    stream.addEventListener("status_update", ({ data }) => {
      const { booking_id: id, ...booking } = JSON.parse(data);
      this.#tell("booking", { booking: { id, ...booking } });
    });
    stream.addEventListener("booking_expiring", ({ data }) => this.#tell("expiring", JSON.parse(data)));
    for (const type of ["queue_position", "admitted", "queue_left"]) {
      stream.addEventListener(type, ({ data }) => this.#tell(type, JSON.parse(data)));
    }
  }

  #streamed({ stats, sections }, initial) {
    this.#failures = 0;
    if (this.#state === "live") return;
    this.#setState("stream");
    if (initial) this.#hearSnapshot({ stats, sections });
    else sections.forEach((row) => this.#hearDelta(row));
  }

  /** The browser itself reconnects a stream that broke, but not one that was refused. */
  #streamBroke(stream) {
    if (stream.readyState !== EventSource.CLOSED) {
      this.#setState("offline");
      return;
    }
    this.#closeStreams();
    this.#closed(0);
  }

  #closeStreams() {
    for (const stream of this.#streams) stream.close();
    this.#streams = [];
  }

  // --- Hearing ----------------------------------------------------------------------------------------

  #hear({ type, ...frame }) {
    switch (type) {
      case "snapshot":
        this.#live();
        return this.#hearSnapshot(frame);
      case "seats":
        return this.#hearSeats(frame);
      case "seats_changed":
      case "counts_changed":
        return this.#hearDelta(frame);
      case "tick":
        tellReadOnly(frame.read_only === true);
        return this.#hearTick(frame.versions);
      case "booking_updated":
        return this.#tell("booking", frame);
      case "booking_expiring":
        return this.#tell("expiring", frame);
      default:
        return this.#tell(type, frame);
    }
  }

  #live() {
    this.#closeStreams();
    this.#clear("retry");
    this.#failures = 0;
    this.#setState("live");
    this.#watching.forEach((frame) => this.#send(frame));
    this.#tellSelection();
  }

  #hearSnapshot({ stats, sections }) {
    for (const row of sections) {
      const known = this.#versions(row.section, row.subsection);
      known.counts = Math.max(known.counts, row.version);
      if (known.seats >= 0 && known.seats < row.version && this.#state === "stream") this.#miss(row);
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
    this.#after("behind", TICK_GRACE, () => {
      for (const block of behind) if (this.#versions(block.section, block.subsection).seats < block.version) this.#miss(block);
    });
  }

  // --- What is missing --------------------------------------------------------------------------------

  /** Fetches the block again, together with whatever else turns out to be missing in this moment. */
  #miss({ section, subsection }) {
    this.#missing.add(keyOf(section, subsection));
    if (!this.#timers.has("missing")) this.#after("missing", 50, () => this.#fetchMissing());
  }

  #fetchMissing() {
    const watched = [...this.#missing].filter((key) => this.#isWatched(key));
    if (this.#state === "live" && watched.length === this.#missing.size && watched.length <= 5) {
      for (const key of watched) {
        const [section, subsection] = key.split("\n");
        this.#send({ type: "watch", section, subsection: +subsection });
      }
      this.#missing.clear();
    } else if (this.#missing.size) {
      this.#fetchMap();
    }
  }

  async #fetchMap() {
    this.#missing.clear();
    this.#after("missing", FETCH_EVERY, () => this.#fetchMissing());
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
    if (!this.#selection || this.#state !== "live") return;
    this.#selectedAt = Date.now();
    this.#send(this.#selection);
    if (this.#selection.seats.length) this.#after("select", SELECT_AGAIN, () => this.#tellSelection());
    else this.#selection = null;
  }

  /** In order, and never so fast that the server would close the socket. */
  #send(frame) {
    this.#queue.push(frame);
    this.#flush();
  }

  #flush() {
    const now = Date.now();
    this.#sentAt = this.#sentAt.filter((at) => now - at < 10_500);
    while (this.#queue.length && this.#sentAt.length < FRAMES && this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify(this.#queue.shift()));
      this.#sentAt.push(now);
    }
    if (this.#queue.length) this.#after("flush", 500, () => this.#flush());
  }

  #setState(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.#tell("state", state);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** One timer of each name; setting it again replaces it. */
  #after(name, milliseconds, action) {
    this.#clear(name);
    const run = () => {
      this.#timers.delete(name);
      action();
    };
    this.#timers.set(name, setTimeout(run, Math.max(0, milliseconds)));
  }

  #clear(name) {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
}

function watchKey(section, subsection) {
  if (section === undefined) return "";
  return subsection === undefined ? section : keyOf(section, subsection);
}
