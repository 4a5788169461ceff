/** Shows a decision, with a sound and a vibration. The text and the icon tell it; the colour only repeats it. */

import { alert } from "../../ticketing/announce.js";

const TEXTS = {
  accepted: ["good", "Let in", ""],
  already: ["warn", "Already used", "Someone was already let in with this ticket."],
  early: ["warn", "Too early", ""],
  void: ["bad", "Refunded", "This ticket was refunded and is no longer valid."],
  unknown: ["warn", "Unknown", "No ticket for this event has this number. Check each character, or search by name."],
  other: ["bad", "Other event", "This is a genuine ticket, but for another event."],
  forged: ["bad", "Forged", "This code was changed, made up or misread. Scan it again to be sure."],
  foreign: ["bad", "Not a ticket", "This is not the code of a ticket. Look for the ticket’s own code."],
  expired: ["bad", "Event over", "The event of this ticket is over."],
  undecided: ["warn", "Can’t tell", "This scanner is offline and was never prepared online."],
  undone: ["", "Check-in undone", "The ticket is valid again."],
};
// [Hz, seconds]: rising for let in, level for already used, falling and long for refused.
const TONES = {
  good: [[660, 0.09], [990, 0.16]],
  warn: [[520, 0.14], [0, 0.06], [520, 0.14]],
  bad: [[300, 0.2], [190, 0.4]],
};
const VIBRATIONS = { good: [80], warn: [120, 80, 120], bad: [400] }; // ms

/** The seat: "Section A, block 1, row 5, seat 12"; empty if it is not known. Breaks lines only between the parts. */
export function seatText({ section, subsection, row, seat }) {
  if (section === undefined) return "";
  const parts = [`Section\u00a0${section}`, `block\u00a0${subsection}`, `row\u00a0${row}`, `seat\u00a0${seat}`];
  return parts.join(", ");
}

/** When and where the ticket was used before. */
export function entryText({ checked_in_at: at, device, by }) {
  if (!at) return "";
  const when = new Date(at);
  const today = when.toDateString() === new Date().toDateString();
  const time = when.toLocaleString(undefined, { timeStyle: "medium", ...(today ? {} : { dateStyle: "medium" }) });
  return `Used ${[time, device && `at ${device}`, by && `by ${by}`].filter(Boolean).join(" ")}.`;
}

/** How far away the event is: "This event begins on Saturday, 30 January 2027, 20:00, in 62 days." */
function startText(iso) {
  const days = Math.floor((Date.parse(iso) - Date.now()) / 86_400_000);
  const when = new Date(iso).toLocaleString(undefined, { dateStyle: "full", timeStyle: "short" });
  return `This event begins on ${when}, in ${days === 1 ? "a day" : `${days} days`}.`;
}

/** What the offline list of tickets can't know. */
function asOfText(iso) {
  const time = new Date(iso).toLocaleTimeString(undefined, { timeStyle: "short" });
  return `No ticket had this number at ${time}, when this scanner was last online. Check each character.`;
}

/** A decision as text: `{kind, title, lines}`. */
export function decisionText(decision) {
  const [kind, title, meaning] = TEXTS[decision.result];
  const lines = [
    decision.holder,
    seatText(decision),
    decision.result === "already" && entryText(decision),
    (decision.result === "early" || decision.early) && startText(decision.starts_at),
    decision.asOf && asOfText(decision.asOf),
  ];
  const shown = lines.filter(Boolean);
  if (decision.result === "unknown" && decision.detail) return { kind, title, lines: [decision.detail] };
  const needsMeaning = meaning && (!shown.length || ["void", "expired"].includes(decision.result));
  return { kind, title, lines: needsMeaning ? [...shown, meaning] : shown };
}

/** The large panel with the latest decision. */
export class ResultPanel {
  #sound = null;

  constructor(root) {
    this.root = root;
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
  }

  /** Enables sound, which browsers allow only after a touch or a key press. */
  unlockSound() {
    this.#sound ??= "AudioContext" in window ? new AudioContext() : null;
    if (this.#sound?.state === "suspended") this.#sound.resume();
  }

  /** Takes the latest result away while people search for a ticket, so that it isn't taken for that of the next person. */
  reset(line) {
    this.#write({ kind: "", title: "Ready", lines: [line] });
    this.root.dataset.result = "";
    for (const name of ["offline", "undo", "anyway"]) this.part(name).hidden = true;
  }

  show(decision) {
    const { kind, title, lines } = decisionText(decision);
    this.#write({ kind, title, lines });
    this.root.dataset.result = decision.result;
    this.part("offline").hidden = !decision.offline || decision.result === "undecided";
    this.part("undo").hidden = !["accepted", "already"].includes(decision.result);
    this.part("anyway").hidden = decision.result !== "early";
    // Restart the animation for each decision, so that two equal ones are seen as two.
    this.root.getAnimations().forEach((animation) => animation.cancel());
    const reduceMotion = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (!reduceMotion) this.root.animate([{ transform: "scale(0.97)" }, { transform: "none" }], 120);
    if (decision.result !== "accepted") this.root.scrollIntoView({ block: "nearest" }); // the list below says who is in
    alert(`${title}. ${lines.join(". ")}`);
    this.#signal(kind);
  }

  #write({ kind, title, lines }) {
    this.root.dataset.kind = kind;
    this.part("title").textContent = title;
    const paragraphs = lines.map((line) => Object.assign(document.createElement("p"), { textContent: line }));
    this.part("lines").replaceChildren(...paragraphs);
  }

  #signal(kind) {
    if (VIBRATIONS[kind] && navigator.userActivation?.hasBeenActive) navigator.vibrate?.(VIBRATIONS[kind]);
    if (this.#sound?.state !== "running") return;
    let at = this.#sound.currentTime;
    for (const [hertz, seconds] of TONES[kind] ?? []) {
      if (hertz) this.#beep(hertz, at, seconds);
      at += seconds;
    }
  }

  #beep(hertz, at, seconds) {
    const tone = new OscillatorNode(this.#sound, { frequency: hertz, type: "triangle" });
    const volume = new GainNode(this.#sound, { gain: 0.4 });
    volume.gain.setTargetAtTime(0, at + seconds * 0.8, 0.02);
    tone.connect(volume).connect(this.#sound.destination);
    tone.start(at);
    tone.stop(at + seconds);
  }
}
