/** The tiles with the key figures of the sale. */

import { count, money, percent } from "../../ticketing/format.js";

const MONEY = ["revenue", "gross", "refunded"];
const COUNTS = ["sold", "in_sale", "held", "refunds", "checked_in"];

/** Fills the tiles from a sales report. */
export function showFigures(report, currency) {
  for (const name of COUNTS) write(name, count(report[name]));
  for (const name of MONEY) write(name, money(report[name], currency));
  write("paid", count(report.funnel.paid));
  write("share", percent(report.occupancy));
}

function write(name, text) {
  const element = document.querySelector(`[data-figure="${name}"]`);
  if (element.textContent !== text) element.textContent = text;
}
