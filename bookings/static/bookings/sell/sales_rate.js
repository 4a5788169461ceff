/** The seats held and sold in each minute, as a chart and as text. */

import { count, timeText } from "../../ticketing/format.js";
import { chart } from "./chart.js";

const MINUTE = 60; // seconds
const DAY = 24 * 60; // minutes; older ones are dropped
const REDRAW_MS = 10_000; // moves the chart on while nothing is sold

export class SalesRate {
  #root;
  #minutes = new Map(); // start of the minute, seconds since 1970 → {held, sold}
  #zone;
  #show;

  /** `zone` (IANA) is that of the clock at the venue. */
  constructor(root, zone) {
    this.#root = root;
    this.#zone = zone;
    const lines = [
      { label: "Sold", colour: "--accent", fill: true },
      { label: "Reserved", colour: "--tier-3", dash: [5, 4] },
    ];
    const name = `Time, ${this.#time(Date.now() / 1000, "time").split(" ").at(-1)}`; // "Time, UTC+2"
    const options = { name, format: (seconds) => this.#time(seconds, "clock"), zone, lines };
    this.#show = chart(root.querySelector("[data-chart]"), options);
    for (const input of root.querySelectorAll("input")) input.addEventListener("change", () => this.#draw());
    setInterval(() => document.hidden || this.#draw(), REDRAW_MS);
  }

  /** Adds the minutes of a report's `velocity`. The first and last may be incomplete, so the highest figures count. */
  add(velocity) {
    for (const { minute, held, sold } of velocity) {
      const start = Date.parse(minute) / 1000;
      const known = this.#minutes.get(start) ?? { held: 0, sold: 0 };
      this.#minutes.set(start, { held: Math.max(known.held, held), sold: Math.max(known.sold, sold) });
    }
    this.#draw();
  }

  /** Writes seconds since 1970 by the clock at the venue. */
  #time(seconds, form) {
    return timeText(seconds * 1000, form, this.#zone);
  }

  #draw() {
    const range = Number(this.#root.querySelector("input:checked").value);
    const last = Math.max(Math.floor(Date.now() / 1000 / MINUTE) * MINUTE, ...this.#minutes.keys());
    for (const start of this.#minutes.keys()) if (start <= last - DAY * MINUTE) this.#minutes.delete(start);
    const starts = Array.from({ length: range }, (_, index) => last - (range - 1 - index) * MINUTE);
    const [sold, held] = ["sold", "held"].map((name) => starts.map((start) => this.#minutes.get(start)?.[name] ?? 0));
    const end = last + MINUTE; // where the step of the last minute ends
    this.#show([[...starts, end], [...sold, sold.at(-1)], [...held, held.at(-1)]]);
    this.#describe(range, starts, sold, held);
  }

  #describe(range, starts, sold, held) {
    const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
    const most = Math.max(...sold);
    const busiest = most ? ` The busiest minute was ${this.#time(starts[sold.indexOf(most)], "time")}, with ${count(most)} sold.` : "";
    const period = { 15: "the last 15 minutes", 60: "the last hour", 1440: "the last day" }[range];
    const text = `In ${period}, ${count(sum(held))} seats were reserved and ${count(sum(sold))} sold.${busiest}`;
    const description = this.#root.querySelector("[data-description]");
    if (description.textContent !== text) description.textContent = text;
  }
}
