/** The event page: connects model, live feed, map, list and picks, and tells the buyer what happens. */

import { alert, say } from "../../ticketing/announce.js";
import { count, duration, priceText } from "../../ticketing/format.js";
import { enableControls } from "../../ticketing/ready.js";
import { toast } from "../../ticketing/toast.js";
import { LiveFeed } from "../live.js";
import { forgetPass } from "../pass.js";
import { Colours } from "./canvas/colours.js";
import { MapView } from "./canvas/map_view.js";
import { BestSeatsForm } from "./panels/best_seats_form.js";
import { Filter } from "./panels/filter.js";
import { blockName, needsWheelchairPlace, pickedRanges, rangesBeside, seatCount, seatRanges, seatsLeft, shortName, shortPriceRange } from "./panels/formatting.js";
import { showKinds } from "./panels/legend.js";
import { LiveBadge } from "./panels/live_badge.js";
import { showPrices } from "./panels/prices.js";
import { SaleStatus } from "./panels/sale_status.js";
import { SeatList } from "./panels/seat_list.js";
import { Summary } from "./panels/summary.js";
import { Tooltip } from "./panels/tooltip.js";
import { nearestSimilar } from "./seats/best_seats.js";
import { placeFor } from "./seats/companions.js";
import { forgetPicks, HoldRequests, keepPicks, keptPicks } from "./seats/hold_request.js";
import { OwnHolds } from "./seats/own_holds.js";
import { Picks } from "./seats/picks.js";
import { SeatModel } from "./seats/seat_model.js";

const TAP_SCALE = 10; // px per seat: from this scale on, a tap can hit one seat

const page = document.getElementById("event");
const { dataset } = page;
const { currency, event: eventId } = dataset;
const find = (selector) => page.querySelector(selector);
const json = (id) => JSON.parse(document.getElementById(id).textContent);
const rows = json("sections");
const { load: loadSeating } = await (dataset.geometry ? import("./plan_seating.js") : import("./grid_seating.js"));
const seating = await loadSeating(dataset.geometry);
const gapsAllowed = dataset.gaps === "true";

const sale = new SaleStatus(find("[data-sale]"), json("sale"), dataset.zone);
const model = new SeatModel(rows, seating.block);
model.setClosed(sale.isOver); // before anything is drawn
model.setReleased(dataset.released === "true");
const colours = new Colours([...new Set(model.blocks.flatMap((block) => block.tiers))], seating.colours);
const price = (block) => shortPriceRange(block, currency);
page.style.setProperty("--legend-tier", colours.variable(rows[0].tier)); // a tier that the event has
const picks = new Picks(model, Number(dataset.max));
const filter = new Filter(find("#filters"), (minor) => priceText(minor, currency));
const scene = { matches: (block) => !block.closed && filter.matches(block), picks, cursor: null, hover: null, aimed: [] };
const view = new MapView(find("#map"), find(".minimap"), { model, seating, scene, colours, price });
const list = new SeatList(find("#list"), { model, picks, filter, colours, currency });
const tooltip = new Tooltip(find(".tip"), { currency, colours, act: pick, pickPlaces });
const holdRequests = new HoldRequests(dataset);
const summary = new Summary(find("#summary"), picks, currency, hold);
const bestSeatsForm = new BestSeatsForm(find("#best"), { model, filter, view, summary, max: picks.max, gapsAllowed });
const liveBadge = new LiveBadge(find("[data-live-state]"));
const feed = new LiveFeed(eventId, { bookings: dataset.signedIn === "true" });
const ownHolds = new OwnHolds(model, { requests: holdRequests, feed, isSignedIn: dataset.signedIn === "true" });
showSale();
showKinds(page, model.blocks, colours);

// --- Seats: loaded once, then updated by the live feed --------------------------------------------------

async function load() {
  try {
    const response = await fetch(dataset.seatmap);
    if (!response.ok) throw new Error(response.statusText);
    const { sections } = await response.json();
    feed.addLoaded(sections).forEach((row) => model.setSeats(row));
  } catch {
    // The live feed sends the seats as well.
  }
  feed.watch();
  restorePicks();
  remindOfHold();
}

feed.addEventListener("snapshot", ({ detail }) => model.setCounts(detail.sections));
feed.addEventListener("seats", ({ detail }) => model.setSeats(detail));
feed.addEventListener("selecting", ({ detail }) => model.setSelection(detail));
feed.addEventListener("state", ({ detail }) => liveBadge.show(detail));
feed.addEventListener("gone", () => summary.showMessage("This event is no longer available."));
feed.addEventListener("block", ({ detail }) => {
  model.setCounts([detail]); // before the seats: the message about a lost pick includes the free seats left
  if (detail.seats) model.changeSeats(detail);
});

feed.addEventListener("sale", ({ detail }) => {
  sale.update(detail);
  if (detail.prices) model.setPrices(detail.prices);
  if ("release_companion_seats" in detail) model.setReleased(detail.release_companion_seats);
  if ((detail.geometry ?? "") !== dataset.geometry && "prices" in detail) location.reload(); // the seats have moved
});

sale.addEventListener("change", () => {
  showSale();
  say(sale.text);
});

/** Offers seats, or no longer: a sale that is over has no best seats and no seats left. */
function showSale() {
  find("#best").hidden = !sale.isOffering;
  find("[data-left-line]").hidden = sale.isOver;
  find("[data-queue-notice]")?.toggleAttribute("hidden", sale.isOver);
  if (sale.isOver) {
    picks.clear();
    hideCard();
  }
  model.setClosed(sale.isOver);
  summary.setClosed(sale.reason);
}

model.addEventListener("prices", () => {
  showPrices(page, model.blocks, currency);
  filter.setPrices(model.blocks.flatMap((block) => [...block.tierPrices.values()]));
  hideCard();
  summary.setClosed(sale.reason);
  if (picks.count) toast(`Prices have changed. Your picks (${seatCount(picks.count, picks.unit)}) now cost ${priceText(picks.total, currency)}.`, "warn");
});

let leftTimer = null;

model.addEventListener("counts", () => {
  leftTimer ??= setTimeout(() => {
    leftTimer = null;
    find("[data-left]").textContent = count(model.available);
  }, 200);
});

// --- Picking --------------------------------------------------------------------------------------------

function pick(block, position) {
  const [had, before] = [picks.has(block, position), picks.count];
  if (block.isOwn(position)) return remindOfHold();
  if (!had && !block.isFree(position)) {
    say(`${shortName(block, position)} is not available.`);
    return;
  }
  picks.toggle(block, position);
  hideCard();
  if (picks.has(block, position)) say(`${shortName(block, position)} picked. ${seatCount(picks.count, picks.unit)}, ${priceText(picks.total, currency)}.`);
  else if (had) say(`${shortName(block, position)} removed.${broughtBy(block, position, before) ? " Its companion seat is removed, too." : ""}`);
}

/** Whether the removal of a wheelchair place, when `before` seats were picked, also removed companion seats. */
function broughtBy(block, position, before) {
  return block.isAccessible(position) && before - picks.count > block.together(position).length;
}

/** Picks places of a standing area; 0 removes them. */
function pickPlaces(block, number) {
  picks.take(block, number);
  hideCard();
  const positions = picks.in(block);
  say(positions.length ? `${seatCount(positions.length, block.unit)} in ${blockName(block)} picked, ${priceText(block.priceOfAll(positions), currency)}.` : `${blockName(block)}: no places picked.`);
}

picks.addEventListener("change", ({ detail: { block, isNew } }) => {
  summary.showMessage(null);
  view.request();
  if (picks.count) keepPicks(eventId, picks.blocks);
  else forgetPicks(eventId);
  if (isNew) list.follow(block, picks.in(block)[0]);
  feed.select(block.section, block.number, block.shownToOthers(picks.in(block)).slice(0, 10)); // others see the last block
});

bestSeatsForm.addEventListener("found", ({ detail: { what, ...seats } }) => {
  picks.clear();
  choose(seats);
  if (what === "hold") hold();
});
picks.addEventListener("alone", ({ detail }) => showAlone(needsWheelchairPlace(detail.block, detail.positions), detail.block, detail.positions, picks.in(detail.block)));
picks.addEventListener("full", () => toast(`You can book at most ${seatCount(picks.max)} at a time.`, "warn"));

picks.addEventListener("lost", ({ detail: { block, positions } }) => {
  const [first] = positions;
  const what = block.isInterchangeable || positions.length > 1 ? `${positions.length} of your ${block.unit}s were taken: ${seatRanges(block, positions)}.` : `${shortName(block, first)} was taken.`;
  alert(`${what} ${seatsLeft(block)}`);
  offerSimilar(what, block, positions, picks.in(block).length + positions.length);
});

/** Shows why companion seats can't be reserved beside the `picked` seats, and offers the wheelchair place that is missing. */
function showAlone(message, block, positions, picked) {
  const place = placeFor(block, positions[0], picked);
  const seats = [place, positions[0]];
  const together = () => choose({ block, positions: [...new Set([...picked, ...seats])].sort((a, b) => a - b) });
  const fits = place >= 0 && picked.length + seats.length <= picks.roomIn(block);
  summary.showMessage(message, fits ? [[`Pick ${seatRanges(block, seats)}`, together]] : []);
  say(message);
}

/** Shows which seats were lost and offers similar ones, side by side. */
function offerSimilar(what, block, positions, number) {
  const accessible = block.accessibleCount(positions) + block.accessibleCount(picks.in(block));
  const found = nearestSimilar(model, block, positions, number, { accessible, gapsAllowed });
  if (!found || (found.block !== block && found.positions.some((position) => picks.has(found.block, position)))) {
    summary.showMessage(`${what} No similar seats are free.`);
    return;
  }
  const where = rangesBeside(block, found);
  summary.showMessage(what, [[`Pick ${where} instead`, () => instead(block, found)]]);
  say(`Similar seats are free: ${where}.`);
}

/** Picks the seats that were found in place of those of a block. */
function instead(block, found) {
  if (found.block !== block) picks.replace(block, []);
  choose(found.block === block ? found : { ...found, positions: [...new Set([...picks.in(found.block), ...found.positions])] });
}

/** Picks exactly these seats of a block and shows them. */
function choose({ block, positions }) {
  picks.replace(block, positions);
  const middle = positions[Math.floor(positions.length / 2)];
  view.showBlock(block, block.pointOf(middle));
  say(`Picked: ${blockName(block)}, ${seatRanges(block, positions)}. ${priceText(picks.total, currency)}.`);
}

// --- Map, list and tooltip ------------------------------------------------------------------------------

view.addEventListener("tap", ({ detail }) => tap(detail));
view.addEventListener("hover", ({ detail }) => hover(detail));

function tap(hit) {
  const { block, position, px, py, touch } = hit;
  const previous = tooltip.shown;
  hideCard();
  if (!block) {
    if (hit.double) view.camera.glideZoom(px, py, 2);
    view.request();
  } else if (block.isInterchangeable) {
    list.follow(block, 0);
    if (block.left && block.seats) tooltip.ask(hit, { picked: picks.in(block).length, most: Math.min(picks.roomIn(block), block.left) });
  } else if (position < 0 || (touch && view.camera.scale < TAP_SCALE)) {
    const point = view.camera.toPlane(px, py);
    list.open(block);
    view.showBlock(block, point); // after `list.open`, which shows the whole block: the tapped point is more important
  } else if (!touch || (previous?.block === block && previous.position === position)) {
    pick(block, position);
  } else {
    showCard(hit);
  }
}

/** On touch screens: what was tapped and what can be done, below the seat, which gets a ring. */
function showCard(hit) {
  const { block, position } = hit;
  const picked = picks.has(block, position);
  const button = picked ? "Remove this seat" : block.isFree(position) ? "Pick this seat" : null;
  tooltip.show(hit, { picked, selected: model.isSelected(block, position), button });
  if (!button) return;
  scene.cursor = { block, position };
  view.showSeat(block, position, tooltip.covered);
}

function hideCard() {
  if (tooltip.shown?.touch) scene.cursor = null;
  tooltip.hide();
}

function hover(hit) {
  scene.hover = hit.block ? hit : null;
  const free = hit.position >= 0 && (hit.block.isFree(hit.position) || picks.has(hit.block, hit.position));
  find("#map").style.cursor = free || (hit.block && hit.position < 0) ? "pointer" : "grab";
  if (tooltip.isAsking) return view.request();
  if (hit.block) tooltip.show(hit, { picked: picks.has(hit.block, hit.position), selected: model.isSelected(hit.block, hit.position) });
  else if (!tooltip.shown?.touch) tooltip.hide();
  view.request();
}

list.addEventListener("aim", ({ detail }) => {
  scene.aimed = detail.blocks;
  view.request();
});
list.addEventListener("open", ({ detail }) => view.showBlock(detail.block));
list.addEventListener("places", ({ detail }) => pickPlaces(detail.block, detail.number));
list.addEventListener("pick", ({ detail }) => pick(detail.block, detail.position));
list.addEventListener("close", () => {
  scene.cursor = null;
  view.request();
});
list.addEventListener("seat", ({ detail }) => {
  scene.cursor = detail;
  view.showSeat(detail.block, detail.position);
});

filter.addEventListener("change", () => {
  view.refresh();
  const matching = model.blocks.filter(filter.matches);
  const left = matching.reduce((sum, block) => sum + block.available, 0);
  if (filter.isActive) say(`${seatCount(left)} in ${matching.length} blocks.`);
});

find("[data-tools]").addEventListener("click", ({ currentTarget: button }) => {
  button.ariaExpanded = String(find(".event-tools").classList.toggle("is-open"));
});

page.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-zoom]");
  if (button?.dataset.zoom === "all") view.showAll();
  else if (button) view.zoom(Number(button.dataset.zoom));
});

// --- Holding --------------------------------------------------------------------------------------------

async function hold() {
  if (!picks.count) return;
  if (sale.reason) return summary.showMessage(sale.reason);
  const picked = picks.blocks;
  if (dataset.signedIn !== "true") return holdRequests.signIn(picked);
  summary.showMessage(null);
  summary.busy(true);
  picks.pause(true);
  try {
    await holdRequests.seats(picked);
  } catch (problem) {
    if (problem.status === 0 || problem.status >= 500) await ownHolds.find(); // the hold may have succeeded all the same
    summary.busy(false);
    refused(problem, picked);
    picks.pause(false);
  }
}

function refused(problem, picked) {
  const [block, positions] = picked[problem.more.item ?? 0];
  if (problem.status === 401) holdRequests.signIn(picked);
  else if (problem.code === "queue_pass_required") goToQueue();
  else if (problem.code === "seats_taken") taken(problem, block, positions);
  else if (problem.code === "would_leave_single_seat") leavesSingleSeat(problem, block, positions);
  else if (problem.code === "needs_wheelchair_place") needsPlace(problem, block, positions);
  else if (problem.code === "too_many_holds") summary.showMessage(problem.message, [["Show my bookings", () => location.assign(dataset.bookings)]]);
  else if (problem.status === 0 || problem.status >= 500) summary.showMessage(problem.message, [["Try again", hold]]);
  else if (problem.status === 429) summary.showMessage(`Too many attempts. Wait ${problem.retryAfter ?? 60} seconds, then try again.`);
  else summary.showMessage(picked.length > 1 && "item" in problem.more ? `${blockName(block)}: ${problem.message}` : problem.message);
}

/** Picks stay stored and are picked again if they are still free when the buyer comes back. */
function goToQueue() {
  forgetPass(eventId);
  location.assign(dataset.queue);
}

function taken({ seats }, block, positions) {
  const lost = seats.map((name) => block.position(name)).filter((position) => positions.includes(position));
  const what = `Someone else was faster: ${seatRanges(block, lost)} ${lost.length === 1 ? "is" : "are"} taken.`;
  for (const position of lost) block.seats[position] = Math.max(1, block.seats[position]); // the live feed will confirm it
  view.updateSeats(block, lost);
  picks.replace(block, positions.filter((position) => !lost.includes(position)));
  alert(what);
  offerSimilar(what, block, lost, positions.length);
}

function leavesSingleSeat({ message, seats }, block, positions) {
  const empty = seats.map((name) => block.position(name));
  const actions = [];
  if (positions.length + empty.length <= picks.roomIn(block)) actions.push([`Pick ${seatRanges(block, empty)} too`, () => picks.replace(block, [...positions, ...empty].sort((a, b) => a - b))]);
  const found = nearestSimilar(model, block, positions, positions.length, { accessible: block.accessibleCount(positions), gapsAllowed: false });
  if (found) actions.push([`Pick ${rangesBeside(block, found)} instead`, () => instead(block, found)]);
  summary.showMessage(message, actions);
}

/** The seller has stopped releasing companion seats since they were picked. */
function needsPlace({ message, seats }, block, positions) {
  model.setReleased(false);
  const alone = seats.map((name) => block.position(name));
  picks.replace(block, positions);
  showAlone(message, block, alone, picks.in(block));
}

/** Restores the picks from before the login or a reload. */
function restorePicks() {
  if (sale.isOver) return forgetPicks(eventId);
  if (picks.count) return;
  const lost = [];
  for (const { section, subsection, names } of keptPicks(eventId)) {
    const block = model.block(section, subsection);
    const taken = block?.seats ? picks.restore(block, names) : [];
    if (taken.length) lost.push([block, taken]);
  }
  const [first] = lost;
  if (first) offerSimilar(`Taken in the meantime: ${pickedRanges(lost)}.`, ...first, picks.in(first[0]).length + first[1].length);
  else if (picks.count && document.referrer.includes(dataset.login)) toast(`Welcome back. Your ${picks.unit}s are still free: ${pickedRanges(picks.blocks)}.`, "good");
}

/** Reminds buyers who come back from the checkout that they hold seats, with a button to pay. */
async function remindOfHold() {
  const [held] = await ownHolds.find();
  if (!held || picks.count) return;
  const pay = () => location.assign(holdRequests.checkoutOf(held.id));
  summary.showMessage(`${seatCount(held.quantity)} of this event ${held.quantity === 1 ? "is" : "are"} reserved for you for another ${duration(held.seconds_left)}.`, [["Continue to payment", pay]]);
}

addEventListener("pageshow", ({ persisted }) => persisted && location.reload()); // the picked seats may be held by now

const queueNotice = find("[data-queue-notice]");
if (queueNotice) import("./panels/queue_notice.js").then(({ showQueueNotice }) => showQueueNotice(queueNotice, eventId));
enableControls();
feed.start();
load();
