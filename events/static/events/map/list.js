/**
 * The same seats without a picture: section → block → row → seat, by arrow keys and for screen readers.
 *
 * First a tree of sections and blocks; a block opens as a grid of its seats, and only that one is in the page. Each is
 * one stop of the Tab key. Enter takes or lets go, Escape leaves the grid.
 * Tells `open` {block}, `close` {block}, `seat` {block, position} when the focus is on a seat, `pick` likewise.
 */

import { count, money } from "../../ticketing/format.js";
import { AVAILABLE } from "./model.js";
import { accessibleWords, blockName, placesWords, priceRange, stateWords } from "./words.js";

export class SeatList extends EventTarget {
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

  /** Opens the grid of a block; with `focus` the keyboard goes there, to a seat or the first free one. */
  open(block, { focus = false, position = null } = {}) {
    if (!block.seats) return;
    if (this.#open !== block) this.#showGrid(block);
    const start = position ?? Math.max(0, block.seats.indexOf(AVAILABLE));
    this.#rove(start, focus);
    this.#tell("open", { block });
  }

  /** Back to the tree of blocks. */
  close({ focus = false } = {}) {
    const block = this.#open;
    if (!block) return;
    this.#showTree();
    const item = this.#items.get(block);
    this.#expand(item.parentElement.closest("[role=treeitem]"), true);
    this.#roveTree(item, focus);
    this.#tell("close", { block });
  }

  // --- Sections and blocks ------------------------------------------------------------------------------

  #showTree() {
    this.#open = null;
    this.#cells = [];
    this.#items.clear();
    const tree = make("ul", { role: "tree", label: "Sections and blocks", className: "block-tree" });
    const sections = new Map();
    for (const block of this.#model.blocks) sections.set(block.section, [...(sections.get(block.section) ?? []), block]);
    for (const [name, blocks] of sections) tree.append(this.#section(name, blocks, sections.size <= 3));
    tree.addEventListener("keydown", (event) => this.#treeKey(event));
    tree.addEventListener("click", ({ target }) => this.#treeClick(target));
    tree.querySelector("[role=treeitem]").tabIndex = 0;
    this.#root.replaceChildren(tree);
    this.#applyFilter();
  }

  #section(name, blocks, expanded) {
    const item = make("li", { role: "treeitem", tabIndex: -1, className: "tree-section" });
    item.blocks = blocks;
    item.ariaExpanded = String(expanded);
    const line = make("span", { className: "tree-line" });
    const swatch = make("span", { className: "swatch" });
    swatch.style.background = this.#colours.variable(blocks[0].tier);
    const words = make("span", { className: "tree-name", textContent: `Section ${name}` });
    const note = make("span", { className: "tree-note", textContent: blocks[0].tier });
    const left = make("span", { className: "tree-left" });
    line.append(swatch, words, note, make("span", { className: "tree-price" }), left);
    const group = make("ul", { role: "group" });
    group.append(...blocks.map((block) => this.#blockItem(block)));
    item.append(line, group);
    this.#countSection(item);
    return item;
  }

  #blockItem(block) {
    const item = make("li", { role: "treeitem", tabIndex: -1, className: "tree-block" });
    item.block = block;
    item.append(make("span", { textContent: `Block ${block.number}` }), make("span", { className: "tree-left" }));
    this.#items.set(block, item);
    this.#countBlock(block);
    return item;
  }

  #countBlock(block) {
    const item = this.#items.get(block);
    const left = block.available ? `${count(block.available)} left` : "none left";
    item.lastChild.textContent = left;
    item.setAttribute("aria-label", `Block ${block.number}, ${money(block.price, this.#currency)}, ${left}`);
    item.classList.toggle("is-empty", block.available === 0);
  }

  #countSection(item) {
    const left = item.blocks.reduce((sum, block) => sum + block.available, 0);
    const words = left ? `${count(left)} left` : "none left";
    item.querySelector(".tree-left").textContent = words;
    const [first] = item.blocks;
    const price = priceRange(item.blocks, this.#currency);
    item.querySelector(".tree-price").textContent = price;
    item.setAttribute("aria-label", `Section ${first.section}, ${first.tier}, ${price}, ${words}`);
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
    for (const [block, item] of this.#items) item.hidden = !this.#filter.wanted(block);
    for (const item of this.#root.querySelectorAll(".tree-section")) item.hidden = !item.blocks.some(this.#filter.wanted);
    const current = this.#root.querySelector("[role=treeitem][tabindex='0']");
    const shown = this.#visibleItems();
    if (current && shown.length && !shown.includes(current)) this.#roveTree(shown[0], false);
  }

  #treeClick(target) {
    const item = target.closest("[role=treeitem]");
    if (!item) return;
    this.#roveTree(item, true);
    if (item.block) this.open(item.block, { focus: true });
    else this.#expand(item, item.ariaExpanded !== "true");
  }

  #treeKey(event) {
    const item = event.target.closest("[role=treeitem]");
    const shown = this.#visibleItems();
    const at = shown.indexOf(item);
    const parent = item.parentElement.closest("[role=treeitem]");
    const action = {
      ArrowDown: () => this.#roveTree(shown[at + 1] ?? item, true),
      ArrowUp: () => this.#roveTree(shown[at - 1] ?? item, true),
      Home: () => this.#roveTree(shown[0], true),
      End: () => this.#roveTree(shown[shown.length - 1], true),
      ArrowRight: () => this.#right(item, shown[at + 1]),
      ArrowLeft: () => (parent ? this.#roveTree(parent, true) : this.#expand(item, false)),
      Enter: () => this.#treeClick(item),
      " ": () => this.#treeClick(item),
    }[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  }

  #right(item, next) {
    if (item.block) this.open(item.block, { focus: true });
    else if (item.ariaExpanded === "true") this.#roveTree(next ?? item, true);
    else this.#expand(item, true);
  }

  #expand(item, expanded) {
    item.ariaExpanded = String(expanded);
  }

  #visibleItems() {
    const items = [...this.#root.querySelectorAll("[role=treeitem]")];
    return items.filter((item) => !item.hidden && (!item.block || item.parentElement.closest("[role=treeitem]").ariaExpanded === "true"));
  }

  #roveTree(item, focus) {
    for (const other of this.#root.querySelectorAll("[role=treeitem][tabindex='0']")) other.tabIndex = -1;
    item.tabIndex = 0;
    if (focus) item.focus();
  }

  // --- Rows and seats -----------------------------------------------------------------------------------

  #showGrid(block) {
    this.#open = block;
    const back = make("button", { type: "button", className: "button plain small", textContent: "← All blocks" });
    back.addEventListener("click", () => this.close({ focus: true }));
    const title = make("h3", { className: "grid-title", textContent: blockName(block) });
    const left = make("p", { className: "grid-left muted small-text" });
    const grid = make("div", { role: "grid", className: "seat-grid", label: `Seats of ${blockName(block)}` });
    this.#cells = [];
    for (let row = 0; row < block.rows; row += 1) grid.append(this.#row(block, row));
    grid.addEventListener("keydown", (event) => this.#gridKey(event));
    grid.addEventListener("click", ({ target }) => this.#take(target));
    grid.addEventListener("focusin", ({ target }) => this.#tell("seat", { block, position: this.#cells.indexOf(target) }));
    const scroll = make("div", { className: "seat-scroll" });
    scroll.append(grid);
    this.#root.replaceChildren(back, title, left, scroll);
    this.#countOpen();
    this.#refreshSeats(null);
  }

  #row(block, row) {
    const line = make("div", { role: "row", className: "seat-row" });
    line.append(make("span", { role: "rowheader", className: "seat-row-name", textContent: String(row + 1), label: `Row ${row + 1}` }));
    for (let seat = 0; seat < block.cols; seat += 1) {
      const place = block.isAccessible(row * block.cols + seat) ? " accessible" : "";
      const cell = make("span", { role: "gridcell" });
      const button = make("button", { type: "button", tabIndex: -1, className: `seat${place}`, textContent: String(seat + 1) });
      button.style.setProperty("--seat", this.#colours.variable(block.tier));
      cell.append(button);
      line.append(cell);
      this.#cells.push(button);
    }
    return line;
  }

  #countOpen() {
    const block = this.#open;
    const words = `${block.tier}, ${money(block.price, this.#currency)} each. ${count(block.available)} of ${count(block.total)} left.`;
    const places = block.accessible.size ? ` Accessible: ${placesWords(block, [...block.accessible])}.` : "";
    this.#root.querySelector(".grid-left").textContent = words + places;
  }

  #refreshSeats(positions) {
    const block = this.#open;
    const price = money(block.price, this.#currency);
    for (const position of positions ?? this.#cells.keys()) {
      const button = this.#cells[position];
      const picked = this.#picks.has(block, position);
      const state = stateWords(block, position, picked);
      const label = `Row ${block.rowOf(position)}, seat ${block.seatOf(position)}, ${price}, ${accessibleWords(block, position)}${state}`;
      if (button.getAttribute("aria-label") === label) continue;
      button.setAttribute("aria-label", label);
      button.setAttribute("aria-pressed", String(picked));
      button.setAttribute("aria-disabled", String(!picked && !block.isFree(position)));
      button.dataset.state = picked ? "picked" : state;
    }
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
    else if (to >= 0 && to < total) this.#rove(to, true);
    event.preventDefault();
    event.stopPropagation();
  }

  #rove(position, focus) {
    for (const button of this.#root.querySelectorAll(".seat[tabindex='0']")) button.tabIndex = -1;
    this.#cells[position].tabIndex = 0;
    if (focus) this.#cells[position].focus();
  }

  #take(target) {
    const position = this.#cells.indexOf(target);
    if (position < 0) return;
    this.#rove(position, true);
    this.#tell("pick", { block: this.#open, position });
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function make(name, { role, label, ...properties } = {}) {
  const element = Object.assign(document.createElement(name), properties);
  if (role) element.setAttribute("role", role);
  if (label) element.setAttribute("aria-label", label);
  return element;
}
