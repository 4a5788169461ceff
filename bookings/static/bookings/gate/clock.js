/** The server's clock, as well as this device can tell it: scanners whose clocks differ must agree on who was first. */

const KEY = "gate-clock";
const GOOD_FOR_MS = 3_600_000; // clocks of phones drift by milliseconds in an hour

let known = JSON.parse(localStorage.getItem(KEY)) ?? { ahead: 0, trip: Infinity, at: 0 }; // all in ms

/**
 * Learns from an answer to a request sent at `sent` (Date.now()) that the server made at `iso`: about half-way, as NTP
 * has it. The error is at most half of the round trip, so the shortest one of the last hour counts.
 */
export function learn(iso, sent) {
  const now = Date.now();
  const trip = now - sent;
  const isFresh = Math.abs(now - known.at) < GOOD_FOR_MS;
  if (isFresh && trip > known.trip) return;
  known = { ahead: Date.parse(iso) - (sent + now) / 2, trip, at: now };
  localStorage.setItem(KEY, JSON.stringify(known));
}

/** Now, as an RFC 3339 time. */
export function now() {
  return new Date(Date.now() + known.ahead).toISOString();
}
