/** The check-in page: reads codes by camera, hand scanner or keyboard, decides on each, and shows the result. */

import { call } from "../../ticketing/api.js";
import { timeText } from "../../ticketing/format.js";
import { enableControls } from "../../ticketing/ready.js";
import { toast } from "../../ticketing/toast.js";
import { Camera } from "./camera.js";
import { fetchManifest, TicketChecker } from "./decision.js";
import { entryText, seatText } from "./decision_text.js";
import { DeviceName } from "./device_name.js";
import { Finder } from "./finder.js";
import { FoundList } from "./found_list.js";
import { GuestCount } from "./guest_count.js";
import { makeAvailableOffline, offerInstall } from "./install.js";
import { OfflineStore } from "./offline_store.js";
import { addTickets } from "./offline_tickets.js";
import { canBeUndone, ResultPanel } from "./result_panel.js";
import { ScanLog } from "./scan_log.js";
import { importKey, isTicketNumber, looksSigned } from "./ticket_code.js";
import { Uploader } from "./upload.js";

const REFRESH_MS = 60_000; // between two fetches of the manifest
const COUNT_MS = 5000; // between two fetches of the counts

const part = (id) => document.getElementById(id);
const config = JSON.parse(part("checkin-data").textContent);
const store = new OfflineStore(config.event_id);
const device = new DeviceName(part("device"), config.staff);
const checker = new TicketChecker({
  store,
  device: () => device.text,
  url: config.check_in,
  event: config.event_id,
  startsAt: config.starts_at,
});
const panel = new ResultPanel(part("result"));
const found = new FoundList(part("found"));
const finder = new Finder({ url: config.find, checker, list: found, scan: scanNew });
const guests = new GuestCount(part("guests"), config.event_id);
const log = new ScanLog(part("log"), part("log-empty"), config.event_id);
const camera = new Camera(part("video"), config.readers);
const uploader = new Uploader(store, config.batch);
let latest = []; // the decisions that the panel shows
let early = []; // the codes of people who wait because the panel says that they are too early

// --- Scans, one after the other in the order in which they arrive ---------------------------------

let previous = Promise.resolve();

/** Decides on the codes, one by one. Stops at one that is too early, until somebody presses “Let in anyway”. */
function scan(codes, options) {
  previous = previous.then(async () => {
    part("result").ariaBusy = "true";
    const decisions = [];
    early = [];
    for (const code of codes) {
      decisions.push(await decide(code, options));
      if (decisions.at(-1).result === "early") early = codes.slice(decisions.length - 1);
      if (early.length) break;
    }
    part("result").ariaBusy = null;
    show(decisions, early.length > 1 ? found.ticketsOf(early) : early.map(() => decisions.at(-1)));
  });
}

async function decide(code, options) {
  const failed = () => ({ result: "undecided", offline: true, scan: { code } });
  const decision = await checker.decide(code, options).catch(failed);
  await note(decision);
  const refusal = decision.problem?.status ? decision.problem : null; // the server answered, but did not decide
  await uploader.setState(!decision.offline || Boolean(refusal && refusal.status < 500), refusal);
  return decision;
}

function show(decisions, waiting) {
  latest = decisions;
  panel.show(decisions, waiting);
}

/** Shows a decision everywhere but in the panel, which shows those on several people together. */
async function note(decision) {
  log.add(decision);
  found.update(decision);
  if (decision.result === "accepted") guests.add(1);
  if (decision.result === "undone") guests.add(-1);
  await showLetInHere();
}

async function showLetInHere() {
  const entries = await store.entries();
  part("here").textContent = entries ? `${entries} let in` : "";
}

part("typed").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = part("code").value.trim();
  part("code").value = "";
  if (looksSigned(text) || isTicketNumber(text)) scanNew(text);
  else if (text) find(text);
});

camera.addEventListener("code", ({ detail }) => detail.trim() && scanNew(detail.trim()));
part("anyway").addEventListener("click", () => scan(early, { anyway: true }));

function scanNew(code) {
  found.hide();
  scan([code]);
}

// A hand scanner types like a keyboard, wherever the focus is, so what it types goes to the code field.
document.addEventListener("keydown", (event) => {
  const elsewhere = event.target.matches?.("input, textarea, select, button, a, summary");
  if (elsewhere || event.ctrlKey || event.altKey || event.metaKey || event.key.length !== 1) return;
  part("code").focus();
});
for (const type of ["pointerdown", "keydown"]) document.addEventListener(type, () => panel.unlockSound());

// --- Tickets without a code: by booking or name ---------------------------------------------------

found.addEventListener("admit", ({ detail: serials }) => scan(serials));

async function find(text) {
  const before = latest;
  panel.reset("Searching…");
  await finder.find(text);
  if (found.root.hidden || latest !== before) return; // a scan has been decided on meanwhile
  panel.reset(found.isEmpty ? "Scan a ticket, or type its number." : "Choose below whom to let in.");
}

// --- Undo -----------------------------------------------------------------------------------------

part("undo").addEventListener("click", async () => {
  const undone = [];
  try {
    for (const decision of latest.filter(canBeUndone)) {
      await checker.undo(decision);
      undone.push({ ...decision, result: "undone", offline: false, early: false });
      await note(undone.at(-1));
    }
  } catch (problem) {
    toast(problem.code === "offline" ? "Go online to undo this check-in." : problem.message, "warn");
  }
  if (undone.length) show(undone);
  uploader.setState(uploader.online, uploader.problem);
});

// --- Camera ---------------------------------------------------------------------------------------

part("camera").addEventListener("click", async () => {
  const button = part("camera");
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  try {
    if (camera.isOn) camera.stop();
    else await camera.start();
  } catch (error) {
    toast(error.message, "warn");
  }
  button.ariaBusy = null;
  button.textContent = camera.isOn ? "Stop the camera" : "Scan with the camera";
  part("view").hidden = !camera.isOn;
});

// --- Online and offline ---------------------------------------------------------------------------

uploader.addEventListener("state", ({ detail: { online, problem, unsent } }) => {
  const signedOut = problem?.status === 401;
  const state = online && !problem ? "online" : "offline";
  part("state").dataset.state = state;
  part("state-text").textContent = stateText(online, problem);
  guests.setExact(state === "online");
  part("sign-in").hidden = !signedOut;
  part("unsent").hidden = unsent === 0;
  part("unsent").textContent = `${unsent} waiting to be sent`;
});

function stateText(online, problem) {
  if (online && !problem) return "Online";
  if (problem?.status === 401) return "You are signed out: tickets are checked offline";
  if (problem?.status) return `Tickets are checked offline: ${problem.message}`;
  return checker.isReady ? "Offline: this scanner checks tickets itself" : "Offline and not ready: open this page online first";
}

async function showConflicts() {
  const rows = await store.conflicts();
  part("conflicts").hidden = rows.length === 0;
  part("conflict-list").replaceChildren(...rows.map(conflictItem));
}

function conflictItem(row) {
  const outcome = {
    already_checked_in: `let in here, but another scan was earlier. ${entryText(row)}`,
    void: "let in here, but the ticket had been refunded.",
    unknown: "let in here, but no ticket of this event has this number.",
    forged: "let in here, but the ticket is not genuine.",
  }[row.result];
  const who = [row.holder, seatText(row)].filter(Boolean).join(", ");
  const time = timeText(row.scanned_at, "clock-seconds");
  return Object.assign(document.createElement("li"), { textContent: `${time} ${who || "Ticket"}: ${outcome}` });
}

uploader.addEventListener("conflict", ({ detail }) => {
  toast(`Conflicts in the scans that were sent: ${detail.length}`, "warn");
  showConflicts();
});
part("conflicts-seen").addEventListener("click", async () => {
  await store.deleteConflicts();
  await showConflicts();
  part("code").focus();
});

/** Fetches the manifest, because tickets may have been sold or become void. Offline, uses the saved one. */
async function prepare() {
  const saved = await store.manifest();
  try {
    const manifest = addTickets(await fetchManifest(config.manifest, saved), saved);
    await store.saveManifest(manifest);
    await useManifest(manifest);
    await showCounts(manifest.counts);
    await uploader.setState(true);
  } catch (problem) {
    if (saved && !checker.known) await useManifest(saved);
    await uploader.setState(Boolean(problem.status) && problem.status < 500, problem);
  }
}

/** Fetches how many people are in, also to notice that the server is there or gone. */
async function fetchCounts() {
  if (document.hidden) return;
  try {
    const { data } = await call("GET", config.counts, { signal: AbortSignal.timeout(COUNT_MS) });
    await showCounts(data);
    await uploader.setState(true);
  } catch (problem) {
    await uploader.setState(Boolean(problem.status) && problem.status < 500, problem);
  }
}

async function showCounts(counts) {
  guests.set(counts, (await store.unsent()).length);
}

let opensOffline = false;

async function cachePage() {
  opensOffline ||= await makeAvailableOffline(config.worker);
  part("opens-offline").textContent = opensOffline ? "Opens offline" : "Keep this page open: it can’t be opened offline";
}

async function useManifest(manifest) {
  checker.useManifest(manifest, await importKey(manifest.public_key));
  const time = timeText(manifest.generated_at, "clock");
  part("prepared").textContent = checker.isReady
    ? `Ready to check tickets offline, as of ${time}`
    : "This browser can’t check tickets offline";
}

// The list of events doesn't open offline, so leaving the scanner for it would be a dead end.
for (const link of document.querySelectorAll(`a[href="${config.gates}"]`)) {
  link.addEventListener("click", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    toast("The list of events opens only online. This scanner goes on checking tickets.", "warn");
  });
}

offerInstall(part("install"));
enableControls();
part("code").focus({ preventScroll: true }); // for hand scanners; the result stays in view
cachePage();
await showConflicts();
await showLetInHere();
await prepare();
setInterval(() => Promise.all([prepare(), cachePage()]), REFRESH_MS);
setInterval(fetchCounts, COUNT_MS);
document.addEventListener("visibilitychange", fetchCounts);
addEventListener("online", prepare);
await uploader.start();
part("page").dataset.ready = "";
