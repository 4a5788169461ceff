/** The panel at the side: everything of the selected items, or of the plan if nothing is selected. */

import { count as written } from "../../../ticketing/format.js";
import { entriesOf, idOf, nameOf } from "../model/document.js";
import { addSection, moveToSection, updateItems } from "../model/edits.js";
import { placesOf } from "../model/counts.js";
import { actionsFor } from "./actions.js";
import { blockGroups } from "./block_fields.js";
import { button, make, refill } from "./elements.js";
import { createField } from "./fields.js";
import { categoryField, drawingGroups, placeGroup, rowsGroups, sectionIdOf, sectionOptions, standingGroups, tableGroups } from "./item_fields.js";
import { PlanPanel } from "./plan_panel.js";

const closedGroups = new Set(["Spacing", "Names of tables"]); // titles of groups that are closed, for the time of the visit

export class Properties {
  #root;
  #designer;
  #commands;
  #plan;
  #fields = [];
  #notes = [];
  #signature = "";

  constructor(root, designer, commands, background) {
    this.#root = root;
    this.#designer = designer;
    this.#commands = commands;
    this.#plan = new PlanPanel(designer, background);
    designer.addEventListener("selection", () => this.#show());
    this.#show();
  }

  /** Puts the focus into a field, by its key. */
  focus(key) {
    const field = this.#root.querySelector(`[data-key="${key}"]`);
    field?.focus();
    field?.select?.();
  }

  /** Puts the focus into the first field. */
  focusFirst() {
    this.#root.querySelector("input, select, button")?.focus();
  }

  #show() {
    const signature = this.#currentSignature();
    if (signature !== this.#signature) {
      this.#signature = signature;
      this.#build();
    }
    for (const field of this.#fields) field.refresh();
    for (const refresh of this.#notes) refresh();
    this.#plan.refresh();
  }

  /** What decides which fields there are. */
  #currentSignature() {
    const { selected, document } = this.#designer;
    const shapes = selected.map(({ id, kind, item }) => [id, kind, String(item.grid && [styles(item.grid), Array.isArray(item.grid.seats)]), item.tables?.map(({ shape }) => shape), Boolean(item.width), Boolean(item.points)]);
    const names = [document.categories.map(({ name }) => name), document.sections.map((section) => [idOf(section), section.name])];
    return JSON.stringify([shapes, selected.length ? names : ""]);
  }

  #build() {
    this.#fields = [];
    this.#notes = [];
    const { selected } = this.#designer;
    if (!selected.length) return refill(this.#root, this.#plan.element);
    return refill(this.#root, this.#heading(selected), this.#actions(selected), ...this.#groups(selected).map((group) => this.#group(group)));
  }

  #heading(selected) {
    const title = make("h2");
    const count = make("p", { className: "count" });
    this.#notes.push(() => {
      const { selected: now, document } = this.#designer;
      const seated = now.filter(({ section }) => section);
      const places = seated.reduce((sum, { item }) => sum + placesOf(item, document), 0);
      title.textContent = now.length === 1 ? nameOf(now[0]) : `${now.length} items`;
      count.textContent = seated.length ? `${written(places)} ${seated.every(({ kind }) => kind === "standing") ? "places" : "seats"}` : "";
    });
    return make("header", { className: "panel-heading" }, title, count);
  }

  #actions(selected) {
    const buttons = actionsFor(selected, this.#designer).map(({ name, text, title }) => button(text, () => this.#commands[name](), { "data-key": `do ${name}`, title: title ?? "" }));
    return make("div", { className: "item-actions", role: "group", "aria-label": "What to do with it" }, ...buttons);
  }

  #groups(selected) {
    const { document } = this.#designer;
    const items = selected.map(({ item }) => item);
    const kinds = new Set(selected.map(({ kind }) => kind));
    const [kind] = kinds.size === 1 ? kinds : [null];
    const groups = { grid: blockGroups, rows: rowsGroups, tables: tableGroups, standing: standingGroups, drawing: drawingGroups }[kind]?.(document, items) ?? [];
    const seated = selected.every(({ section }) => section);
    const belongs = seated ? [{ title: "Belongs to", fields: [this.#sectionField(), categoryField(document)] }] : [];
    return [...belongs, ...groups, placeGroup(document)];
  }

  #sectionField() {
    const { document } = this.#designer;
    return {
      key: "section",
      label: "Section",
      type: "select",
      wide: true,
      options: sectionOptions(document),
      get: (item) => sectionIdOf(this.#designer.document, item),
      move: (value) => this.#moveTo(value),
    };
  }

  #moveTo(value) {
    const ids = this.#designer.selection;
    this.#designer.change("Move to another section", (document) => {
      const [next, id] = value === "new" ? addSection(document, "New section") : [document, Number(value)];
      return moveToSection(next, ids, id);
    });
  }

  #group({ title, fields, note }) {
    const made = fields.map((spec) => this.#field(spec));
    const group = make("details", { open: !closedGroups.has(title), className: "group" }, make("summary", { textContent: title, "data-key": `group ${title}` }), make("div", { className: "fields" }, ...made));
    group.addEventListener("toggle", () => (group.open ? closedGroups.delete(title) : closedGroups.add(title)));
    if (note) group.append(this.#note(note));
    return group;
  }

  #note(note) {
    const text = make("p", { className: "preview" });
    this.#notes.push(() => {
      const notes = new Set(this.#designer.selected.map(({ item }) => note(item)).filter(Boolean));
      text.textContent = [...notes].slice(0, 3).join(" · ");
      text.hidden = !notes.size;
    });
    return text;
  }

  /** While somebody types into a field, each value changes the items as they were before: "3" on the way to "30" loses nothing. */
  #field(spec) {
    const designer = this.#designer;
    let edit = null; // {entries, last}: the items before, and the document that the last value made
    const field = createField(spec.move ? { ...spec, set: () => {} } : spec, {
      items: () => designer.selected.map(({ item }) => item),
      change: (label, set, merge) => {
        if (spec.move) return;
        if (edit?.last !== designer.document) edit = { entries: entriesOf(designer.document) };
        const current = edit; // the change may end it, if other fields appear
        designer.change(label, (document) => updateItems(document, designer.selection, (item, { id }) => set(current.entries.get(id)?.item ?? item)), { merge });
        current.last = designer.document;
      },
      sealed: () => {
        edit = null;
        designer.history.seal();
      },
    });
    if (spec.move) field.element.querySelector("select").addEventListener("change", ({ target }) => spec.move(target.value));
    this.#fields.push(field);
    return field.element;
  }
}

const styleOf = (rule) => (Array.isArray(rule) ? "given" : `${rule?.style}${rule?.step}`);
const styles = (grid) => [styleOf(grid.row_labels), styleOf(grid.seat_labels)];
