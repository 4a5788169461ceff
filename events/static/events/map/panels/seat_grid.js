/** The seats of one block in the list, row by row: one Tab stop, with the keys of a grid. */

import { isolated, priceText } from "../../../ticketing/format.js";
import { STATUSES } from "../seats/block.js";
import { element } from "./element.js";
import { accessiblePrefix, blockName, remarks, rowName, seatStatus } from "./formatting.js";
import { sideways } from "./sideways.js";

export class SeatGrid {
  #block;
  #picks;
  #colours;
  #currency;
  #emit;
  #close;
  #cells = []; // buttons by position
  #grid;

  /** @param {Block} block  @param {object} parts `emit` dispatches an event of the list; `close` goes back to the tree */
  constructor(block, { picks, colours, currency, emit, close }) {
    this.#block = block;
    this.#picks = picks;
    this.#colours = colours;
    this.#currency = currency;
    this.#emit = emit;
    this.#close = close;
    this.#grid = element("div", { role: "grid", className: "seat-grid", label: `Seats of ${blockName(block)}` });
    for (let row = 0; row < block.rows; row += 1) this.#grid.append(this.#row(row));
    this.#grid.addEventListener("keydown", (event) => this.#key(event));
    this.#grid.addEventListener("click", ({ target }) => this.#pick(target));
    this.#grid.addEventListener("focusin", ({ target }) => emit("seat", { block, position: this.#cells.indexOf(target) }));
    this.element = sideways(this.#grid, "Scroll sideways for the other seats of a row →");
    this.refresh(null);
  }

  /** Makes a seat the one that Tab reaches; with `move`, moves the focus there. */
  focus(position, move) {
    for (const button of this.#grid.querySelectorAll(".seat[tabindex='0']")) button.tabIndex = -1;
    this.#cells[position].tabIndex = 0;
    if (move) this.#cells[position].focus();
  }

  /** Shows the present state of these seats (null: all of them). */
  refresh(positions) {
    const block = this.#block;
    for (const position of positions ?? this.#cells.keys()) {
      const button = this.#cells[position];
      const picked = this.#picks.has(block, position);
      const label = this.#label(position, picked);
      if (button.getAttribute("aria-label") === label) continue;
      button.setAttribute("aria-label", label);
      button.setAttribute("aria-pressed", String(picked));
      button.setAttribute("aria-disabled", String(!picked && !block.isFree(position) && !block.isOwn(position)));
      button.dataset.state = picked ? "picked" : this.#state(position);
    }
  }

  #label(position, picked) {
    const block = this.#block;
    const name = `${rowName(block, block.rowIndex(position))}, seat ${isolated(block.seatLabel(position))}`;
    const price = priceText(block.priceOf(position), this.#currency);
    const tier = block.tierPrices.size > 1 ? [isolated(block.tierOf(position))] : [];
    const status = accessiblePrefix(block, position) + seatStatus(block, position, picked);
    return [name, price, ...tier, ...remarks(block, position), status].join(", ");
  }

  /** The state that the seat is drawn in: its status, `own` if it is reserved for the buyer, `blocked` once sales are over. */
  #state(position) {
    const block = this.#block;
    if (block.isOwn(position)) return "own";
    const status = STATUSES[block.seats[position]];
    return block.closed && status === "available" ? "blocked" : status;
  }

  #row(row) {
    const block = this.#block;
    const line = element("div", { role: "row", className: "seat-row" });
    line.append(element("span", { role: "rowheader", className: "seat-row-name", textContent: block.rowLabel(row), label: rowName(block, row) }));
    for (let position = block.rowStart(row); position < block.rowStart(row + 1); position += 1) line.append(this.#cell(position));
    return line;
  }

  #cell(position) {
    const block = this.#block;
    const cell = element("span", { role: "gridcell" });
    const afterAisle = position > block.rowStart(block.rowIndex(position)) && block.endsRun(position - 1);
    cell.classList.toggle("after-aisle", afterAisle);
    const button = element("button", { type: "button", tabIndex: -1, className: `seat${kindOf(block, position)}`, textContent: block.seatLabel(position) });
    button.style.setProperty("--seat", this.#colours.variable(block.tierOf(position)));
    cell.append(button);
    this.#cells.push(button);
    return cell;
  }

  #key(event) {
    const position = this.#cells.indexOf(event.target);
    if (position < 0 || event.metaKey || event.altKey) return;
    const block = this.#block;
    const row = block.rowIndex(position);
    const [first, last] = [block.rowStart(row), block.rowStart(row + 1) - 1];
    const to = {
      ArrowLeft: Math.max(first, position - 1),
      ArrowRight: Math.min(last, position + 1),
      ArrowUp: block.beside(position, row - 1),
      ArrowDown: block.beside(position, row + 1),
      Home: event.ctrlKey ? 0 : first,
      End: event.ctrlKey ? block.total - 1 : last,
    }[event.key];
    if (event.key === "Escape") this.#close();
    else if (to === undefined) return;
    else if (to >= 0) this.focus(to, true);
    event.preventDefault();
    event.stopPropagation();
  }

  #pick(target) {
    const position = this.#cells.indexOf(target);
    if (position < 0) return;
    this.focus(position, true);
    this.#emit("pick", { block: this.#block, position });
  }
}

function kindOf(block, position) {
  const kinds = { accessible: block.accessible, companion: block.companions, restricted: block.restricted };
  return Object.entries(kinds).map(([name, positions]) => (positions.has(position) ? ` ${name}` : "")).join("");
}
