/** What the doorman sees, hears and feels. The word and the picture say it; the colour only repeats it. */

import { alert } from "../../ticketing/announce.js";

const WORDS = {
  accepted: ["good", "Let in", ""],
  already: ["warn", "Already used", "Somebody was let in with this ticket."],
  void: ["bad", "Refunded", "This ticket was given back and is not valid any more."],
  forged: ["bad", "No ticket of this event", "Forged, of another event, or read badly. Scan it once more to be sure."],
  expired: ["bad", "Over", "The event of this ticket is over."],
  unknown: ["warn", "Can’t tell", "There is no network, and this scanner was never prepared with one."],
  undone: ["", "Taken back", "The ticket lets somebody in again."],
};
// Hz and seconds: up for yes, level for used, down and long for no.
const TONES = {
  good: [[660, 0.09], [990, 0.16]],
  warn: [[520, 0.14], [0, 0.06], [520, 0.14]],
  bad: [[300, 0.2], [190, 0.4]],
};
const SHAKES = { good: [80], warn: [120, 80, 120], bad: [400] }; // ms

/** Where somebody sits: "Section A · block 1 · row 5 · seat 12"; empty if it is not known. */
export function seatWords({ section, subsection, row, seat }) {
  return section === undefined ? "" : `Section ${section} · block ${subsection} · row ${row} · seat ${seat}`;
}

/** When and where the ticket was used before. */
export function entryWords({ checked_in_at: at, device, by }) {
  if (!at) return "";
  const when = new Date(at);
  const today = when.toDateString() === new Date().toDateString();
  const time = when.toLocaleString(undefined, { timeStyle: "medium", ...(today ? {} : { dateStyle: "medium" }) });
  return `Used ${[time, device && `at ${device}`, by && `by ${by}`].filter(Boolean).join(" ")}.`;
}

/** The words of a verdict: `{kind, title, lines}`. */
export function wordsOf(verdict) {
  const [kind, title, meaning] = WORDS[verdict.result];
  const lines = [verdict.holder, seatWords(verdict), verdict.result === "already" ? entryWords(verdict) : ""];
  const shown = lines.filter(Boolean);
  return { kind, title, lines: shown.length || !meaning ? shown : [meaning] };
}

/** The large panel. */
export class ResultPanel {
  #sound = null;

  constructor(root) {
    this.root = root;
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
  }

  /** Browsers let pages sound only after a touch or a key. */
  unlock() {
    this.#sound ??= "AudioContext" in window ? new AudioContext() : null;
    if (this.#sound?.state === "suspended") this.#sound.resume();
  }

  show(verdict) {
    const { kind, title, lines } = wordsOf(verdict);
    this.root.dataset.kind = kind;
    this.root.dataset.result = verdict.result;
    this.part("title").textContent = title;
    this.part("lines").replaceChildren(
      ...lines.map((line) => Object.assign(document.createElement("p"), { textContent: line })),
    );
    const alone = verdict.offline && verdict.result !== "unknown";
    this.part("alone").hidden = !alone;
    this.part("undo").hidden = !["accepted", "already"].includes(verdict.result);
    // Again from the start, also when the same comes twice: the eye must see that something happened.
    this.root.getAnimations().forEach((animation) => animation.cancel());
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (!still) this.root.animate([{ transform: "scale(0.97)" }, { transform: "none" }], 120);
    alert(`${title}. ${lines.join(". ")}`);
    this.#signal(kind);
  }

  #signal(kind) {
    if (SHAKES[kind] && navigator.userActivation?.hasBeenActive) navigator.vibrate?.(SHAKES[kind]);
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
