/** The scanner's page: codes come in by camera, hand scanner or keyboard; each gets its verdict. */

import { say } from "../../ticketing/announce.js";
import { toast } from "../../ticketing/toast.js";
import { Camera } from "./camera.js";
import { verifier } from "./code.js";
import { fetchManifest, Gate } from "./decide.js";
import { keepOnDevice, offerInstall } from "./install.js";
import { Memory } from "./queue.js";
import { entryWords, ResultPanel, seatWords, wordsOf } from "./result.js";
import { Sync } from "./sync.js";

const DEVICE = "gate-device";
const LOG_LINES = 20;
const MANIFEST_MS = 60_000;

const part = (id) => document.getElementById(id);
const given = JSON.parse(part("gate-data").textContent);
const memory = new Memory(given.event_id);
const gate = new Gate({ memory, device: deviceName, urls: given, endsAt: given.ends_at });
const panel = new ResultPanel(part("result"));
const camera = new Camera(part("video"), given.readers);
const sync = new Sync(memory, given.batch);
let shown = null;

// --- Scans: one after the other, in the order in which they came ----------------------------------

let line = Promise.resolve();

function scan(text) {
  const code = text.trim();
  if (!code) return;
  line = line.then(() => judge(code));
}

async function judge(code) {
  part("result").ariaBusy = "true";
  const verdict = await gate.decide(code).catch(() => ({ result: "unknown", offline: true, scan: { code } }));
  part("result").ariaBusy = null;
  shown = verdict;
  panel.show(verdict);
  note(verdict);
  const refused = verdict.because?.status ? verdict.because : null; // the server answered, but would not say
  await sync.note(!verdict.offline || Boolean(refused && refused.status < 500), refused);
}

part("typed").addEventListener("submit", (event) => {
  event.preventDefault();
  scan(part("code").value);
  part("code").value = "";
});
camera.addEventListener("code", ({ detail }) => scan(detail));

// A hand scanner types like a keyboard, wherever the focus is.
document.addEventListener("keydown", (event) => {
  const elsewhere = event.target.matches?.("input, textarea, select, button, a, summary");
  if (elsewhere || event.ctrlKey || event.altKey || event.metaKey || event.key.length !== 1) return;
  part("code").focus();
});
for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, () => panel.unlock());

// --- Taking back ----------------------------------------------------------------------------------

part("undo").addEventListener("click", async () => {
  const { code } = shown.scan;
  try {
    await gate.undo(code);
    shown = { ...shown, result: "undone", offline: false };
    panel.show(shown);
    note(shown);
  } catch (problem) {
    toast(problem.code === "offline" ? "Taking this back needs a network." : problem.message, "warn");
  }
  sync.note(sync.online, sync.problem);
});

function note(verdict) {
  const { kind, title } = wordsOf(verdict);
  const item = document.createElement("li");
  const badge = Object.assign(document.createElement("span"), { className: `badge ${kind}`, textContent: title });
  const time = new Date().toLocaleTimeString(undefined, { timeStyle: "medium" });
  item.append(badge, ` ${time} ${[verdict.holder, seatWords(verdict)].filter(Boolean).join(" · ")}`);
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

// --- The network ----------------------------------------------------------------------------------

sync.addEventListener("state", ({ detail: { online, problem, waiting } }) => {
  const signedOut = problem?.status === 401;
  const state = online && !problem ? "online" : "offline";
  part("state").dataset.state = state;
  part("state-text").textContent = stateWords(online, problem);
  part("sign-in").hidden = !signedOut;
  part("waiting").hidden = waiting === 0;
  part("waiting").textContent = `${waiting} waiting to be sent`;
});

function stateWords(online, problem) {
  if (online && !problem) return "Online";
  if (problem?.status === 401) return "You are signed out: this scanner decides alone";
  if (problem?.status) return `This scanner decides alone: ${problem.message}`;
  return gate.key ? "Offline: this scanner decides alone" : "Offline, and not prepared: open this page with a network first";
}

async function showConflicts() {
  const rows = await memory.conflicts();
  part("conflicts").hidden = rows.length === 0;
  part("conflict-list").replaceChildren(...rows.map(conflictLine));
}

function conflictLine(row) {
  const words = {
    already_checked_in: `let in here, but another scan was earlier. ${entryWords(row)}`,
    void: "let in here, but the ticket had been refunded.",
    forged: "let in here, but the ticket is not known.",
  }[row.result];
  const who = [row.holder, seatWords(row)].filter(Boolean).join(" · ");
  const time = new Date(row.scanned_at).toLocaleTimeString(undefined, { timeStyle: "medium" });
  return Object.assign(document.createElement("li"), { textContent: `${time} ${who || "Ticket"}: ${words}` });
}

sync.addEventListener("conflict", ({ detail }) => {
  toast(`${detail.length} of the scans that were sent had a conflict.`, "warn");
  showConflicts();
});
part("conflicts-seen").addEventListener("click", async () => {
  await memory.forgetConflicts();
  await showConflicts();
  part("code").focus();
});

/** What is void may have changed; without a network the last one is good. */
async function prepare() {
  const kept = await memory.manifest();
  try {
    const manifest = await fetchManifest(given.manifest);
    await memory.keepManifest(manifest);
    await use(manifest);
    await sync.note(true);
  } catch (problem) {
    if (kept && !gate.key) await use(kept);
    await sync.note(Boolean(problem.status) && problem.status < 500, problem);
  }
}

let isKept = false;

async function keep() {
  isKept ||= await keepOnDevice(given.worker);
  part("kept").textContent = isKept ? "Opens without a network" : "Leave this page open: it does not open without a network";
}

async function use(manifest) {
  gate.use(manifest, await verifier(manifest.public_key));
  part("prepared").textContent = gate.key
    ? `Ready to work offline since ${new Date(manifest.generated_at).toLocaleTimeString(undefined, { timeStyle: "short" })}`
    : "This browser can’t check tickets by itself: it needs a network";
}

// --- Where this scanner stands --------------------------------------------------------------------

/** What people call it, and letters that tell it from another of the same name. */
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
  say("This scanner’s place was noted.");
});

offerInstall(part("install"));
keep();
await showConflicts();
await prepare();
setInterval(() => Promise.all([prepare(), keep()]), MANIFEST_MS);
addEventListener("online", prepare);
await sync.start();
part("page").dataset.ready = "";
