/**
 * The seating of a new event as a table with a preview. The form still posts the JSON text: changes in the table update
 * the text, and changes in the text update the table.
 */

import { say } from "../../ticketing/announce.js";
import { count } from "../../ticketing/format.js";
import { Colours } from "../map/canvas/colours.js";
import { drawPreview } from "./preview.js";
import { displayPrice } from "./prices.js";
import { limitProblems, parseSection, problemsOf, readText, totalsOf, writeText } from "./seating_config.js";
import { SectionTable } from "./section_table.js";

const SECTION_PROBLEM = /^sections\.(\d+)(?:\.(\w+))?\S*: (.*)$/s; // an error of the server: index, field, message

class SeatingBuilder {
  #text;
  #currency;
  #limits;
  #root;
  #table;
  #colours = new Colours([]);
  #isReadable = true; // whether the text can be shown as a table
  #frame = null;

  constructor(template, text, currency) {
    this.#text = text;
    this.#currency = currency;
    this.#limits = JSON.parse(template.dataset.limits);
    this.#root = template.content.firstElementChild.cloneNode(true);
    this.#mount();
    const [list, row] = [this.#part("ol"), document.getElementById("section-row")];
    this.#table = new SectionTable(list, row, this.#part(".add"), () => this.#tableChanged());
    text.addEventListener("input", () => this.#textChanged());
    currency.addEventListener("input", () => this.#isReadable && this.#tableChanged());
    text.form.addEventListener("submit", (event) => this.#onSubmit(event));
    new ResizeObserver(() => this.#refresh()).observe(this.#part("svg"));
    this.#textChanged();
    this.#showServerErrors();
  }

  get #code() {
    return this.#currency.value.trim();
  }

  #part(selector) {
    return this.#root.querySelector(selector);
  }

  /** Inserts the table and moves the text field with its help into the <details> element below it. */
  #mount() {
    const row = this.#text.closest(".form-row");
    const parts = [...row.querySelectorAll(":scope > div")];
    row.append(this.#root);
    this.#part("details").append(...parts);
  }

  #tableChanged() {
    this.#text.value = writeText(this.#table.rows, this.#code);
    this.#refresh();
  }

  #textChanged() {
    const rows = readText(this.#text.value, this.#code);
    this.#isReadable = rows !== null;
    this.#part(".unreadable").hidden = this.#isReadable;
    this.#part(".as-table").hidden = !this.#isReadable;
    if (!rows) this.#part("details").open = true;
    else this.#table.rows = rows;
    this.#refresh();
  }

  #refresh() {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      if (this.#isReadable) this.#show();
    });
  }

  #show() {
    const rows = this.#table.rows;
    const sections = rows.map((row) => parseSection(row, this.#code));
    const totals = totalsOf(rows, sections);
    const limitErrors = limitProblems(totals, this.#limits);
    this.#colours.tiers = sections.filter(Boolean).map(({ tier }) => tier);
    this.#table.show(
      problemsOf(rows, this.#code, this.#limits),
      sections.map((each) => (each && Number.isSafeInteger(each.value) ? this.#sum(each) : "")),
      sections.map((each) => (each ? this.#colours.variable(each.tier) : "transparent")),
    );
    this.#showTotals(totals, limitErrors);
    drawPreview(this.#part("svg"), limitErrors.length ? [] : sections.filter(Boolean), this.#code, this.#colours);
  }

  #sum({ seats, wheelchairs, value }) {
    const accessible = wheelchairs ? ` (${count(wheelchairs)} ♿︎)` : "";
    return `${count(seats)} seats${accessible}, ${displayPrice(value, this.#code)}`;
  }

  #showTotals(totals, limitErrors) {
    const { sections, blocks, seats } = this.#limits;
    const text = limitErrors.length
      ? limitErrors.join(" ")
      : `${count(totals.seats)} seats in ${count(totals.blocks)} blocks. Revenue if sold out: ${displayPrice(totals.value, this.#code)}.`;
    const large = !limitErrors.length && totals.seats >= this.#limits.large;
    const total = this.#part(".totals");
    total.classList.toggle("too-much", limitErrors.length > 0);
    this.#part(".large").hidden = !large;
    this.#part(".limits").textContent =
      `The maximum is ${count(seats)} seats, ${count(blocks)} blocks and ${count(sections)} sections.`;
    if (total.textContent && total.textContent !== text) say(text);
    total.textContent = text;
  }

  /** Moves the server's errors to the rows they belong to; the others stay where Django puts them. */
  #showServerErrors() {
    const row = this.#text.closest(".form-row");
    const errors = [...row.querySelectorAll(":scope > .errorlist li")].map((line) => [
      line,
      SECTION_PROBLEM.exec(line.textContent),
    ]);
    const known = errors.filter(([, found]) => found && this.#isReadable && this.#table.rows[found[1]]);
    this.#table.setServerErrors(known.map(([, [, index, member, detail]]) => ({ index: Number(index), member, detail })));
    for (const [line] of known) line.remove();
    this.#refresh();
  }

  /** Stops the form if the table has errors. A text that can't be shown as a table is left to the server. */
  #onSubmit(event) {
    if (!this.#isReadable) return;
    this.#show();
    if (this.#table.goToProblem()) event.preventDefault();
    else if (this.#part(".too-much")) {
      event.preventDefault();
      this.#part(".add").focus();
      say(this.#part(".totals").textContent);
    }
  }
}

const template = document.getElementById("seating-builder");
const text = document.getElementById("id_seating_config");
new SeatingBuilder(template, text, document.getElementById("id_currency"));
