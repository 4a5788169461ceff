/**
 * Rewrites the times rendered by the server into the user's time zone: `<time datetime="…" data-format="date-time">` (the
 * forms are those of format.js), and ranges, `<time datetime="…" data-until="…">`. Amounts need no rewriting.
 */

import { rangeText, timeText } from "./format.js";

/** Rewrites everything under `root`. */
export function localize(root = document) {
  for (const time of root.querySelectorAll("time[data-format], time[data-until]")) {
    const { format, until } = time.dataset;
    write(time, until ? rangeText(time.dateTime, until) : timeText(time.dateTime, format));
  }
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
