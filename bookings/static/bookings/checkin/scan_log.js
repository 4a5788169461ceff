/**
 * The latest results of this scanner, kept in localStorage so that a reload doesn't lose them. They have seats but no
 * names, because the device may be lost or lent.
 */

import { timeText } from "../../ticketing/format.js";
import { decisionText, seatText } from "./decision_text.js";

const LINES = 20;
const KEPT_MS = 24 * 3_600_000;

export class ScanLog {
  /** @param {HTMLOListElement} list @param {HTMLElement} empty shown without lines @param {number} event */
  constructor(list, empty, event) {
    Object.assign(this, { list, empty, key: `gate-log-${event}` });
    this.#kept().reverse().forEach((line) => this.#show(line));
  }

  /** Adds a decision. The name of the holder is shown, but not kept. */
  add(decision) {
    const { kind, title } = decisionText(decision);
    const line = { at: Date.now(), kind, title, seat: seatText(decision) || numberText(decision) };
    this.#show({ ...line, holder: decision.holder });
    localStorage.setItem(this.key, JSON.stringify([line, ...this.#kept()].slice(0, LINES)));
  }

  #kept() {
    const lines = JSON.parse(localStorage.getItem(this.key)) ?? [];
    return lines.filter(({ at }) => Date.now() - at < KEPT_MS);
  }

  #show({ at, kind, title, seat, holder }) {
    const item = document.createElement("li");
    const badge = Object.assign(document.createElement("span"), { className: `badge ${kind}`, textContent: title });
    const time = timeText(at, "clock-seconds");
    item.append(badge, ` ${[time, holder, seat].filter(Boolean).join(", ")}`);
    this.list.prepend(item);
    this.list.querySelectorAll(`li:nth-child(n + ${LINES + 1})`).forEach((old) => old.remove());
    this.empty.hidden = true;
  }
}

/** What was typed, of a number that no ticket has. */
function numberText({ result, scan }) {
  return result === "unknown" ? scan.code : "";
}
