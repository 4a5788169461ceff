/** Reads and verifies ticket codes offline. bookings/tickets/codes.py describes their layout. */

const PAYLOAD_BYTES = 33;
const SIGNATURE_BYTES = 64;
const VERSION = 1;

/**
 * The key that verifies the signatures of ticket codes.
 *
 * @param {string} publicKey Ed25519, base64url
 * @returns {Promise<CryptoKey | null>} null if this browser's WebCrypto has no Ed25519
 */
export async function importKey(publicKey) {
  try {
    return await crypto.subtle.importKey("raw", bytesOf(publicKey), { name: "Ed25519" }, false, ["verify"]);
  } catch {
    return null;
  }
}

/**
 * The content of a genuine code; null for anything else.
 *
 * @returns {Promise<{eventId: string, serial: string, position: number, validUntil: number} | null>} ids are
 *   strings, because they may exceed 2^53; `validUntil` is in milliseconds since 1970
 */
export async function readCode(text, key) {
  const raw = bytesOf(text);
  if (raw?.length !== PAYLOAD_BYTES + SIGNATURE_BYTES || raw[0] !== VERSION) return null;
  const payload = raw.subarray(0, PAYLOAD_BYTES);
  const genuine = await crypto.subtle.verify({ name: "Ed25519" }, key, raw.subarray(PAYLOAD_BYTES), payload);
  if (!genuine) return null;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  return {
    eventId: String(view.getBigUint64(1)),
    position: view.getUint32(17),
    serial: String(view.getBigUint64(21)),
    validUntil: view.getUint32(29) * 1000,
  };
}

/** Decodes base64url without padding; null if the text is not base64url. */
function bytesOf(text) {
  if (!/^[\w-]+$/.test(text)) return null;
  try {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
}
