/** Converts prices between text and minor units, digit by digit, so that nothing is rounded. */

import { decimals, money } from "../../ticketing/format.js";

const DECIMAL = /^(\d{1,15})(?:\.(\d*))?$/;

/** "45" or "45.00" in "USD" is 4500; null if it isn't a number or has more decimals than the currency. */
export function minorUnits(text, currency) {
  const [, whole, fraction = ""] = DECIMAL.exec(text.trim()) ?? [];
  const digits = decimals(currency);
  if (whole === undefined || /[1-9]/.test(fraction.slice(digits))) return null;
  const minor = Number(whole + fraction.slice(0, digits).padEnd(digits, "0"));
  return Number.isSafeInteger(minor) ? minor : null;
}

/** 4500 in "USD" is "45.00", as in a form field. */
export function inputPrice(minor, currency) {
  const digits = decimals(currency);
  const text = String(minor).padStart(digits + 1, "0");
  return digits ? `${text.slice(0, -digits)}.${text.slice(-digits)}` : text;
}

/** 4500 in "USD" is "$45.00"; without a symbol while the currency code is incomplete. */
export function displayPrice(minor, currency) {
  return /^[A-Z]{3}$/.test(currency) ? money(minor, currency) : inputPrice(minor, currency);
}
