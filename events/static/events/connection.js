/**
 * The line to an event's live feed: a WebSocket, reconnected with jittered back-off; server-sent events where WebSockets
 * don't get through. Knows nothing of what it carries but the first and the last word.
 */

import { Timers } from "../ticketing/timers.js";

const PATIENCE = 12_000; // ms without a word (a tick comes every 5 s) before a socket counts as dead
const FIRST_WAIT = 400; // ms before the second try; doubled with each failure, a random half of it taken off
const LONGEST_WAIT = 12_000;
const SOCKET_TRIES = 3; // failures in a row before server-sent events are tried
const SOCKET_AGAIN = 60_000; // ms on the stream before the socket is tried again
const FRAMES = 14; // we send at most so many in ten seconds; the server allows 20

/**
 * Events, each a CustomEvent with `detail`:
 * - `state`: "connecting" | "live" (WebSocket) | "stream" (server-sent events, as live) | "offline" (trying again)
 * - `frame` `{type, …}`: of the socket, and what else the event's stream says
 * - `update` `{initial, stats, sections, …}`: of the event's stream
 * - `booking` `{type, …}`: of the stream of the signed-in buyer's bookings
 * - `signed_out`: who was signed in is not any more, or by something else; the line goes on, as whoever he is now
 * - `gone`: there is no such event (any more); nothing follows
 */
export class Connection extends EventTarget {
  #eventId;
  #withBookings;
  #state = "idle";
  #socket = null;
  #streams = [];
  #failures = 0;
  #timers = new Timers();
  #heardAt = 0;
  #sentAt = [];
  #queue = [];

  /** `withBookings`: whether a buyer is signed in, whose bookings have a stream of their own. */
  constructor(eventId, withBookings) {
    super();
    this.#eventId = eventId;
    this.#withBookings = withBookings;
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
    this.#timers.clear();
    this.#closeSocket();
    this.#closeStreams();
    this.#state = "idle";
  }

  /** In order, and never so fast that the server would close the socket; lost with the socket. */
  send(frame) {
    this.#queue.push(frame);
    this.#flush();
  }

  // --- The socket -------------------------------------------------------------------------------------

  #openSocket() {
    this.#timers.cancel("retry");
    const address = new URL(`/ws/event/${this.#eventId}`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = (this.#socket = new WebSocket(address));
    this.#heardAt = Date.now();
    socket.onmessage = ({ data }) => {
      this.#heardAt = Date.now();
      this.#hear(JSON.parse(data));
    };
    socket.onclose = ({ code }) => socket === this.#socket && this.#closed(code);
    this.#timers.after("pulse", PATIENCE / 3, () => this.#checkPulse());
  }

  /** The first word of a socket is a snapshot: then it is there. */
  #hear(frame) {
    if (frame.type === "snapshot") {
      this.#closeStreams();
      this.#timers.cancel("retry");
      this.#failures = 0;
      this.#setState("live");
    }
    this.#tell("frame", frame);
  }

  #checkPulse() {
    if (this.#socket && Date.now() - this.#heardAt > PATIENCE) this.#closed(0);
    else if (this.#socket) this.#timers.after("pulse", PATIENCE / 3, () => this.#checkPulse());
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
    if (code === 4401) this.#tell("signed_out", {});
    this.#failures += 1;
    if (this.#streams.length) {
      this.#timers.after("retry", SOCKET_AGAIN, () => this.#openSocket()); // the stream is there, so there is no hurry
      return;
    }
    // One lost connection is made up for at once and is not worth a word of alarm.
    this.#setState(this.#failures > 1 || !navigator.onLine ? "offline" : "connecting");
    const next = this.#failures % (SOCKET_TRIES + 1) === SOCKET_TRIES ? () => this.#openStreams() : () => this.#openSocket();
    this.#timers.after("retry", this.#wait(code), next);
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

  // --- The streams ------------------------------------------------------------------------------------

  #openStreams() {
    const stream = new EventSource(`/api/event/${this.#eventId}/sse`);
    this.#streams = [stream];
    stream.addEventListener("initial_status", ({ data }) => this.#streamed(JSON.parse(data), true));
    stream.addEventListener("status_update", ({ data }) => this.#streamed(JSON.parse(data), false));
    stream.addEventListener("event_updated", ({ data }) => this.#tell("frame", { type: "event_updated", ...JSON.parse(data) }));
    stream.onerror = () => this.#streamBroke(stream);
    if (this.#withBookings) this.#openBookings();
    this.#timers.after("retry", SOCKET_AGAIN, () => this.#openSocket());
  }

  #openBookings() {
    const stream = new EventSource(`/api/booking/event/${this.#eventId}/sse`);
    this.#streams.push(stream);
    stream.addEventListener("status_update", ({ data }) => {
      const { booking_id: id, ...booking } = JSON.parse(data);
      this.#tell("booking", { type: "booking", booking: { id, ...booking } });
    });
    stream.addEventListener("booking_expiring", ({ data }) => this.#tell("booking", { type: "expiring", ...JSON.parse(data) }));
    for (const type of ["queue_position", "admitted", "queue_left"]) {
      stream.addEventListener(type, ({ data }) => this.#tell("booking", { type, ...JSON.parse(data) }));
    }
  }

  #streamed(update, initial) {
    this.#failures = 0;
    if (this.#state === "live") return;
    this.#setState("stream");
    this.#tell("update", { ...update, initial });
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

  // --- Saying -----------------------------------------------------------------------------------------

  #flush() {
    const now = Date.now();
    this.#sentAt = this.#sentAt.filter((at) => now - at < 10_500);
    while (this.#queue.length && this.#sentAt.length < FRAMES && this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify(this.#queue.shift()));
      this.#sentAt.push(now);
    }
    if (this.#queue.length) this.#timers.after("flush", 500, () => this.#flush());
  }

  #setState(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.#tell("state", state);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
