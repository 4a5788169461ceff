/** A new random value for the `Idempotency-Key` header. Send the same key again to repeat a request safely. */
export function newIdempotencyKey() {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}
