/** How the sale stands, and the ways to the pages that say what a step will do: publish a draft, stop what is on sale. */

const badge = document.querySelector("[data-status]");
const publish = document.querySelector("[data-publish]");
const stop = document.querySelector("[data-stop]");

/** Shows the status, and the ways it leaves open. `page` as sell_pages.py gives it. */
export function showStatus(status, { statuses, on_sale: onSale }) {
  const [label, kind] = statuses[status];
  publish.hidden = status !== "draft";
  stop.hidden = !onSale.includes(status);
  if (badge.textContent === label) return;
  badge.textContent = label;
  badge.className = `badge ${kind}`;
}
