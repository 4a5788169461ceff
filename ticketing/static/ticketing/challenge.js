/**
 * Solves a proof of work in workers, on up to four cores, without any user input. If it takes longer than a second, a
 * note explains the delay.
 */

import { say } from "./announce.js";
import { address } from "./challenge_worker.js";

const MAX_WORKERS = 4;
const NOTE_DELAY_MS = 1000;
const NOTE_TEXT = "Checking your browser…";

/**
 * @param {object} challenge ALTCHA's JSON
 * @param {AbortSignal} [signal]
 * @returns {Promise<string>} the payload that ALTCHA's libraries verify
 * @throws if the browser has no workers or no WebCrypto (which needs https), or if `signal` aborts
 */
export async function solve(challenge, signal) {
  signal?.throwIfAborted();
  const note = showNoteLater();
  const workers = [];
  try {
    const solution = await new Promise((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      const step = Math.min(MAX_WORKERS, navigator.hardwareConcurrency || 1);
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

/** Shows a note at the edge of the page after a delay; `remove` removes it. */
function showNoteLater() {
  const note = document.createElement("div");
  note.className = "toast";
  note.textContent = NOTE_TEXT;
  const timer = setTimeout(() => {
    document.getElementById("toasts")?.append(note);
    say(NOTE_TEXT);
  }, NOTE_DELAY_MS);
  return {
    remove() {
      clearTimeout(timer);
      note.remove();
    },
  };
}
