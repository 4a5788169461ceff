/** The picture of the blocks: where the buyers' map will have them, in its colours. */

import { count } from "../../ticketing/format.js";
import { arrange } from "../map/layout.js";
import { shown } from "./prices.js";

const SVG = "http://www.w3.org/2000/svg";
const LEAST_TEXT = 7.5; // px: smaller is not read
const LARGEST_TEXT = 13; // px
const LEAST_SEAT = 3.5; // px: smaller seats are a grey
const NAMED = 12; // sections that the picture's description names
const GLYPH = 0.56; // of the size of the text: how wide a letter is

/** Draws the sections ({name, tier, price, subsections, rows, cols}) into an empty <svg> of any size. */
export function draw(svg, sections, currency, colours) {
  const blocks = sections.flatMap(blocksOf);
  svg.replaceChildren();
  svg.setAttribute("aria-label", describe(sections, currency));
  if (!blocks.length) return;
  const { width, height } = svg.getBoundingClientRect();
  const { bounds, stage } = arrange(blocks, width, height);
  const size = [bounds.right - bounds.left, bounds.bottom - bounds.top];
  svg.setAttribute("viewBox", [bounds.left, bounds.top, ...size].join(" "));
  const pixel = Math.max(size[0] / width, size[1] / height); // in units of the plane
  svg.append(seatPatterns(colours), ...stageParts(stage, pixel));
  for (const block of blocks) svg.append(blockPart(block, currency, colours, pixel));
}

function blocksOf(section) {
  const { name, subsections } = section;
  return Array.from({ length: subsections }, (_, index) => ({
    ...section,
    section: name,
    label: subsections > 1 ? `${name} ${index + 1}` : name,
  }));
}

function describe(sections, currency) {
  const words = sections.slice(0, NAMED).map(({ name, tier, price, subsections, rows, cols }) => {
    return `${name}, ${tier}: ${subsections} × ${rows} rows of ${cols} seats at ${shown(price, currency)}`;
  });
  if (sections.length > NAMED) words.push(`and ${sections.length - NAMED} more sections`);
  return `The blocks in front of the stage. ${words.join("; ")}.`;
}

function blockPart({ label, tier, price, rows, cols, place }, currency, colours, pixel) {
  const { x, y, angle, width, height } = place;
  const turn = `translate(${x} ${y}) rotate(${(angle * 180) / Math.PI}) translate(${-width / 2} ${-height / 2})`;
  const group = part("g", { transform: turn, class: "block" });
  group.style.setProperty("--tier", colours.variable(tier));
  const seats = `${count(rows * cols)} seats`;
  group.append(part("title", {}, `${label}, ${tier}, ${shown(price, currency)}, ${seats}`));
  group.append(part("rect", { x: -0.5, y: -0.5, width: width + 1, height: height + 1, rx: 0.7, class: "floor" }));
  if (1 / pixel >= LEAST_SEAT) {
    group.append(part("rect", { width, height, fill: `url(#seats-${colours.index(tier)})` }));
  }
  group.append(...labels([label, shown(price, currency), seats], width, height, pixel));
  return group;
}

/** As many of the lines as fit into the block, the first ones first. */
function labels(lines, width, height, pixel) {
  for (let fitting = lines.length; fitting > 0; fitting -= 1) {
    const longest = Math.max(...lines.slice(0, fitting).map((line) => line.length));
    const fits = Math.min(LARGEST_TEXT * pixel, (width + 1) / (longest * GLYPH), (height + 1) / (fitting * 1.25));
    if (fits >= LEAST_TEXT * pixel) return lines.slice(0, fitting).map((line, index) => {
      const y = height / 2 + (index - (fitting - 1) / 2) * fits * 1.2;
      return part("text", { x: width / 2, y, "font-size": fits, class: index ? "" : "name" }, line);
    });
  }
  return [];
}

function stageParts({ inner, outer, half }, pixel) {
  const at = (radius, turn) => `${radius * Math.sin(turn)} ${radius * Math.cos(turn)}`;
  const near = `M ${at(inner, -half)} A ${inner} ${inner} 0 0 0 ${at(inner, half)}`;
  const far = `L ${at(outer, half)} A ${outer} ${outer} 0 0 1 ${at(outer, -half)} Z`;
  const size = Math.min(LARGEST_TEXT * pixel, (outer - inner) * 0.7);
  const words = part("text", { x: 0, y: (inner + outer) / 2, "font-size": size, class: "stage-words" }, "Stage");
  return [part("path", { d: `${near} ${far}`, class: "stage" }), words];
}

/** A dot a seat, whatever their number: one pattern a colour. */
function seatPatterns(colours) {
  const patterns = part("defs", {});
  for (let index = 0; index < colours.palette.length; index += 1) {
    const pattern = part("pattern", { id: `seats-${index}`, patternUnits: "userSpaceOnUse", width: 1, height: 1 });
    const seat = part("circle", { cx: 0.5, cy: 0.5, r: 0.3, class: "seat" });
    seat.style.setProperty("--tier", `var(--tier-${index + 1})`);
    pattern.append(seat);
    patterns.append(pattern);
  }
  return patterns;
}

function part(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  if (text !== undefined) element.textContent = text;
  return element;
}
