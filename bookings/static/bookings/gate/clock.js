/** The server's clock, as well as this device can tell it: scanners whose clocks differ must agree on who was first. */

const KEY = "gate-clock";

let offset = Number(localStorage.getItem(KEY)) || 0; // ms by which the server is ahead

/** Learns from an answer that the server made at `iso`. It was on its way since, so the result is never ahead. */
export function learn(iso) {
  const seen = Date.parse(iso);
  if (Number.isNaN(seen)) return;
  offset = seen - Date.now();
  localStorage.setItem(KEY, String(offset));
}

/** Now, as an RFC 3339 time. */
export function now() {
  return new Date(Date.now() + offset).toISOString();
}
