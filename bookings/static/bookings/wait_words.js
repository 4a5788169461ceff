/** How long a wait is, as people say it: a range, and never more exact than it is known. */

const MINUTE = 60;
const HOUR = 3600;

/** From the soonest to the latest, in seconds: "in less than a minute", "in 3–5 minutes", "in about 2 hours". */
export function waitInWords(soonest, latest) {
  if (latest < MINUTE) return "in less than a minute";
  if (soonest >= 2 * HOUR) return range(soonest / HOUR, latest / HOUR, "hour");
  return range(soonest / MINUTE, latest / MINUTE, "minute");
}

function range(from, to, unit) {
  const [first, last] = [Math.max(1, Math.floor(from)), Math.max(1, Math.ceil(to))];
  const units = last === 1 ? unit : `${unit}s`;
  return first === last ? `in about ${first} ${units}` : `in ${first}–${last} ${units}`;
}
