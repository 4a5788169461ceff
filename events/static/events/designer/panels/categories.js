/**
 * The price categories: names, colours and numbers of places, and what they would bring at prices that are typed to try
 * them out. The prices of an event are set at the event, so these stay in this browser.
 */

import { count as written } from "../../../ticketing/format.js";
import { addCategory, changeCategory, colourOf, removeCategory, shiftCategory } from "../model/categories.js";
import { placesByCategory } from "../model/counts.js";
import { button, make, refill } from "./elements.js";

const PAUSE_MS = 150;

export class Categories {
  #root;
  #designer;
  #key;
  #prices;
  #timer = null;

  constructor(root, designer, planId) {
    this.#root = root;
    this.#designer = designer;
    this.#key = `plan-${planId}-prices`;
    this.#prices = readPrices(this.#key);
    designer.addEventListener("document", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#show(), PAUSE_MS);
    });
    this.#show();
  }

  /** Puts the focus into the name of a category, by its index. */
  focusName(index) {
    const input = this.#root.querySelector(`[data-key="category ${index}"]`);
    input?.focus();
    input?.select();
  }

  #show() {
    if (document.activeElement.matches(".category-name")) return this.#showSums(); // a name is being typed
    const { categories } = this.#designer.document;
    const rows = categories.map((category, index) => this.#row(category, index, categories.length));
    const add = button("New category", () => this.#add(), { "data-key": "add category", disabled: categories.length >= 50 });
    const total = make("p", { className: "takings", role: "status" });
    refill(this.#root, make("ul", { className: "categories" }, ...rows), add, total);
    return this.#showSums();
  }

  #row(category, index, count) {
    const designer = this.#designer;
    const { name } = category;
    const colour = make("input", { type: "color", value: colourOf(designer.document, name), "aria-label": `Colour of ${name}`, "data-key": `colour ${index}`, change: ({ target }) => this.#change(index, { color: target.value }) });
    const text = make("input", { value: name, maxLength: 32, className: "category-name", autocomplete: "off", "aria-label": `Name of category ${index + 1}`, "data-key": `category ${index}`, change: ({ target }) => this.#rename(index, target), blur: () => setTimeout(() => this.#show()) });
    const price = make("input", { value: this.#prices[name] ?? "", className: "trial-price", inputMode: "decimal", placeholder: "price", autocomplete: "off", "aria-label": `Price to try for ${name}`, "data-key": `price ${index}`, input: ({ target }) => this.#try(index, target.value) });
    const remove = button("×", () => this.#remove(index), { className: "arrow", "aria-label": `Remove ${name}`, "data-key": `remove ${index}`, disabled: count === 1 });
    const up = button("↑", () => designer.change("Reorder categories", (document) => shiftCategory(document, index, -1)), { className: "arrow", "aria-label": `Move ${name} up`, "data-key": `up category ${index}`, disabled: index === 0 });
    return make("li", {}, make("div", { className: "category-head" }, colour, text, up, remove), make("div", { className: "category-sum" }, make("span", { "data-places": index }), price));
  }

  #showSums() {
    const counts = placesByCategory(this.#designer.document);
    let takings = 0;
    this.#designer.document.categories.forEach(({ name }, index) => {
      const places = counts.get(name) ?? 0;
      const price = this.#priceOf(name);
      takings += places * price;
      const text = this.#root.querySelector(`[data-places="${index}"]`);
      if (text) text.textContent = `${written(places)} ×`;
    });
    const total = this.#root.querySelector(".takings");
    total.textContent = takings ? `Sold out, it would bring ${written(Math.round(takings * 100) / 100)}.` : "Type prices to see what the house would bring. Prices of an event are set at the event.";
  }

  #priceOf(name) {
    const price = Number(String(this.#prices[name] ?? "").replace(",", "."));
    return Number.isFinite(price) && price > 0 ? price : 0;
  }

  #try(index, text) {
    this.#prices[this.#designer.document.categories[index].name] = text;
    try {
      localStorage.setItem(this.#key, JSON.stringify(this.#prices));
    } catch {
      // no storage: the prices are kept until the page is left
    }
    this.#showSums();
  }

  #change(index, members) {
    this.#designer.change("Change a category", (document) => changeCategory(document, index, members));
  }

  #rename(index, input) {
    const name = input.value.trim();
    const { categories } = this.#designer.document;
    if (!name || !categories[index] || categories[index].name === name) return;
    this.#prices[name] = this.#prices[categories[index].name];
    this.#change(index, { name });
  }

  #add() {
    this.#designer.change("Add a category", addCategory);
    clearTimeout(this.#timer);
    this.#show();
    this.focusName(this.#designer.document.categories.length - 1);
  }

  #remove(index) {
    this.#designer.change("Remove a category", (document) => removeCategory(document, index));
  }
}

function readPrices(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? {};
  } catch {
    return {}; // no storage
  }
}
