/**
 * Announcements for screen readers, in the two live regions of base.html.
 *
 * Texts that arrive within a second are announced together, and repeated texts once.
 */

const PAUSE_MS = 1000;

/** Announces a text when the screen reader is idle: changes, counts, results. */
export function say(text) {
  polite.add(text);
}

/** Announces a text immediately: for what must not be missed, such as time running out. */
export function alert(text) {
  assertive.add(text);
}

class LiveRegion {
  constructor(id) {
    this.id = id;
    this.waiting = new Set();
    this.timer = null;
    this.lastAnnounced = -Infinity;
  }

  add(text) {
    this.waiting.add(text);
    const wait = Math.max(50, this.lastAnnounced + PAUSE_MS - performance.now());
    this.timer ??= setTimeout(() => this.announce(), wait);
  }

  announce() {
    this.timer = null;
    this.lastAnnounced = performance.now();
    const text = [...this.waiting].join(" ");
    this.waiting.clear();
    // A new element each time: unchanged text would not be announced again.
    const line = document.createElement("p");
    line.textContent = text;
    document.getElementById(this.id)?.replaceChildren(line);
  }
}

const polite = new LiveRegion("live-polite");
const assertive = new LiveRegion("live-assertive");
