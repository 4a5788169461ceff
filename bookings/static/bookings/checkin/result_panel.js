/** Shows a decision, with a sound and a vibration. The text and the icon tell it; the colour only repeats it. */

import { alert } from "../../ticketing/announce.js";
import { decisionText, groupText } from "./decision_text.js";

// [Hz, seconds]: rising for let in, level for already used, falling and long for refused.
const TONES = {
  good: [[660, 0.09], [990, 0.16]],
  warn: [[520, 0.14], [0, 0.06], [520, 0.14]],
  bad: [[300, 0.2], [190, 0.4]],
};
const VIBRATIONS = { good: [80], warn: [120, 80, 120], bad: [400] }; // ms

/** Whether a decision can be taken back: an entry, or of one ticket also the earlier entry that it is about. */
export function canBeUndone({ result }, _, decisions) {
  return result === "accepted" || (result === "already" && decisions.length === 1);
}

/** The result of all decisions together: that of the last one, unless all but it differ. */
function resultOf(decisions) {
  const last = decisions.at(-1).result;
  return last === "early" || decisions.every(({ result }) => result === last) ? last : "mixed";
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

  /** Shows the decisions on one or several people; `waiting` has the tickets of those who are too early. */
  show(decisions, waiting = []) {
    const last = decisions.at(-1);
    const isGroup = decisions.length > 1 || waiting.length > 1;
    const { kind, title, lines } = isGroup ? groupText(decisions, waiting) : decisionText(last);
    this.#write({ kind, title, lines });
    this.root.dataset.result = resultOf(decisions);
    this.part("offline").hidden = !decisions.some(({ offline }) => offline) || last.result === "undecided";
    const undoable = decisions.filter(canBeUndone).length;
    this.part("undo").hidden = undoable === 0;
    this.part("undo").textContent = undoable > 1 ? `Undo all ${undoable} check-ins` : "Undo check-in";
    this.part("anyway").hidden = last.result !== "early";
    this.part("anyway").textContent = waiting.length > 1 ? `Let in all ${waiting.length} anyway` : "Let in anyway";
    // Restart the animation for each decision, so that two equal ones are seen as two.
    this.root.getAnimations().forEach((animation) => animation.cancel());
    const reduceMotion = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (!reduceMotion) this.root.animate([{ transform: "scale(0.97)" }, { transform: "none" }], 120);
    if (this.root.dataset.result !== "accepted") this.root.scrollIntoView({ block: "nearest" }); // the list below says who is in
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
