/** The event's status, and the links that its status allows: publish a draft, stop a running sale. */

const badge = document.querySelector("[data-status]");
const publish = document.querySelector("[data-publish]");
const stop = document.querySelector("[data-stop]");

/** Shows the status and the links that it allows. The second argument is the page data of sell_pages.py. */
export function showStatus(status, { statuses, on_sale: onSale }) {
  const [label, kind] = statuses[status];
  publish.hidden = status !== "draft";
  stop.hidden = !onSale.includes(status);
  if (badge.textContent === label) return;
  badge.textContent = label;
  badge.className = `badge ${kind}`;
}
