/** The seller's charts of one event: passes the events of the live feed on to the parts of the page. */

import { LiveFeed } from "../../events/live.js";
import { say } from "../../ticketing/announce.js";
import { call } from "../../ticketing/api.js";
import { count } from "../../ticketing/format.js";
import { setUpComparison } from "./comparison.js";
import { showStatus } from "./event_status.js";
import { showFigures } from "./figures.js";
import { HeatMap } from "./heat_map.js";
import { SalesRate } from "./sales_rate.js";
import { showTables } from "./tables.js";

const FETCH_EVERY = 5_000; // ms between two fetches where the server can't push the report
const ANNOUNCE_EVERY = 60_000; // ms
const STATES = {
  connecting: ["", "Connecting…"],
  live: ["good", "Live"],
  stream: ["good", "Live, every few seconds"],
  offline: ["bad", "Not live: reconnecting"],
};

const page = JSON.parse(document.getElementById("page").textContent);
const salesRate = new SalesRate(document.querySelector("[data-sales-rate]"), page.time_zone);
const heatMap = new HeatMap(document.querySelector("[data-heat-map]"), document.querySelector("[data-heat-map-text]"));
const comparison = setUpComparison(document.querySelector("[data-comparison]"));
let shown = page.report;
let announcedSold = page.report.sold;
let fetching = null;

show({ ...page.report, status: page.status });
listen(new LiveFeed(page.event_id, { bookings: false }));
setInterval(announceSales, ANNOUNCE_EVERY);

function show(report) {
  shown = report;
  showFigures(report, page.currency);
  showTables(report, page.currency);
  salesRate.add(report.velocity);
  comparison.update(report);
  showStatus(report.status, page);
}

function listen(feed) {
  let before = null;
  feed.addEventListener("analytics", ({ detail }) => show(detail));
  feed.addEventListener("snapshot", ({ detail }) => heatMap.setAll(detail.sections));
  feed.addEventListener("block", ({ detail }) => {
    heatMap.update(detail);
    if (feed.state === "stream") fetchSoon();
  });
  feed.addEventListener("state", ({ detail: state }) => {
    showState(state);
    // An `analytics` frame covers the last hour; the report covers the whole day, so it has what was missed while offline.
    if (state === "stream" || (state === "live" && before === "offline")) fetchSoon();
    if (state !== "connecting") before = state;
  });
  feed.addEventListener("signed_out", () => location.reload()); // the server decides what this user may still see
  feed.start();
}

function showState(state) {
  const badge = document.querySelector("[data-live-state]");
  const [kind, text] = STATES[state];
  badge.dataset.liveState = state;
  badge.className = `badge ${kind}`;
  badge.textContent = text;
}

/** Fetches the report after seats have changed, where WebSockets are blocked and the server can't push it. */
function fetchSoon() {
  fetching ??= setTimeout(async () => {
    try {
      const { data } = await call("GET", page.report_path, { signal: AbortSignal.timeout(FETCH_EVERY) });
      show({ ...data, status: shown.status });
    } catch {
      // The next change fetches it again.
    } finally {
      fetching = null;
    }
  }, FETCH_EVERY);
}

/** Announces to screen readers, once a minute, how many seats were sold since the last time. */
function announceSales() {
  const more = shown.sold - announcedSold;
  announcedSold = shown.sold;
  if (more <= 0) return;
  const seats = more === 1 ? "1 seat" : `${count(more)} seats`;
  say(`${seats} sold in the last minute. ${count(shown.sold)} of ${count(shown.in_sale)} are sold.`);
}
