/** What the properties show while nothing is selected: how to go on, the focal point, and the picture to trace. */

import { changed } from "../model/edits.js";
import { unitOf } from "../model/document.js";
import { round } from "../model/transform.js";
import { button, make } from "./elements.js";
import { createField } from "./fields.js";
import { unitName } from "./block_fields.js";

const HINTS = [
  "Choose a tool above and drag a rectangle in the plan, or click.",
  "Click an item to change it here. Shift adds to the selection; drag over the floor to select several.",
  "Drag with the middle button or while holding the space bar to move the view; the wheel zooms.",
];

export class PlanPanel {
  #designer;
  #background;
  #fields = [];
  #picture = make("div", { className: "fields" });

  constructor(designer, background) {
    this.#designer = designer;
    this.#background = background;
    background.addEventListener("change", () => this.#showPicture());
    this.element = make(
      "div",
      {},
      make("h2", { textContent: "The plan" }),
      make("ul", { className: "hints" }, ...HINTS.map((text) => make("li", { textContent: text }))),
      this.#group("What the audience looks at", this.#focalFields(), "Of the seats that are free, the nearest to this point are sold as the best ones. The first stage sets it."),
      make("details", { className: "group", open: true }, make("summary", { textContent: "Picture to trace" }), this.#picture),
    );
    this.#showPicture();
  }

  refresh() {
    for (const field of this.#fields) field.refresh();
  }

  #group(title, fields, help) {
    const body = make("div", { className: "fields" }, ...fields);
    return make("details", { className: "group", open: true }, make("summary", { textContent: title }), body, make("p", { className: "preview", textContent: help }));
  }

  #focalFields() {
    const designer = this.#designer;
    const coordinate = (name, label) => ({
      key: `focal ${name}`,
      label,
      unit: unitName(unitOf(designer.document)),
      type: "number",
      optional: true,
      placeholder: "none",
      get: ({ focal_point }) => focal_point?.[name] ?? null,
      set: (document, value) => changed(document, { focal_point: value === null ? undefined : { x: 0, y: 0, ...document.focal_point, [name]: round(value) } }),
    });
    return [coordinate("x", "To the right"), coordinate("y", "Down")].map((spec) => {
      const field = createField(spec, {
        items: () => [designer.document],
        change: (label, set, merge) => designer.change("Move the focal point", set, { merge }),
        sealed: () => designer.history.seal(),
      });
      this.#fields.push(field);
      return field.element;
    });
  }

  // --- The picture -----------------------------------------------------------------------------------

  #showPicture() {
    const { shown } = this.#background;
    if (shown && this.#picture.dataset.shown) return;
    this.#picture.dataset.shown = shown ? "yes" : "";
    this.#picture.replaceChildren(...(shown ? this.#pictureFields() : [this.#chooser()]));
  }

  #chooser() {
    const problem = make("small", { className: "field-help", role: "status" });
    const choose = async ({ target }) => {
      const focal = this.#designer.document.focal_point ?? { x: 0, y: 0 };
      if (target.files[0]) problem.textContent = await this.#background.choose(target.files[0], [focal.x, focal.y]);
    };
    const input = make("input", { type: "file", accept: ".svg,.png,.jpg,.jpeg", change: choose, "data-key": "picture" });
    const help = "A drawing of the hall to draw over. It stays in this browser and isn’t uploaded.";
    return make("label", { className: "field wide" }, make("span", { className: "field-label", textContent: "SVG, PNG or JPEG" }), input, make("small", { className: "field-help", textContent: help }), problem);
  }

  #pictureFields() {
    const background = this.#background;
    const unit = unitName(unitOf(this.#designer.document));
    const specs = [
      { key: "opacity", label: "How strong", type: "range", wide: true, min: 5, max: 100, get: ({ opacity }) => opacity * 100, set: (_, value) => background.change({ opacity: value / 100 }) },
      { key: "picture width", label: "Its width", unit, type: "number", min: 10, get: ({ width }) => width, set: (_, width) => background.change({ width }) },
      { key: "picture x", label: "To the right", unit, type: "number", get: ({ x }) => x, set: (_, x) => background.change({ x }) },
      { key: "picture y", label: "Down", unit, type: "number", get: ({ y }) => y, set: (_, y) => background.change({ y }) },
      { key: "locked", label: "Locked: it can’t be dragged", type: "check", get: ({ locked }) => locked, set: (_, locked) => background.change({ locked }) },
    ];
    const fields = specs.map((spec) => createField(spec, { items: () => (background.shown ? [background.shown] : []), change: (_, set) => set(background.shown), sealed: () => {} }));
    background.addEventListener("change", () => background.shown && fields.forEach((field) => field.refresh()));
    return [...fields.map(({ element }) => element), button("Remove the picture", () => background.remove())];
  }
}
