/**
 * The seats as a list for keyboards and screen readers: section → block → row → seat.
 *
 * It first shows a tree of sections and blocks. A block opens as a grid of its seats; only one block's grid is in the
 * page. Tree and grid are one Tab stop each. Enter picks a seat or removes it, Escape leaves the grid.
 * Dispatches `open` {block}, `close` {block}, `seat` {block, position} when a seat gets the focus, and `pick` likewise.
 */

import { Emitter } from "../../ticketing/emitter.js";
import { count, priceText } from "../../ticketing/format.js";
import { element } from "./element.js";
import { accessiblePrefix, blockName, leftText, priceRange, seatRanges, seatStatus } from "./formatting.js";
import { bySection } from "./layout.js";
import { AVAILABLE, STATUSES } from "./seat_model.js";

export class SeatList extends Emitter {
  #root;
  #model;
  #picks;
  #filter;
  #colours;
  #currency;
  #items = new Map(); // block → its tree item
  #open = null;
  #cells = [];
  #stale = new Set();
  #timer = null;

  constructor(root, { model, picks, filter, colours, currency }) {
    super();
    this.#root = root;
    this.#model = model;
    this.#picks = picks;
    this.#filter = filter;
    this.#colours = colours;
    this.#currency = currency;
    this.#showTree();
    model.addEventListener("counts", ({ detail }) => this.#refreshLater(detail.block));
    model.addEventListener("seats", ({ detail }) => detail.block === this.#open && this.#refreshSeats(detail.positions));
    model.addEventListener("prices", () => this.#open && this.#refreshSeats(null));
    picks.addEventListener("change", () => this.#open && this.#refreshSeats(null));
    filter.addEventListener("change", () => this.#applyFilter());
  }

  /** Opens the grid of a block; with `focus`, moves the focus to the seat, or to the first free one. */
  open(block, { focus = false, position = null } = {}) {
    if (!block.seats) return;
    if (this.#open !== block) this.#showGrid(block);
    const start = position ?? Math.max(0, block.seats.indexOf(AVAILABLE));
    this.#focusSeat(start, focus);
    this.emit("open", { block });
  }

  /** Opens the grid of a block whose seats were picked elsewhere, at this seat; it neither emits `open` nor moves the focus. */
  follow(block, position) {
    if (!block.seats || block === this.#open) return;
    this.#showGrid(block);
    this.#focusSeat(position, false);
  }

  /** Goes back to the tree of blocks. */
  close({ focus = false } = {}) {
    const block = this.#open;
    if (!block) return;
    this.#showTree();
    const item = this.#items.get(block);
    this.#expand(item.parentElement.closest("[role=treeitem]"), true);
    this.#focusItem(item, focus);
    this.emit("close", { block });
  }

  // --- Sections and blocks ------------------------------------------------------------------------------

  #showTree() {
    this.#open = null;
    this.#cells = [];
    this.#items.clear();
    const tree = element("ul", { role: "tree", label: "Sections and blocks", className: "block-tree" });
    const sections = bySection(this.#model.blocks);
    for (const [name, blocks] of sections) tree.append(this.#section(name, blocks, sections.size <= 3));
    tree.addEventListener("keydown", (event) => this.#treeKey(event));
    tree.addEventListener("click", ({ target }) => this.#treeClick(target));
    tree.querySelector("[role=treeitem]").tabIndex = 0;
    this.#root.replaceChildren(tree);
    this.#applyFilter();
  }

  #section(name, blocks, expanded) {
    const item = element("li", { role: "treeitem", tabIndex: -1, className: "tree-section" });
    item.blocks = blocks;
    item.ariaExpanded = String(expanded);
    const line = element("span", { className: "tree-line" });
    const swatch = element("span", { className: "swatch" });
    swatch.style.background = this.#colours.variable(blocks[0].tier);
    const title = element("span", { className: "tree-name", textContent: `Section ${name}` });
    const note = element("span", { className: "tree-note", textContent: blocks[0].tier });
    const left = element("span", { className: "tree-left" });
    line.append(swatch, title, note, element("span", { className: "tree-price" }), left);
    const group = element("ul", { role: "group" });
    group.append(...blocks.map((block) => this.#blockItem(block)));
    item.append(line, group);
    this.#countSection(item);
    return item;
  }

  #blockItem(block) {
    const item = element("li", { role: "treeitem", tabIndex: -1, className: "tree-block" });
    item.block = block;
    item.append(element("span", { textContent: `Block ${block.number}` }), element("span", { className: "tree-left" }));
    this.#items.set(block, item);
    this.#countBlock(block);
    return item;
  }

  #countBlock(block) {
    const item = this.#items.get(block);
    const left = leftText(block.left, block.closed);
    item.lastChild.textContent = left;
    item.setAttribute("aria-label", `Block ${block.number}, ${priceText(block.price, this.#currency)}, ${left}`);
    item.classList.toggle("is-empty", block.left === 0);
  }

  #countSection(item) {
    const [first] = item.blocks;
    const left = leftText(item.blocks.reduce((sum, block) => sum + block.left, 0), first.closed);
    item.querySelector(".tree-left").textContent = left;
    const price = priceRange(item.blocks, this.#currency);
    item.querySelector(".tree-price").textContent = price;
    item.setAttribute("aria-label", `Section ${first.section}, ${first.tier}, ${price}, ${left}`);
  }

  #refreshLater(block) {
    if (this.#open) {
      if (block === this.#open) this.#countOpen();
      return;
    }
    this.#stale.add(block);
    this.#timer ??= setTimeout(() => this.#refreshTree(), 400);
  }

  #refreshTree() {
    this.#timer = null;
    if (this.#open) return;
    const sections = new Set();
    for (const block of this.#stale) {
      this.#countBlock(block);
      sections.add(this.#items.get(block).parentElement.closest("[role=treeitem]"));
    }
    for (const item of sections) this.#countSection(item);
    this.#stale.clear();
  }

  #applyFilter() {
    for (const [block, item] of this.#items) item.hidden = !this.#filter.matches(block);
    for (const item of this.#root.querySelectorAll(".tree-section")) item.hidden = !item.blocks.some(this.#filter.matches);
    const current = this.#root.querySelector("[role=treeitem][tabindex='0']");
    const shown = this.#visibleItems();
    if (current && shown.length && !shown.includes(current)) this.#focusItem(shown[0], false);
  }

  #treeClick(target) {
    const item = target.closest("[role=treeitem]");
    if (!item) return;
    this.#focusItem(item, true);
    if (item.block) this.open(item.block, { focus: true });
    else this.#expand(item, item.ariaExpanded !== "true");
  }

  #treeKey(event) {
    const item = event.target.closest("[role=treeitem]");
    const shown = this.#visibleItems();
    const at = shown.indexOf(item);
    const parent = item.parentElement.closest("[role=treeitem]");
    const action = {
      ArrowDown: () => this.#focusItem(shown[at + 1] ?? item, true),
      ArrowUp: () => this.#focusItem(shown[at - 1] ?? item, true),
      Home: () => this.#focusItem(shown[0], true),
      End: () => this.#focusItem(shown[shown.length - 1], true),
      ArrowRight: () => this.#right(item, shown[at + 1]),
      ArrowLeft: () => (parent ? this.#focusItem(parent, true) : this.#expand(item, false)),
      Enter: () => this.#treeClick(item),
      " ": () => this.#treeClick(item),
    }[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  }

  #right(item, next) {
    if (item.block) this.open(item.block, { focus: true });
    else if (item.ariaExpanded === "true") this.#focusItem(next ?? item, true);
    else this.#expand(item, true);
  }

  #expand(item, expanded) {
    item.ariaExpanded = String(expanded);
  }

  #visibleItems() {
    const items = [...this.#root.querySelectorAll("[role=treeitem]")];
    return items.filter((item) => !item.hidden && (!item.block || item.parentElement.closest("[role=treeitem]").ariaExpanded === "true"));
  }

  #focusItem(item, focus) {
    for (const other of this.#root.querySelectorAll("[role=treeitem][tabindex='0']")) other.tabIndex = -1;
    item.tabIndex = 0;
    if (focus) item.focus();
  }

  // --- Rows and seats -----------------------------------------------------------------------------------

  #showGrid(block) {
    this.#open = block;
    const back = element("button", { type: "button", className: "button plain small", textContent: "← All blocks" });
    back.addEventListener("click", () => this.close({ focus: true }));
    const title = element("h3", { className: "grid-title", textContent: blockName(block) });
    const left = element("p", { className: "grid-left muted small-text" });
    const grid = element("div", { role: "grid", className: "seat-grid", label: `Seats of ${blockName(block)}` });
    this.#cells = [];
    for (let row = 0; row < block.rows; row += 1) grid.append(this.#row(block, row));
    grid.addEventListener("keydown", (event) => this.#gridKey(event));
    grid.addEventListener("click", ({ target }) => this.#pickSeat(target));
    grid.addEventListener("focusin", ({ target }) => this.emit("seat", { block, position: this.#cells.indexOf(target) }));
    const scroll = element("div", { className: "seat-scroll" });
    scroll.append(grid);
    this.#root.replaceChildren(back, title, left, scroll);
    this.#countOpen();
    this.#refreshSeats(null);
  }

  #row(block, row) {
    const line = element("div", { role: "row", className: "seat-row" });
    line.append(element("span", { role: "rowheader", className: "seat-row-name", textContent: String(row + 1), label: `Row ${row + 1}` }));
    for (let seat = 0; seat < block.cols; seat += 1) {
      const place = block.isAccessible(row * block.cols + seat) ? " accessible" : "";
      const cell = element("span", { role: "gridcell" });
      const button = element("button", { type: "button", tabIndex: -1, className: `seat${place}`, textContent: String(seat + 1) });
      button.style.setProperty("--seat", this.#colours.variable(block.tier));
      cell.append(button);
      line.append(cell);
      this.#cells.push(button);
    }
    return line;
  }

  #countOpen() {
    const block = this.#open;
    const left = block.closed ? "Not on sale." : `${count(block.left)} of ${count(block.total)} left.`;
    const facts = `${block.tier}, ${priceText(block.price, this.#currency)} each. ${left}`;
    const accessible = block.accessible.size ? ` Accessible: ${seatRanges(block, [...block.accessible])}.` : "";
    this.#root.querySelector(".grid-left").textContent = facts + accessible;
  }

  #refreshSeats(positions) {
    const block = this.#open;
    const price = priceText(block.price, this.#currency);
    for (const position of positions ?? this.#cells.keys()) {
      const button = this.#cells[position];
      const picked = this.#picks.has(block, position);
      const status = seatStatus(block, position, picked);
      const label = `Row ${block.rowOf(position)}, seat ${block.seatOf(position)}, ${price}, ${accessiblePrefix(block, position)}${status}`;
      if (button.getAttribute("aria-label") === label) continue;
      button.setAttribute("aria-label", label);
      button.setAttribute("aria-pressed", String(picked));
      button.setAttribute("aria-disabled", String(!picked && !block.isFree(position) && !block.isOwn(position)));
      button.dataset.state = picked ? "picked" : this.#state(block, position);
    }
  }

  /** The state that the seat is drawn in: its status, `own` if it is reserved for the buyer, `blocked` once sales are over. */
  #state(block, position) {
    if (block.isOwn(position)) return "own";
    const status = STATUSES[block.seats[position]];
    return block.closed && status === "available" ? "blocked" : status;
  }

  #gridKey(event) {
    const position = this.#cells.indexOf(event.target);
    if (position < 0 || event.metaKey || event.altKey) return;
    const { cols, total } = this.#open;
    const row = position - (position % cols);
    const to = {
      ArrowLeft: Math.max(row, position - 1),
      ArrowRight: Math.min(row + cols - 1, position + 1),
      ArrowUp: position - cols,
      ArrowDown: position + cols,
      Home: event.ctrlKey ? 0 : row,
      End: event.ctrlKey ? total - 1 : row + cols - 1,
    }[event.key];
    if (event.key === "Escape") this.close({ focus: true });
    else if (to === undefined) return;
    else if (to >= 0 && to < total) this.#focusSeat(to, true);
    event.preventDefault();
    event.stopPropagation();
  }

  #focusSeat(position, focus) {
    for (const button of this.#root.querySelectorAll(".seat[tabindex='0']")) button.tabIndex = -1;
    this.#cells[position].tabIndex = 0;
    if (focus) this.#cells[position].focus();
  }

  #pickSeat(target) {
    const position = this.#cells.indexOf(target);
    if (position < 0) return;
    this.#focusSeat(position, true);
    this.emit("pick", { block: this.#open, position });
  }
}
