/** How many people are in, of how many: what the server says, or without it an estimate. */

import { count } from "../../ticketing/format.js";

export class GuestCount {
  #known = null; // the server's latest counts
  #since = 0; // let in by this scanner since then

  /** @param {HTMLElement} root with parts `text` and `bar` @param {number} event whose latest counts are kept for a reload */
  constructor(root, event) {
    this.root = root;
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.key = `gate-count-${event}`;
    [this.#known, this.#since] = JSON.parse(localStorage.getItem(this.key)) ?? [null, 0];
  }

  /** Shows the server's counts; `unsent` is how many scans of this scanner it doesn't know yet. */
  set(counts, unsent = 0) {
    this.#known = counts;
    this.#since = unsent;
    this.#show();
  }

  /** Counts people whom this scanner has let in (1) or whose check-in it has undone (-1) since the server's counts. */
  add(change) {
    this.#since += change;
    this.#show();
  }

  /** Says whether the counts are exact or, while the server can't be reached, an estimate. */
  setExact(isExact) {
    this.root.toggleAttribute("data-estimate", !isExact);
    this.#show();
  }

  #show() {
    if (!this.#known) return;
    localStorage.setItem(this.key, JSON.stringify([this.#known, this.#since]));
    const { checked_in: server, issued } = this.#known;
    const inside = Math.min(Math.max(0, server + this.#since), issued);
    const about = this.root.hasAttribute("data-estimate") ? "about " : "";
    this.part("text").textContent = `${about}${count(inside)} of ${count(issued)} in`;
    this.part("bar").max = Math.max(1, issued);
    this.part("bar").value = inside;
  }
}
