/** Seats held and sold in each minute: the chart, and the same in words. */

import { count } from "../../ticketing/format.js";
import { chart } from "./chart.js";

const MINUTE = 60; // seconds
const DAY = 24 * 60; // minutes that are kept
const STEP_MS = 10_000; // the chart moves on though nothing is sold
const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const timeOf = (seconds) => clock.format(new Date(seconds * 1000));

export class Pace {
  #root;
  #minutes = new Map(); // its beginning, seconds since 1970 → {held, sold}
  #show;

  constructor(root) {
    this.#root = root;
    const lines = [
      { label: "Sold", colour: "--accent", fill: true },
      { label: "Held", colour: "--tier-3", dash: [5, 4] },
    ];
    this.#show = chart(root.querySelector("[data-chart]"), { name: "Time", say: timeOf, time: true, lines });
    for (const input of root.querySelectorAll("input")) input.addEventListener("change", () => this.#draw());
    setInterval(() => document.hidden || this.#draw(), STEP_MS);
  }

  /** `velocity` of a report. Of a minute at the edge of what the report covers, not all may be in it. */
  learn(velocity) {
    for (const { minute, held, sold } of velocity) {
      const start = Date.parse(minute) / 1000;
      const known = this.#minutes.get(start) ?? { held: 0, sold: 0 };
      this.#minutes.set(start, { held: Math.max(known.held, held), sold: Math.max(known.sold, sold) });
    }
    this.#draw();
  }

  #draw() {
    const range = Number(this.#root.querySelector("input:checked").value);
    const last = Math.max(Math.floor(Date.now() / 1000 / MINUTE) * MINUTE, ...this.#minutes.keys());
    for (const start of this.#minutes.keys()) if (start <= last - DAY * MINUTE) this.#minutes.delete(start);
    const starts = Array.from({ length: range }, (_, index) => last - (range - 1 - index) * MINUTE);
    const [sold, held] = ["sold", "held"].map((name) => starts.map((start) => this.#minutes.get(start)?.[name] ?? 0));
    const end = last + MINUTE; // a step needs a place to end
    this.#show([[...starts, end], [...sold, sold.at(-1)], [...held, held.at(-1)]]);
    this.#say(range, starts, sold, held);
  }

  #say(range, starts, sold, held) {
    const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
    const most = Math.max(...sold);
    const busiest = most ? ` Most were sold at ${timeOf(starts[sold.indexOf(most)])}: ${count(most)} in a minute.` : "";
    const time = { 15: "the last 15 minutes", 60: "the last hour", 1440: "the last day" }[range];
    const words = `In ${time} ${count(sum(held))} seats were held and ${count(sum(sold))} sold.${busiest}`;
    const place = this.#root.querySelector("[data-words]");
    if (place.textContent !== words) place.textContent = words;
  }
}
