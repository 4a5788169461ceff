/** The event page: puts model, feed, map, list and picks together, and says what happens. */

import { alert, say } from "../../ticketing/announce.js";
import { call } from "../../ticketing/api.js";
import { count, duration, money } from "../../ticketing/format.js";
import { toast } from "../../ticketing/toast.js";
import { LiveFeed } from "../live.js";
import { forgetPass } from "../pass.js";
import { nearestEqual } from "./best.js";
import { Chooser } from "./chooser.js";
import { Colours } from "./colours.js";
import { Filter } from "./filters.js";
import { forget, Holder, keep, kept } from "./hold.js";
import { seatPoint } from "./layout.js";
import { SeatList } from "./list.js";
import { SeatModel } from "./model.js";
import { Picks } from "./picks.js";
import { showPrices } from "./prices.js";
import { Sale } from "./sale.js";
import { Summary } from "./summary.js";
import { Tooltip } from "./tooltip.js";
import { showTurn } from "./turn.js";
import { MapView } from "./view.js";
import { blockName, leftWords, placesWords, seatsWords, shortName } from "./words.js";

const STATES = {
  connecting: "Catching up…",
  live: "Live",
  stream: "Live",
  offline: "Not live: trying again",
};
const TAP_SCALE = 10; // px per seat from which a finger can mean one seat

const page = document.getElementById("event");
const { dataset } = page;
const { currency, event: eventId } = dataset;
const find = (selector) => page.querySelector(selector);
const rows = JSON.parse(document.getElementById("sections").textContent);
const gapsAllowed = dataset.gaps === "true";

const model = new SeatModel(rows);
const colours = new Colours([...new Set(rows.map((row) => row.tier))]);
const picks = new Picks(model, Number(dataset.max));
const filter = new Filter(find("#filters"), shortMoney);
const scene = { wanted: filter.wanted, picks, cursor: null, hover: null };
const view = new MapView(find("#map"), find(".minimap"), { model, scene, colours, price: shortMoney });
const list = new SeatList(find("#list"), { model, picks, filter, colours, currency });
const tooltip = new Tooltip(find(".tip"), { currency, colours, act: pick });
const holder = new Holder(dataset);
const summary = new Summary(find("#summary"), picks, currency, hold);
const chooser = new Chooser(find("#best"), { model, filter, view, summary, max: picks.max, gapsAllowed });
const feed = new LiveFeed(eventId, { bookings: dataset.signedIn === "true" });
const sale = new Sale(find("[data-sale]"), JSON.parse(document.getElementById("sale").textContent));
summary.close(sale.reason);

// --- The seats: once as a whole, then from the feed -----------------------------------------------------

async function load() {
  try {
    const answer = await fetch(dataset.seatmap);
    if (!answer.ok) throw new Error(answer.statusText);
    const { sections } = await answer.json();
    feed.know(sections).forEach((row) => model.letters(row));
  } catch {
    // The feed brings the seats as well.
  }
  feed.watch();
  restore();
  remindOfHold();
}

feed.addEventListener("snapshot", ({ detail }) => model.count(detail.sections));
feed.addEventListener("seats", ({ detail }) => model.letters(detail));
feed.addEventListener("selecting", ({ detail }) => model.mark(detail));
feed.addEventListener("state", ({ detail }) => showState(detail));
feed.addEventListener("gone", () => summary.tell("This event is no longer here."));
feed.addEventListener("block", ({ detail }) => {
  model.count([detail]); // first: a lost pick is said together with what is left
  if (detail.seats) model.change(detail);
});

feed.addEventListener("sale", ({ detail }) => {
  sale.update(detail);
  if (detail.prices) model.reprice(detail.prices);
});

sale.addEventListener("change", () => {
  summary.close(sale.reason);
  say(sale.reason ?? "Sales are open: seats can be held now.");
});

model.addEventListener("prices", () => {
  showPrices(page, model.blocks, currency);
  view.filter();
  summary.close(sale.reason);
  if (picks.positions.length) toast(`Prices have changed. Your ${seatsWords(picks.positions.length)} cost ${money(picks.total, currency)} now.`, "warn");
});

let saidOffline = false;

function showState(state) {
  const place = find("[data-live-state]");
  place.dataset.liveState = state;
  place.textContent = STATES[state];
  // Only what matters to somebody who can't see it: that the map stands still, and that it moves again.
  if (state === "offline" && !saidOffline) say("The map is not live at the moment. Trying again.");
  if (state === "live" && saidOffline) say("The map is live again.");
  saidOffline = state === "offline" || (saidOffline && state === "connecting");
}

let shownLeft = null;

model.addEventListener("counts", () => {
  shownLeft ??= setTimeout(() => {
    shownLeft = null;
    find("[data-left]").textContent = count(model.available);
  }, 200);
});

// --- Picking --------------------------------------------------------------------------------------------

function pick(block, position) {
  const had = picks.has(block, position);
  if (!had && !block.isFree(position)) {
    say(`${shortName(block, position)} can't be had.`);
    return;
  }
  picks.toggle(block, position);
  tooltip.hide();
  if (picks.has(block, position)) say(`${shortName(block, position)} picked. ${seatsWords(picks.positions.length)}, ${money(picks.total, currency)}.`);
  else if (had) say(`${shortName(block, position)} let go.`);
}

picks.addEventListener("change", ({ detail: { before } }) => {
  summary.tell(null);
  view.request();
  const names = picks.names;
  if (names.length) keep(eventId, { section: picks.block.section, subsection: picks.block.number, names });
  else forget(eventId);
  const block = picks.block ?? before;
  if (block) feed.select(block.section, block.number, names.slice(0, 10));
});

picks.addEventListener("moved", ({ detail: { from, number } }) => {
  const words = number === 1 ? "Your seat there was" : `Your ${number} seats there were`;
  toast(`One booking lies in one block. ${words} let go (${blockName(from)}).`);
});

chooser.addEventListener("found", ({ detail: { what, ...seats } }) => {
  choose(seats);
  if (what === "hold") hold();
});
picks.addEventListener("full", () => toast(`You can take at most ${seatsWords(picks.max)} in one booking.`, "warn"));

picks.addEventListener("lost", ({ detail: { block, positions } }) => {
  const [first] = positions;
  const what = positions.length === 1 ? `${shortName(block, first)} was taken.` : `${positions.length} of your seats were taken: ${placesWords(block, positions)}.`;
  alert(`${what} ${leftWords(block)}`);
  offerEqual(what, block, positions, picks.positions.length + positions.length);
});

/** Says what was lost and offers as many seats like these, side by side. */
function offerEqual(what, block, positions, number) {
  const accessible = block.places(positions) + (picks.block === block ? block.places(picks.positions) : 0);
  const found = nearestEqual(model, block, positions, number, { accessible, gapsAllowed });
  if (!found) {
    summary.tell(`${what} There are no ${seatsWords(number)} like these left together.`);
    return;
  }
  const where = found.block === block ? placesWords(block, found.positions) : `${blockName(found.block)}, ${placesWords(found.block, found.positions)}`;
  summary.tell(what, [[`Take ${where} instead`, () => choose(found)]]);
  say(`Equal seats are free: ${where}.`);
}

/** Picks these seats and shows them. */
function choose({ block, positions }) {
  picks.replace(block, positions);
  const middle = positions[Math.floor(positions.length / 2)];
  view.showBlock(block, seatPoint(block, middle));
  say(`Picked: ${blockName(block)}, ${placesWords(block, positions)}. ${money(picks.total, currency)}.`);
}

// --- Map, list and tooltip ------------------------------------------------------------------------------

view.addEventListener("tap", ({ detail }) => tap(detail));
view.addEventListener("hover", ({ detail }) => hover(detail));
view.addEventListener("view", () => tooltip.shown?.touch && tooltip.hide());

function tap(hit) {
  const { block, position, px, py, touch } = hit;
  const asked = tooltip.shown;
  tooltip.hide();
  if (!block) {
    if (hit.double) view.camera.glideZoom(px, py, 2);
    view.request();
  } else if (position < 0 || (touch && view.camera.scale < TAP_SCALE)) {
    const point = view.camera.toPlane(px, py);
    list.open(block);
    view.showBlock(block, point); // last: where the finger was counts more than the whole block
  } else if (!touch || (asked?.block === block && asked.position === position)) {
    pick(block, position);
  } else {
    const picked = picks.has(block, position);
    const can = picked || block.isFree(position);
    tooltip.show(hit, { picked, marked: model.isMarked(block, position), button: can ? (picked ? "Let go" : "Take this seat") : null });
  }
}

function hover(hit) {
  scene.hover = hit.block ? hit : null;
  const free = hit.position >= 0 && (hit.block.isFree(hit.position) || picks.has(hit.block, hit.position));
  find("#map").style.cursor = free || (hit.block && hit.position < 0) ? "pointer" : "grab";
  if (hit.block) tooltip.show(hit, { picked: picks.has(hit.block, hit.position), marked: model.isMarked(hit.block, hit.position) });
  else if (!tooltip.shown?.touch) tooltip.hide();
  view.request();
}

list.addEventListener("open", ({ detail }) => view.showBlock(detail.block));
list.addEventListener("pick", ({ detail }) => pick(detail.block, detail.position));
list.addEventListener("close", () => {
  scene.cursor = null;
  view.request();
});
list.addEventListener("seat", ({ detail }) => {
  scene.cursor = detail;
  if (view.showsSeats && !view.camera.isMoving) view.showSeat(detail.block, detail.position);
  view.request();
});

filter.addEventListener("change", () => {
  view.filter();
  const wanted = model.blocks.filter(filter.wanted);
  const left = wanted.reduce((sum, block) => sum + block.available, 0);
  if (filter.isActive) say(`${seatsWords(left)} in ${wanted.length} blocks.`);
});

page.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-zoom]");
  if (button?.dataset.zoom === "all") view.showAll();
  else if (button) view.zoom(Number(button.dataset.zoom));
});

// --- Holding --------------------------------------------------------------------------------------------

async function hold() {
  if (!picks.positions.length) return;
  if (sale.reason) return summary.tell(sale.reason);
  const { block, positions, names } = picks;
  if (dataset.signedIn !== "true") return holder.signIn(block, names);
  summary.tell(null);
  summary.busy(true);
  picks.pause(true);
  try {
    await holder.seats(block, names);
  } catch (problem) {
    summary.busy(false);
    refused(problem, block, positions, names);
    picks.pause(false);
  }
}

function refused(problem, block, positions, names) {
  if (problem.status === 401) holder.signIn(block, names);
  else if (problem.code === "queue_pass_required") goToQueue();
  else if (problem.code === "seats_taken") taken(problem, block, positions);
  else if (problem.code === "would_leave_single_seat") single(problem, block, positions);
  else if (problem.code === "too_many_holds") summary.tell(problem.message, [["Show my bookings", () => location.assign(dataset.bookings)]]);
  else if (problem.status === 0 || problem.status >= 500) summary.tell(problem.message, [["Try again", hold]]);
  else if (problem.status === 429) summary.tell(`Too many tries. Please wait ${problem.retryAfter ?? 60} seconds, then try again.`);
  else summary.tell(problem.message);
}

/** The picks are kept meanwhile, and picked again if they are still free then. */
function goToQueue() {
  forgetPass(eventId);
  location.assign(dataset.queue);
}

function taken({ seats }, block, positions) {
  const lost = seats.map((name) => block.position(name)).filter((position) => positions.includes(position));
  const what = `Somebody was faster: ${placesWords(block, lost)} ${lost.length === 1 ? "is" : "are"} taken.`;
  for (const position of lost) block.seats[position] = Math.max(1, block.seats[position]); // the feed will say the same
  view.touch(block, lost);
  picks.replace(block, positions.filter((position) => !lost.includes(position)));
  alert(what);
  offerEqual(what, block, lost, positions.length);
}

function single({ message, seats }, block, positions) {
  const lone = seats.map((name) => block.position(name));
  const actions = [];
  if (positions.length + lone.length <= picks.max) actions.push([`Take ${placesWords(block, lone)} too`, () => picks.replace(block, [...positions, ...lone].sort((a, b) => a - b))]);
  const found = nearestEqual(model, block, positions, positions.length, { accessible: block.places(positions), gapsAllowed: false });
  if (found) actions.push([`Take ${placesWords(found.block, found.positions)} instead`, () => choose(found)]);
  summary.tell(message, actions);
}

/** Picks from before the login, or before the page was loaded again. */
function restore() {
  const before = kept(eventId);
  const block = before && model.block(before.section, before.subsection);
  if (!block?.seats || picks.positions.length) return;
  const wanted = before.names.map((name) => block.position(name));
  picks.replace(block, wanted);
  const lost = wanted.filter((position) => !picks.has(block, position));
  if (lost.length) offerEqual(`${placesWords(block, lost)} of your seats ${lost.length === 1 ? "was" : "were"} taken meanwhile.`, block, lost, wanted.length);
  else if (document.referrer.includes(dataset.login)) toast(`Welcome back. Still free and picked for you: ${placesWords(block, wanted)}.`, "good");
}

/** Who comes back from the checkout sees his seats as held: says by whom, and leads on. */
async function remindOfHold() {
  if (dataset.signedIn !== "true") return;
  const { data } = await call("GET", "/api/booking?booking_status=pending_payment").catch(() => ({ data: { results: [] } }));
  const held = data.results.find((booking) => booking.event_id === Number(eventId) && booking.seconds_left > 0);
  if (!held || picks.positions.length) return;
  const pay = () => location.assign(holder.checkoutOf(held.id));
  summary.tell(`You hold ${seatsWords(held.quantity)} here for ${duration(held.seconds_left)} more.`, [["Go on to pay", pay]]);
}

/** On the map there is little room: no cents where there are none. */
function shortMoney(minor) {
  return money(minor, currency).replace(/[.,]00(?=\D*$)/, "");
}

addEventListener("pageshow", ({ persisted }) => persisted && location.reload()); // the seats held meanwhile are no longer picks

showTurn(find("[data-turn]"), eventId);
feed.start();
load();
