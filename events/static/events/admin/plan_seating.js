/**
 * Seating by a plan of the venue: which one, and a price for each of its categories.
 *
 * The form still posts the text of the seating configuration; while a plan is chosen, it is
 * {"plan_version": id, "prices": {category: minor units}}.
 */

import { say } from "../../ticketing/announce.js";
import { count } from "../../ticketing/format.js";
import { placesByCategory } from "./plan_places.js";
import { displayPrice, inputPrice, minorUnits } from "./prices.js";

class PlanSeating {
  #plans;
  #text;
  #venue;
  #currency;
  #builder;
  #root;
  #categories = []; // [{name, places, input}] of the plan that is shown
  #shown = null; // the plan whose prices are asked for
  #prices; // {category: minor units} as they were last known, also of other plans
  #rowsText; // the text of the seating builder while a plan is chosen

  constructor(plans, template, { text, venue, currency, builder }) {
    [this.#plans, this.#text, this.#venue, this.#currency, this.#builder] = [plans, text, venue, currency, builder];
    this.#root = template.content.firstElementChild.cloneNode(true);
    const start = readChoice(text.value);
    this.#prices = start?.prices ?? {};
    this.#rowsText = start ? "" : text.value;
    builder.before(this.#root);
    this.#listen();
    this.#offer(start?.plan_version);
    if (start) this.#part('[value="plan"]').checked = true;
    this.#follow();
  }

  get #isOn() {
    return this.#part('[value="plan"]').checked;
  }

  get #chosen() {
    return this.#plans.find(({ version }) => version === Number(this.#part("select").value)) ?? null;
  }

  get #code() {
    return this.#currency.value.trim();
  }

  #part(selector) {
    return this.#root.querySelector(selector);
  }

  #listen() {
    for (const radio of this.#root.querySelectorAll('[type="radio"]')) {
      radio.addEventListener("change", () => this.#follow());
    }
    this.#part("select").addEventListener("change", () => this.#choose());
    this.#part(".failure button").addEventListener("click", () => this.#show());
    this.#venue.addEventListener("change", () => this.#venueChanged());
    this.#currency.addEventListener("input", () => this.#isOn && this.#write());
    this.#text.form.addEventListener("submit", (event) => this.#onSubmit(event));
  }

  /** Offers the plans of the chosen venue, or of all venues while none is chosen. */
  #offer(version) {
    const venue = Number(this.#venue.value);
    const plans = this.#plans.filter((plan) => !venue || plan.venue === venue || plan.version === version);
    const options = plans.map((plan) => new Option(nameOf(plan, !venue), plan.version));
    this.#part("select").replaceChildren(new Option("Choose a plan", ""), ...options);
    const only = venue && plans.length === 1 ? plans[0].version : "";
    this.#part("select").value = plans.some((plan) => plan.version === version) ? version : only;
    this.#part(".which").hidden = !plans.length;
    this.#part(".no-plan").hidden = plans.length > 0;
  }

  #venueChanged() {
    if (this.#chosen?.venue !== Number(this.#venue.value)) this.#offer();
    if (this.#isOn) this.#show();
  }

  /** A plan brings its venue. */
  #choose() {
    const plan = this.#chosen;
    if (plan && Number(this.#venue.value) !== plan.venue) {
      this.#venue.value = plan.venue;
      this.#offer(plan.version);
      this.#venue.dispatchEvent(new Event("change"));
    } else this.#show();
  }

  /** Shows the seating by rows or by plan, as chosen, and makes the text that of the choice. */
  #follow() {
    this.#part(".with-plan").hidden = !this.#isOn;
    this.#builder.hidden = this.#isOn;
    if (this.#isOn) {
      if (!readChoice(this.#text.value)) this.#rowsText = this.#text.value;
      this.#show();
    } else if (readChoice(this.#text.value)) this.#setText(this.#rowsText || EMPTY);
  }

  async #show() {
    const plan = this.#chosen;
    this.#part(".failure").hidden = true;
    if (plan === this.#shown && plan) return this.#write();
    this.#shown = null;
    this.#showCategories([]);
    this.#part("figure").hidden = !plan;
    if (!plan) return this.#write();
    this.#part("img").src = plan.picture;
    this.#part("img").alt = `Picture of the plan ${plan.name}`;
    try {
      const response = await fetch(plan.geometry);
      if (!response.ok) throw new Error(response.statusText);
      const categories = placesByCategory(await response.json());
      if (plan !== this.#chosen) return; // another one was chosen meanwhile
      this.#shown = plan;
      this.#showCategories(categories);
    } catch {
      this.#part(".failure").hidden = false;
    }
    this.#write();
  }

  #showCategories(categories) {
    const row = document.getElementById("category-price");
    this.#categories = categories.map(({ name, places }) => {
      const item = row.content.firstElementChild.cloneNode(true);
      const input = item.querySelector("input");
      item.querySelector(".swatch").style.color = this.#chosen.colours[name];
      item.querySelector(".category").textContent = name;
      item.querySelector(".places").textContent = `${count(places)} ${places === 1 ? "place" : "places"}`;
      if (name in this.#prices) input.value = inputPrice(this.#prices[name], this.#code);
      input.addEventListener("input", () => this.#write());
      return { name, places, input, item };
    });
    this.#part(".category-prices").replaceChildren(...this.#categories.map(({ item }) => item));
  }

  /** Writes the choice into the text that the form posts, and shows the sums. */
  #write() {
    const prices = this.#categories.map(({ name, input }) => [name, minorUnits(input.value, this.#code)]);
    const known = Object.fromEntries(prices.filter(([, price]) => price !== null));
    Object.assign(this.#prices, known);
    for (const { input } of this.#categories) this.#check(input);
    this.#showSums(known);
    this.#setText(JSON.stringify({ plan_version: this.#chosen?.version ?? null, prices: known }, null, 2));
  }

  #check(input) {
    const bad = minorUnits(input.value, this.#code) === null;
    input.setCustomValidity(bad ? `Enter a price like ${inputPrice(4500, this.#code)}.` : "");
    input.toggleAttribute("aria-invalid", bad && input.value !== "");
  }

  #showSums(prices) {
    const sum = (value) => this.#categories.reduce((total, category) => total + value(category), 0);
    const places = sum(({ places }) => places);
    const value = sum(({ name, places }) => places * (prices[name] ?? 0));
    const all = Object.keys(prices).length === this.#categories.length;
    const caption = this.#part("figcaption");
    const text = `${count(places)} places.${all ? ` Revenue if sold out: ${displayPrice(value, this.#code)}.` : ""}`;
    if (caption.textContent && caption.textContent !== text && all) say(text);
    caption.textContent = this.#categories.length ? text : "";
  }

  /** Sets the text; the seating builder reads it again. */
  #setText(text) {
    this.#text.value = text;
    this.#text.dispatchEvent(new Event("input"));
  }

  /** Stops the form without a plan or a price. The form has no checks of the browser's own (`novalidate`). */
  #onSubmit(event) {
    if (!this.#isOn) return;
    const select = this.#part("select");
    select.setCustomValidity(this.#chosen ? "" : "Choose a seating plan.");
    const wrong = [select, ...this.#categories.map(({ input }) => input)].find((field) => !field.checkValidity());
    wrong?.reportValidity();
    if (wrong) event.preventDefault();
  }
}

const EMPTY = '{\n  "sections": []\n}';

function nameOf({ name, number, venue_name }, withVenue) {
  return `${withVenue ? `${venue_name}: ` : ""}${name}, version ${number}`;
}

/** Returns {plan_version, prices} if that is what the text says, otherwise null. */
function readChoice(text) {
  try {
    const { plan_version, prices } = JSON.parse(text);
    return plan_version === undefined ? null : { plan_version, prices: prices ?? {} };
  } catch {
    return null;
  }
}

const template = document.getElementById("plan-seating");
if (template) {
  const [text, venue, currency] = ["seating_config", "venue", "currency"].map((name) => document.getElementById(`id_${name}`));
  const plans = JSON.parse(document.getElementById("plan-choices").textContent);
  const builder = text.closest(".form-row").querySelector(".builder");
  new PlanSeating(plans, template, { text, venue, currency, builder });
}
