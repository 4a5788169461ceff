/**
 * The waiting room: joins the queue, shows the buyer's position, and goes to the seat map when it is the buyer's turn.
 *
 * The server keeps the queue. The browser keeps the signed token of its place, which restores the order if the server
 * loses the queue. Updates arrive by the live feed; without the feed the page polls.
 */

import { LiveFeed } from "../events/live.js";
import { keepPass } from "../events/pass.js";
import { alert, say } from "../ticketing/announce.js";
import { call } from "../ticketing/api.js";
import { count, placeTime, timeText } from "../ticketing/format.js";
import { toast, toastNext } from "../ticketing/toast.js";
import { waitingTimeText } from "./waiting_time.js";

const POLL_EVERY = 20_000; // ms, while the feed is not live; few requests, because many people wait
const FIRST_POSITION = 4_000; // ms to wait for the position from the feed; a buyer without a place gets none
const RETRY = 5_000; // ms after a failure without Retry-After
const GO_AFTER = 1_500; // ms to read "It's your turn!"
const ANNOUNCE_EVERY = 30_000; // ms between two positions for screen readers

const page = document.getElementById("queue");
const part = (name) => document.getElementById(`queue-${name}`);
const { event: eventId, eventUrl, loginUrl } = page.dataset;
const path = `/api/event/${eventId}/queue`;
const title = document.title;
const key = `queue:${eventId}`;
const noPlace = { token: null, aheadAtFirst: null };
const feed = new LiveFeed(eventId);
let place = readPlace(); // {token, aheadAtFirst}
let answered = false; // the server has answered since the page was opened
let shownAhead = null; // the number of people ahead that the page shows
let checkingRise = false; // the number rose, so the page fetches the position to confirm it
let announcedAt = 0;
let pollTimer = null;
let firstPositionTimer = null;
let wasOffline = false; // the feed was offline
let leftElsewhere = false; // the place is gone from storage: left, or admitted, in another tab
let over = false; // the buyer is admitted or has left, or there is no queue

// --- Requests ---------------------------------------------------------------------------------------

/** Joins the queue, or finds the place again; with the token even if the server has lost the queue. */
const join = () => request("POST", place.token ? { token: place.token } : {});

/** Fetches the position. */
const fetchPosition = () => request("GET");

async function request(method, body) {
  if (over) return;
  schedulePoll(POLL_EVERY);
  try {
    const { data } = await call(method, path, { body });
    answered = true;
    part("note").hidden = true;
    show(data);
  } catch (problem) {
    handleFailure(problem, method);
  }
}

function handleFailure(problem, method) {
  const { status, code, message, retryAfter } = problem;
  if (status === 401) location.assign(`${loginUrl}?next=${encodeURIComponent(location.pathname)}`);
  else if (code === "invalid_state") leaveFor("There is no queue any more: choose your seats.");
  else if (status === 404 && method === "GET" && leftElsewhere) leaveFor("You have left the queue.");
  else if (status === 404 && method === "GET") join();
  else if (status === 0 || status === 429 || status >= 500) {
    note("The waiting room is not answering right now. You keep your place, and this page keeps trying.");
    schedulePoll((retryAfter ? retryAfter * 1000 : RETRY) * (1 + Math.random()));
  } else end("You can’t queue here", message);
}

/** Sends the next request after this time, unless the feed is live by then. */
function schedulePoll(milliseconds) {
  clearTimeout(pollTimer);
  pollTimer = setTimeout(() => {
    if (!answered) join();
    else if (!isLive()) fetchPosition();
    else schedulePoll(POLL_EVERY);
  }, milliseconds);
}

function isLive() {
  return feed.state === "live" || feed.state === "stream";
}

// --- Showing ----------------------------------------------------------------------------------------

function show(position) {
  if (over) return;
  if (position.pass) return showAdmitted(position);
  const { token } = position;
  if (token) keepPlace({ token, aheadAtFirst: place.token === token ? place.aheadAtFirst : null });
  page.dataset.state = position.opens_at ? "early" : position.paused ? "paused" : "waiting";
  part("leave").hidden = false;
  part("rate").hidden = false;
  part("rate").textContent = `About ${count(position.admit_per_minute)} people are let in per minute.`;
  if (position.opens_at) showEarly(position);
  else showPlace(position);
}

function showEarly({ opens_at: opensAt }) {
  setHeading("You’re early");
  part("eta").textContent = `Sales start on ${placeTime(opensAt, page.dataset.zone)}. Everyone who is here by then gets a place in random order.`;
}

function showPlace({ ahead, paused, eta_seconds: soonest, eta_seconds_latest: latest }) {
  if (shownAhead !== null && ahead > shownAhead) {
    if (!checkingRise) return checkRise();
    const back = "The queue was interrupted. People who were ahead of you are back in their places";
    note(`${back}: ${count(ahead)} are ahead of you now.`);
  }
  checkingRise = false;
  shownAhead = ahead;
  if (place.aheadAtFirst === null || ahead > place.aheadAtFirst) keepPlace({ ...place, aheadAtFirst: ahead });
  setHeading(paused ? "The queue is paused" : ahead ? "You’re in line" : "You’re next");
  part("ahead").hidden = false;
  part("number").textContent = count(ahead);
  part("people").textContent = ahead === 1 ? "person ahead of you" : "people ahead of you";
  part("progress").hidden = false;
  part("progress").value = place.aheadAtFirst ? 1 - ahead / place.aheadAtFirst : 1;
  const turn = `Your turn: ${waitingTimeText(soonest, latest)}.`;
  part("eta").textContent = paused ? "Nobody is let in at the moment. You keep your place." : turn;
  document.title = `${count(ahead)} ahead · ${title}`;
  if (Date.now() - announcedAt > ANNOUNCE_EVERY) {
    announcedAt = Date.now();
    say(`${count(ahead)} ${part("people").textContent}. ${part("eta").textContent}`);
  }
}

/** Messages may arrive out of order, so a number that rises is confirmed before the page shows and explains it. */
function checkRise() {
  checkingRise = true;
  fetchPosition();
}

function setHeading(text) {
  if (part("title").textContent !== text) part("title").textContent = text;
}

function note(text) {
  if (!part("note").hidden && part("note").textContent === text) return;
  part("note").hidden = false;
  part("note").textContent = text;
  say(text);
}

// --- Leaving the waiting room -----------------------------------------------------------------------

function showAdmitted({ pass, expires_at: expiresAt }) {
  stop("admitted");
  keepPass(eventId, pass, expiresAt);
  const until = timeText(expiresAt, "clock");
  setHeading("It’s your turn!");
  part("ahead").hidden = true;
  part("progress").hidden = true;
  part("note").hidden = true;
  part("eta").textContent = `Choose your seats by ${until}.`;
  part("go").hidden = false;
  document.title = `It’s your turn! · ${title}`;
  alert(`It’s your turn! ${part("eta").textContent}`);
  go();
}

/** Goes to the seat map now if the page is visible, otherwise as soon as it is. The title calls the buyer. */
function go() {
  if (document.visibilityState === "visible") setTimeout(() => location.assign(eventUrl), GO_AFTER);
  else document.addEventListener("visibilitychange", go, { once: true });
}

function end(heading, text) {
  stop("over");
  setHeading(heading);
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
  clearTimeout(pollTimer);
  clearTimeout(firstPositionTimer);
  feed.stop();
  keepPlace({});
}

part("leave").addEventListener("click", () => {
  part("dialog").returnValue = "stay"; // the result when Escape closes the dialog
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

// --- The place in local storage ---------------------------------------------------------------------

function readPlace() {
  try {
    return { ...noPlace, ...JSON.parse(localStorage.getItem(key)) };
  } catch {
    return noPlace;
  }
}

function keepPlace(changed) {
  place = { ...noPlace, ...changed };
  try {
    if (place.token) localStorage.setItem(key, JSON.stringify(place));
    else localStorage.removeItem(key);
  } catch {
    // Without storage the place lasts as long as the page is open.
  }
}

// --- Live feed and other tabs -----------------------------------------------------------------------

for (const type of ["queue_position", "admitted"]) {
  feed.addEventListener(type, ({ detail }) => {
    clearTimeout(firstPositionTimer);
    show(detail);
  });
}
feed.addEventListener("queue_left", () => join()); // the server has lost the queue; the token restores the place
feed.addEventListener("sale", ({ detail: { status } }) => {
  if (!["available", "sold_out"].includes(status)) fetchPosition(); // the refusal says why nobody is let in any more
});
feed.addEventListener("gone", () => end("This event no longer exists", "There is nothing to queue for."));
feed.addEventListener("state", ({ detail: state }) => {
  if (state === "offline") {
    wasOffline = true;
    note("The connection is lost. You keep your place, and this page reconnects by itself.");
  } else if (isLive()) {
    clearTimeout(firstPositionTimer);
    firstPositionTimer = setTimeout(fetchPosition, wasOffline ? 0 : FIRST_POSITION);
    wasOffline = false;
  }
});
addEventListener("storage", ({ key: changed, newValue }) => {
  if (changed !== key || newValue !== null || over) return;
  leftElsewhere = true; // or admitted there: the response says which
  place = noPlace;
  fetchPosition();
});
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && !isLive() && fetchPosition());
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

join();
feed.start();
