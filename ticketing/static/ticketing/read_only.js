/**
 * The notice of read-only mode (`#read-only` in base.html).
 *
 * Read-only mode is known from the page itself, from a header of API responses, or from the ticks of a live feed. While
 * the notice is shown, the page polls whether the mode has ended.
 */

import { say } from "./announce.js";

const EVENT = "read-only";
const HEADER = "X-Read-Only";
const POLL_MS = 5000;

let notice = null;
let timer = null;

/** Reports whether read-only mode is on. */
export function setReadOnly(on) {
  document.dispatchEvent(new CustomEvent(EVENT, { detail: on }));
}

/** Returns whether a response was sent in read-only mode. */
export function isReadOnly(response) {
  return response.headers.get(HEADER) === "1";
}

/** Shows and hides the notice; called once per page. */
export function watchReadOnly() {
  notice = document.getElementById("read-only");
  if (!notice) return;
  document.addEventListener(EVENT, ({ detail }) => show(detail));
  if (!notice.hidden) poll();
}

function show(on) {
  if (on !== notice.hidden) return;
  notice.hidden = !on;
  say(on ? notice.textContent : "You can book and make changes again.");
  if (on) poll();
}

function poll() {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    try {
      setReadOnly(isReadOnly(await fetch("/healthz")));
    } catch {
      // offline: the mode is unknown
    }
    if (!notice.hidden) poll();
  }, POLL_MS);
}
