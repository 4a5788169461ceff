/** The tiles with the key figures of the sale. */

import { count, money } from "../../ticketing/format.js";

const MONEY = ["revenue", "gross", "refunded"];
const COUNTS = ["sold", "in_sale", "held", "refunds", "checked_in"];
const percents = [0, 1].map((digits) => new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: digits }));

/** Formats a share from 0 to 1 as a percentage with 0 or 1 decimals. Less than everything never rounds up to 100 %. */
export function percent(share, digits = 1) {
  return percents[digits].format(share < 1 ? Math.min(share, 1 - 0.01 / 10 ** digits) : share);
}

/** Fills the tiles from a sales report. */
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
