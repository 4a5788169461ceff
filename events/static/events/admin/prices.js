/** Prices as people type them, and as minor units. Digits are moved as text, so nothing is ever rounded. */

import { decimals, money } from "../../ticketing/format.js";

const WRITTEN = /^(\d{1,15})(?:\.(\d*))?$/;

/** "45" or "45.00" in "USD" is 4500; null if it can't be read, or has more decimals than the currency. */
export function minorUnits(text, currency) {
  const [, whole, fraction = ""] = WRITTEN.exec(text.trim()) ?? [];
  const digits = decimals(currency);
  if (whole === undefined || /[1-9]/.test(fraction.slice(digits))) return null;
  const minor = Number(whole + fraction.slice(0, digits).padEnd(digits, "0"));
  return Number.isSafeInteger(minor) ? minor : null;
}

/** 4500 in "USD" is "45.00", as it is typed. */
export function typed(minor, currency) {
  const digits = decimals(currency);
  const text = String(minor).padStart(digits + 1, "0");
  return digits ? `${text.slice(0, -digits)}.${text.slice(-digits)}` : text;
}

/** As it is read: with the currency's sign; while the currency itself is still being typed, without. */
export function shown(minor, currency) {
  return /^[A-Z]{3}$/.test(currency) ? money(minor, currency) : typed(minor, currency);
}
