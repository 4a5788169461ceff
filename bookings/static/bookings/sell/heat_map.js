/** The seat map by blocks: the more of a block is sold, the darker it is. Follows the counts of the live feed. */

import { arrange } from "../../events/map/canvas/layout.js";
import { count, percent } from "../../ticketing/format.js";

const SVG = "http://www.w3.org/2000/svg";
const SHADES = 5; // and one for blocks of which nothing is sold
const MAP_TO_TEXT = 18; // the map is at least this many times larger than its text
const LEGIBLE = 8; // px; smaller text is left out, because the text below the map says the same
const KEYS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export class HeatMap {
  #svg;
  #text;
  #help;
  #blocks = new Map(); // "section\nsubsection" → {shape, text, name}
  #shapes = [];

  constructor(root, text) {
    this.#svg = root.querySelector("svg");
    this.#text = text;
    this.#help = text.textContent;
    this.#svg.addEventListener("keydown", (event) => this.#move(event));
    for (const type of ["pointerover", "focusin"]) this.#svg.addEventListener(type, ({ target }) => this.#describe(target));
    for (const type of ["pointerleave", "focusout"]) this.#svg.addEventListener(type, () => this.#describe(document.activeElement));
  }

  /** Takes the rows of all blocks, at the start and after each reconnect. */
  setAll(rows) {
    if (rows.length !== this.#blocks.size) this.#draw(rows);
    rows.forEach((row) => this.update(row));
  }

  /** Takes the new counts of a block. */
  update({ section, subsection, available, reserved, sold }) {
    const block = this.#blocks.get(`${section}\n${subsection}`);
    if (!block) return;
    const onSale = available + reserved + sold;
    const share = onSale ? sold / onSale : 0;
    const { shape, text, name } = block;
    shape.setAttribute("class", `sell-block heat-${sold ? Math.min(SHADES, 1 + Math.floor(share * SHADES)) : 0}`);
    shape.setAttribute("aria-label", shareText({ name, sold, reserved, onSale, share }));
    text.textContent = percent(share, 0);
    if (shape === document.activeElement) this.#describe(shape);
  }

  #draw(rows) {
    const blocks = rows.map((row) => ({ ...row }));
    const { width, height } = this.#svg.getBoundingClientRect();
    const { bounds, stage } = arrange(blocks, width, height);
    const mapSize = [bounds.right - bounds.left, bounds.bottom - bounds.top];
    this.#svg.setAttribute("viewBox", `${bounds.left} ${bounds.top} ${mapSize.join(" ")}`);
    const scale = Math.min(width / mapSize[0], height / mapSize[1]);
    const textSizes = { largest: Math.max(...mapSize) / MAP_TO_TEXT, smallest: LEGIBLE / scale };
    const divided = new Set(blocks.filter(({ subsection }) => subsection > 1).map(({ section }) => section));
    const draw = (block) => drawBlock(block, nameOf(block, divided), textSizes);
    this.#blocks = new Map(blocks.map((block) => [`${block.section}\n${block.subsection}`, draw(block)]));
    this.#shapes = [...this.#blocks.values()].map(({ shape }) => shape);
    this.#shapes[0]?.setAttribute("tabindex", "0");
    this.#svg.replaceChildren(stageShape(stage), ...this.#shapes);
  }

  /** The map is one tab stop; the arrow keys move between blocks in the order of the seating. */
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

  /** Shows the text of the block under the pointer, otherwise of the focused one. */
  #describe(target) {
    const shape = target.closest(".sell-block") ?? this.#shapes.find((each) => each === document.activeElement);
    this.#text.textContent = shape ? shape.getAttribute("aria-label") : this.#help;
  }
}

/** "Section A, block 1"; a section of a plan has a name of its own, and numbers only if it has several blocks. */
function nameOf({ section, subsection, kind }, divided) {
  if (kind === "grid") return `Section ${section}, block ${subsection}`;
  return divided.has(section) ? `${section}, block ${subsection}` : section;
}

function shareText({ name, sold, reserved, onSale, share }) {
  const held = reserved ? `, ${count(reserved)} reserved` : "";
  return `${name}: ${percent(share)} sold, ${count(sold)} of ${count(onSale)}${held}`;
}

function drawBlock({ cols, rows, place }, name, { largest, smallest }) {
  const { x, y, angle, width, height } = place;
  const shape = element("g", { role: "img", tabindex: "-1", transform: `translate(${x} ${y}) rotate(${(angle * 180) / Math.PI})` });
  const size = Math.min(cols / 2.9, rows * 0.6, largest);
  const text = element("text", { "font-size": size, "text-anchor": "middle", dy: "0.35em" });
  shape.append(element("rect", { x: -width / 2, y: -height / 2, width, height, rx: 0.6 }));
  if (size >= smallest) shape.append(text);
  return { shape, text, name };
}

/** The stage: a ring sector around (0, 0), which lies above the map. */
function stageShape({ inner, outer, half }) {
  const point = (radius, turn) => `${radius * Math.sin(turn)} ${radius * Math.cos(turn)}`;
  const path = `M${point(inner, -half)} A${inner} ${inner} 0 0 0 ${point(inner, half)} L${point(outer, half)} A${outer} ${outer} 0 0 1 ${point(outer, -half)} Z`;
  return element("path", { class: "sell-stage", d: path, "aria-hidden": "true" });
}

function element(name, attributes) {
  const created = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) created.setAttribute(attribute, value);
  return created;
}
