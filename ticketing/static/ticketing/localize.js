/**
 * Rewrites the times rendered by the server into the user's time zone: `<time datetime="…" data-format="date-time">` (the
 * forms are those of format.js), and ranges, `<time datetime="…" data-until="…">`. With `data-zone` they are by the clock
 * at a venue: the user's own time is put beside them. Amounts need no rewriting.
 */

import { ownTime, rangeText, timeText } from "./format.js";

/** Rewrites everything under `root`. */
export function localize(root = document) {
  for (const time of root.querySelectorAll("time[data-format], time[data-until]")) {
    if (time.dataset.zone) showBeside(time);
    else if (time.dataset.until) write(time, rangeText(time.dateTime, time.dataset.until));
    else write(time, timeText(time.dateTime, time.dataset.format));
  }
}

/** A time by the clock at a venue stays as the server wrote it, with the newer rules; the user's own comes beside it. */
function showBeside(time) {
  time.dataset.text ??= time.textContent;
  const isWhole = time.dataset.until || time.dataset.format === "date-time";
  write(time, time.dataset.text + (isWhole ? ownTime(time.dateTime) : ""));
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
