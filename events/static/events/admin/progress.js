/** Polls the progress of background work once a second until it has ended. */

const SECOND = 1000; // ms
const TIMEOUT = 8 * SECOND; // of one request
const MAX_DURATION = 30 * 60 * SECOND; // of polling
const MAX_FAILURES = 6; // in a row, with a delay that doubles

const box = document.getElementById("progress");
const bar = document.getElementById("progress-bar");
const text = document.getElementById("progress-text");
const end = document.getElementById("progress-end");
const began = Date.now();

async function poll(failures = 0) {
  if (failures >= MAX_FAILURES) return finish("The server doesn’t respond. Reload the page to see the progress.");
  if (Date.now() - began > MAX_DURATION) return finish("Still in progress. Reload the page to see the progress.");
  try {
    const response = await fetch(box.dataset.url, { signal: AbortSignal.timeout(TIMEOUT), redirect: "error" });
    if (!response.ok) throw new Error(String(response.status));
    const progress = await response.json();
    show(progress);
    if (progress.running) return setTimeout(poll, SECOND);
    if (progress.next) return location.assign(progress.next);
    finish("Done. Reload the page to see the current seats.");
  } catch {
    setTimeout(() => poll(failures + 1), SECOND * 2 ** failures);
  }
}

function show({ done, total, text: message }) {
  bar.max = total || 1;
  bar.value = total ? done : 1;
  text.textContent = message;
}

function finish(message) {
  end.textContent = message;
}

setTimeout(poll, SECOND);
