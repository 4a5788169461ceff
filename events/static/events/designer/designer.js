/**
 * The state of the designer, which tools and panels share: the document with its history, what is selected, the tool, the
 * brush, and where new blocks go. It emits "document", "selection", "tool" and "brush", each after a change.
 */

import { say } from "../../ticketing/announce.js";
import { Emitter } from "../../ticketing/emitter.js";
import { History } from "./model/history.js";
import { entriesOf, entriesWith, idOf, identify, kindOf } from "./model/document.js";
import { placesByCategory } from "./model/counts.js";
import { addSection } from "./model/edits.js";

const FIRST_SECTIONS = { grid: "Stalls", tables: "Tables", standing: "Standing" };

export class Designer extends Emitter {
  tool = "select";
  brush = { kind: "wheelchair" };
  #section = null; // id of the section that new blocks go to
  #isChosen = false; // whether the seller has chosen it, rather than selected something in it

  constructor(document) {
    super();
    this.history = new History(identify(document));
    this.history.addEventListener("change", ({ detail }) => this.#changed(detail.label));
  }

  get document() {
    return this.history.document;
  }

  /** The ids of the selected items. */
  get selection() {
    return this.history.current.selection;
  }

  /** The entries of the selected items. */
  get selected() {
    return entriesWith(this.document, this.selection);
  }

  /**
   * Changes the document. `change` gets it and returns the new one; `select` are the ids to select then. Changes with the
   * same `merge` that follow each other are undone together.
   */
  change(label, change, { merge = null, select } = {}) {
    const document = change(this.document);
    const known = entriesOf(document);
    const selection = new Set([...(select ?? this.selection)].filter((id) => known.has(id)));
    this.history.commit(document, { label, merge, selection });
    if (select && !merge) this.select(selection);
  }

  /** Replaces the document with another one, as from a template; it can be undone. */
  replace(label, document) {
    this.change(label, () => identify(document), { select: [] });
  }

  undo() {
    say(this.history.undo() ? `Undone: ${this.history.redoLabel}.` : "There is nothing to undo.");
  }

  redo() {
    say(this.history.redo() ? `Done again: ${this.history.undoLabel}.` : "There is nothing to redo.");
  }

  /** Selects items. New blocks then go to their section. */
  select(ids) {
    this.history.seal();
    this.history.current.selection = new Set(ids);
    const first = this.selected.find(({ section }) => section);
    if (first && idOf(first.section) !== this.#section) [this.#section, this.#isChosen] = [idOf(first.section), false];
    this.emit("selection");
  }

  /** Switches the tool: select, block, standing, table, stage, text or brush. */
  use(tool) {
    if (tool === this.tool) return;
    this.tool = tool;
    this.emit("tool");
  }

  setBrush(brush) {
    this.brush = brush;
    this.emit("brush");
  }

  /** The section that new blocks go to. */
  get section() {
    const { sections } = this.document;
    return sections.find((section) => idOf(section) === this.#section) ?? sections.at(-1) ?? null;
  }

  set section(id) {
    this.#section = id;
    this.#isChosen = true;
    this.emit("selection");
  }

  /**
   * Returns [document, section id]: a document that has a section for new subsections of a kind. That is the section that
   * the seller has chosen, or the last one with such subsections, or a new one.
   */
  withSection(document, kind) {
    const found = this.#sectionFor(document, kind);
    return found ? [document, idOf(found)] : addSection(document, FIRST_SECTIONS[kind]);
  }

  #sectionFor(document, kind) {
    const suits = (section) => !section.subsections.length || section.subsections.some((item) => kindOf(item) === kind);
    const { section } = this;
    return section && (this.#isChosen || suits(section)) ? section : document.sections.findLast(suits);
  }

  /**
   * The category of new subsections of a kind: that of the last one in their section; in a new section the one of the same
   * name, or the first that has no places yet.
   */
  categoryFor(kind) {
    const names = this.document.categories.map(({ name }) => name);
    const section = this.#sectionFor(this.document, kind);
    const last = section?.subsections.at(-1)?.category;
    if (names.includes(last)) return last;
    const name = section?.name ?? FIRST_SECTIONS[kind];
    const used = placesByCategory(this.document);
    return names.find((each) => each === name) ?? names.find((each) => !used.has(each)) ?? names[0];
  }

  #changed(label) {
    const known = entriesOf(this.document);
    this.history.current.selection = new Set([...this.selection].filter((id) => known.has(id)));
    this.emit("document", { label });
    this.emit("selection");
  }
}
