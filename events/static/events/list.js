/**
 * The list of events: narrows it as you type, without a reload, and keeps what is left up to date.
 *
 * The server renders the results for the page and for this script alike, so the words are in one place.
 */

import { say } from "../ticketing/announce.js";
import { localize } from "../ticketing/localize.js";

const TYPING_MS = 250;
const REFRESH_MS = 10_000;

const form = document.querySelector("[data-search]");
const results = document.getElementById("results");
let typing = null;
let narrowing = null; // the AbortController of the question under way

form.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(narrow, TYPING_MS);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(typing);
  narrow();
});
document.addEventListener("visibilitychange", refresh);

/** Shows what the form asks for and puts it into the address. A later question overtakes an earlier one. */
async function narrow() {
  narrowing?.abort();
  const mine = (narrowing = new AbortController());
  const asking = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
  const address = `${location.pathname}${asking.size ? `?${asking}` : ""}`;
  history.replaceState(null, "", address);
  const fresh = await fetchResults(address, mine.signal);
  if (narrowing === mine) narrowing = null;
  if (!fresh) return;
  results.replaceChildren(...fresh.childNodes);
  say(results.querySelector("[data-count]").textContent || "Nothing fits that search.");
}

/** Brings what is left up to date, card by card, so that focus and scroll position stay. */
async function refresh() {
  if (narrowing || document.visibilityState !== "visible") return;
  const fresh = await fetchResults(location.href);
  if (!fresh || narrowing) return;
  for (const card of results.querySelectorAll("[data-event]")) {
    const old = card.querySelector("[data-live]");
    const now = fresh.querySelector(`[data-event="${card.dataset.event}"] [data-live]`);
    if (now && now.textContent !== old.textContent) old.replaceWith(now);
  }
}

/** The results at the address, localized; null if they can't be had: what is shown stays. */
async function fetchResults(address, signal) {
  try {
    const response = await fetch(address, { headers: { "X-Part": "results" }, signal });
    if (!response.ok) return null;
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html").body;
    localize(fresh);
    return fresh;
  } catch {
    return null; // offline, or overtaken
  }
}

/** A little apart from each other, so that a thousand open pages don't ask in the same moment. */
function schedule() {
  setTimeout(async () => {
    await refresh();
    schedule();
  }, REFRESH_MS * (0.8 + 0.4 * Math.random()));
}

schedule();
