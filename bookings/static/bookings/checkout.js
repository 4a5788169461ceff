/**
 * The checkout: counts the time down, pays, and says what became of the seats.
 *
 * The server is asked whenever its answer may have changed: on the news of the live feed, on each return to the page and
 * at the end of the time. What was typed stays in the field until the seats are paid.
 */

import { LiveFeed } from "../events/live.js";
import { passHeader } from "../events/pass.js";
import { alert, say } from "../ticketing/announce.js";
import { call } from "../ticketing/api.js";
import { dateTime, duration } from "../ticketing/format.js";
import { localize } from "../ticketing/localize.js";
import { toast, toastNext } from "../ticketing/toast.js";
import { confirmGiveUp } from "./give_up.js";
import { payForm } from "./pay_form.js";
import { Countdown } from "./timer.js";
import { bookingInWords, seatsInWords, statusInWords } from "./words.js";

const URGENT_SECONDS = 10; // the ring turns red
const PAID = ["paid", "completed", "refunded"];

const page = document.getElementById("checkout");
const part = (id) => document.getElementById(id);
const given = JSON.parse(part("checkout-data").textContent);
const countdown = new Countdown();
let { booking, extended } = given;
let asked = 0; // answers of the server are believed in the order of their questions
let leaving = false;
let refused = null; // the booking whose seats went to somebody else

const form = payForm(part("pay"), {
  bookingId: () => booking.id,
  paid: leave,
  changed: refresh,
  loginUrl: () => `${page.dataset.loginUrl}?next=${encodeURIComponent(location.pathname)}`,
});

// --- What the server says --------------------------------------------------------------------------

/** Asks how the booking stands. Without an answer everything stays as it is. */
async function refresh() {
  const question = ++asked;
  try {
    const { data } = await call("GET", `/api/booking/${booking.id}`);
    if (question === asked) show(data);
  } catch (problem) {
    if (problem.status === 404 || problem.status === 401) return location.reload(); // no longer ours to see
    if (question === asked && countdown.left === 0) show({ ...booking, status: "expired", seconds_left: 0 });
  }
}

function show(data) {
  const before = booking;
  booking = data;
  if (PAID.includes(data.status)) return leave();
  if (data.status === "pending_payment") return showHeld(before);
  return showLost();
}

function showHeld(before) {
  const ends = new Date(booking.expires_at);
  part("deadline").dateTime = booking.expires_at;
  part("deadline").textContent = ends.toLocaleTimeString(undefined, { timeStyle: "medium" });
  part("deadline").title = dateTime(booking.expires_at);
  if (ends > new Date(before.expires_at)) {
    given.window_seconds = Math.max(given.window_seconds, booking.seconds_left);
  }
  toggle(true);
  countdown.set(booking.seconds_left, given.window_seconds);
}

function showLost() {
  countdown.stop();
  if (form.isBusy()) return; // what becomes of the charge decides, and the form tells it
  const wasHeld = part("over").hidden;
  const typing = part("pay").contains(document.activeElement) || part("hold").contains(document.activeElement);
  const { word, meaning } = statusInWords(booking);
  part("over-title").textContent = word;
  part("over-text").textContent = meaning;
  part("again").hidden = booking.status === "processing" || refused === booking.id;
  toggle(false);
  if (!wasHeld) return;
  alert(`${word}. ${meaning}`);
  if (typing) part("over-title").focus();
  part("over").scrollIntoView({ block: "nearest" });
}

function toggle(held) {
  part("hold").hidden = !held;
  part("over").hidden = held;
  part("pay-fields").disabled = !held;
  part("cancel").hidden = !held;
  part("pay").hidden = !held && !form.hasText();
  part("kept").hidden = !form.hasText();
  if (held) part("over-refusal").hidden = true;
}

function leave() {
  leaving = true;
  countdown.stop();
  feed.stop();
  location.assign(page.dataset.doneUrl.replace(/0{8}-[0-]{27}/, booking.id));
}

// --- The time --------------------------------------------------------------------------------------

countdown.addEventListener("tick", ({ detail: { left, part: rest } }) => {
  part("digits").textContent = duration(left);
  part("ring").style.strokeDashoffset = String(1 - rest);
  part("hold").classList.toggle("warn", left <= countdown.warnAt);
  part("hold").classList.toggle("bad", left <= URGENT_SECONDS);
});
countdown.addEventListener("warn", ({ detail: { left } }) => {
  const more = extended ? "" : ` Press Alt and M for ${given.more_time} more.`;
  alert(`${Math.round(left)} seconds left to pay.${more}`);
});
// Seconds come rounded down, and the time may have been extended elsewhere: the server has the last word.
countdown.addEventListener("end", () => setTimeout(() => !leaving && part("over").hidden && refresh(), 1000));

async function extend() {
  if (extended || leaving || part("hold").hidden) return;
  extended = true; // a second press does nothing
  try {
    const question = ++asked;
    const { data } = await call("POST", `/api/booking/${booking.id}/extend`);
    if (question === asked) show(data);
    say(`${given.more_time} were added. You have ${duration(data.seconds_left)}.`);
    timeWasAdded();
  } catch (problem) {
    if (problem.code === "invalid_state") timeWasAdded();
    else extended = false;
    toast(problem.message, "warn");
    refresh();
  }
}

function timeWasAdded() {
  const button = part("extend");
  if (document.activeElement === button) part("card").focus();
  button.disabled = true;
  button.textContent = "Time was added";
}

part("extend").addEventListener("click", extend);
document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyM") return;
  event.preventDefault();
  extend();
});

// --- Giving up, and getting the same seats again ---------------------------------------------------

part("cancel").addEventListener("click", async () => {
  if (!(await confirmGiveUp(`${bookingInWords(booking)}.`))) return;
  try {
    await call("DELETE", `/api/booking/${booking.id}`);
    toastNext("Your seats are free again. Nothing was charged.");
    leaving = true;
    location.assign(page.dataset.eventUrl);
  } catch (problem) {
    toast(problem.message, "warn");
    refresh();
  }
});

let attempt = { of: null, key: null };

part("again").addEventListener("click", async () => {
  const button = part("again");
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  if (attempt.of !== booking.id) attempt = { of: booking.id, key: crypto.getRandomValues(new Uint32Array(4)).join("-") };
  try {
    const { data } = await call("POST", "/api/booking", { body: sameSeats(), headers: againHeaders() });
    await begin(data);
  } catch (problem) {
    refuseAgain(problem);
  } finally {
    button.ariaBusy = null;
  }
});

function againHeaders() {
  return { "Idempotency-Key": attempt.key, ...passHeader(booking.event_id) };
}

function sameSeats() {
  const { event_id, section, subsection, quantity, seat_positions } = booking;
  return { event_id, section, subsection, quantity, seat_positions, seat_selection_mode: "manual" };
}

/** The same page for the new booking, so that what was typed is still there. */
async function begin(data) {
  asked += 1;
  extended = false;
  given.window_seconds = data.seconds_left;
  history.replaceState(null, "", page.dataset.checkoutUrl.replace(/0{8}-[0-]{27}/, data.id));
  await takeOver("order", "extend", "pay-button"); // prices may have changed
  part("extend").disabled = false;
  show(data);
  say(`The seats are held for you again. You have ${duration(data.seconds_left)} to pay.`);
  part("card").focus();
}

/** Takes parts of the page as the server renders it now. */
async function takeOver(...ids) {
  const text = await (await fetch(location.href, { credentials: "same-origin" })).text();
  const fresh = new DOMParser().parseFromString(text, "text/html");
  for (const id of ids) part(id).replaceChildren(...(fresh.getElementById(id)?.childNodes ?? part(id).childNodes));
  localize(page);
}

function refuseAgain(problem) {
  const place = part("over-refusal");
  const taken = problem.code === "seats_taken";
  place.hidden = false;
  place.textContent = taken
    ? `Somebody else was faster: ${seatsInWords(problem.seats)}. The map shows what is free.`
    : problem.message;
  if (!taken) return;
  refused = booking.id;
  part("again").hidden = true;
  part("to-map").classList.remove("quiet");
  part("to-map").focus();
}

// --- Staying right ---------------------------------------------------------------------------------

const feed = new LiveFeed(booking.event_id);
feed.addEventListener("booking", ({ detail }) => {
  if (detail.booking.id === booking.id && !leaving) refresh();
});
feed.addEventListener("expiring", ({ detail }) => {
  if (detail.booking_id === booking.id && !leaving) refresh();
});
let missedNews = false;
feed.addEventListener("signed_out", () => (missedNews = true));
feed.addEventListener("state", ({ detail: state }) => {
  if (state === "offline") missedNews = true;
  if (!missedNews || !["live", "stream"].includes(state) || leaving) return;
  missedNews = false;
  refresh();
});
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && !leaving && refresh());
addEventListener("online", () => !leaving && refresh());
addEventListener("pageshow", ({ persisted }) => {
  if (!persisted) return;
  leaving = false;
  refresh();
});

if (booking.status === "pending_payment") show(booking);
else toggle(false);
feed.start(); // also for lost seats: a payment that was captured late may bring them back
