/** The canvas' colours, read from the stylesheet's tokens; read again when the colour scheme changes. */

import { legible } from "../../map/canvas/contrast.js";

const NAMES = {
  floor: "--plan-floor",
  grid: "--plan-grid",
  surface: "--surface",
  ink: "--ink",
  ink2: "--ink-2",
  line: "--line-strong",
  accent: "--accent",
  onAccent: "--on-accent",
  guide: "--plan-guide",
  bad: "--bad",
  stage: "--plan-stage",
};

const IS_COLOUR = /^#[0-9a-f]{6}$/i; // a draft may have something else, which the server refuses to publish

export class Colours {
  /** `root` is an element of the designer; `changed` is called after the scheme has changed. */
  constructor(root, changed = () => {}) {
    this.root = root;
    this.read();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.read();
      changed();
    });
  }

  #shown = new Map();

  /** Returns a category's colour as buyers see it: legible in the present scheme. */
  shown(colour) {
    if (!this.#shown.has(colour)) this.#shown.set(colour, IS_COLOUR.test(colour) ? legible(colour, this.floor) : colour);
    return this.#shown.get(colour);
  }

  read() {
    this.#shown.clear();
    const style = getComputedStyle(this.root);
    for (const [name, token] of Object.entries(NAMES)) this[name] = style.getPropertyValue(token).trim() || "#888888";
    this.face = style.getPropertyValue("--face").trim() || "sans-serif";
  }
}

/** Returns black or white, whichever can be read on a colour "#rrggbb". */
export function inkOn(colour) {
  const [r, g, b] = [1, 3, 5].map((start) => parseInt(colour.slice(start, start + 2), 16) / 255);
  return 0.2126 * r ** 2.2 + 0.7152 * g ** 2.2 + 0.0722 * b ** 2.2 > 0.36 ? "#101815" : "#ffffff";
}
