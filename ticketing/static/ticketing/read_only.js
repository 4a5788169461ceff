/**
 * The notice that nothing can be changed for the moment (`#read-only` in base.html).
 *
 * The page comes with it, or hears of it: from the headers of the API's answers, or from the ticks of a live feed. While
 * it is shown, the page asks every few seconds whether it is over.
 */

import { say } from "./announce.js";

const EVENT = "read-only";
const HEADER = "X-Read-Only";
const AGAIN_MS = 5000;

let notice = null;
let timer = null;

/** Whoever hears how things are tells it here; `on` is true while nothing can be changed. */
export function tellReadOnly(on) {
  document.dispatchEvent(new CustomEvent(EVENT, { detail: on }));
}

/** Whether an answer says so. */
export function saysReadOnly(response) {
  return response.headers.get(HEADER) === "1";
}

/** Keeps the notice right; once a page. */
export function watchReadOnly() {
  notice = document.getElementById("read-only");
  if (!notice) return;
  document.addEventListener(EVENT, ({ detail }) => show(detail));
  if (!notice.hidden) askAgain();
}

function show(on) {
  if (on !== notice.hidden) return;
  notice.hidden = !on;
  say(on ? notice.textContent : "Bookings and changes are possible again.");
  if (on) askAgain();
}

function askAgain() {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    try {
      tellReadOnly(saysReadOnly(await fetch("/healthz")));
    } catch {
      // offline: that is another matter
    }
    if (!notice.hidden) askAgain();
  }, AGAIN_MS);
}
