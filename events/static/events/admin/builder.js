/**
 * The seats of a new event as a table and a picture. What is posted is the JSON text, as without this script: the
 * table writes it, and follows when it is changed by hand.
 */

import { say } from "../../ticketing/announce.js";
import { count } from "../../ticketing/format.js";
import { Colours } from "../map/colours.js";
import { draw } from "./picture.js";
import { shown } from "./prices.js";
import { limitProblems, problemsOf, readText, section, totalsOf, writeText } from "./seating.js";
import { Table } from "./table.js";

const SECTION_PROBLEM = /^sections\.(\d+)(?:\.(\w+))?\S*: (.*)$/s; // a refusal of the server's: field, what to do

class Builder {
  #text;
  #currency;
  #limits;
  #root;
  #table;
  #tiers = [];
  #colours = new Colours(this.#tiers); // which looks into the list when it is asked
  #isReadable = true; // the text, as a table
  #frame = null;

  constructor(template, text, currency) {
    this.#text = text;
    this.#currency = currency;
    this.#limits = JSON.parse(template.dataset.limits);
    this.#root = template.content.firstElementChild.cloneNode(true);
    this.#mount();
    const [list, row] = [this.#part("ol"), document.getElementById("section-row")];
    this.#table = new Table(list, row, this.#part(".add"), () => this.#tableChanged());
    text.addEventListener("input", () => this.#textChanged());
    currency.addEventListener("input", () => this.#isReadable && this.#tableChanged());
    text.form.addEventListener("submit", (event) => this.#leave(event));
    new ResizeObserver(() => this.#refresh()).observe(this.#part("svg"));
    this.#textChanged();
    this.#tellRefusals();
  }

  get #code() {
    return this.#currency.value.trim();
  }

  #part(selector) {
    return this.#root.querySelector(selector);
  }

  /** Before the text, which moves with its help into the disclosure. */
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
    const sections = rows.map((row) => section(row, this.#code));
    const totals = totalsOf(rows, sections);
    const tooMuch = limitProblems(totals, this.#limits);
    this.#tiers.splice(0, Infinity, ...new Set(sections.filter(Boolean).map(({ tier }) => tier)));
    this.#table.tell(
      problemsOf(rows, this.#code, this.#limits),
      sections.map((each) => (each && Number.isSafeInteger(each.value) ? this.#sum(each) : "")),
      sections.map((each) => (each ? this.#colours.variable(each.tier) : "transparent")),
    );
    this.#showTotals(totals, tooMuch);
    draw(this.#part("svg"), tooMuch.length ? [] : sections.filter(Boolean), this.#code, this.#colours);
  }

  #sum({ seats, wheelchairs, value }) {
    const places = wheelchairs ? ` (${count(wheelchairs)} ♿︎)` : "";
    return `${count(seats)} seats${places}, ${shown(value, this.#code)}`;
  }

  #showTotals(totals, tooMuch) {
    const { sections, blocks, seats } = this.#limits;
    const words = tooMuch.length
      ? tooMuch.join(" ")
      : `${count(totals.seats)} seats in ${count(totals.blocks)} blocks. Sold out, they bring in ${shown(totals.value, this.#code)}.`;
    const large = !tooMuch.length && totals.seats >= this.#limits.large;
    const total = this.#part(".totals");
    total.classList.toggle("too-much", tooMuch.length > 0);
    this.#part(".large").hidden = !large;
    this.#part(".limits").textContent =
      `Possible are ${count(seats)} seats, ${count(blocks)} blocks and ${count(sections)} sections.`;
    if (total.textContent && total.textContent !== words) say(words);
    total.textContent = words;
  }

  /** Refusals of the server's go to the row they are about; the others stay where Django puts them. */
  #tellRefusals() {
    const row = this.#text.closest(".form-row");
    const refusals = [...row.querySelectorAll(":scope > .errorlist li")].map((line) => [
      line,
      SECTION_PROBLEM.exec(line.textContent),
    ]);
    const known = refusals.filter(([, found]) => found && this.#isReadable && this.#table.rows[found[1]]);
    this.#table.refuse(known.map(([, [, index, member, detail]]) => ({ index: Number(index), member, detail })));
    for (const [line] of known) line.remove();
    this.#refresh();
  }

  /** What the server would refuse is told before the page is gone. What only the text can say, the server judges. */
  #leave(event) {
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
new Builder(template, text, document.getElementById("id_currency"));
