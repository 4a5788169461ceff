/** The notice of the waiting room on the event page: join the queue, or, with a pass, how long the pass is valid. */

import { say } from "../../../ticketing/announce.js";
import { timeText } from "../../../ticketing/format.js";
import { passOf } from "../../pass.js";

const WARN_MS = 60_000; // before the end of the pass
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** @param {HTMLElement} notice */
export function showQueueNotice(notice, eventId) {
  const pass = passOf(eventId);
  if (!pass) return;
  const text = notice.querySelector("[data-text]");
  const join = notice.querySelector("a");
  const originalText = text.textContent;
  const ends = new Date(pass.expiresAt);
  const deadline = timeText(ends, "clock");
  notice.classList.add("good");
  join.hidden = true;
  text.textContent = `It’s your turn. Choose your seats and reserve them by ${deadline}.`;
  at(ends - WARN_MS, () => say("One minute left to reserve your seats."));
  at(ends, () => {
    notice.classList.remove("good");
    join.hidden = false;
    text.textContent = `Your time to choose is over. ${originalText}`;
    say(text.textContent);
  });
}

function at(time, action) {
  const left = time - Date.now();
  if (left > 0 && left < LONGEST_TIMER_MS) setTimeout(action, left);
}
