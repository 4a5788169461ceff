/** The map's colours, read from the stylesheet's tokens; read again when the colour scheme changes. */

import { legible } from "./contrast.js";

const TIERS = 6;
const USUAL = new Map([["vip", 1], ["regular", 2], ["economy", 3]]); // the tiers that the forms suggest
const NAMES = {
  floor: "--map-floor",
  surface: "--surface",
  ink: "--ink",
  ink2: "--ink-2",
  line: "--line",
  edge: "--line-strong",
  accent: "--accent",
  sold: "--map-sold",
  stage: "--map-stage",
};

/**
 * Returns the number of the colour (1 to 6) of each tier, by its name: the rule of events/catalog/tiers.py, which says
 * more. e2e/tests/test_tier_colours.py compares the two.
 */
export function tierColours(tiers) {
  const order = (a, b) => USUAL.has(b) - USUAL.has(a) || hash(a) - hash(b) || (a < b ? -1 : 1);
  const colours = new Map();
  for (const key of [...new Set(tiers.map(keyOf))].sort(order)) {
    let colour = USUAL.get(key) ?? (hash(key) % TIERS) + 1;
    while ([...colours.values()].includes(colour) && colours.size < TIERS) colour = (colour % TIERS) + 1;
    colours.set(key, colour);
  }
  return new Map(tiers.map((tier) => [tier, colours.get(keyOf(tier))]));
}

const keyOf = (tier) => tier.trim().toLowerCase();

/** FNV-1a, 32 bits. */
function hash(key) {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(key)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}

export class Colours {
  #numbers;
  #own; // tier → the colour that the seating plan gives it
  #shown = new Map(); // the same, legible in the current scheme

  /** @param {string[]} tiers of the event, in any order  @param {Map<string, string>} own colours of tiers, as "#rrggbb" */
  constructor(tiers, own = new Map()) {
    this.tiers = tiers;
    this.#own = own;
    this.read();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.read());
  }

  read() {
    const style = getComputedStyle(document.documentElement);
    const value = (name) => style.getPropertyValue(name).trim();
    for (const [name, token] of Object.entries(NAMES)) this[name] = value(token);
    this.palette = Array.from({ length: TIERS }, (_, index) => value(`--tier-${index + 1}`));
    this.face = value("--face") || "sans-serif";
    [...this.#own].forEach(([tier, colour], index) => {
      this.#shown.set(tier, legible(colour, this.surface));
      document.documentElement.style.setProperty(`--own-tier-${index + 1}`, this.#shown.get(tier));
    });
  }

  /** Replaces the tiers; the form of a new event does so while the seller types. */
  set tiers(tiers) {
    this.#numbers = tierColours(tiers);
  }

  /** The tier's colour as a CSS variable, which follows the colour scheme. */
  variable(tier) {
    const own = [...this.#own.keys()].indexOf(tier);
    return own < 0 ? `var(--tier-${this.index(tier) + 1})` : `var(--own-tier-${own + 1})`;
  }

  /** The tier's colour in the current scheme. */
  tier(tier) {
    return this.#shown.get(tier) ?? this.palette[this.index(tier)];
  }

  /** The index in the palette of a tier without a colour of its own. */
  index(tier) {
    return (this.#numbers.get(tier) ?? 1) - 1;
  }
}
