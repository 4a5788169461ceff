/** The badge on the map that shows whether it is live. */

import { say } from "../../../ticketing/announce.js";

const LABELS = {
  connecting: "Connecting…",
  live: "Live",
  stream: "Live",
  offline: "Not live, reconnecting…",
};

export class LiveBadge {
  #badge;
  #announcedOffline = false;

  constructor(badge) {
    this.#badge = badge;
  }

  /** Shows a state of the live feed. Screen readers only announce that updates have stopped and that they are back. */
  show(state) {
    this.#badge.dataset.liveState = state;
    this.#badge.textContent = LABELS[state];
    if (state === "offline" && !this.#announcedOffline) say("The map is not live at the moment. Reconnecting.");
    if (state === "live" && this.#announcedOffline) say("The map is live again.");
    this.#announcedOffline = state === "offline" || (this.#announcedOffline && state === "connecting");
  }
}
