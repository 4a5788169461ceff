/** The tables: from reservation to payment, by section and by tier. Rows are created once and updated in place. */

import { count, money, percent } from "../../ticketing/format.js";

/** Fills all tables from a sales report. */
export function showTables(report, currency) {
  fill(document.querySelector("[data-funnel]"), funnelRows(report.funnel));
  document.querySelector("[data-let-in]").textContent =
    `${count(report.checked_in)} of ${count(report.sold)} ticket holders have been let in.`;
  for (const kind of ["section", "tier"]) {
    fill(document.querySelector(`[data-by="${kind}"]`), report[`by_${kind}`].map((row) => salesRow(row, kind, currency)));
  }
}

function funnelRows({ holds, paid, expired, cancelled }) {
  const open = holds - paid - expired - cancelled;
  const waiting = Math.max(0, open);
  const rows = { "All bookings": holds, Paid: paid, "Waiting for payment": waiting, Expired: expired, Cancelled: cancelled };
  return Object.entries(rows).map(([name, bookings]) => [name, count(bookings), { share: holds ? bookings / holds : 0 }]);
}

function salesRow(row, kind, currency) {
  const name = kind === "section" && row.tier !== row.section ? `${row.section} (${row.tier})` : row[kind];
  return [name, count(row.sold), { share: row.occupancy, of: row.in_sale }, count(row.held), money(row.revenue, currency)];
}

/** Cells are text, or {share, of?} for a bar with a percentage. */
function fill(body, rows) {
  while (body.rows.length > rows.length) body.deleteRow(-1);
  rows.forEach((cells, index) => {
    const row = body.rows[index] ?? newRow(body, cells);
    cells.forEach((cell, column) => write(row.cells[column], cell));
  });
}

function newRow(body, cells) {
  const row = body.insertRow();
  for (const [column, cell] of cells.entries()) row.append(column ? newCell(cell) : heading());
  return row;
}

function heading() {
  const cell = document.createElement("th");
  cell.scope = "row";
  return cell;
}

function newCell(content) {
  const cell = document.createElement("td");
  if (typeof content === "string") {
    cell.className = "number";
    return cell;
  }
  const bar = document.createElement("progress");
  bar.className = "sell-bar";
  bar.max = 1;
  bar.ariaHidden = "true"; // the text beside it says the same
  cell.className = "sell-share";
  cell.append(bar, document.createElement("span"));
  return cell;
}

function write(cell, content) {
  const element = cell.querySelector("span") ?? cell;
  const text = typeof content === "string" ? content : shareText(content);
  if (element.textContent !== text) element.textContent = text;
  const bar = cell.querySelector("progress");
  if (bar) bar.value = content.share;
}

function shareText({ share, of }) {
  return of === undefined ? percent(share) : `${percent(share)} of ${count(of)}`;
}
