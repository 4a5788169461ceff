/**
 * The overview of all blocks in the layout of the buyers' map, with the shares of free, reserved, sold and blocked seats.
 *
 * It is only for sighted mouse and touch users; the list next to it does the same for keyboard and screen reader.
 */

import { arrange } from "../map/canvas/layout.js";
import { stagePath, svgElement } from "./svg.js";

const STATUSES = ["free", "reserved", "sold", "blocked"];

const frame = document.getElementById("overview");
const form = document.getElementById("overview-form");
const blocks = [...form.querySelectorAll(".block-row")].map((row) => ({
  section: row.dataset.section,
  rows: Number(row.dataset.rows),
  cols: Number(row.dataset.cols),
  counts: STATUSES.map((status) => Number(row.dataset[status])),
  current: row.classList.contains("current"),
  link: row.querySelector("a"),
  box: row.querySelector("input"),
}));

function draw() {
  const { bounds, stage } = arrange(blocks, frame.clientWidth, frame.clientHeight);
  const [width, height] = [bounds.right - bounds.left, bounds.bottom - bounds.top];
  const svg = svgElement("svg", { viewBox: `${bounds.left} ${bounds.top} ${width} ${height}`, "aria-hidden": "true" });
  svg.append(stagePath(stage), ...blocks.map(drawBlock));
  frame.replaceChildren(svg);
  showTicked();
}

/** Draws a block: a strip for each status as wide as its share, the name, and a frame that shows whether it is ticked. */
function drawBlock(block) {
  const { x, y, angle, width, height } = block.place;
  const turn = (angle * 180) / Math.PI;
  const group = svgElement("g", { class: "block", transform: `translate(${x} ${y}) rotate(${turn})` });
  const box = { x: -width / 2, y: -height / 2, width, height };
  const total = block.rows * block.cols;
  let left = box.x;
  group.append(svgElement("rect", { class: "background", ...box }));
  block.counts.forEach((count, index) => {
    const share = (width * count) / total;
    if (count) group.append(svgElement("rect", { class: STATUSES[index], ...box, x: left, width: share }));
    left += share;
  });
  const name = block.link.textContent;
  const size = Math.min(height * 0.6, (width * 1.5) / name.length);
  const label = svgElement("text", { "font-size": size, dy: size * 0.35 }, name);
  const counts = block.counts.map((count, index) => `${count} ${STATUSES[index]}`);
  const title = svgElement("title", {}, `${name}: ${counts.join(", ")}`);
  block.frame = svgElement("rect", { class: "frame", ...box });
  group.append(label, block.frame, title);
  group.addEventListener("click", (event) => onClick(block, event));
  return group;
}

/** A click opens the block's seats; with Shift, Ctrl or Cmd it ticks the block. */
function onClick(block, event) {
  if (!(event.shiftKey || event.ctrlKey || event.metaKey)) {
    block.link.click();
    return;
  }
  block.box.checked = !block.box.checked;
  showTicked();
}

function showTicked() {
  const sections = new Set([...form.querySelectorAll('[name="sections"]:checked')].map((box) => box.value));
  for (const block of blocks) {
    block.frame.classList.toggle("picked", block.box.checked || sections.has(block.section));
    block.frame.classList.toggle("current", block.current);
  }
}

frame.hidden = false;
draw();
form.addEventListener("change", showTicked);
