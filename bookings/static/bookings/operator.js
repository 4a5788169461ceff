/** The operator page: fetches the figures once a second, switches features, and controls the waiting rooms. */

import { call, Problem } from "../ticketing/api.js";
import { alert, say } from "../ticketing/announce.js";
import { count, money, timeText } from "../ticketing/format.js";
import { enableControls } from "../ticketing/ready.js";
import { toast } from "../ticketing/toast.js";

const POLL_MS = 1000;
const STALE_MS = 4000; // after this long without a response, the figures are marked as out of date

const page = JSON.parse(document.getElementById("page").textContent);
const find = (selector, root = document) => root.querySelector(selector);
const roomCards = new Map(); // event id → card
const MONEY = {
  refund_failed: "A refund failed: return the money in another way, such as at the payment provider",
  refund_waiting: "A refund can’t be sent; it is tried again",
  wrong_amount: "Another amount was taken than asked; it is refunded",
  dispute: "The buyer’s bank asks for the money back",
};
let updatedAt = performance.now();
let shown = page.overview;

show(page.overview);
for (const card of document.querySelectorAll("[data-switch]")) {
  find("[data-toggle]", card).addEventListener("click", (event) => toggle(event.currentTarget, card.dataset.switch));
}
enableControls();
poll();

async function poll() {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    if (document.hidden) continue;
    try {
      show((await call("GET", page.path, { signal: AbortSignal.timeout(STALE_MS) })).data);
    } catch (error) {
      if (error.code === "not_authenticated" || error.status === 403) location.reload();
      if (performance.now() - updatedAt > STALE_MS) showStale(error);
    }
  }
}

function show(overview) {
  updatedAt = performance.now();
  setFreshness("good", `As of ${timeText(Date.now(), "clock-seconds")}`);
  find("[data-redis-down]").hidden = overview.numbers !== null;
  for (const [name, state] of Object.entries(overview.switches)) showSwitch(name, state, overview);
  showNumbers(overview);
  showRooms(overview.waiting_rooms);
  showSlowed(overview.numbers?.admission_share ?? 1, overview.waiting_rooms.length);
  showMoney(overview.money);
  find("[data-processes]").replaceChildren(...overview.processes.map(processRow));
  shown = overview;
}

function showStale(error) {
  const changed = setFreshness("bad", "No response: these figures are out of date");
  if (changed) alert(`The operator page gets no response. ${error.message}`);
}

/** Shows how fresh the figures are. Returns whether that has changed. */
function setFreshness(kind, text) {
  const badge = find("[data-freshness]");
  const changed = !badge.classList.contains(kind);
  badge.className = `badge ${kind}`;
  badge.textContent = text;
  return changed;
}

function showSwitch(name, state, overview) {
  const card = find(`[data-switch="${name}"]`);
  const byDatabase = name === "read_only" && overview.read_only === "database";
  const before = find("[data-state]", card).textContent;
  const now = state.on ? "On" : byDatabase ? "On: the database refuses writes" : "Off";
  card.classList.toggle("is-on", state.on || byDatabase);
  find("[data-state]", card).textContent = now;
  find("[data-changed]", card).textContent = changedText(state);
  const button = find("[data-toggle]", card);
  button.textContent = state.on ? button.dataset.off : button.dataset.on;
  button.dataset.wanted = String(!state.on);
  if (before && before !== now) say(`${find("h2", card).textContent}: ${now}`);
}

function changedText({ changed_at: at, changed_by: by }) {
  return at ? `since ${timeText(at)}${by ? `, by ${by}` : ""}` : "";
}

function showNumbers({ numbers, processes }) {
  const challenges = numbers?.challenges ?? {};
  const number = (value) => (numbers ? count(value ?? 0) : "–");
  const figures = {
    holds_per_second: numbers ? count(numbers.holds_per_second) : "–",
    hold_p95: numbers?.hold_p95_ms == null ? "–" : `${count(Math.round(numbers.hold_p95_ms))} ms`,
    in_flight: count(processes.reduce((sum, process) => sum + process.in_flight, 0)),
    limits_hit: number(numbers?.limits_hit),
    challenges_given: number(challenges.given),
    challenges_solved: number(challenges.solved),
    challenges_refused: number(challenges.refused),
  };
  for (const [name, text] of Object.entries(figures)) find(`[data-number="${name}"]`).textContent = text;
  const refused = Object.entries(numbers?.refusals ?? {}).sort(([, one], [, other]) => other - one);
  find("[data-refusals]").textContent =
    refused.map(([code, times]) => `${code} ${count(times)}×`).join(", ") || "nothing";
}

function showMoney(cases) {
  find("[data-no-money]").hidden = cases.length > 0;
  find("[data-money-table]").hidden = cases.length === 0;
  const text = JSON.stringify(cases);
  if (find("[data-money]").dataset.shown === text) return; // keeps the focus on a link
  find("[data-money]").dataset.shown = text;
  find("[data-money]").replaceChildren(...cases.map(moneyRow));
}

function moneyRow({ kind, amount, currency, event_name: event, booking_id: id, since, detail }) {
  const row = document.createElement("tr");
  const cells = [MONEY[kind], money(amount, currency), event, "", timeText(since), detail || "–"];
  row.append(...cells.map((text) => Object.assign(document.createElement("td"), { textContent: text })));
  const link = Object.assign(document.createElement("a"), { href: `/admin/bookings/booking/${id}/change/`, textContent: id });
  row.cells[3].append(link);
  return row;
}

function showRooms(list) {
  find("[data-no-rooms]").hidden = list.length > 0;
  for (const [id, card] of roomCards) {
    if (list.some((room) => room.event_id === id)) continue;
    card.remove();
    roomCards.delete(id);
  }
  for (const room of list) showRoom(roomCards.get(room.event_id) ?? newRoom(room), room);
}

function showSlowed(share, rooms) {
  const notice = find("[data-slowed]");
  notice.hidden = share === 1 || rooms === 0;
  notice.textContent = `Holds are slow, so people are let in at ${Math.round(share * 100)} % of the set rate.`;
}

/** Makes a card once. Later updates only fill it, so that it keeps the focus and what the operator is typing. */
function newRoom(room) {
  const card = find("#room").content.cloneNode(true).firstElementChild;
  const input = find("input", card);
  input.id = `rate-${room.event_id}`;
  find("label", card).htmlFor = input.id;
  input.value = room.admit_per_minute;
  find("[data-name]", card).textContent = room.name;
  find("[data-name]", card).href = `/events/${room.event_id}`;
  find("[data-pause]", card).addEventListener("click", (event) => {
    const paused = event.currentTarget.dataset.wanted === "true";
    update(event.currentTarget, room, { paused }, paused ? "Nobody is let in." : "People are let in again.");
  });
  find("[data-rate-form]", card).addEventListener("submit", (event) => {
    event.preventDefault();
    const admit_per_minute = input.valueAsNumber;
    const message = `${count(admit_per_minute)} people per minute from now on.`;
    update(find("button", event.target), room, { admit_per_minute }, message);
  });
  roomCards.set(room.event_id, card);
  find("[data-rooms]").append(card);
  return card;
}

function showRoom(card, room) {
  find("[data-waiting]", card).textContent = room.waiting === null ? "–" : count(room.waiting);
  find("[data-active]", card).textContent = `${count(room.active)} of ${count(room.max_active)}`;
  find("[data-rate]", card).textContent =
    `${count(room.admitted_last_minute)} of ${count(room.admit_per_minute)}`;
  const badge = find("[data-paused]", card);
  badge.textContent = room.paused ? "Paused" : "Letting in";
  badge.className = `badge ${room.paused ? "warn" : "good"}`;
  const button = find("[data-pause]", card);
  button.textContent = room.paused ? "Resume" : "Pause";
  button.setAttribute("aria-label", `${button.textContent} ${room.name}`);
  button.dataset.wanted = String(!room.paused);
}

function processRow({ name, in_flight, read_only, breakers }) {
  const row = document.createElement("tr");
  const writes = { switch: "off: read-only is on", database: "off: the database refuses writes" }[read_only] ?? "on";
  const states = Object.entries(breakers).map(([breaker, state]) => `${breaker} ${state}`);
  for (const text of [name, count(in_flight), writes, states.join(", ") || "–"]) {
    row.insertCell().textContent = text;
  }
  const open = Object.values(breakers).some((state) => state !== "closed");
  row.cells[3].className = open ? "operator-breaker-open" : "";
  return row;
}

function toggle(button, name) {
  const on = button.dataset.wanted === "true";
  return send(button, "POST", `${page.path}/switch/${name}`, { on }, (state) => {
    shown.switches[name] = state;
    showSwitch(name, state, shown);
  });
}

function update(button, room, body, message) {
  return send(button, "POST", `${page.path}/event/${room.event_id}`, body, (changed) => {
    showRoom(roomCards.get(room.event_id), changed);
    toast(message, "good");
  });
}

/** Sends one request at a time for each button, then calls `onSuccess` with the response's data. */
async function send(button, method, path, body, onSuccess) {
  if (button.ariaDisabled === "true") return;
  button.ariaDisabled = "true";
  try {
    onSuccess((await call(method, path, { body })).data);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    toast(error.message, "bad");
  } finally {
    button.ariaDisabled = "false";
  }
}
