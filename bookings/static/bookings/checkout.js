/**
 * The checkout: counts down the time to pay, takes the payment, and shows when the seats are lost.
 *
 * The page fetches the order whenever it may have changed: on an event of the live feed, when the page becomes visible
 * again, and when the time to pay ends. The card number stays in its field until the seats are paid.
 */

import { LiveFeed } from "../events/live.js";
import { passHeader } from "../events/pass.js";
import { alert, say } from "../ticketing/announce.js";
import { call } from "../ticketing/api.js";
import { duration, timeText } from "../ticketing/format.js";
import { localize } from "../ticketing/localize.js";
import { enableControls } from "../ticketing/ready.js";
import { toast, toastNext } from "../ticketing/toast.js";
import { confirmCancel } from "./cancel_dialog.js";
import { Countdown } from "./countdown.js";
import { bookingText, placesWord, seatsText, statusText } from "./formatting.js";
import { newIdempotencyKey } from "./idempotency_key.js";
import { paymentForm } from "./payment_form.js";

const URGENT_SECONDS = 10; // the ring turns red
const PAID = ["paid", "completed", "refunded"];

const page = document.getElementById("checkout");
const part = (id) => document.getElementById(id);
const initial = JSON.parse(part("checkout-data").textContent);
const countdown = new Countdown();
const { blocks } = initial; // what people call the block of each booking
let { order, extended, window_seconds: windowSeconds } = initial;
let lastRequest = 0; // number of the latest request; responses to earlier ones are ignored
let leaving = false;
let takenId = null; // id of the order of whose seats somebody else has taken some

const form = paymentForm(part("pay"), {
  orderId: () => order.id,
  paid: leave,
  changed: refresh,
  loginUrl: () => `${page.dataset.loginUrl}?next=${encodeURIComponent(location.pathname)}`,
});

// --- The state of the order -------------------------------------------------------------------------

/** Fetches the order and shows its state. Without a response nothing changes. */
async function refresh() {
  const request = ++lastRequest;
  try {
    const { data } = await call("GET", `/api/order/${order.id}`);
    if (request === lastRequest) show(data);
  } catch (problem) {
    if (problem.status === 404 || problem.status === 401) return location.reload(); // this user may no longer see it
    if (request === lastRequest && countdown.left === 0) show(expired(order));
  }
}

/** The order as it is when its time is up and the server can't be asked. */
function expired(one) {
  const ended = current(one).map(({ id }) => id);
  const bookings = one.bookings.map((booking) => (ended.includes(booking.id) ? { ...booking, status: "expired" } : booking));
  return { ...one, bookings, status: "expired", seconds_left: 0 };
}

function show(data) {
  const before = order;
  order = data;
  if (PAID.includes(data.status)) return leave();
  if (data.status !== "pending_payment") return showLost();
  showHeld(before);
  if (idsOf(before) !== idsOf(data)) showOtherSeats(before);
}

/** The bookings that have the order's status: others were taken out of it. */
function current({ bookings, status } = order) {
  return bookings.filter((booking) => booking.status === status);
}

function idsOf(one) {
  return current(one).map(({ id }) => id).join();
}

/** Shows what is left of the order after a block was taken out of it, or what was added in another window. */
async function showOtherSeats(before) {
  const added = current().some(({ id }) => !(id in blocks));
  if (added || Boolean(order.total_price) !== Boolean(before.total_price)) return location.reload(); // another form
  await replaceWithFresh("receipt", "pay-button");
}

function showHeld(before) {
  const ends = new Date(order.expires_at);
  part("deadline").dateTime = order.expires_at;
  part("deadline").textContent = timeText(order.expires_at, "time-seconds");
  part("deadline").title = timeText(order.expires_at);
  if (ends > new Date(before.expires_at)) {
    windowSeconds = Math.max(windowSeconds, order.seconds_left);
  }
  toggle(true);
  countdown.set(order.seconds_left, windowSeconds);
}

function showLost() {
  countdown.stop();
  if (form.isBusy()) return; // the outcome of the payment decides, and the form shows it
  const wasHeld = part("over").hidden;
  const typing = part("pay").contains(document.activeElement) || part("hold").contains(document.activeElement);
  const { label, meaning } = statusText({ ...order, ...currentTexts() });
  part("over-title").textContent = label;
  part("over-text").textContent = meaning;
  part("again").hidden = order.status === "processing" || takenId === order.id;
  toggle(false);
  if (!wasHeld) return;
  alert(`${label}. ${meaning}`);
  if (typing) part("over-title").focus();
  part("over").scrollIntoView({ block: "nearest" });
}

function toggle(held) {
  part("hold").hidden = !held;
  part("over").hidden = held;
  part("total-label").textContent = held && order.total_price ? "To pay" : "Total";
  part("no-fees")?.toggleAttribute("hidden", !held);
  for (const button of page.querySelectorAll("[data-remove]")) button.hidden = !held;
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
  location.assign(page.dataset.doneUrl.replace(/0{8}-[0-]{27}/, order.id));
}

// --- The time to pay -------------------------------------------------------------------------------

countdown.addEventListener("tick", ({ detail: { left, fraction } }) => {
  part("digits").textContent = duration(left);
  part("ring").style.strokeDashoffset = String(1 - fraction);
  part("hold").classList.toggle("warn", left <= countdown.warnAt);
  part("hold").classList.toggle("bad", left <= URGENT_SECONDS);
});
countdown.addEventListener("warn", ({ detail: { left } }) => {
  const more = extended ? "" : ` Press Alt and M for ${initial.more_time} more.`;
  alert(`${Math.round(left)} seconds left to pay.${more}`);
});
// The seconds were rounded down, and another tab may have extended the time, so the server decides.
countdown.addEventListener("end", () => setTimeout(() => !leaving && part("over").hidden && refresh(), 1000));

async function extend() {
  if (extended || leaving || part("hold").hidden) return;
  extended = true; // a second press does nothing
  try {
    const request = ++lastRequest;
    const { data } = await call("POST", `/api/order/${order.id}/extend`);
    if (request === lastRequest) show(data);
    say(`${initial.more_time} added. You have ${duration(data.seconds_left)} left.`);
    disableExtend();
  } catch (problem) {
    if (problem.code === "invalid_state") disableExtend();
    else extended = false;
    toast(problem.message, "warn");
    refresh();
  }
}

function disableExtend() {
  const button = part("extend");
  if (document.activeElement === button) (part("card") ?? part("pay-button")).focus();
  button.disabled = true;
  button.textContent = "Time was added";
}

part("extend").addEventListener("click", extend);
document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyM") return;
  event.preventDefault();
  extend();
});

// --- Cancelling, as a whole or a block, and reserving the same seats again -------------------------

part("cancel").addEventListener("click", async () => {
  if (!(await confirmCancel(`${current().map(textOf).join("; ")}.`))) return;
  try {
    await call("DELETE", `/api/order/${order.id}`);
    toastNext("Your reservation is cancelled. Nothing was charged.");
    leaving = true;
    location.assign(page.dataset.eventUrl);
  } catch (problem) {
    toast(problem.message, "warn");
    refresh();
  }
});

page.addEventListener("click", async ({ target }) => {
  const id = target.closest("[data-remove]")?.dataset.remove;
  const booking = current().find((one) => one.id === id);
  if (!booking || !(await confirmCancel(`${textOf(booking)}.`, { part: true }))) return;
  try {
    const { data } = await call("DELETE", `/api/order/${order.id}/items/${id}`);
    show(data);
    say(`${textOf(booking)}: taken out. The rest is still reserved for you.`);
    (part("card") ?? part("pay-button")).focus();
  } catch (problem) {
    toast(problem.message, "warn");
    refresh();
  }
});

function textOf(booking) {
  return bookingText(booking, blocks[booking.id]);
}

/** The failure and the kind of places that the order's texts are about. */
function currentTexts() {
  const [{ failure }] = current();
  return { failure, subsection_kind: current().some((one) => one.subsection_kind === "standing") ? "standing" : "seats" };
}

let attempt = { orderId: null, key: null };

part("again").addEventListener("click", async () => {
  const button = part("again");
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  if (attempt.orderId !== order.id) attempt = { orderId: order.id, key: newIdempotencyKey() };
  try {
    const headers = { "Idempotency-Key": attempt.key, ...passHeader(order.event_id) };
    const { data } = await call("POST", "/api/order", { body: { event_id: order.event_id, items: current().map(sameSeats) }, headers });
    await continueWith(data);
  } catch (problem) {
    showNotReserved(problem);
  } finally {
    button.ariaBusy = null;
  }
});

function sameSeats({ section, subsection, subsection_kind: kind, quantity, seat_positions }) {
  const where = { section, subsection, quantity };
  if (kind === "standing") return { ...where, seat_selection_mode: "best_available" }; // its places have no names
  return { ...where, seat_positions, seat_selection_mode: "manual" };
}

/** Turns the page into the checkout of the new order, which is for the same blocks. What the buyer typed stays in the form. */
async function continueWith(data) {
  lastRequest += 1;
  extended = false;
  windowSeconds = data.seconds_left;
  for (const { id, section, subsection } of data.bookings) {
    blocks[id] = blocks[current().find((one) => one.section === section && one.subsection === subsection).id];
  }
  history.replaceState(null, "", page.dataset.checkoutUrl.replace(/0{8}-[0-]{27}/, data.id));
  if (Boolean(data.total_price) !== Boolean(initial.order.total_price)) return location.reload(); // another form
  await replaceWithFresh("receipt", "extend", "pay-button"); // prices may have changed
  part("extend").disabled = false;
  order = data;
  show(data);
  say(`The ${placesWord(currentTexts().subsection_kind)} are reserved for you again. You have ${duration(data.seconds_left)} left to pay.`);
  (part("card") ?? part("pay-button")).focus();
}

/** Replaces the content of these elements with what the server renders now. */
async function replaceWithFresh(...ids) {
  const text = await (await fetch(location.href, { credentials: "same-origin" })).text();
  const fresh = new DOMParser().parseFromString(text, "text/html");
  for (const id of ids) part(id).replaceChildren(...(fresh.getElementById(id)?.childNodes ?? part(id).childNodes));
  localize(page);
  enableControls(part("receipt"));
}

function showNotReserved(problem) {
  const notice = part("over-refusal");
  const taken = problem.code === "seats_taken";
  const { block, rowWord } = blocks[current()[problem.more.item ?? 0].id];
  const where = current().length > 1 ? `${block}: ` : "";
  notice.hidden = false;
  notice.textContent = taken
    ? `Someone else was faster: ${where}${seatsText(problem.seats, rowWord)}. The map shows which seats are free.`
    : problem.message;
  if (!taken) return;
  takenId = order.id;
  part("again").hidden = true;
  part("to-map").classList.remove("quiet");
  part("to-map").focus();
}

// --- Keeping up to date ----------------------------------------------------------------------------

const feed = new LiveFeed(order.event_id);
feed.addEventListener("booking", ({ detail }) => {
  if (isOfOrder(detail.booking.id) && !leaving) refresh();
});
feed.addEventListener("expiring", ({ detail }) => {
  if (isOfOrder(detail.booking_id) && !leaving) refresh();
});

function isOfOrder(bookingId) {
  return order.bookings.some(({ id }) => id === bookingId);
}

let mayHaveMissed = false;
feed.addEventListener("signed_out", () => (mayHaveMissed = true));
feed.addEventListener("state", ({ detail: state }) => {
  if (state === "offline") mayHaveMissed = true;
  if (!mayHaveMissed || !["live", "stream"].includes(state) || leaving) return;
  mayHaveMissed = false;
  refresh();
});
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && !leaving && refresh());
addEventListener("online", () => !leaving && refresh());
addEventListener("pageshow", ({ persisted }) => {
  if (!persisted) return;
  leaving = false;
  form.resume();
  refresh();
});

if (order.status === "pending_payment") show(order);
else toggle(false);
enableControls();
feed.start(); // for lost seats too: a payment that is captured late may bring them back
