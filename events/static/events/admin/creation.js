/** The page of an event that is being made: asks twice a second how far it is, and goes to the event in the end. */

import { count } from "../../ticketing/format.js";

const EVERY_MS = 500;
const LIMIT_MS = 10_000; // for one answer
const MOST = 1200; // questions: ten minutes, and then a person may ask

const root = document.querySelector(".creation");
const words = root.querySelector("#creation-words");

const WORDS = {
  waiting: "Waiting for a worker to begin.",
  running: "Seats are being created.",
  done: "Done. Here it comes.",
};

async function ask() {
  const answer = await fetch(root.dataset.state, { signal: AbortSignal.timeout(LIMIT_MS), redirect: "error" });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.json();
}

function show({ status, done, total }) {
  root.querySelector("progress").value = done;
  root.querySelector("[data-done]").textContent = count(done);
  root.querySelector("[data-total]").textContent = count(total);
  tell(WORDS[status]);
}

/** Only what is new, as it is read aloud. */
function tell(text) {
  if (words.textContent.trim() !== text) words.textContent = text;
}

async function follow() {
  for (let asked = 0; asked < MOST; asked += 1) {
    try {
      const state = await ask();
      if (state.status === "failed") return location.reload(); // the page says why
      show(state);
      if (state.next) return location.assign(state.next);
    } catch {
      tell("The server does not answer; trying again.");
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  tell("This takes unusually long. Reload the page to see how far it is.");
}

if (words) follow();
