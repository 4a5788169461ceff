/** The waiting room's word on the event page: get in line, or, with a pass, how long there is to choose. */

import { say } from "../../ticketing/announce.js";
import { passOf } from "../pass.js";

const WARN_MS = 60_000; // before the end of the pass
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** @param {HTMLElement | null} place the notice; null where there is no waiting room */
export function showTurn(place, eventId) {
  const kept = place && passOf(eventId);
  if (!kept) return;
  const words = place.querySelector("[data-words]");
  const join = place.querySelector("a");
  const asBefore = words.textContent;
  const ends = new Date(kept.expiresAt);
  const clock = ends.toLocaleTimeString(undefined, { timeStyle: "short" });
  place.classList.add("good");
  join.hidden = true;
  words.textContent = `It’s your turn: choose your seats and hold them by ${clock}.`;
  at(ends - WARN_MS, () => say("One minute left to hold your seats."));
  at(ends, () => {
    place.classList.remove("good");
    join.hidden = false;
    words.textContent = `Your time to choose is over. ${asBefore}`;
    say(words.textContent);
  });
}

function at(time, action) {
  const left = time - Date.now();
  if (left > 0 && left < LONGEST_TIMER_MS) setTimeout(action, left);
}
