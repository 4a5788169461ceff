/**
 * Reads ticket codes and the numbers on tickets offline. bookings/tickets/codes.py describes the layout of a code,
 * bookings/references.py the references.
 */

const PAYLOAD_BYTES = 33;
const SIGNATURE_BYTES = 64;
const VERSION = 1;
const SIGNED = /^[\w-]{65,}$/; // what somebody types is shorter
const SERIAL = /^[0-7][0-9A-F]{15}$/; // 63 bits
const SEPARATORS = /[\s\u2010-\u2015\u2212-]/g;
const LOOK_ALIKES = { O: "0", I: "1", L: "1" };
const ALPHABET = "23456789CDFHJKMNPRTVWXY"; // of references
const REFERENCE = new RegExp(`^[${ALPHABET}]{8}$`);
const READ_AS = { 0: "D", O: "D", Q: "D", B: "8", G: "6", S: "5", U: "V", Z: "2" };
const TICKET_INITIALS = "NPRTVWXY";
const REFERENCE_LENGTH = 8;
const SERIAL_LENGTH = 16;
// What somebody may have typed from a ticket (bookings/checkin/ticket_codes.py): also at least one digit or hyphen.
const TYPED = /^(?=.*[\d-])[0-9A-Za-z\s\u2010-\u2015-]{1,40}$/s;

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

/** Whether the text has the form of a signed code, genuine or not. */
export function looksSigned(text) {
  return SIGNED.test(text);
}

/** The serial in a text that people typed, as printed ("2CAF-4CAF-E16B-B6AC"); null if it is none. */
export function serialFrom(text) {
  const digits = text.replace(SEPARATORS, "").toUpperCase().replace(/[OIL]/g, (char) => LOOK_ALIKES[char]);
  return SERIAL.test(digits) ? printed(digits) : null;
}

/** The reference in a text that people typed ("N7M2RX4D"), of a ticket or a booking; null if it is none. */
export function referenceFrom(text) {
  const letters = text.normalize("NFKC").toUpperCase().replace(/[^\p{L}\p{N}]/gu, "");
  const reference = letters.replace(/[0OQBGSUZ]/g, (char) => READ_AS[char]);
  return REFERENCE.test(reference) && remainder(reference) === 1 ? reference : null;
}

/**
 * What is wrong with a text that somebody typed as the number of a ticket, as a sentence; empty if nothing is, so that no
 * ticket may have the number; null if it can't be meant as a number.
 */
export function mistakeIn(text) {
  if (!TYPED.test(text)) return null;
  const { length } = text.replace(/[^0-9A-Za-z]/g, "");
  if (length === SERIAL_LENGTH) return "";
  if (length !== REFERENCE_LENGTH) return `The number of a ticket has 8 characters, or 16 if it is the serial; this has ${length}.`;
  return referenceFrom(text) ? "" : "There is a typing mistake in this number. Please compare each character.";
}

/** Whether the text is the number of a ticket. A reference without a digit may be a name, so it doesn't count. */
export function isTicketNumber(text) {
  const reference = /\d/.test(text) ? referenceFrom(text) : null;
  return Boolean(serialFrom(text) || (reference && isTicketReference(reference)));
}

/** Whether a reference is that of a ticket. */
export function isTicketReference(reference) {
  return TICKET_INITIALS.includes(reference[0]);
}

/** What the check character must make 1: ISO/IEC 7064, modulus 23, radix 5. */
function remainder(reference) {
  return [...reference].reduce((sum, char) => (5 * sum + ALPHABET.indexOf(char)) % ALPHABET.length, 0);
}

/** A serial in decimal, as in the manifest's list of void ones, as it is printed. */
export function serialOfDecimal(decimal) {
  return printed(BigInt(decimal).toString(16).toUpperCase().padStart(16, "0"));
}

/** What tells a ticket from all others, however it was entered: its serial, or the text itself if that has none. */
export function ticketKey(text) {
  return serialFrom(text) ?? contentOf(text)?.serial ?? text;
}

/**
 * The content of a code, whether or not its signature is genuine; null for anything else.
 *
 * @returns {{eventId: string, subsectionId: string, serial: string, position: number, validUntil: number} | null} ids
 *   are strings, because they may exceed 2^53; `validUntil` is in milliseconds since 1970
 */
export function contentOf(text) {
  const raw = bytesOf(text);
  if (raw?.length !== PAYLOAD_BYTES + SIGNATURE_BYTES || raw[0] !== VERSION) return null;
  const view = new DataView(raw.buffer);
  return {
    eventId: String(view.getBigUint64(1)),
    subsectionId: String(view.getBigUint64(9)),
    position: view.getUint32(17),
    serial: serialOfDecimal(view.getBigUint64(21)),
    validUntil: view.getUint32(29) * 1000,
  };
}

/** Whether the signature of a code is genuine. */
export async function isGenuine(text, key) {
  const raw = bytesOf(text);
  return crypto.subtle.verify({ name: "Ed25519" }, key, raw.subarray(PAYLOAD_BYTES), raw.subarray(0, PAYLOAD_BYTES));
}

function printed(digits) {
  return digits.match(/.{4}/g).join("-");
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
