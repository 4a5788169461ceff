/**
 * The list of events: searches while the user types, without a reload, and keeps prices and free seats up to date.
 *
 * The server renders the results for both the page and this script, so all texts are in one place.
 */

import { say } from "../ticketing/announce.js";
import { localize } from "../ticketing/localize.js";

const TYPING_MS = 250;
const REFRESH_MS = 10_000;

const form = document.querySelector("[data-search]");
const results = document.getElementById("results");
let typing = null;
let search = null; // the AbortController of the current search

form.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(runSearch, TYPING_MS);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(typing);
  runSearch();
});
document.addEventListener("visibilitychange", refresh);

/** Shows the results of the form's search and puts it into the URL. A new search cancels an earlier one. */
async function runSearch() {
  search?.abort();
  const current = (search = new AbortController());
  const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
  const address = `${location.pathname}${query.size ? `?${query}` : ""}`;
  history.replaceState(null, "", address);
  const fresh = await fetchResults(address, current.signal);
  if (search === current) search = null;
  if (!fresh) return;
  results.replaceChildren(...fresh.childNodes);
  say(results.querySelector("[data-count]").textContent || "No events match your search.");
}

/**
 * Updates prices and free seats card by card, so that focus and scroll position stay. If other events are on sale now
 * (one was cancelled, or published), replaces all cards, unless the focus is on one of them.
 */
async function refresh() {
  if (search || document.visibilityState !== "visible") return;
  const fresh = await fetchResults(location.href);
  if (!fresh || search) return;
  if (eventsOf(results) !== eventsOf(fresh) && !results.contains(document.activeElement)) {
    results.replaceChildren(...fresh.childNodes);
    return;
  }
  for (const card of results.querySelectorAll("[data-event]")) {
    const now = fresh.querySelector(`[data-event="${card.dataset.event}"]`);
    for (const old of now ? card.querySelectorAll("[data-live]") : []) {
      const other = now.querySelector(`[data-live="${old.dataset.live}"]`);
      if (other.textContent !== old.textContent) old.replaceWith(other);
    }
  }
}

function eventsOf(root) {
  return [...root.querySelectorAll("[data-event]")].map((card) => card.dataset.event).join();
}

/** Returns the results for a URL, in the user's time zone, or null if they can't be loaded. */
async function fetchResults(address, signal) {
  try {
    const response = await fetch(address, { headers: { "X-Part": "results" }, signal });
    if (!response.ok) return null;
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html").body;
    localize(fresh);
    return fresh;
  } catch {
    return null; // offline, or cancelled by a new search
  }
}

/** Refreshes again and again; the random part keeps a thousand open pages from refreshing at the same moment. */
function schedule() {
  setTimeout(async () => {
    await refresh();
    schedule();
  }, REFRESH_MS * (0.8 + 0.4 * Math.random()));
}

schedule();
