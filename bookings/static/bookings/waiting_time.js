/** The estimated waiting time as text: a range that is no more exact than the estimate. */

const MINUTE = 60;
const HOUR = 3600;

/**
 * @param {number} shortest seconds
 * @param {number} longest seconds
 * @returns {string} such as "in less than a minute", "in 3–5 minutes" or "in about 2 hours"
 */
export function waitingTimeText(shortest, longest) {
  if (longest < MINUTE) return "in less than a minute";
  if (shortest >= 2 * HOUR) return range(shortest / HOUR, longest / HOUR, "hour");
  return range(shortest / MINUTE, longest / MINUTE, "minute");
}

function range(from, to, unit) {
  const [first, last] = [Math.max(1, Math.floor(from)), Math.max(1, Math.ceil(to))];
  const units = last === 1 ? unit : `${unit}s`;
  return first === last ? `in about ${first} ${units}` : `in ${first}–${last} ${units}`;
}
