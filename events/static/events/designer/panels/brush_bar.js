/** What the brush marks: a bar below the tools while seats are marked. */

import { colourOf } from "../model/categories.js";
import { make, refill } from "./elements.js";

const KINDS = [
  { text: "♿︎ Wheelchair place", brush: { kind: "wheelchair" } },
  { text: "+ Companion’s seat", brush: { kind: "companion" } },
  { text: "◐ Restricted view", brush: { kind: "restricted" } },
  { text: "H House seat", brush: { kind: "house" } },
  { text: "Ordinary seat", brush: { kind: "seat" } },
  { text: "No seat", brush: { missing: true } },
  { text: "Seat back", brush: { missing: false } },
  { text: "Own label", brush: { label: "" } },
];

export class BrushBar {
  #root;
  #designer;
  #note = "";

  constructor(root, designer) {
    this.#root = root;
    this.#designer = designer;
    for (const type of ["tool", "brush"]) designer.addEventListener(type, () => this.#show());
    designer.addEventListener("document", () => this.#designer.tool === "brush" && this.#show());
  }

  #show() {
    const { tool, brush, document } = this.#designer;
    this.#root.hidden = tool !== "brush";
    if (this.#root.hidden) return;
    const kinds = KINDS.map((each) => this.#button(each.text, each.brush, isSame(each.brush, brush)));
    const categories = document.categories.map(({ name }) => this.#button(name, { category: name }, brush.category === name, colourOf(document, name)));
    refill(this.#root, ...kinds, ...this.#more(brush), make("span", { className: "tool-gap" }), ...categories);
  }

  #button(text, brush, pressed, colour) {
    const swatch = colour ? make("span", { className: "swatch" }) : null;
    if (swatch) swatch.style.background = colour;
    const click = () => this.#designer.setBrush(brush.kind === "restricted" ? { ...brush, note: this.#note } : brush);
    return make("button", { type: "button", className: "brush", "aria-pressed": String(pressed), "data-key": `brush ${text}`, click }, swatch, text);
  }

  /** A field for the text of a restricted view, or for a seat's own label. */
  #more(brush) {
    if (brush.kind === "restricted") {
      return [field("What buyers read", this.#note, "Behind a pillar.", 200, (note) => {
        this.#note = note;
        Object.assign(this.#designer.brush, { note });
      })];
    }
    if (brush.label === undefined) return [];
    return [field("Label (empty: by the rule)", brush.label, "12a", 20, (label) => Object.assign(this.#designer.brush, { label: label.trim() }))];
  }
}

function field(label, value, placeholder, maxLength, change) {
  const input = make("input", { value, placeholder, maxLength, autocomplete: "off", "data-key": label, input: ({ target }) => change(target.value) });
  return make("label", { className: "brush-field" }, make("span", { textContent: label }), input);
}

const isSame = (one, other) => Object.keys(one).every((key) => key === "label" ? other.label !== undefined : one[key] === other[key]);
