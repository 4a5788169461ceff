/**
 * Solves a proof of work beside the page, on as many cores as there are, so that nobody has to do or to notice anything.
 * Only when it takes longer than a second it says what is going on.
 */

import { say } from "./announce.js";
import { address } from "./challenge_worker.js";

const MOST_WORKERS = 4;
const QUIET_MS = 1000;
const WORDS = "Checking your browser…";

/**
 * @param {object} challenge ALTCHA's JSON
 * @param {AbortSignal} [signal]
 * @returns {Promise<string>} the payload that ALTCHA's libraries verify
 * @throws where the browser has no WebCrypto (it has on https only) or no workers, or by `signal`
 */
export async function solve(challenge, signal) {
  signal?.throwIfAborted();
  const note = noteLater();
  const workers = [];
  try {
    const solution = await new Promise((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      const step = Math.min(MOST_WORKERS, navigator.hardwareConcurrency || 1);
      for (let start = 0; start < step; start += 1) {
        workers.push(startWorker({ parameters: challenge.parameters, start, step }, resolve, reject));
      }
    });
    return btoa(JSON.stringify({ challenge, solution }));
  } finally {
    workers.forEach((worker) => worker.terminate());
    note.remove();
  }
}

function startWorker(share, resolve, reject) {
  const worker = new Worker(address, { type: "module" });
  worker.addEventListener("message", ({ data }) => resolve(data));
  worker.addEventListener("error", reject);
  worker.postMessage(share);
  return worker;
}

/** A note at the edge of the page that stays as long as the work lasts. */
function noteLater() {
  const note = document.createElement("div");
  note.className = "toast";
  note.textContent = WORDS;
  const timer = setTimeout(() => {
    document.getElementById("toasts")?.append(note);
    say(WORDS);
  }, QUIET_MS);
  return {
    remove() {
      clearTimeout(timer);
      note.remove();
    },
  };
}
