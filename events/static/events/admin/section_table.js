/** The table of sections: a group of fields per section, with buttons to add, move and remove sections. */

import { say } from "../../ticketing/announce.js";

export class SectionTable {
  #list;
  #row;
  #changed;
  #rest = new WeakMap(); // row → members the table doesn't show
  #serverErrors = new WeakMap(); // row → the server's errors, until the row is changed

  /** @param {HTMLTemplateElement} row of one section  @param {() => void} changed called after every change */
  constructor(list, row, add, changed) {
    this.#list = list;
    this.#row = row;
    this.#changed = changed;
    list.addEventListener("input", (event) => {
      this.#serverErrors.delete(event.target.closest("li"));
      changed();
    });
    list.addEventListener("click", (event) => this.#press(event.target.closest("button")));
    add.addEventListener("click", () => this.#add());
  }

  /** The rows as typed; see seating_config.js. */
  get rows() {
    return this.#items.map((item) => {
      const typed = fieldsOf(item).map((field) => [field.dataset.member, field.value]);
      return { ...Object.fromEntries(typed), rest: this.#rest.get(item) };
    });
  }

  set rows(rows) {
    this.#list.replaceChildren(...rows.map((row) => this.#item(row)));
    this.#number();
  }

  /** Sets the server's errors: [{index, member, detail}]. */
  setServerErrors(problems) {
    for (const { index, member, detail } of problems) {
      const item = this.#items[index];
      this.#serverErrors.set(item, { ...this.#serverErrors.get(item), [member ?? "name"]: detail });
    }
  }

  /** Shows each row's errors, sum and colour. */
  show(problems, sums, colours) {
    this.#items.forEach((item, index) => {
      const all = { ...this.#serverErrors.get(item), ...problems[index] };
      for (const field of fieldsOf(item)) {
        field.ariaInvalid = field.dataset.member in all ? "true" : null;
      }
      const list = item.querySelector(".problems");
      const lines = Object.values(all);
      if (list.dataset.shown === lines.join("\n")) return this.#sum(item, sums[index], colours[index]);
      list.dataset.shown = lines.join("\n");
      list.replaceChildren(...lines.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
      this.#sum(item, sums[index], colours[index]);
    });
  }

  /** Moves the focus to the first field with an error; returns false if there is none. */
  goToProblem() {
    const field = this.#list.querySelector("[aria-invalid=true]");
    field?.focus();
    return Boolean(field);
  }

  get #items() {
    return [...this.#list.children];
  }

  #sum(item, text, colour) {
    item.querySelector(".sum").textContent = text;
    item.style.setProperty("--tier", colour);
  }

  #item(row) {
    const item = this.#row.content.firstElementChild.cloneNode(true);
    const problems = item.querySelector(".problems");
    problems.id = `section-problems-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
    for (const field of fieldsOf(item)) {
      field.value = row[field.dataset.member];
      field.setAttribute("aria-describedby", problems.id);
    }
    this.#rest.set(item, row.rest);
    return item;
  }

  /** Adds a section with the numbers of the last one, since most sections of a venue are similar. */
  #add() {
    const last = this.rows.at(-1) ?? { tier: "", price: "", subsections: "1", rows: "10", cols: "20" };
    const item = this.#item({ ...last, name: "", accessible: "", rest: {} });
    this.#list.append(item);
    this.#number();
    item.querySelector("[data-member=name]").focus();
    this.#changed();
  }

  #press(button) {
    const item = button?.closest("li");
    if (!item) return;
    const name = item.querySelector("[data-member=name]").value || item.querySelector("legend").textContent;
    if (button.dataset.act === "remove") this.#remove(item, name);
    else this.#move(item, name, button);
    this.#number();
    this.#changed();
  }

  #remove(item, name) {
    const next = item.nextElementSibling ?? item.previousElementSibling;
    item.remove();
    (next?.querySelector("[data-act=remove]") ?? this.#list.parentElement.querySelector(".add")).focus();
    say(`${name} removed.`);
  }

  #move(item, name, button) {
    if (button.dataset.act === "up") item.previousElementSibling?.before(item);
    else item.nextElementSibling?.after(item);
    button.focus(); // moving the element has removed the focus
    say(`${name} is now section ${this.#items.indexOf(item) + 1} of ${this.#items.length}.`);
  }

  #number() {
    this.#items.forEach((item, index) => {
      item.querySelector("legend").textContent = `Section ${index + 1}`;
      // Not `disabled`, which would remove the focus from a button that is pressed repeatedly.
      item.querySelector("[data-act=up]").ariaDisabled = String(index === 0);
      item.querySelector("[data-act=down]").ariaDisabled = String(index === this.#items.length - 1);
    });
  }
}

function fieldsOf(item) {
  return [...item.querySelectorAll("[data-member]")];
}
