/** The name of this scanner, which tells gate staff where a ticket was used. */

import { say } from "../../ticketing/announce.js";

const KEY = "gate-device"; // in localStorage: {name, id}; the name is empty until somebody gives one
const MAX_LENGTH = 80;

export class DeviceName {
  /** @param {HTMLInputElement} input where people see and change it @param {string} staff the name of who is signed in */
  constructor(input, staff) {
    this.usual = `${staff}’s ${deviceKind()}`.slice(0, MAX_LENGTH);
    if (!localStorage.getItem(KEY)) this.#keep({ name: "", id: newId() });
    input.value = this.#name;
    input.addEventListener("change", () => {
      const typed = input.value.trim().slice(0, MAX_LENGTH);
      this.#keep({ ...this.#kept, name: typed === this.usual ? "" : typed });
      input.value = this.#name;
      say("Name saved.");
    });
  }

  /** The name, and an id that tells this scanner from another one of the same name: "Gil’s phone · 3fa9c1". */
  get text() {
    return `${this.#name} · ${this.#kept.id}`;
  }

  get #name() {
    return this.#kept.name || this.usual;
  }

  get #kept() {
    return JSON.parse(localStorage.getItem(KEY));
  }

  #keep(device) {
    localStorage.setItem(KEY, JSON.stringify(device));
  }
}

/** What people call this device. */
function deviceKind() {
  const { userAgent, maxTouchPoints } = navigator;
  if (/iPhone/.test(userAgent)) return "iPhone";
  if (/iPad/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1)) return "iPad";
  if (/Android/.test(userAgent)) return /Mobile/.test(userAgent) ? "phone" : "tablet";
  return "computer";
}

function newId() {
  return [...crypto.getRandomValues(new Uint8Array(3))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
