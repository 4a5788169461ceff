/** Formats amounts, dates and times in the user's locale and time zone. */

// ISO 4217: currencies whose minor unit isn't a hundredth. A test compares them with core/money/currencies.py.
const NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(" ");
const THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND".split(" ");

const locale = undefined; // the browser's
const formats = new Map();

/** Returns the number of decimals of a currency's amounts. */
export function decimals(currency) {
  return NO_DECIMALS.includes(currency) ? 0 : THREE_DECIMALS.includes(currency) ? 3 : 2;
}

/** Formats an amount in minor units: money(2050, "USD") is "$20.50" in en-US. */
export function money(minor, currency) {
  const digits = decimals(currency);
  const options = { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits };
  return cached(Intl.NumberFormat, options).format(minor / 10 ** digits);
}

/** Formats a price or the total of a booking as buyers see it: "Free" for 0. */
export function priceText(minor, currency) {
  return minor ? money(minor, currency) : "Free";
}

/** Formats a whole number with separators. */
export function count(number) {
  return cached(Intl.NumberFormat, {}).format(number);
}

/** Formats weekday, date and time with the time zone's short name. `timeZone` (IANA) replaces the user's. */
export function dateTime(iso, timeZone) {
  return timeFormat(timeZone).format(new Date(iso));
}

/** Formats a range; the date appears once if both are on the same day. Without an end, formats the start. */
export function dateRange(startIso, endIso, timeZone) {
  return endIso
    ? timeFormat(timeZone).formatRange(new Date(startIso), new Date(endIso))
    : dateTime(startIso, timeZone);
}

/** Formats a part of a date: "day" (2), "month" (Dec 2026), "weekday-time" (Wednesday, 7 PM CET) or "date" (full). */
export function datePart(iso, part) {
  const options = {
    day: { day: "numeric" },
    month: { month: "short", year: "numeric" },
    "weekday-time": { weekday: "long", hour: "numeric", minute: "2-digit", timeZoneName: "short" },
    date: { dateStyle: "full" },
  }[part];
  return cached(Intl.DateTimeFormat, options).format(new Date(iso));
}

/** Formats seconds: 75 is "1:15", 3675 is "1:01:15". Negative numbers count as zero. */
export function duration(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, index) => (index ? String(part).padStart(2, "0") : String(part))).join(":");
}

function timeFormat(timeZone) {
  return cached(Intl.DateTimeFormat, {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: "short",
    timeZone,
  });
}

// Creating a formatter is a thousand times slower than using it.
function cached(Format, options) {
  const key = Format.name + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Format(locale, options));
  return formats.get(key);
}
