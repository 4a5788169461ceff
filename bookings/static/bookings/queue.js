/**
 * The waiting room: gets in line, says how it goes on, and goes to the seats when it is the buyer's turn.
 *
 * The place is the server's; this page only shows it. What it keeps is the signed token of the place, with which a queue
 * that was lost forms again in its old order. The live feed tells what is new; where it doesn't get through, the page asks.
 */

import { LiveFeed } from "../events/live.js";
import { keepPass } from "../events/pass.js";
import { alert, say } from "../ticketing/announce.js";
import { call } from "../ticketing/api.js";
import { count, dateTime } from "../ticketing/format.js";
import { toast, toastNext } from "../ticketing/toast.js";
import { waitInWords } from "./wait_words.js";

const ASK_EVERY = 20_000; // ms, while the feed is away; a surge allows few calls
const FIRST_WORD = 4_000; // ms after which the feed should have told the place; it tells nothing to who has none
const RETRY = 5_000; // ms after a failure that names no time
const GO_AFTER = 1_500; // ms to read that it is one's turn
const SAY_EVERY = 30_000; // ms between two positions for those who listen

const page = document.getElementById("queue");
const part = (name) => document.getElementById(`queue-${name}`);
const { event: eventId, eventUrl, loginUrl } = page.dataset;
const path = `/api/event/${eventId}/queue`;
const title = document.title;
const key = `queue:${eventId}`;
const nothing = { token: null, from: null };
const feed = new LiveFeed(eventId);
let kept = read(); // {token, from}: the place, and how many were ahead at first
let answered = false; // since the page was opened
let shown = null; // how many are said to be ahead
let doubted = false; // more were said to be ahead than before, so it is asked whether that is true
let saidAt = 0;
let asking = null; // timer
let listening = null; // timer
let missed = false; // the feed was away
let left = false; // another tab has given the place up
let over = false; // he was let in, has left, or there is no queue

// --- Asking -----------------------------------------------------------------------------------------

/** Gets in line, or finds the place again, with the token if the queue has lost it. */
const join = () => ask("POST", kept.token ? { token: kept.token } : {});

/** Looks where he stands. */
const look = () => ask("GET");

async function ask(method, body) {
  if (over) return;
  schedule(ASK_EVERY);
  try {
    const { data } = await call(method, path, { body });
    answered = true;
    part("note").hidden = true;
    show(data);
  } catch (problem) {
    refused(problem, method);
  }
}

function refused(problem, method) {
  const { status, code, message, retryAfter } = problem;
  if (status === 401) location.assign(`${loginUrl}?next=${encodeURIComponent(location.pathname)}`);
  else if (code === "invalid_state") leaveFor("There is no queue any more: choose your seats.");
  else if (status === 404 && method === "GET" && left) leaveFor("You have left the queue.");
  else if (status === 404 && method === "GET") join();
  else if (status === 0 || status === 429 || status >= 500) {
    note("The waiting room does not answer at the moment. Your place is kept; this page tries again by itself.");
    schedule((retryAfter ? retryAfter * 1000 : RETRY) * (1 + Math.random()));
  } else end("You can’t queue here", message);
}

/** Asks again after so long, unless the feed is there by then. */
function schedule(milliseconds) {
  clearTimeout(asking);
  asking = setTimeout(() => {
    if (!answered) join();
    else if (!isLive()) look();
    else schedule(ASK_EVERY);
  }, milliseconds);
}

function isLive() {
  return feed.state === "live" || feed.state === "stream";
}

// --- Showing ----------------------------------------------------------------------------------------

function show(standing) {
  if (over) return;
  if (standing.pass) return letIn(standing);
  if (standing.token) keep({ token: standing.token, from: kept.token === standing.token ? kept.from : null });
  page.dataset.state = standing.ahead === null ? "early" : standing.paused ? "paused" : "waiting";
  part("leave").hidden = false;
  part("rate").hidden = false;
  part("rate").textContent = `About ${count(standing.admit_per_minute)} people are let in per minute.`;
  if (standing.ahead === null) showEarly(standing);
  else showPlace(standing);
}

function showEarly({ opens_at: opensAt }) {
  head("You’re here before the start");
  const when = opensAt ? ` on ${dateTime(opensAt)}` : " in a moment";
  part("eta").textContent = `Sales start${when}. Then everybody who is here gets a place in random order.`;
}

function showPlace({ ahead, paused, eta_seconds: soonest, eta_seconds_latest: latest }) {
  if (shown !== null && ahead > shown) {
    if (!doubted) return doubt();
    note(`There was an interruption. People who were ahead of you have come back to their places; now ${count(ahead)} are ahead of you.`);
  }
  doubted = false;
  shown = ahead;
  if (kept.from === null || ahead > kept.from) keep({ ...kept, from: ahead });
  head(paused ? "The queue is paused" : ahead ? "You’re in line" : "You’re next");
  part("ahead").hidden = false;
  part("number").textContent = count(ahead);
  part("people").textContent = ahead === 1 ? "person ahead of you" : "people ahead of you";
  part("progress").hidden = false;
  part("progress").value = kept.from ? 1 - ahead / kept.from : 1;
  part("eta").textContent = paused ? "Nobody is let in for the moment. Your place is kept." : `Your turn: ${waitInWords(soonest, latest)}.`;
  document.title = `${count(ahead)} ahead · ${title}`;
  if (Date.now() - saidAt > SAY_EVERY) {
    saidAt = Date.now();
    say(`${count(ahead)} ${part("people").textContent}. ${part("eta").textContent}`);
  }
}

/** The number never rises without a word, and not before it is certain: answers may overtake each other. */
function doubt() {
  doubted = true;
  look();
}

function head(text) {
  if (part("title").textContent !== text) part("title").textContent = text;
}

function note(text) {
  if (!part("note").hidden && part("note").textContent === text) return;
  part("note").hidden = false;
  part("note").textContent = text;
  say(text);
}

// --- The end of waiting -----------------------------------------------------------------------------

function letIn({ pass, expires_at: expiresAt }) {
  stop("admitted");
  keepPass(eventId, pass, expiresAt);
  const until = new Date(expiresAt).toLocaleTimeString(undefined, { timeStyle: "short" });
  head("It’s your turn!");
  part("ahead").hidden = true;
  part("progress").hidden = true;
  part("note").hidden = true;
  part("eta").textContent = `Choose your seats and hold them by ${until}.`;
  part("go").hidden = false;
  document.title = `It’s your turn! · ${title}`;
  alert(`It’s your turn! ${part("eta").textContent}`);
  go();
}

/** At once if somebody looks; else the title calls him first. */
function go() {
  if (document.visibilityState === "visible") setTimeout(() => location.assign(eventUrl), GO_AFTER);
  else document.addEventListener("visibilitychange", go, { once: true });
}

function end(heading, text) {
  stop("over");
  head(heading);
  part("ahead").hidden = true;
  part("progress").hidden = true;
  part("facts").hidden = true;
  part("eta").textContent = text;
  alert(`${heading}. ${text}`);
}

function leaveFor(text) {
  stop("over");
  toastNext(text);
  location.assign(eventUrl);
}

function stop(state) {
  over = true;
  page.dataset.state = state;
  part("leave").hidden = true;
  clearTimeout(asking);
  clearTimeout(listening);
  feed.stop();
  keep({});
}

part("leave").addEventListener("click", () => {
  part("dialog").returnValue = "stay"; // what Escape means
  part("dialog").showModal();
});
part("dialog").addEventListener("close", async () => {
  if (part("dialog").returnValue !== "leave" || over) return;
  try {
    await call("DELETE", path);
    leaveFor("You have left the queue.");
  } catch (problem) {
    toast(problem.message, "warn");
  }
});

// --- What this browser keeps ------------------------------------------------------------------------

function read() {
  try {
    return { ...nothing, ...JSON.parse(localStorage.getItem(key)) };
  } catch {
    return nothing;
  }
}

function keep(place) {
  kept = { ...nothing, ...place };
  try {
    if (kept.token) localStorage.setItem(key, JSON.stringify(kept));
    else localStorage.removeItem(key);
  } catch {
    // No storage: as long as the page is open, the place is kept all the same.
  }
}

// --- Staying right ----------------------------------------------------------------------------------

for (const type of ["queue_position", "admitted"]) {
  feed.addEventListener(type, ({ detail }) => {
    clearTimeout(listening);
    show(detail);
  });
}
feed.addEventListener("queue_left", () => join()); // the queue was lost; with the token the place is found again
feed.addEventListener("gone", () => end("This event is no longer here", "There is nothing to wait for."));
feed.addEventListener("state", ({ detail: state }) => {
  if (state === "offline") {
    missed = true;
    note("The connection is lost. Your place is kept; this page goes on by itself.");
  } else if (isLive()) {
    clearTimeout(listening);
    listening = setTimeout(look, missed ? 0 : FIRST_WORD);
    missed = false;
  }
});
addEventListener("storage", ({ key: changed, newValue }) => {
  if (changed !== key || newValue !== null || over) return;
  left = true; // or was let in: the answer says which
  kept = nothing;
  look();
});
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && !isLive() && look());
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

join();
feed.start();
