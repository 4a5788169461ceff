/** An estimate of the server's clock, so that scanners whose clocks differ agree on which scan was first. */

const KEY = "gate-clock";
const GOOD_FOR_MS = 3_600_000; // the clocks of phones drift by milliseconds in an hour

// The offset of the server's clock, the round trip it was measured with, and when; all in ms.
let measured = JSON.parse(localStorage.getItem(KEY)) ?? { ahead: 0, trip: Infinity, at: 0 };

/**
 * Measures the offset from a response. Like NTP, it assumes that the server answered halfway through the round trip.
 * The error is at most half of the round trip, so the shortest round trip of the last hour counts.
 *
 * @param {string} iso the server's time in the response
 * @param {number} sent when the request was sent (Date.now())
 */
export function measure(iso, sent) {
  const now = Date.now();
  const trip = now - sent;
  const isFresh = Math.abs(now - measured.at) < GOOD_FOR_MS;
  if (isFresh && trip > measured.trip) return;
  measured = { ahead: Date.parse(iso) - (sent + now) / 2, trip, at: now };
  localStorage.setItem(KEY, JSON.stringify(measured));
}

/** The server's current time, in RFC 3339. */
export function now() {
  return new Date(Date.now() + measured.ahead).toISOString();
}
