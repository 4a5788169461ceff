/** The map's colours, read from the stylesheet's tokens; read again when the colour scheme changes. */

const TIERS = 6;
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

export class Colours {
  #tiers;

  /** @param {string[]} tiers in the order of the seating; it decides their colours */
  constructor(tiers) {
    this.#tiers = tiers;
    this.read();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.read());
  }

  read() {
    const style = getComputedStyle(document.documentElement);
    const value = (name) => style.getPropertyValue(name).trim();
    for (const [name, token] of Object.entries(NAMES)) this[name] = value(token);
    this.palette = Array.from({ length: TIERS }, (_, index) => value(`--tier-${index + 1}`));
    this.face = value("--face") || "sans-serif";
  }

  /** The tier's index in the palette. */
  index(tier) {
    return Math.max(0, this.#tiers.indexOf(tier)) % TIERS;
  }

  /** The tier's colour as a CSS variable, which follows the colour scheme. */
  variable(tier) {
    return `var(--tier-${this.index(tier) + 1})`;
  }

  /** The tier's colour in the current scheme. */
  tier(tier) {
    return this.palette[this.index(tier)];
  }
}
