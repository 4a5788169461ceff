/** The queue pass of an event, issued by the waiting room and sent with each hold; stored for this tab. */

const keyOf = (eventId) => `pass:${eventId}`;

/** Stores a pass and the time it expires (RFC 3339). */
export function keepPass(eventId, pass, expiresAt) {
  try {
    sessionStorage.setItem(keyOf(eventId), JSON.stringify({ pass, expiresAt }));
  } catch {
    // Without storage, the waiting room issues the pass again on request.
  }
}

/** Returns the stored {pass, expiresAt}, or null if there is none or it has expired. */
export function passOf(eventId) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(keyOf(eventId)));
    return kept && new Date(kept.expiresAt) > new Date() ? kept : null;
  } catch {
    return null;
  }
}

/** Removes the stored pass, after it was used or refused. */
export function forgetPass(eventId) {
  try {
    sessionStorage.removeItem(keyOf(eventId));
  } catch {
    // Nothing was stored.
  }
}

/** Returns the request header with the pass; empty without a pass. */
export function passHeader(eventId) {
  const kept = passOf(eventId);
  return kept ? { "X-Queue-Pass": kept.pass } : {};
}
