/**
 * Writes amounts, numbers, dates, times and names for people, as the server does (core/money/amounts.py, core/text/times.py
 * and directions.py); a test compares both. The language is that of the pages, English; the time zone is the user's, unless one is named.
 */

// ISO 4217: currencies whose minor unit isn't a hundredth. A test compares them with core/money/currencies.py.
const NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(" ");
const THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND".split(" ");
const WITHOUT_SYMBOL = ["XCG"]; // written with their codes: not everybody's data have a symbol

const LOCALE = "en";
const formats = new Map();

/** Returns the number of decimals of a currency's amounts. */
export function decimals(currency) {
  return NO_DECIMALS.includes(currency) ? 0 : THREE_DECIMALS.includes(currency) ? 3 : 2;
}

/** Formats an amount in minor units: money(2050, "USD") is "$20.50"; "CHF" is "CHF 20.50" with a no-break space. */
export function money(minor, currency) {
  const digits = decimals(currency);
  const currencyDisplay = WITHOUT_SYMBOL.includes(currency) ? "code" : "symbol";
  const fraction = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const options = { style: "currency", currency, currencyDisplay, ...fraction };
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

/** Formats a share from 0 to 1: 0.125 is "12.5%". Less than everything never rounds up to 100 %. */
export function percent(share, digits = 1) {
  const shown = share < 1 ? Math.min(share, 1 - 0.01 / 10 ** digits) : share;
  return cached(Intl.NumberFormat, { style: "percent", maximumFractionDigits: digits }).format(shown);
}

// Letters that are read from the right, marks of this direction, and Arabic digits.
const RIGHT_TO_LEFT = /[\u0590-\u06ef\u06fa-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** Returns a name, to be put into a sentence or beside others, between marks that keep its direction to itself: of "1א", too. */
export function isolated(name) {
  return RIGHT_TO_LEFT.test(name) ? `\u2068${name}\u2069` : name;
}

const date = (t) => `${t.weekday} ${t.day} ${t.month} ${t.year}`;
const clock = (t) => `${t.hour}:${t.minute}`;
const seconds = (t) => `${clock(t)}:${t.second}`;
const FORMS = {
  "date-time": (t) => `${date(t)}, ${clock(t)} ${t.zone}`,
  "date-time-seconds": (t) => `${date(t)}, ${seconds(t)} ${t.zone}`,
  "date-clock": (t) => `${date(t)}, ${clock(t)}`,
  date,
  time: (t) => `${clock(t)} ${t.zone}`,
  "time-seconds": (t) => `${seconds(t)} ${t.zone}`,
  clock,
  "clock-seconds": seconds,
  "weekday-time": (t) => `${t.weekday}, ${clock(t)} ${t.zone}`,
  day: (t) => t.day,
  month: (t) => `${t.month} ${t.year}`,
};

/** Formats a Date, or what its constructor takes, in one of FORMS: "Sat 1 May 2027, 19:00 UTC+2". `zone` is an IANA name. */
export function timeText(when, form = "date-time", zone) {
  return FORMS[form](partsOf(when, zone));
}

/**
 * Formats a range: "Sat 1 May 2027, 19:00–22:00 UTC+2". The date appears twice if it changes. So does the zone: on a
 * night in which clocks are changed, the end has another one.
 */
export function rangeText(start, end, zone) {
  const [begins, ends] = [partsOf(start, zone), partsOf(end, zone)];
  const [sameDay, sameZone] = [date(begins) === date(ends), begins.zone === ends.zone];
  const first = FORMS[sameZone ? "date-clock" : "date-time"](begins);
  const last = FORMS[sameDay ? "time" : "date-time"](ends);
  return sameDay && sameZone ? `${first}–${last}` : `${first} – ${last}`;
}

/** Formats a time by the clock at a venue, and by the user's own where that shows another time. */
export function placeTime(when, zone) {
  const [there, here] = [partsOf(when, zone), partsOf(when)];
  return FORMS["date-time"](there) + (there.zone === here.zone ? "" : beside(here, date(there) === date(here)));
}

/** Returns what to add to the text of a time with the offset of its venue: " (13:30 UTC-4 your time)"; "" if it is the same. */
export function ownTime(iso) {
  const when = new Date(iso);
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(iso) ?? [null, "+", 0, 0];
  const offset = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  if (offset === -when.getTimezoneOffset()) return "";
  const there = new Date(when.getTime() + offset * 60_000).getUTCDate();
  return beside(partsOf(when), there === when.getDate());
}

function beside(own, isSameDay) {
  return ` (${FORMS[isSameDay ? "time" : "weekday-time"](own)} your time)`;
}

/** Returns the name of the user's time zone (IANA). */
export function ownZone() {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/**
 * Returns the instant at which the clock in a zone shows `wall` ("2030-05-01T20:00"), in milliseconds; NaN if that is no
 * time. On the nights in which clocks change, it may be another hour: only the server knows which one is meant.
 */
export function instantOf(wall, zone) {
  const wanted = Date.parse(`${wall}Z`);
  const first = wanted - ahead(wanted, zone);
  return wanted - ahead(first, zone);
}

/** Returns how far the clock in a zone is ahead of UTC at an instant, in milliseconds. */
function ahead(instant, zone) {
  if (Number.isNaN(instant)) return NaN;
  const [, sign, hours, minutes] = /([+-])(\d+):?(\d*)/.exec(partsOf(instant, zone).zone) ?? [null, "+", 0, 0];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** Formats seconds: 75 is "1:15", 3675 is "1:01:15". Negative numbers count as zero. */
export function duration(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, index) => (index ? String(part).padStart(2, "0") : String(part))).join(":");
}

// Browsers put the same parts together in different ways (commas, "Sept"), so only the parts are theirs.
function partsOf(when, zone) {
  const format = cached(Intl.DateTimeFormat, {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "shortOffset",
    timeZone: isKnown(zone) ? zone : undefined,
  });
  const parts = Object.fromEntries(format.formatToParts(new Date(when)).map(({ type, value }) => [type, value]));
  return { ...parts, zone: parts.timeZoneName.replace(/^GMT([+-]0$)?/, "UTC") };
}

// A browser may be older than a zone; it then shows the user's own time, and says so by its distance to UTC.
function isKnown(zone) {
  try {
    return Boolean(zone && cached(Intl.DateTimeFormat, { timeZone: zone }));
  } catch {
    return false;
  }
}

// Creating a formatter is a thousand times slower than using it.
function cached(Format, options) {
  const key = Format.name + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Format(LOCALE, options));
  return formats.get(key);
}
