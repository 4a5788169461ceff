/** The tree of sections and blocks in the list: one Tab stop, with the keys of a tree. */

import { isolated, priceText } from "../../../ticketing/format.js";
import { bySection } from "../seats/sections.js";
import { element } from "./element.js";
import { leftText, priceRange, sectionName } from "./formatting.js";

const REFRESH_MS = 400;

export class BlockTree {
  #items = new Map(); // block → its tree item
  #filter;
  #colours;
  #currency;
  #open;
  #aim;
  #stale = new Set();
  #timer = null;

  /** @param {Block[]} blocks  @param {object} parts `open(block)` is called to open a block, `aim(blocks)` with those of the item that has the pointer or the focus */
  constructor(blocks, { filter, colours, currency, open, aim }) {
    Object.assign(this, { element: element("ul", { role: "tree", label: "Sections and blocks", className: "block-tree" }) });
    this.#filter = filter;
    this.#colours = colours;
    this.#currency = currency;
    this.#open = open;
    this.#aim = aim;
    const sections = bySection(blocks);
    for (const of of sections.values()) this.element.append(of[0].isOnly ? this.#onlyBlock(of[0]) : this.#section(of, sections.size <= 3));
    this.element.addEventListener("keydown", (event) => this.#key(event));
    this.element.addEventListener("click", ({ target }) => this.#click(target));
    for (const type of ["focusin", "pointerover"]) this.element.addEventListener(type, ({ target }) => this.#aim(blocksOf(target)));
    for (const type of ["focusout", "pointerleave"]) this.element.addEventListener(type, () => this.#aim([]));
    this.element.querySelector("[role=treeitem]").tabIndex = 0;
    filter.addEventListener("change", () => this.#applyFilter());
    this.#applyFilter();
  }

  /** Shows the block's item; with `focus`, moves the focus there. */
  show(block, focus) {
    const item = this.#items.get(block);
    const section = item.parentElement.closest("[role=treeitem]");
    if (section) expand(section, true);
    this.#focus(item, focus);
  }

  /** Updates what is left of a block, soon. */
  refreshLater(block) {
    this.#stale.add(block);
    this.#timer ??= setTimeout(() => this.#refresh(), REFRESH_MS);
  }

  refreshAll() {
    for (const block of this.#items.keys()) this.#stale.add(block);
    this.#refresh();
  }

  // --- Items --------------------------------------------------------------------------------------------

  #section(blocks, expanded) {
    const item = this.#sectionItem(blocks);
    item.ariaExpanded = String(expanded);
    const group = element("ul", { role: "group" });
    group.append(...blocks.map((block) => this.#blockItem(block)));
    item.append(group);
    return item;
  }

  /** A section of a plan that is one block, which opens at once. */
  #onlyBlock(block) {
    const item = this.#sectionItem([block]);
    item.block = block;
    this.#items.set(block, item);
    return item;
  }

  #sectionItem(blocks) {
    const item = element("li", { role: "treeitem", tabIndex: -1, className: "tree-section" });
    item.blocks = blocks;
    const line = element("span", { className: "tree-line" });
    const swatch = element("span", { className: "swatch" });
    swatch.style.background = this.#colours.variable(blocks[0].tier);
    const title = element("span", { className: "tree-name", textContent: sectionName(blocks[0]) });
    const note = element("span", { className: "tree-note", textContent: tiersOf(blocks) });
    const left = element("span", { className: "tree-left" });
    line.append(swatch, title, note, element("span", { className: "tree-price" }), left);
    item.append(line);
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
    item.classList.toggle("is-empty", block.left === 0);
    if (block.isOnly) return;
    const left = leftText(block.left, block.closed);
    item.lastChild.textContent = left;
    item.setAttribute("aria-label", `Block ${block.number}, ${priceText(block.price, this.#currency)}, ${left}`);
  }

  #countSection(item) {
    const [first] = item.blocks;
    const left = leftText(item.blocks.reduce((sum, block) => sum + block.left, 0), first.closed);
    item.querySelector(".tree-left").textContent = left;
    const price = priceRange(item.blocks, this.#currency);
    item.querySelector(".tree-price").textContent = price;
    item.setAttribute("aria-label", `${sectionName(first)}, ${tiersOf(item.blocks)}, ${price}, ${left}`);
  }

  #refresh() {
    clearTimeout(this.#timer);
    this.#timer = null;
    const sections = new Set();
    for (const block of this.#stale) {
      this.#countBlock(block);
      sections.add(this.#items.get(block).closest(".tree-section"));
    }
    for (const item of sections) this.#countSection(item);
    this.#stale.clear();
  }

  #applyFilter() {
    for (const [block, item] of this.#items) item.hidden = !this.#filter.matches(block);
    for (const item of this.element.querySelectorAll(".tree-section")) item.hidden = !item.blocks.some(this.#filter.matches);
    const current = this.element.querySelector("[role=treeitem][tabindex='0']");
    const shown = this.#visibleItems();
    if (current && shown.length && !shown.includes(current)) this.#focus(shown[0], false);
  }

  // --- Keys and clicks ----------------------------------------------------------------------------------

  #click(target) {
    const item = target.closest("[role=treeitem]");
    if (!item) return;
    this.#focus(item, true);
    if (item.block) this.#open(item.block);
    else expand(item, item.ariaExpanded !== "true");
  }

  #key(event) {
    const item = event.target.closest("[role=treeitem]");
    const shown = this.#visibleItems();
    const at = shown.indexOf(item);
    const parent = item.parentElement.closest("[role=treeitem]");
    const action = {
      ArrowDown: () => this.#focus(shown[at + 1] ?? item, true),
      ArrowUp: () => this.#focus(shown[at - 1] ?? item, true),
      Home: () => this.#focus(shown[0], true),
      End: () => this.#focus(shown[shown.length - 1], true),
      ArrowRight: () => this.#right(item, shown[at + 1]),
      ArrowLeft: () => (parent ? this.#focus(parent, true) : expand(item, false)),
      Enter: () => this.#click(item),
      " ": () => this.#click(item),
    }[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  }

  #right(item, next) {
    if (item.block) this.#open(item.block);
    else if (item.ariaExpanded === "true") this.#focus(next ?? item, true);
    else expand(item, true);
  }

  #visibleItems() {
    const items = [...this.element.querySelectorAll("[role=treeitem]")];
    return items.filter((item) => !item.hidden && (item.parentElement.closest("[role=treeitem]")?.ariaExpanded ?? "true") === "true");
  }

  #focus(item, focus) {
    for (const other of this.element.querySelectorAll("[role=treeitem][tabindex='0']")) other.tabIndex = -1;
    item.tabIndex = 0;
    if (focus) item.focus();
  }
}

/** A section that is one block has nothing to expand. */
function expand(item, expanded) {
  if (!item.block) item.ariaExpanded = String(expanded);
}

function blocksOf(target) {
  const item = target.closest("[role=treeitem]");
  return item?.block ? [item.block] : item?.blocks ?? [];
}

function tiersOf(blocks) {
  return [...new Set(blocks.flatMap((block) => block.tiers))].map(isolated).join(", ");
}
