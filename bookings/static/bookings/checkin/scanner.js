/** The check-in page: reads codes by camera, hand scanner or keyboard, decides on each, and shows the result. */

import { say } from "../../ticketing/announce.js";
import { enableControls } from "../../ticketing/ready.js";
import { toast } from "../../ticketing/toast.js";
import { Camera } from "./camera.js";
import { fetchManifest, TicketChecker } from "./decision.js";
import { makeAvailableOffline, offerInstall } from "./install.js";
import { OfflineStore } from "./offline_store.js";
import { decisionText, entryText, ResultPanel, seatText } from "./result_panel.js";
import { importKey } from "./ticket_code.js";
import { Uploader } from "./upload.js";

const DEVICE = "gate-device"; // key in localStorage: {name, id}
const LOG_LINES = 20;
const REFRESH_MS = 60_000; // between two fetches of the manifest

const part = (id) => document.getElementById(id);
const config = JSON.parse(part("checkin-data").textContent);
const store = new OfflineStore(config.event_id);
const checker = new TicketChecker({ store, device: deviceName, url: config.check_in, endsAt: config.ends_at });
const panel = new ResultPanel(part("result"));
const camera = new Camera(part("video"), config.readers);
const uploader = new Uploader(store, config.batch);
let latest = null; // the decision that the panel shows

// --- Scans, one after the other in the order in which they arrive ---------------------------------

let previous = Promise.resolve();

function scan(text) {
  const code = text.trim();
  if (!code) return;
  previous = previous.then(() => decide(code));
}

async function decide(code) {
  part("result").ariaBusy = "true";
  const decision = await checker.decide(code).catch(() => ({ result: "unknown", offline: true, scan: { code } }));
  part("result").ariaBusy = null;
  show(decision);
  const refusal = decision.problem?.status ? decision.problem : null; // the server answered, but did not decide
  await uploader.setState(!decision.offline || Boolean(refusal && refusal.status < 500), refusal);
}

function show(decision) {
  latest = decision;
  panel.show(decision);
  addToLog(decision);
}

part("typed").addEventListener("submit", (event) => {
  event.preventDefault();
  scan(part("code").value);
  part("code").value = "";
});
camera.addEventListener("code", ({ detail }) => scan(detail));

// A hand scanner types like a keyboard, wherever the focus is, so what it types goes to the code field.
document.addEventListener("keydown", (event) => {
  const elsewhere = event.target.matches?.("input, textarea, select, button, a, summary");
  if (elsewhere || event.ctrlKey || event.altKey || event.metaKey || event.key.length !== 1) return;
  part("code").focus();
});
for (const type of ["pointerdown", "keydown"]) document.addEventListener(type, () => panel.unlockSound());

// --- Undo and log ---------------------------------------------------------------------------------

part("undo").addEventListener("click", async () => {
  const undone = latest;
  try {
    await checker.undo(undone.scan.code);
    show({ ...undone, result: "undone", offline: false });
  } catch (problem) {
    toast(problem.code === "offline" ? "Go online to undo this check-in." : problem.message, "warn");
  }
  uploader.setState(uploader.online, uploader.problem);
});

function addToLog(decision) {
  const { kind, title } = decisionText(decision);
  const item = document.createElement("li");
  const badge = Object.assign(document.createElement("span"), { className: `badge ${kind}`, textContent: title });
  const time = new Date().toLocaleTimeString(undefined, { timeStyle: "medium" });
  item.append(badge, ` ${time} ${[decision.holder, seatText(decision)].filter(Boolean).join(" · ")}`);
  part("log").prepend(item);
  part("log").querySelectorAll(`li:nth-child(n + ${LOG_LINES + 1})`).forEach((old) => old.remove());
  part("log-empty").hidden = true;
}

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
  part("sign-in").hidden = !signedOut;
  part("unsent").hidden = unsent === 0;
  part("unsent").textContent = `${unsent} waiting to be sent`;
});

function stateText(online, problem) {
  if (online && !problem) return "Online";
  if (problem?.status === 401) return "You are signed out: tickets are checked offline";
  if (problem?.status) return `Tickets are checked offline: ${problem.message}`;
  return checker.key ? "Offline: this scanner checks tickets itself" : "Offline and not ready: open this page online first";
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
    forged: "let in here, but the ticket is unknown.",
  }[row.result];
  const who = [row.holder, seatText(row)].filter(Boolean).join(" · ");
  const time = new Date(row.scanned_at).toLocaleTimeString(undefined, { timeStyle: "medium" });
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

/** Fetches the manifest, because tickets may have become void. Offline, uses the saved one. */
async function prepare() {
  const saved = await store.manifest();
  try {
    const manifest = await fetchManifest(config.manifest);
    await store.saveManifest(manifest);
    await useManifest(manifest);
    await uploader.setState(true);
  } catch (problem) {
    if (saved && !checker.key) await useManifest(saved);
    await uploader.setState(Boolean(problem.status) && problem.status < 500, problem);
  }
}

let opensOffline = false;

async function cachePage() {
  opensOffline ||= await makeAvailableOffline(config.worker);
  part("opens-offline").textContent = opensOffline ? "Opens offline" : "Keep this page open: it can’t be opened offline";
}

async function useManifest(manifest) {
  checker.useManifest(manifest, await importKey(manifest.public_key));
  const time = new Date(manifest.generated_at).toLocaleTimeString(undefined, { timeStyle: "short" });
  part("prepared").textContent = checker.key
    ? `Ready to check tickets offline, as of ${time}`
    : "This browser can’t check tickets offline";
}

// --- The name of this scanner ---------------------------------------------------------------------

/** The name that people gave it, and an id that tells it from another scanner of the same name. */
function deviceName() {
  const { name, id } = JSON.parse(localStorage.getItem(DEVICE));
  return name ? `${name} · ${id}` : `Scanner ${id}`;
}

if (!localStorage.getItem(DEVICE)) {
  const id = [...crypto.getRandomValues(new Uint8Array(3))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  localStorage.setItem(DEVICE, JSON.stringify({ name: "", id }));
}
part("device").value = JSON.parse(localStorage.getItem(DEVICE)).name;
part("device").addEventListener("change", () => {
  const { id } = JSON.parse(localStorage.getItem(DEVICE));
  localStorage.setItem(DEVICE, JSON.stringify({ name: part("device").value.trim().slice(0, 80), id }));
  say("Name saved.");
});

offerInstall(part("install"));
enableControls();
cachePage();
await showConflicts();
await prepare();
setInterval(() => Promise.all([prepare(), cachePage()]), REFRESH_MS);
addEventListener("online", prepare);
await uploader.start();
part("page").dataset.ready = "";
