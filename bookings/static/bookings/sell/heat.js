/** The seat map by blocks, each the darker the more of it is sold; kept by the counts of the event's feed. */

import { arrange } from "../../events/map/layout.js";
import { count } from "../../ticketing/format.js";
import { percent } from "./figures.js";

const SVG = "http://www.w3.org/2000/svg";
const STEPS = 5; // and one for blocks of which nothing is sold
const LARGEST = 18; // text is at least so many times smaller than the map
const LEGIBLE = 8; // px; smaller text is left away, the words below the map say the same
const KEYS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export class HeatMap {
  #svg;
  #words;
  #help;
  #blocks = new Map(); // "section\nsubsection" → {row, shape}
  #shapes = [];

  constructor(root, words) {
    this.#svg = root.querySelector("svg");
    this.#words = words;
    this.#help = words.textContent;
    this.#svg.addEventListener("keydown", (event) => this.#move(event));
    for (const type of ["pointerover", "focusin"]) this.#svg.addEventListener(type, ({ target }) => this.#tell(target));
    for (const type of ["pointerleave", "focusout"]) this.#svg.addEventListener(type, () => this.#tell(document.activeElement));
  }

  /** All section rows, at the beginning and after each reconnect. */
  begin(rows) {
    if (rows.length !== this.#blocks.size) this.#draw(rows);
    rows.forEach((row) => this.count(row));
  }

  /** New counts of a block. */
  count({ section, subsection, available, reserved, sold }) {
    const block = this.#blocks.get(`${section}\n${subsection}`);
    if (!block) return;
    const inSale = available + reserved + sold;
    const share = inSale ? sold / inSale : 0;
    const { shape, text } = block;
    shape.setAttribute("class", `sell-block heat-${sold ? Math.min(STEPS, 1 + Math.floor(share * STEPS)) : 0}`);
    shape.setAttribute("aria-label", inWords({ section, subsection, sold, reserved, inSale, share }));
    text.textContent = percent(share, 0);
    if (shape === document.activeElement) this.#tell(shape);
  }

  #draw(rows) {
    const blocks = rows.map((row) => ({ ...row }));
    const { width, height } = this.#svg.getBoundingClientRect();
    const { bounds, stage } = arrange(blocks, width, height);
    const size = [bounds.right - bounds.left, bounds.bottom - bounds.top];
    this.#svg.setAttribute("viewBox", `${bounds.left} ${bounds.top} ${size.join(" ")}`);
    const scale = Math.min(width / size[0], height / size[1]);
    const sizes = { largest: Math.max(...size) / LARGEST, least: LEGIBLE / scale };
    this.#blocks = new Map(blocks.map((block) => [`${block.section}\n${block.subsection}`, drawn(block, sizes)]));
    this.#shapes = [...this.#blocks.values()].map(({ shape }) => shape);
    this.#shapes[0]?.setAttribute("tabindex", "0");
    this.#svg.replaceChildren(stageShape(stage), ...this.#shapes);
  }

  /** One stop of the tab key; arrows go from block to block in the order of the seating. */
  #move(event) {
    const index = this.#shapes.indexOf(document.activeElement);
    const next = this.#shapes[index + (KEYS[event.key] ?? 0)];
    if (index < 0 || !KEYS[event.key]) return;
    event.preventDefault();
    if (!next) return;
    this.#shapes[index].setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  }

  /** Of the block that is pointed at, or else of the one that has the focus. */
  #tell(target) {
    const shape = target.closest(".sell-block") ?? this.#shapes.find((each) => each === document.activeElement);
    this.#words.textContent = shape ? shape.getAttribute("aria-label") : this.#help;
  }
}

function inWords({ section, subsection, sold, reserved, inSale, share }) {
  const held = reserved ? `, ${count(reserved)} held` : "";
  return `Section ${section}, block ${subsection}: ${percent(share)} sold, ${count(sold)} of ${count(inSale)}${held}`;
}

function drawn({ cols, rows, place }, { largest, least }) {
  const { x, y, angle, width, height } = place;
  const shape = element("g", { role: "img", tabindex: "-1", transform: `translate(${x} ${y}) rotate(${(angle * 180) / Math.PI})` });
  const size = Math.min(cols / 2.9, rows * 0.6, largest);
  const text = element("text", { "font-size": size, "text-anchor": "middle", dy: "0.35em" });
  shape.append(element("rect", { x: -width / 2, y: -height / 2, width, height, rx: 0.6 }));
  if (size >= least) shape.append(text);
  return { shape, text };
}

/** A ring sector around (0, 0), which is above the map. */
function stageShape({ inner, outer, half }) {
  const point = (radius, turn) => `${radius * Math.sin(turn)} ${radius * Math.cos(turn)}`;
  const path = `M${point(inner, -half)} A${inner} ${inner} 0 0 0 ${point(inner, half)} L${point(outer, half)} A${outer} ${outer} 0 0 1 ${point(outer, -half)} Z`;
  return element("path", { class: "sell-stage", d: path, "aria-hidden": "true" });
}

function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}
