/** This event and another one, by the minutes since their sales began. */

import { call } from "../../ticketing/api.js";
import { count } from "../../ticketing/format.js";
import { toast } from "../../ticketing/toast.js";
import { chart } from "./chart.js";

const MINUTE_MS = 60_000;
const [HOUR, DAY] = [60, 24 * 60]; // minutes
const TICKS = [1, 2, 5, 10, 15, 30, ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR), ...[1, 2, 5, 10, 20, 50, 100].map((days) => days * DAY)];

/** Offers the comparison in `root`; `learn(report)` keeps this event's line at what is sold now. */
export function compareWith(root) {
  const select = root.querySelector("select");
  const comparison = select ? new Comparison(root) : null;
  select?.addEventListener("change", () => comparison.choose(select.value));
  return { learn: (report) => comparison?.learn(report) };
}

class Comparison {
  #root;
  #own = null; // {began_at, points}
  #other = null;
  #report = null;
  #show = null;

  constructor(root) {
    this.#root = root;
  }

  learn(report) {
    this.#report = report;
    if (!this.#own) return;
    if (!this.#own.began_at && report.funnel.holds) this.choose(this.#root.querySelector("select").value);
    else this.#draw();
  }

  /** Fetches the curve at `path`, and this event's; an empty path ends the comparison. */
  async choose(path) {
    const place = this.#root.querySelector("[data-compared]");
    place.hidden = !path;
    if (!path) return;
    try {
      const own = this.#root.querySelector("[data-chart]").dataset.own;
      const answers = await Promise.all([own, path].map((each) => call("GET", each)));
      [this.#own, this.#other] = answers.map(({ data }) => data);
    } catch (problem) {
      toast(problem.message, "bad");
      return;
    }
    this.#draw();
  }

  #draw() {
    this.#show ??= chart(this.#root.querySelector("[data-chart]"), {
      name: "After",
      say: elapsed,
      incrs: TICKS,
      lines: [
        { label: "This event", colour: "--accent", fill: true },
        { label: "The other event", colour: "--ink-2", dash: [6, 4] },
      ],
    });
    const [own, other] = [this.#upToNow(), this.#other.points];
    const minutes = [...new Set([0, ...own.points.concat(other).map(({ minute }) => minute), own.now])].sort((a, b) => a - b);
    const mine = minutes.map((minute) => (minute > own.now ? null : soldBy(own.points, minute)));
    this.#show([minutes, mine, minutes.map((minute) => soldBy(other, minute))]);
    this.#say(own, other);
  }

  /** The own curve ends with what is sold now. */
  #upToNow() {
    const { began_at: began, points } = this.#own;
    const now = began ? Math.max(points.at(-1)?.minute ?? 0, Math.ceil((Date.now() - Date.parse(began)) / MINUTE_MS)) : 0;
    const before = points.filter(({ minute }) => minute < now);
    return { now, points: now ? [...before, { minute: now, sold: this.#report.sold }] : [] };
  }

  #say({ now, points }, other) {
    const { name } = this.#other;
    const [here, there] = [soldBy(points, now), soldBy(other, now)];
    this.#root.querySelector("[data-words]").textContent =
      `After ${elapsed(now)} of sales ${count(here)} seats are sold here; ${name} had sold ${count(there)} by then, and ${count(other.at(-1)?.sold ?? 0)} in the end.`;
  }
}

/** Minutes as people say them: 75 is "1 h 15 min". */
function elapsed(minutes) {
  const [days, hours, rest] = [Math.floor(minutes / DAY), Math.floor((minutes % DAY) / HOUR), minutes % HOUR];
  const parts = [days && `${count(days)} d`, hours && `${hours} h`, rest && !days && `${rest} min`];
  return parts.filter(Boolean).join(" ") || "0 min";
}

/** The last point that is not later. */
function soldBy(points, minute) {
  return points.findLast((point) => point.minute <= minute)?.sold ?? 0;
}
