/**
 * The list of problems below the plan: those found in the browser after each change, and those of the server's check, which
 * follows a little later. A problem selects its place.
 */

import { call } from "../../../ticketing/api.js";
import { say } from "../../../ticketing/announce.js";
import { Emitter } from "../../../ticketing/emitter.js";
import { problemsOf } from "../problems.js";
import { idOf } from "../model/document.js";
import { boundsOfItems } from "../model/transform.js";
import { make, refill } from "./elements.js";

const PAUSE_MS = 250;
const CHECK_MS = 2_500;
const PATH = /^document\.(?:sections\.(\d+)(?:\.subsections\.(\d+))?|drawings\.(\d+))/;

export class ProblemsPanel extends Emitter {
  /** Problems, as in problems.js. */
  problems = [];
  /** Called with the index of a category that a problem is about. */
  onCategory = null;
  #list;
  #button;
  #designer;
  #view;
  #limits;
  #timer = null;
  #checkTimer = null;
  #checked = { document: null, problems: [] };

  /** `limits` is {maxPlaces}. */
  constructor({ list, button }, designer, view, limits) {
    super();
    this.#list = list;
    this.#button = button;
    this.#designer = designer;
    this.#view = view;
    this.#limits = limits;
    designer.addEventListener("document", () => this.#later());
    button.addEventListener("click", () => this.toggle());
    list.addEventListener("keydown", ({ key }) => key === "Escape" && this.toggle(false));
    this.#find();
  }

  get errors() {
    return this.problems.filter(({ level }) => level === "error");
  }

  toggle(open = this.#list.hidden) {
    this.#list.hidden = !open;
    this.#button.setAttribute("aria-expanded", String(open));
    if (open) this.#list.querySelector("button")?.focus();
    else this.#button.focus();
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#find(), PAUSE_MS);
  }

  #find() {
    const { document } = this.#designer;
    const own = problemsOf(document, this.#limits);
    const known = this.#checked.document === document ? this.#checked.problems : [];
    const isOwn = new Set(own.flatMap(({ level, ids }) => (level === "error" ? ids : [])));
    // The server says the same in other words, so its problems are shown where the browser found none.
    this.problems = [...known.filter(({ ids }) => !ids.some((id) => isOwn.has(id))), ...own];
    if (known.length && own.some(({ level, ids }) => level === "error" && !ids.length)) this.problems = own;
    this.#show();
    this.emit("change");
    clearTimeout(this.#checkTimer);
    if (this.#checked.document !== document) this.#checkTimer = setTimeout(() => this.check(), CHECK_MS);
  }

  /** Asks the server to check the document; returns its problems. A failed call leaves what is known. */
  async check() {
    const { document } = this.#designer;
    try {
      const { data } = await call("POST", "/api/plan/check", { body: { document } });
      this.#checked = { document, problems: data.problems.map((problem) => this.#fromServer(document, problem)) };
      if (document === this.#designer.document) this.#find();
    } catch {
      // The list stays as it is; publishing checks once more.
    }
  }

  #fromServer(document, { field, detail }) {
    const [, section, subsection, drawing] = PATH.exec(field) ?? [];
    const item = drawing !== undefined ? document.drawings[drawing] : document.sections[section]?.subsections[subsection ?? 0];
    return { level: "error", text: `${detail} (${field.replace(/^document\./, "")})`, ids: item ? [idOf(item)] : [], picks: [] };
  }

  #show() {
    const { length } = this.errors;
    const warnings = this.problems.length - length;
    const text = length ? `${length} ${length === 1 ? "problem" : "problems"}` : warnings ? `${warnings} ${warnings === 1 ? "remark" : "remarks"}` : "No problems";
    if (this.#button.textContent !== text && this.#button.dataset.shown) say(text);
    this.#button.dataset.shown = "yes";
    this.#button.textContent = text;
    this.#button.dataset.level = length ? "error" : warnings ? "warning" : "none";
    const rows = this.problems.slice(0, 100).map((problem, index) => this.#row(problem, index));
    refill(this.#list, rows.length ? make("ul", {}, ...rows) : make("p", { textContent: "Everything is fine so far." }));
  }

  #row(problem, index) {
    const mark = make("span", { className: `mark ${problem.level}`, textContent: problem.level === "error" ? "Must be changed" : "Please check" });
    const text = make("span", { textContent: problem.text });
    if (!problem.ids.length && problem.category === undefined) return make("li", {}, make("p", {}, mark, text));
    return make("li", {}, make("button", { type: "button", "data-key": `problem ${index}`, click: () => this.go(problem) }, mark, text));
  }

  /** Shows what a problem is about: selects its items, or goes to the name of its category. */
  go({ ids, picks, category }) {
    if (category !== undefined) return this.onCategory?.(category);
    this.#designer.use("select");
    this.#designer.select(ids);
    this.#view.overlay = { marks: picks };
    this.#view.reveal(boundsOfItems(this.#designer.document, new Set(ids)));
    return undefined;
  }
}
