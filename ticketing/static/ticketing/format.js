/** Amounts, dates and times in the reader's own locale and time zone. */

// ISO 4217: the currencies whose minor unit is not a hundredth. The same table as in events/money.py.
const NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(" ");
const THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND".split(" ");

const locale = undefined; // the reader's
const formats = new Map();

/** How many decimals a currency's amounts are written with. */
export function decimals(currency) {
  return NO_DECIMALS.includes(currency) ? 0 : THREE_DECIMALS.includes(currency) ? 3 : 2;
}

/** An amount in minor units: money(2050, "USD") is "$20.50" to an American. */
export function money(minor, currency) {
  const digits = decimals(currency);
  const options = { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits };
  return cached(Intl.NumberFormat, options).format(minor / 10 ** digits);
}

/** A whole number with the reader's separators. */
export function count(number) {
  return cached(Intl.NumberFormat, {}).format(number);
}

/** Day, date and time with the time zone's short name; `timeZone` (IANA) instead of the reader's. */
export function dateTime(iso, timeZone) {
  return timeFormat(timeZone).format(new Date(iso));
}

/** From start to end, naming the day once if it is the same; without an end just the start. */
export function dateRange(startIso, endIso, timeZone) {
  return endIso
    ? timeFormat(timeZone).formatRange(new Date(startIso), new Date(endIso))
    : dateTime(startIso, timeZone);
}

/** A part of a date: "day" (2), "month" (Dec 2026), "weekday-time" (Wednesday, 7 PM CET) or "date" (all of it). */
export function datePart(iso, part) {
  const options = {
    day: { day: "numeric" },
    month: { month: "short", year: "numeric" },
    "weekday-time": { weekday: "long", hour: "numeric", minute: "2-digit", timeZoneName: "short" },
    date: { dateStyle: "full" },
  }[part];
  return cached(Intl.DateTimeFormat, options).format(new Date(iso));
}

/** Seconds as a clock: 75 is "1:15", 3675 is "1:01:15". Never below zero. */
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

// Making a formatter costs a thousand times what using it does.
function cached(Format, options) {
  const key = Format.name + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Format(locale, options));
  return formats.get(key);
}
