/** The tiles: the sale in a few numbers. */

import { count, money } from "../../ticketing/format.js";

const MONEY = ["revenue", "gross", "refunded"];
const COUNTS = ["sold", "in_sale", "held", "refunds", "checked_in"];
const percents = [0, 1].map((digits) => new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: digits }));

/** A share from 0 to 1 in the reader's way, with 0 or 1 digits; what is not everything is never called 100 %. */
export function percent(share, digits = 1) {
  return percents[digits].format(share < 1 ? Math.min(share, 1 - 0.01 / 10 ** digits) : share);
}

/** Fills the tiles with a report's numbers. */
export function showFigures(report, currency) {
  for (const name of COUNTS) write(name, count(report[name]), report[name]);
  for (const name of MONEY) write(name, money(report[name], currency));
  write("paid", count(report.funnel.paid), report.funnel.paid);
  write("share", percent(report.occupancy));
}

function write(name, text, value) {
  const element = document.querySelector(`[data-figure="${name}"]`);
  if (value !== undefined) element.value = value;
  if (element.textContent !== text) element.textContent = text;
}
