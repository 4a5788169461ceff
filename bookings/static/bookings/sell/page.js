/** The seller's charts of one event: what the live feed tells goes to each part of the page. */

import { LiveFeed } from "../../events/live.js";
import { say } from "../../ticketing/announce.js";
import { call } from "../../ticketing/api.js";
import { count } from "../../ticketing/format.js";
import { compareWith } from "./compare.js";
import { showFigures } from "./figures.js";
import { HeatMap } from "./heat.js";
import { Pace } from "./pace.js";
import { showStatus } from "./steps.js";
import { showTables } from "./tables.js";

const FETCH_EVERY = 5_000; // ms between two fetches where the report can't be pushed
const SPOKEN_EVERY = 60_000; // ms
const STATES = {
  connecting: ["", "Connecting…"],
  live: ["good", "Live"],
  stream: ["good", "Live, every few seconds"],
  offline: ["bad", "Not live: trying again"],
};

const page = JSON.parse(document.getElementById("page").textContent);
const pace = new Pace(document.querySelector("[data-pace]"));
const heat = new HeatMap(document.querySelector("[data-heat]"), document.querySelector("[data-heat-words]"));
const comparison = compareWith(document.querySelector("[data-compare]"));
let shown = page.report;
let spoken = page.report.sold;
let fetching = null;

show({ ...page.report, status: page.status });
listen(new LiveFeed(page.event_id, { bookings: false }));
setInterval(speak, SPOKEN_EVERY);

function show(report) {
  shown = report;
  showFigures(report, page.currency);
  showTables(report, page.currency);
  pace.learn(report.velocity);
  comparison.learn(report);
  showStatus(report.status, page);
}

function listen(feed) {
  let before = null;
  feed.addEventListener("analytics", ({ detail }) => show(detail));
  feed.addEventListener("snapshot", ({ detail }) => heat.begin(detail.sections));
  feed.addEventListener("block", ({ detail }) => {
    heat.count(detail);
    if (feed.state === "stream") fetchSoon();
  });
  feed.addEventListener("state", ({ detail: state }) => {
    showState(state);
    // A frame goes back an hour; what else was missed while the line was down is in the day's report.
    if (state === "stream" || (state === "live" && before === "offline")) fetchSoon();
    if (state !== "connecting") before = state;
  });
  feed.addEventListener("signed_out", () => location.reload()); // the server says what may still be seen
  feed.start();
}

function showState(state) {
  const badge = document.querySelector("[data-live-state]");
  const [kind, words] = STATES[state];
  badge.dataset.liveState = state;
  badge.className = `badge ${kind}`;
  badge.textContent = words;
}

/** Where WebSockets don't get through, the report is fetched when seats have changed. */
function fetchSoon() {
  fetching ??= setTimeout(async () => {
    try {
      const { data } = await call("GET", page.report_path, { signal: AbortSignal.timeout(FETCH_EVERY) });
      show({ ...data, status: shown.status });
    } catch {
      // The next change asks again.
    } finally {
      fetching = null;
    }
  }, FETCH_EVERY);
}

/** Big news only, for who listens: what was sold since the last time, once a minute. */
function speak() {
  const more = shown.sold - spoken;
  spoken = shown.sold;
  if (more <= 0) return;
  const seats = more === 1 ? "1 seat" : `${count(more)} seats`;
  say(`${seats} sold in the last minute. ${count(shown.sold)} of ${count(shown.in_sale)} are sold.`);
}
