/**
 * The picture of all blocks above their list, as buyers see them lie: how much of each is free, held, sold, blocked.
 *
 * It is for the eye and the pointer only: whatever it does, the list beside it does for keyboard and screen reader.
 */

import { arrange } from "../map/layout.js";

const STATES = ["free", "held", "sold", "blocked"];
const SVG = "http://www.w3.org/2000/svg";

const frame = document.getElementById("overview");
const form = document.getElementById("overview-form");
const blocks = [...form.querySelectorAll(".block-row")].map((row) => ({
  section: row.dataset.section,
  rows: Number(row.dataset.rows),
  cols: Number(row.dataset.cols),
  counts: STATES.map((state) => Number(row.dataset[state])),
  current: row.classList.contains("current"),
  link: row.querySelector("a"),
  box: row.querySelector("input"),
}));

function draw() {
  const { bounds, stage } = arrange(blocks, frame.clientWidth, frame.clientHeight);
  const [width, height] = [bounds.right - bounds.left, bounds.bottom - bounds.top];
  const svg = element("svg", { viewBox: `${bounds.left} ${bounds.top} ${width} ${height}`, "aria-hidden": "true" });
  svg.append(stageOf(stage), ...blocks.map(shape));
  frame.replaceChildren(svg);
  mark();
}

function stageOf({ inner, outer, half }) {
  const at = (radius, turn) => `${radius * Math.sin(turn)} ${radius * Math.cos(turn)}`;
  const edge = `M ${at(inner, -half)} A ${inner} ${inner} 0 0 0 ${at(inner, half)}`;
  return element("path", {
    class: "stage",
    d: `${edge} L ${at(outer, half)} A ${outer} ${outer} 0 0 1 ${at(outer, -half)} Z`,
  });
}

/** A block in place: a strip for each state, as wide as its share, the name, and a frame that shows picks. */
function shape(block) {
  const { x, y, angle, width, height } = block.place;
  const turn = (angle * 180) / Math.PI;
  const group = element("g", { class: "block", transform: `translate(${x} ${y}) rotate(${turn})` });
  const box = { x: -width / 2, y: -height / 2, width, height };
  const total = block.rows * block.cols;
  let left = box.x;
  group.append(element("rect", { class: "ground", ...box }));
  block.counts.forEach((count, index) => {
    const share = (width * count) / total;
    if (count) group.append(element("rect", { class: STATES[index], ...box, x: left, width: share }));
    left += share;
  });
  const name = block.link.textContent;
  const size = Math.min(height * 0.6, (width * 1.5) / name.length);
  const label = element("text", { "font-size": size, dy: size * 0.35 });
  label.textContent = name;
  const title = element("title", {});
  title.textContent = `${name}: ${block.counts.map((count, index) => `${count} ${STATES[index]}`).join(", ")}`;
  block.frame = element("rect", { class: "frame", ...box });
  group.append(label, block.frame, title);
  group.addEventListener("click", (event) => choose(block, event));
  return group;
}

/** A click opens the block's seats; with Shift (or Ctrl) it picks the block. */
function choose(block, event) {
  if (!(event.shiftKey || event.ctrlKey || event.metaKey)) {
    block.link.click();
    return;
  }
  block.box.checked = !block.box.checked;
  mark();
}

function mark() {
  const sections = new Set([...form.querySelectorAll('[name="sections"]:checked')].map((box) => box.value));
  for (const block of blocks) {
    block.frame.classList.toggle("picked", block.box.checked || sections.has(block.section));
    block.frame.classList.toggle("current", block.current);
  }
}

function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}

frame.hidden = false;
draw();
form.addEventListener("change", mark);
