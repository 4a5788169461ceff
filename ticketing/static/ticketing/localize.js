/**
 * Rewrites dates and amounts rendered by the server into the user's locale and time zone.
 *
 * `<time datetime="…" data-format="date-time">` (or day, month, weekday-time, date; `range` with `data-until`),
 * `<data class="money" value="2050" data-currency="USD">`, `<data class="price" …>` (0 is "Free"),
 * `<data class="count" value="50000">`.
 */

import { count, datePart, dateRange, dateTime, money, priceText } from "./format.js";

/** Rewrites everything under `root`. */
export function localize(root = document) {
  for (const time of root.querySelectorAll("time[data-format]")) write(time, timeText(time));
  for (const data of root.querySelectorAll("data.money")) write(data, money(Number(data.value), data.dataset.currency));
  for (const data of root.querySelectorAll("data.price")) write(data, priceText(Number(data.value), data.dataset.currency));
  for (const data of root.querySelectorAll("data.count")) write(data, count(Number(data.value)));
}

function timeText({ dateTime: iso, dataset }) {
  if (dataset.format === "date-time") return dateTime(iso);
  if (dataset.format === "range") return dateRange(iso, dataset.until);
  return datePart(iso, dataset.format);
}

function write(element, text) {
  if (element.textContent === text) return;
  element.textContent = text;
  element.lang = navigator.language; // so that screen readers read it in that language
}
