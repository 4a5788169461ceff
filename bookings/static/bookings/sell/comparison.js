/** Compares the sales of this event with another one's, by the minutes since sales began. */

import { call } from "../../ticketing/api.js";
import { count } from "../../ticketing/format.js";
import { toast } from "../../ticketing/toast.js";
import { chart } from "./chart.js";

const MINUTE_MS = 60_000;
const [HOUR, DAY] = [60, 24 * 60]; // minutes
const TICKS = [1, 2, 5, 10, 15, 30, ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR), ...[1, 2, 5, 10, 20, 50, 100].map((days) => days * DAY)];

/** Sets up the comparison in `root`. `update(report)` extends this event's line to what is sold now. */
export function setUpComparison(root) {
  const select = root.querySelector("select");
  const comparison = select ? new Comparison(root) : null;
  select?.addEventListener("change", () => comparison.choose(select.value));
  return { update: (report) => comparison?.update(report) };
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

  update(report) {
    this.#report = report;
    if (!this.#own) return;
    if (!this.#own.began_at && report.funnel.holds) this.choose(this.#root.querySelector("select").value);
    else this.#draw();
  }

  /** Fetches the sales curve at `path` and this event's own. An empty path hides the comparison. */
  async choose(path) {
    this.#root.querySelector("[data-compared]").hidden = !path;
    if (!path) return;
    try {
      const own = this.#root.querySelector("[data-chart]").dataset.own;
      const responses = await Promise.all([own, path].map((each) => call("GET", each)));
      [this.#own, this.#other] = responses.map(({ data }) => data);
    } catch (problem) {
      toast(problem.message, "bad");
      return;
    }
    this.#draw();
  }

  #draw() {
    this.#show ??= chart(this.#root.querySelector("[data-chart]"), {
      name: "After",
      format: elapsed,
      incrs: TICKS,
      lines: [
        { label: "This event", colour: "--accent", fill: true },
        { label: "The other event", colour: "--ink-2", dash: [6, 4] },
      ],
    });
    const [own, other] = [this.#upToNow(), this.#other.points];
    const minutes = [...new Set([0, ...own.points.concat(other).map(({ minute }) => minute), own.now])].sort((a, b) => a - b);
    const ownSold = minutes.map((minute) => (minute > own.now ? null : soldBy(own.points, minute)));
    this.#show([minutes, ownSold, minutes.map((minute) => soldBy(other, minute))]);
    this.#describe(own, other);
  }

  /** This event's curve, with what is sold now as its last point. */
  #upToNow() {
    const { began_at: began, points } = this.#own;
    const now = began ? Math.max(points.at(-1)?.minute ?? 0, Math.ceil((Date.now() - Date.parse(began)) / MINUTE_MS)) : 0;
    const before = points.filter(({ minute }) => minute < now);
    return { now, points: now ? [...before, { minute: now, sold: this.#report.sold }] : [] };
  }

  #describe({ now, points }, other) {
    const { name } = this.#other;
    const [soldHere, soldThere] = [soldBy(points, now), soldBy(other, now)];
    this.#root.querySelector("[data-description]").textContent =
      `After ${elapsed(now)} of sales ${count(soldHere)} seats are sold here; ${name} had sold ${count(soldThere)} by then, and ${count(other.at(-1)?.sold ?? 0)} in the end.`;
  }
}

/** Formats minutes: 75 is "1 h 15 min". */
function elapsed(minutes) {
  const [days, hours, rest] = [Math.floor(minutes / DAY), Math.floor((minutes % DAY) / HOUR), minutes % HOUR];
  const parts = [days && `${count(days)} d`, hours && `${hours} h`, rest && !days && `${rest} min`];
  return parts.filter(Boolean).join(" ") || "0 min";
}

/** Seats sold up to this minute. */
function soldBy(points, minute) {
  return points.findLast((point) => point.minute <= minute)?.sold ?? 0;
}
