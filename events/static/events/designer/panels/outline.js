/** The list of sections and their blocks, with numbers of seats: select, rename, reorder, and choose where new blocks go. */

import { say } from "../../../ticketing/announce.js";
import { count as written } from "../../../ticketing/format.js";
import { idOf, nameOf, entriesOf } from "../model/document.js";
import { addSection, changeSection, shiftItem, shiftSection } from "../model/edits.js";
import { placesOf } from "../model/counts.js";
import { boundsOfItems } from "../model/transform.js";
import { button, make, refill } from "./elements.js";

const LONG = 200; // blocks in all: above, only the section that is worked in is open
const PAUSE_MS = 120;

export class Outline {
  #root;
  #designer;
  #view;
  #timer = null;

  constructor(root, designer, view) {
    this.#root = root;
    this.#designer = designer;
    this.#view = view;
    const later = () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#show(), PAUSE_MS);
    };
    designer.addEventListener("selection", later);
    this.#show();
  }

  #show() {
    if (document.activeElement.matches(".section-name")) return; // a name is being typed
    const { sections } = this.#designer.document;
    const blocks = sections.reduce((sum, { subsections }) => sum + subsections.length, 0);
    const list = make("ul", { className: "outline" }, ...sections.map((section) => this.#section(section, blocks > LONG)));
    const add = button("New section", () => this.#add(), { "data-key": "add section" });
    const drawings = this.#drawings();
    const hint = sections.length ? null : make("p", { className: "hint", textContent: "Sections are parts of the house that buyers know by name, as Stalls or Balcony. The first block makes one." });
    refill(this.#root, ...[hint, list, add, drawings].filter(Boolean));
  }

  #section(section, long) {
    const designer = this.#designer;
    const id = idOf(section);
    const isCurrent = designer.section === section;
    const places = section.subsections.reduce((sum, item) => sum + placesOf(item, designer.document), 0);
    const rename = make("input", { value: section.name, maxLength: 32, className: "section-name", "aria-label": `Name of section ${section.name}`, "data-key": `name ${id}`, autocomplete: "off", change: ({ target }) => this.#rename(id, target), blur: () => setTimeout(() => this.#show()) });
    const select = button(written(places), () => this.#selectAll(id), { className: "count-button", "aria-label": `Select all of ${section.name}, ${written(places)} places`, title: "Select all", "data-key": `all ${id}` });
    const remove = button("×", () => this.#remove(section), { className: "arrow", "aria-label": `Remove ${section.name}`, title: "Remove this empty section", "data-key": `remove ${id}` });
    const head = make("div", { className: `section-head ${isCurrent ? "current" : ""}` }, rename, section.subsections.length ? select : remove, ...this.#arrows(section.name, `section ${id}`, (by) => this.#shiftSection(id, section.name, by)));
    const open = !long || isCurrent;
    const here = isCurrent ? make("p", { className: "hint", textContent: "New blocks go here." }) : null;
    const blocks = open && section.subsections.length ? make("ul", {}, ...section.subsections.map((item) => this.#block(item))) : null;
    return make("li", {}, head, blocks, here);
  }

  #block(item) {
    const { document, selection } = this.#designer;
    const entry = entriesOf(document).get(idOf(item));
    const places = placesOf(item, document);
    const isSelected = selection.has(entry.id);
    const text = make("span", { textContent: `${nameOf(entry)}${describe(item)}` });
    const row = make("button", { type: "button", className: "block-row", "aria-pressed": String(isSelected), "data-key": `block ${entry.id}`, click: (event) => this.#selectBlock(entry.id, event.shiftKey) }, text, make("span", { className: "count", textContent: written(places) }));
    return make("li", { className: isSelected ? "selected" : "" }, row, ...(isSelected ? this.#arrows(nameOf(entry), `item ${entry.id}`, (by) => this.#shiftItem(entry, by)) : []));
  }

  #drawings() {
    const { document, selection } = this.#designer;
    if (!document.drawings.length) return null;
    const rows = document.drawings.map((item) => {
      const entry = entriesOf(document).get(idOf(item));
      return make("li", {}, make("button", { type: "button", className: "block-row", "aria-pressed": String(selection.has(entry.id)), "data-key": `block ${entry.id}`, textContent: nameOf(entry), click: (event) => this.#selectBlock(entry.id, event.shiftKey) }));
    });
    return make("details", { className: "drawings" }, make("summary", { textContent: `Stage and shapes (${rows.length})`, "data-key": "drawings" }), make("ul", {}, ...rows));
  }

  #arrows(name, key, shift) {
    return [["↑", -1, "up"], ["↓", 1, "down"]].map(([text, by, word]) => button(text, () => shift(by), { className: "arrow", "aria-label": `Move ${name} ${word}`, "data-key": `${word} ${key}` }));
  }

  #add() {
    let made = 0;
    const designer = this.#designer;
    designer.change("Add a section", (document) => {
      const [next, id] = addSection(document, designer.document.sections.length ? "New section" : "Stalls");
      made = id;
      return next;
    }, { select: [] });
    designer.section = made;
    clearTimeout(this.#timer);
    this.#show();
    const input = this.#root.querySelector(`[data-key="name ${made}"]`);
    input.focus();
    input.select();
  }

  #remove(section) {
    this.#designer.change("Remove a section", (document) => ({ ...document, sections: document.sections.filter((each) => idOf(each) !== idOf(section) || each.subsections.length) }));
  }

  #rename(id, input) {
    const name = input.value.trim();
    if (name) this.#designer.change("Rename a section", (document) => changeSection(document, id, { name }));
  }

  /** Selects what the section has now: the list may be a moment behind. */
  #selectAll(sectionId) {
    const { document } = this.#designer;
    const ids = document.sections.find((section) => idOf(section) === sectionId)?.subsections.map(idOf) ?? [];
    this.#designer.select(ids);
    if (ids.length) this.#view.reveal(boundsOfItems(document, new Set(ids)));
  }

  #selectBlock(id, adding) {
    const ids = adding ? new Set([...this.#designer.selection, id]) : new Set([id]);
    this.#designer.select(ids);
    this.#view.reveal(boundsOfItems(this.#designer.document, new Set([id])));
  }

  #shiftSection(id, name, by) {
    this.#designer.change("Move a section", (document) => shiftSection(document, id, by));
    say(`${name} moved ${by < 0 ? "up" : "down"}.`);
  }

  #shiftItem({ id }, by) {
    this.#designer.change("Reorder", (document) => shiftItem(document, id, by));
  }
}

/** Returns ": 8 rows", ": 12 tables" or ": standing" of a subsection. */
function describe({ grid, rows, tables }) {
  if (grid || rows) {
    const count = grid ? grid.rows : rows.length;
    return `: ${count} ${count === 1 ? "row" : "rows"}`;
  }
  return tables ? `: ${tables.length} ${tables.length === 1 ? "table" : "tables"}` : ": standing";
}
