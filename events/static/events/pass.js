/** The queue pass of an event: given by the waiting room, sent with each hold. Kept for this tab, or, without storage, not. */

const keyOf = (eventId) => `pass:${eventId}`;

/** Keeps a pass and the time of its end (RFC 3339). */
export function keepPass(eventId, pass, expiresAt) {
  try {
    sessionStorage.setItem(keyOf(eventId), JSON.stringify({ pass, expiresAt }));
  } catch {
    // No storage: the waiting room gives the pass again whenever it is asked.
  }
}

/** `{pass, expiresAt}`, or null: none was kept, or it is over. */
export function passOf(eventId) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(keyOf(eventId)));
    return kept && new Date(kept.expiresAt) > new Date() ? kept : null;
  } catch {
    return null;
  }
}

/** It is used up, or was never right. */
export function forgetPass(eventId) {
  try {
    sessionStorage.removeItem(keyOf(eventId));
  } catch {
    // Nothing was kept.
  }
}

/** The header of a hold; none without a pass. */
export function passHeader(eventId) {
  const kept = passOf(eventId);
  return kept ? { "X-Queue-Pass": kept.pass } : {};
}
