/** The brush marks single seats: by a click, by dragging over them, or from a seat to another one with Shift. */

import { say } from "../../../ticketing/announce.js";
import { isolated } from "../../../ticketing/format.js";
import { entriesOf, nameOf, subsectionEntries } from "../model/document.js";
import { boundsOf, layoutOf } from "../model/layout.js";
import { paintSeats } from "../model/places.js";
import { seatAt } from "../view/hit_test.js";

const NEAR_PX = 8;
let strokes = 0;

export class BrushTool {
  cursor = "cell";
  #designer;
  #view;
  #stroke = null; // {merge, seen}
  #last = null; // the pick where the next range begins
  #cursor = null; // the pick that the keyboard is at

  constructor(designer, view) {
    this.#designer = designer;
    this.#view = view;
  }

  /** The pick that the keyboard is at; null if there are no seats. */
  get at() {
    const entry = this.#cursor && entriesOf(this.#designer.document).get(this.#cursor.id);
    const isThere = entry && layoutOf(entry.item, this.#designer.document).rows[this.#cursor.row]?.seats[this.#cursor.column];
    return isThere ? this.#cursor : this.#first();
  }

  #first(id = [...this.#designer.selection][0]) {
    const seated = subsectionEntries(this.#designer.document).filter(({ kind }) => kind !== "standing");
    const entry = seated.find((each) => each.id === id) ?? seated[0];
    return entry ? { id: entry.id, row: 0, column: 0 } : null;
  }

  down(event) {
    const pick = this.#pickAt(event);
    if (!pick && event.touch) return "pan";
    this.#stroke = { merge: `brush ${(strokes += 1)}`, seen: new Set(), before: event };
    const range = event.shift && this.#last && pick && this.#last.id === pick.id;
    if (pick) this.#paint(range ? between(this.#last, pick) : [pick]);
    this.#last = pick ?? this.#last;
    return undefined;
  }

  /** Marks the seats on the way from the last point, so that a quick movement leaves none out. */
  move(event) {
    if (!this.#stroke) return;
    const { before } = this.#stroke;
    const steps = Math.max(1, Math.ceil(Math.hypot(event.px - before.px, event.py - before.py) / 6));
    const picks = [];
    for (let step = 1; step <= steps; step += 1) {
      const at = (name) => before[name] + ((event[name] - before[name]) * step) / steps;
      const pick = this.#pickAt({ x: at("x"), y: at("y") });
      if (pick) picks.push(pick);
    }
    this.#stroke.before = event;
    this.#paint(picks);
    this.hover(event);
  }

  up() {
    if (!this.#stroke) return;
    const { size } = this.#stroke.seen;
    if (size) say(`${size === 1 ? "1 seat" : `${size} seats`} changed.`);
    this.#stroke = null;
    this.#designer.history.seal();
  }

  cancel() {
    if (this.#stroke) this.#designer.history.cancel(this.#stroke.merge);
    this.#stroke = null;
  }

  hover(event) {
    this.#view.overlay = { hover: this.#pickAt(event) };
    this.#view.setCursor(this.cursor);
    this.#view.draw();
  }

  leave() {
    this.#view.overlay = {};
    this.#view.draw();
  }

  #pickAt({ x, y }) {
    const found = seatAt(this.#designer.document, x, y, NEAR_PX / this.#view.camera.scale);
    return found && { id: found.entry.id, row: found.seat.row, column: found.seat.column };
  }

  #paint(picks) {
    const fresh = picks.filter((pick) => !this.#stroke.seen.has(keyOf(pick)));
    for (const pick of fresh) this.#stroke.seen.add(keyOf(pick));
    if (fresh.length) this.apply(fresh, this.#stroke.merge);
  }

  /** Applies the brush to seats. */
  apply(picks, merge = null) {
    const { brush } = this.#designer;
    this.#designer.change("Mark seats", (document) => paintSeats(document, picks, brush), { merge });
  }

  // --- Keyboard --------------------------------------------------------------------------------------

  /** Goes `rows` back and `columns` to the right; the seats on the way are marked if `painting`. */
  walk(rows, columns, painting) {
    const { at } = this;
    if (!at) return say("There are no seats yet.");
    const entry = entriesOf(this.#designer.document).get(at.id);
    const layout = layoutOf(entry.item, this.#designer.document);
    const row = Math.min(layout.rows.length - 1, Math.max(0, at.row + rows));
    const column = Math.min(layout.rows[row].seats.length - 1, Math.max(0, at.column + columns));
    this.#go({ id: at.id, row, column });
    if (painting) this.apply([this.at], `brush walk ${at.id}`);
    return undefined;
  }

  /** Goes to the next block, or the previous one if `by` is -1. Returns whether there is one. */
  walkBlocks(by) {
    const ids = subsectionEntries(this.#designer.document).filter(({ kind }) => kind !== "standing").map(({ id }) => id);
    const next = this.#cursor ? ids[ids.indexOf(this.#cursor.id) + by] : ids[by > 0 ? 0 : ids.length - 1];
    if (next === undefined) return false;
    this.#designer.select([next]);
    this.#go({ id: next, row: 0, column: 0 });
    return true;
  }

  /** Applies the brush to the seat that the keyboard is at. */
  press() {
    const { at } = this;
    if (!at) return;
    this.apply([at]);
    this.#go(at);
  }

  #go(pick) {
    this.#cursor = pick;
    const { document } = this.#designer;
    const entry = entriesOf(document).get(pick.id);
    const row = layoutOf(entry.item, document).rows[pick.row];
    const seat = row.seats[pick.column];
    const what = seat.missing ? "no seat here" : [seat.kind === "seat" ? "" : seat.kind, seat.category ?? entry.item.category].filter(Boolean).join(", ");
    say(`${nameOf(entry)}, row ${isolated(row.label)}, seat ${isolated(seat.label)}: ${what}`);
    this.#view.overlay = { cursor: pick };
    this.#view.reveal(boundsOf(entry.item, document));
  }
}

const keyOf = ({ id, row, column }) => `${id} ${row} ${column}`;

/** Returns the picks of the rectangle between two seats of a block. */
function between(from, to) {
  const span = (a, b) => Array.from({ length: Math.abs(a - b) + 1 }, (_, index) => Math.min(a, b) + index);
  return span(from.row, to.row).flatMap((row) => span(from.column, to.column).map((column) => ({ id: from.id, row, column })));
}
