/**
 * What is said to people who listen instead of looking, through the two live regions of base.html.
 *
 * Sparingly: what comes within a second is said as one, and the same sentence once.
 */

const PAUSE_MS = 1000;

/** Says it when the reader pauses: changes, counts, results. */
export function say(text) {
  polite.add(text);
}

/** Says it at once: what must not be missed, such as time running out. */
export function alert(text) {
  assertive.add(text);
}

class Voice {
  constructor(id) {
    this.id = id;
    this.waiting = new Set();
    this.timer = null;
    this.lastSpoken = -Infinity;
  }

  add(text) {
    this.waiting.add(text);
    const wait = Math.max(50, this.lastSpoken + PAUSE_MS - performance.now());
    this.timer ??= setTimeout(() => this.speak(), wait);
  }

  speak() {
    this.timer = null;
    this.lastSpoken = performance.now();
    const text = [...this.waiting].join(" ");
    this.waiting.clear();
    // A new element each time: the same sentence again would be no change, and nothing would be heard.
    const line = document.createElement("p");
    line.textContent = text;
    document.getElementById(this.id)?.replaceChildren(line);
  }
}

const polite = new Voice("live-polite");
const assertive = new Voice("live-assertive");
