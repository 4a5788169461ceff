/** How far the work is that the page is about: asked once a second until it is done. Without it a reload tells. */

const SECOND = 1000; // ms
const PATIENCE = 8 * SECOND; // for one answer
const LONGEST = 30 * 60 * SECOND; // nobody watches longer
const FAILURES = 6; // in a row, each waited for twice as long

const box = document.getElementById("work");
const bar = document.getElementById("work-bar");
const words = document.getElementById("work-words");
const end = document.getElementById("work-end");
const began = Date.now();

async function ask(failures = 0) {
  if (failures >= FAILURES) return finish("No answer from the server. Reload the page to see how far it is.");
  if (Date.now() - began > LONGEST) return finish("It still goes on. Reload the page to see how far it is.");
  try {
    const answer = await fetch(box.dataset.url, { signal: AbortSignal.timeout(PATIENCE), redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    const work = await answer.json();
    show(work);
    if (work.running) return setTimeout(ask, SECOND);
    if (work.next) return location.assign(work.next);
    finish("That is all. Reload the page to see its seats as they are now.");
  } catch {
    setTimeout(() => ask(failures + 1), SECOND * 2 ** failures);
  }
}

function show({ done, total, words: said }) {
  bar.max = total || 1;
  bar.value = total ? done : 1;
  words.textContent = said;
}

function finish(said) {
  end.textContent = said;
}

setTimeout(ask, SECOND);
