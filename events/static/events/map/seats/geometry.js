/**
 * The geometry of an event's seating plan (docs/seating-plans.md), decoded. It never changes, so it is read once.
 *
 * Points of the plan are in centimetres. The map's unit is the usual distance between two seats, `unit` centimetres.
 */

import { boxOf } from "./polygon.js";

const SAMPLED = 12; // seats per block, to find out how far apart seats are
const USUAL_CM = 55; // between two seats, for a plan without any
const FIRST_WAIT_MS = 1_000; // before the next attempt to fetch it
const LONGEST_WAIT_MS = 30_000;
const TALLEST = 1.3; // seats that are farther apart than usual are at most this much larger

export class Plan {
  #parts = new Map();

  /** @param {object} geometry as served at the event's `geometry` address */
  constructor({ bounds, focal_point: focus, categories, subsections, drawings }) {
    this.categories = categories;
    this.drawings = drawings;
    this.focus = focus; // [x, y] in cm; null: the row order decides which seats are best
    for (const each of subsections) {
      const part = each.kind === "drawn" ? new DrawnPart(each) : each;
      this.#parts.set(`${each.section}\n${each.subsection}`, part);
    }
    this.#setUnit();
    const [left, top, right, bottom] = bounds.map((each) => each / this.unit);
    this.bounds = { left, top, right, bottom };
  }

  /** Returns the geometry of a block. */
  part(section, number) {
    return this.#parts.get(`${section}\n${number}`);
  }

  /** Returns points of the plan in units of the map. */
  scaled(points) {
    return points.map(([x, y]) => [x / this.unit, y / this.unit]);
  }

  /** The names of categories that have a colour, with it. */
  get colours() {
    return new Map(this.categories.filter(({ color }) => color).map(({ name, color }) => [name, color]));
  }

  #setUnit() {
    const drawn = [...this.#parts.values()].filter(({ kind }) => kind === "drawn");
    const pitches = drawn.map(({ pitch, size }) => [pitch, size]).filter(([pitch]) => pitch > 0).sort((a, b) => a[0] - b[0]);
    const seats = pitches.reduce((sum, [, size]) => sum + size, 0);
    let before = 0;
    const usual = pitches.find(([, size]) => (before += size) * 2 >= seats);
    this.unit = usual?.[0] ?? USUAL_CM;
    for (const part of drawn) part.seatSize = part.pitch ? Math.min(TALLEST, part.pitch / this.unit) : 1;
  }
}

/** The seats of a drawn block; x and y are in cm, by position. */
export class DrawnPart {
  kind = "drawn";
  #labels;

  constructor({ section, subsection, category, rows, labels, x, y, breaks, categories, ...more }) {
    Object.assign(this, { section, subsection, category });
    this.x = summed(x);
    this.y = summed(y);
    this.size = this.x.length;
    this.rowLabels = rows.map(([label]) => label);
    this.starts = new Uint32Array(rows.length + 1);
    rows.forEach(([, length], row) => (this.starts[row + 1] = this.starts[row] + length));
    this.rowOf = new Uint16Array(this.size);
    rows.forEach((_, row) => this.rowOf.fill(row, this.starts[row], this.starts[row + 1]));
    this.#labels = labels;
    this.breaks = breaks;
    this.categories = new Map(categories);
    this.wheelchair = new Set(more.wheelchair);
    this.companion = new Set(more.companion);
    this.restricted = new Set(more.restricted);
    this.notes = more.notes;
    this.tables = new Map(more.tables.map((table) => [table.row, table]));
    this.pitch = this.#findPitch();
  }

  get rowCount() {
    return this.rowLabels.length;
  }

  /** The label of a seat. Labels with a constant step are stored as [first, step]. */
  label(position) {
    const row = this.rowOf[position];
    const [index, labels] = [position - this.starts[row], this.#labels[row]];
    return typeof labels[0] === "number" ? String(labels[0] + index * labels[1]) : labels[index];
  }

  get box() {
    const points = Array.from(this.x, (x, position) => [x, this.y[position]]);
    return boxOf(points);
  }

  /** How far seats are apart: the distance that most of some seats have at least to their nearest neighbour. */
  #findPitch() {
    const step = Math.max(1, Math.floor(this.size / SAMPLED));
    const nearest = [];
    for (let position = 0; position < this.size; position += step) nearest.push(this.#nearestTo(position));
    return Math.sqrt(nearest.filter(Number.isFinite).sort((a, b) => a - b)[Math.floor(nearest.length / 5)] ?? 0);
  }

  #nearestTo(position) {
    const { x, y } = this;
    let nearest = Infinity;
    for (let other = 0; other < this.size; other += 1) {
      const away = (x[other] - x[position]) ** 2 + (y[other] - y[position]) ** 2;
      if (away < nearest && away > 0) nearest = away;
    }
    return nearest;
  }
}

/** Decodes a list of differences. */
function summed(differences) {
  const values = new Int32Array(differences.length);
  let value = 0;
  for (let index = 0; index < values.length; index += 1) values[index] = value += differences[index];
  return values;
}

/** Fetches the plan at the address of its geometry, again and again until it succeeds. */
export async function fetchPlan(address) {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    const response = await fetch(address).catch(() => null);
    if (response?.ok) return new Plan(await response.json());
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}
