/**
 * The connection of an event's live feed: a WebSocket, reconnected with jittered back-off, or server-sent events (SSE)
 * where WebSockets don't get through. It passes frames on without interpreting them.
 */

import { Emitter } from "../ticketing/emitter.js";
import { Timers } from "../ticketing/timers.js";

const SILENCE_MS = 12_000; // without a frame (a tick comes every 5 s) before a socket counts as dead
const FIRST_WAIT_MS = 400; // before the first retry; doubles with each failure, minus a random part of up to half
const LONGEST_WAIT_MS = 12_000;
const SOCKET_TRIES = 3; // failures in a row before SSE is tried
const SOCKET_RETRY_MS = 60_000; // on SSE before the socket is tried again
const MAX_FRAMES = 14; // sent in ten seconds; the server allows 20

/**
 * Events, each a CustomEvent with `detail`:
 * - `state`: "connecting" | "live" (WebSocket) | "stream" (SSE, just as live) | "offline" (reconnecting)
 * - `frame` `{type, …}`: a frame of the WebSocket, or any other message of the event's SSE stream
 * - `update` `{initial, stats, sections, …}`: a status message of the event's SSE stream
 * - `booking` `{type, …}`: a message of the SSE stream of the signed-in buyer's bookings
 * - `signed_out`: the session has ended or now belongs to another user; the connection is renewed
 * - `gone`: the event doesn't exist (any more); no further events follow
 */
export class Connection extends Emitter {
  #eventId;
  #withBookings;
  #state = "idle";
  #socket = null;
  #streams = [];
  #failures = 0;
  #timers = new Timers();
  #lastFrameAt = 0;
  #sentAt = [];
  #queue = [];

  /** @param {number|string} eventId  @param {boolean} withBookings whether to open the signed-in buyer's SSE stream, too */
  constructor(eventId, withBookings) {
    super();
    this.#eventId = eventId;
    this.#withBookings = withBookings;
  }

  /** "idle" before `start` and after `stop`, otherwise the last `state` event. */
  get state() {
    return this.#state;
  }

  start() {
    addEventListener("online", this.#retryNow);
    addEventListener("offline", this.#onOffline);
    document.addEventListener("visibilitychange", this.#retryNow);
    addEventListener("pageshow", this.#retryNow);
    this.#setState("connecting");
    this.#openSocket();
  }

  stop() {
    removeEventListener("online", this.#retryNow);
    removeEventListener("offline", this.#onOffline);
    document.removeEventListener("visibilitychange", this.#retryNow);
    removeEventListener("pageshow", this.#retryNow);
    this.#timers.clear();
    this.#closeSocket();
    this.#closeStreams();
    this.#state = "idle";
  }

  /** Sends frames in order and below the server's rate limit. Unsent frames are dropped when the socket closes. */
  send(frame) {
    this.#queue.push(frame);
    this.#flush();
  }

  // --- WebSocket --------------------------------------------------------------------------------------

  #openSocket() {
    this.#timers.cancel("retry");
    const address = new URL(`/ws/event/${this.#eventId}`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = (this.#socket = new WebSocket(address));
    this.#lastFrameAt = Date.now();
    socket.onmessage = ({ data }) => {
      this.#lastFrameAt = Date.now();
      this.#onFrame(JSON.parse(data));
    };
    socket.onclose = ({ code }) => socket === this.#socket && this.#onClose(code);
    this.#timers.after("silence", SILENCE_MS / 3, () => this.#checkSilence());
  }

  /** The first frame is a snapshot; with it the connection is live. */
  #onFrame(frame) {
    if (frame.type === "snapshot") {
      this.#closeStreams();
      this.#timers.cancel("retry");
      this.#failures = 0;
      this.#setState("live");
    }
    this.emit("frame", frame);
  }

  #checkSilence() {
    if (this.#socket && Date.now() - this.#lastFrameAt > SILENCE_MS) this.#onClose(0);
    else if (this.#socket) this.#timers.after("silence", SILENCE_MS / 3, () => this.#checkSilence());
  }

  #closeSocket() {
    const socket = this.#socket;
    this.#socket = null;
    this.#queue = [];
    if (socket) socket.onmessage = socket.onclose = null;
    socket?.close();
  }

  #onClose(code) {
    this.#closeSocket();
    if (code === 4404) {
      this.stop();
      this.emit("gone");
      return;
    }
    if (code === 4401) this.emit("signed_out");
    this.#failures += 1;
    if (this.#streams.length) {
      this.#timers.after("retry", SOCKET_RETRY_MS, () => this.#openSocket()); // SSE is connected, so there is no hurry
      return;
    }
    // A single lost connection is replaced at once; the page doesn't show it as offline.
    this.#setState(this.#failures > 1 || !navigator.onLine ? "offline" : "connecting");
    const next = this.#failures % (SOCKET_TRIES + 1) === SOCKET_TRIES ? () => this.#openStreams() : () => this.#openSocket();
    this.#timers.after("retry", this.#delay(code), next);
  }

  #delay(code) {
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(this.#failures - 1, 6));
    return longest * (0.5 + Math.random() / 2) + (code === 4429 ? 10_000 : 0);
  }

  /** Reconnects at once when the network or the user is back. */
  #retryNow = () => {
    const waiting = this.#state === "offline" || this.#state === "connecting";
    if (document.visibilityState !== "visible" || !waiting) return;
    if (!this.#socket && !this.#streams.length) this.#openSocket();
  };

  #onOffline = () => {
    if (this.#state !== "live" && this.#state !== "stream") return;
    this.#closeStreams();
    this.#onClose(0);
  };

  // --- Server-sent events -----------------------------------------------------------------------------

  #openStreams() {
    const stream = new EventSource(`/api/event/${this.#eventId}/sse`);
    this.#streams = [stream];
    stream.addEventListener("initial_status", ({ data }) => this.#onUpdate(JSON.parse(data), true));
    stream.addEventListener("status_update", ({ data }) => this.#onUpdate(JSON.parse(data), false));
    stream.addEventListener("event_updated", ({ data }) => this.emit("frame", { type: "event_updated", ...JSON.parse(data) }));
    stream.onerror = () => this.#onStreamError(stream);
    if (this.#withBookings) this.#openBookings();
    this.#timers.after("retry", SOCKET_RETRY_MS, () => this.#openSocket());
  }

  #openBookings() {
    const stream = new EventSource(`/api/booking/event/${this.#eventId}/sse`);
    this.#streams.push(stream);
    stream.addEventListener("status_update", ({ data }) => {
      const { booking_id: id, ...booking } = JSON.parse(data);
      this.emit("booking", { type: "booking", booking: { id, ...booking } });
    });
    stream.addEventListener("booking_expiring", ({ data }) => this.emit("booking", { type: "expiring", ...JSON.parse(data) }));
    for (const type of ["queue_position", "admitted", "queue_left"]) {
      stream.addEventListener(type, ({ data }) => this.emit("booking", { type, ...JSON.parse(data) }));
    }
  }

  #onUpdate(update, initial) {
    this.#failures = 0;
    if (this.#state === "live") return;
    this.#setState("stream");
    this.emit("update", { ...update, initial });
  }

  /** The browser reconnects a broken stream itself, but not a refused one. */
  #onStreamError(stream) {
    if (stream.readyState !== EventSource.CLOSED) {
      this.#setState("offline");
      return;
    }
    this.#closeStreams();
    this.#onClose(0);
  }

  #closeStreams() {
    for (const stream of this.#streams) stream.close();
    this.#streams = [];
  }

  // --- Sending and state ------------------------------------------------------------------------------

  #flush() {
    const now = Date.now();
    this.#sentAt = this.#sentAt.filter((at) => now - at < 10_500);
    while (this.#queue.length && this.#sentAt.length < MAX_FRAMES && this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify(this.#queue.shift()));
      this.#sentAt.push(now);
    }
    if (this.#queue.length) this.#timers.after("flush", 500, () => this.#flush());
  }

  #setState(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.emit("state", state);
  }
}
