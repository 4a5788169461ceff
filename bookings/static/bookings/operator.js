/** The operator's page: asks once a second how things are, and turns what can be turned. */

import { call, Problem } from "../ticketing/api.js";
import { alert, say } from "../ticketing/announce.js";
import { toast } from "../ticketing/toast.js";

const EVERY_MS = 1000;
const STALE_MS = 4000; // without an answer for so long, what is shown is old

const page = JSON.parse(document.getElementById("page").textContent);
const $ = (selector, root = document) => root.querySelector(selector);
const whole = new Intl.NumberFormat();
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const rooms = new Map(); // event id → its card
let answeredAt = performance.now();
let shown = page.overview;

show(page.overview);
for (const card of document.querySelectorAll("[data-switch]")) {
  $("[data-turn]", card).addEventListener("click", (event) => turn(event.currentTarget, card.dataset.switch));
}
askForEver();

async function askForEver() {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    if (document.hidden) continue;
    try {
      show((await call("GET", page.path, { signal: AbortSignal.timeout(STALE_MS) })).data);
    } catch (error) {
      if (error.code === "not_authenticated" || error.status === 403) location.reload();
      if (performance.now() - answeredAt > STALE_MS) showStale(error);
    }
  }
}

function show(overview) {
  answeredAt = performance.now();
  fresh("good", `As of ${clock.format(new Date())}`);
  $("[data-gone]").hidden = overview.numbers !== null;
  for (const [name, state] of Object.entries(overview.switches)) showSwitch(name, state, overview);
  showNumbers(overview);
  showRooms(overview.waiting_rooms);
  showSlowed(overview.numbers?.admission_share ?? 1, overview.waiting_rooms.length);
  $("[data-processes]").replaceChildren(...overview.processes.map(processRow));
  shown = overview;
}

function showStale(error) {
  if (fresh("bad", "No answer: these figures are old")) alert(`The operator's page has no answer. ${error.message}`);
}

/** Whether that is news. */
function fresh(kind, text) {
  const badge = $("[data-fresh]");
  const changed = !badge.classList.contains(kind);
  badge.className = `badge ${kind}`;
  badge.textContent = text;
  return changed;
}

function showSwitch(name, state, overview) {
  const card = $(`[data-switch="${name}"]`);
  const byItself = name === "read_only" && overview.read_only === "database";
  const before = $("[data-state]", card).textContent;
  const now = state.on ? "On" : byItself ? "On: the database refuses to write" : "Off";
  card.classList.toggle("is-on", state.on || byItself);
  $("[data-state]", card).textContent = now;
  $("[data-who]", card).textContent = state.changed_at ? `since ${day.format(new Date(state.changed_at))}${by(state)}` : "";
  const button = $("[data-turn]", card);
  button.textContent = state.on ? button.dataset.off : button.dataset.on;
  button.dataset.wanted = String(!state.on);
  if (before && before !== now) say(`${$("h2", card).textContent}: ${now}`);
}

function by(state) {
  return state.changed_by ? `, by ${state.changed_by}` : "";
}

function showNumbers({ numbers, processes }) {
  const challenges = numbers?.challenges ?? {};
  const number = (value) => (numbers ? whole.format(value ?? 0) : "–");
  const figures = {
    holds_per_second: numbers ? numbers.holds_per_second.toLocaleString() : "–",
    hold_p95: numbers?.hold_p95_ms == null ? "–" : `${Math.round(numbers.hold_p95_ms).toLocaleString()} ms`,
    in_flight: whole.format(processes.reduce((sum, process) => sum + process.in_flight, 0)),
    limits_hit: number(numbers?.limits_hit),
    challenges_given: number(challenges.given),
    challenges_solved: number(challenges.solved),
    challenges_refused: number(challenges.refused),
  };
  for (const [name, text] of Object.entries(figures)) $(`[data-number="${name}"]`).textContent = text;
  const refused = Object.entries(numbers?.refusals ?? {}).sort(([, one], [, other]) => other - one);
  $("[data-refusals]").textContent =
    refused.map(([code, times]) => `${code} ${whole.format(times)}×`).join(", ") || "nothing";
}

function showRooms(list) {
  $("[data-no-rooms]").hidden = list.length > 0;
  for (const [id, card] of rooms) {
    if (list.some((room) => room.event_id === id)) continue;
    card.remove();
    rooms.delete(id);
  }
  for (const room of list) showRoom(rooms.get(room.event_id) ?? newRoom(room), room);
}

function showSlowed(share, rooms) {
  const notice = $("[data-slowed]");
  notice.hidden = share === 1 || rooms === 0;
  notice.textContent = `Holds are slow, so people are let in at ${Math.round(share * 100)} % of the set speed.`;
}

/** A card is made once and then only filled, so that nothing is lost that is being typed or has the focus. */
function newRoom(room) {
  const card = $("#room").content.cloneNode(true).firstElementChild;
  const input = $("input", card);
  input.id = `speed-${room.event_id}`;
  $("label", card).htmlFor = input.id;
  input.value = room.admit_per_minute;
  $("[data-name]", card).textContent = room.name;
  $("[data-name]", card).href = `/events/${room.event_id}`;
  $("[data-pause]", card).addEventListener("click", (event) => {
    const paused = event.currentTarget.dataset.wanted === "true";
    steer(event.currentTarget, room, { paused }, paused ? "Nobody is let in." : "People are let in again.");
  });
  $("[data-speed]", card).addEventListener("submit", (event) => {
    event.preventDefault();
    const admit_per_minute = input.valueAsNumber;
    steer($("button", event.target), room, { admit_per_minute }, `${whole.format(admit_per_minute)} a minute from now on.`);
  });
  rooms.set(room.event_id, card);
  $("[data-rooms]").append(card);
  return card;
}

function showRoom(card, room) {
  $("[data-waiting]", card).textContent = room.waiting === null ? "–" : whole.format(room.waiting);
  $("[data-active]", card).textContent = `${whole.format(room.active)} of ${whole.format(room.max_active)}`;
  $("[data-rate]", card).textContent =
    `${whole.format(room.admitted_last_minute)} of ${whole.format(room.admit_per_minute)}`;
  const badge = $("[data-paused]", card);
  badge.textContent = room.paused ? "Paused" : "Letting in";
  badge.className = `badge ${room.paused ? "warn" : "good"}`;
  const button = $("[data-pause]", card);
  button.textContent = room.paused ? "Resume" : "Pause";
  button.setAttribute("aria-label", `${button.textContent} ${room.name}`);
  button.dataset.wanted = String(!room.paused);
}

function processRow({ name, in_flight, read_only, breakers }) {
  const row = document.createElement("tr");
  const changes = { switch: "none: switched off", database: "none: the database refuses" }[read_only] ?? "yes";
  const states = Object.entries(breakers).map(([breaker, state]) => `${breaker} ${state}`);
  for (const text of [name, whole.format(in_flight), changes, states.join(", ") || "–"]) {
    row.insertCell().textContent = text;
  }
  const open = Object.values(breakers).some((state) => state !== "closed");
  row.cells[3].className = open ? "operator-open" : "";
  return row;
}

function turn(button, name) {
  const on = button.dataset.wanted === "true";
  return doing(button, "POST", `${page.path}/switch/${name}`, { on }, (state) => {
    shown.switches[name] = state;
    showSwitch(name, state, shown);
  });
}

function steer(button, room, body, done) {
  return doing(button, "POST", `${page.path}/event/${room.event_id}`, body, (now) => {
    showRoom(rooms.get(room.event_id), now);
    toast(done, "good");
  });
}

async function doing(button, method, path, body, done) {
  if (button.ariaDisabled === "true") return;
  button.ariaDisabled = "true";
  try {
    done((await call(method, path, { body })).data);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    toast(error.message, "bad");
  } finally {
    button.ariaDisabled = "false";
  }
}
