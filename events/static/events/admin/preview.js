/** The preview of a new event's blocks, with the layout and colours of the buyers' seat map. */

import { count } from "../../ticketing/format.js";
import { arrange } from "../map/canvas/layout.js";
import { displayPrice } from "./prices.js";
import { stagePath, svgElement } from "./svg.js";

const MIN_TEXT = 7.5; // px: smaller text can't be read
const MAX_TEXT = 13; // px
const MIN_SEAT = 3.5; // px: smaller seats can't be told apart
const MAX_NAMED = 12; // sections named in the preview's description
const GLYPH_WIDTH = 0.56; // average width of a letter, relative to the font size

/** Draws sections {name, tier, price, subsections, rows, cols} into an <svg> of any size. */
export function drawPreview(svg, sections, currency, colours) {
  const blocks = sections.flatMap(blocksOf);
  svg.replaceChildren();
  svg.setAttribute("aria-label", describe(sections, currency));
  if (!blocks.length) return;
  const { width, height } = svg.getBoundingClientRect();
  const { bounds, stage } = arrange(blocks, width, height);
  const size = [bounds.right - bounds.left, bounds.bottom - bounds.top];
  svg.setAttribute("viewBox", [bounds.left, bounds.top, ...size].join(" "));
  const pixel = Math.max(size[0] / width, size[1] / height); // size of a px in units of the plane
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
  const parts = sections.slice(0, MAX_NAMED).map(({ name, tier, price, subsections, rows, cols }) => {
    return `${name}, ${tier}: ${subsections} × ${rows} rows of ${cols} seats at ${displayPrice(price, currency)}`;
  });
  if (sections.length > MAX_NAMED) parts.push(`and ${sections.length - MAX_NAMED} more sections`);
  return `Blocks in front of the stage. ${parts.join("; ")}.`;
}

function blockPart({ label, tier, price, rows, cols, place }, currency, colours, pixel) {
  const { x, y, angle, width, height } = place;
  const turn = `translate(${x} ${y}) rotate(${(angle * 180) / Math.PI}) translate(${-width / 2} ${-height / 2})`;
  const group = svgElement("g", { transform: turn, class: "block" });
  group.style.setProperty("--tier", colours.variable(tier));
  const seats = `${count(rows * cols)} seats`;
  group.append(svgElement("title", {}, `${label}, ${tier}, ${displayPrice(price, currency)}, ${seats}`));
  group.append(svgElement("rect", { x: -0.5, y: -0.5, width: width + 1, height: height + 1, rx: 0.7, class: "floor" }));
  if (1 / pixel >= MIN_SEAT) {
    group.append(svgElement("rect", { width, height, fill: `url(#seats-${colours.index(tier)})` }));
  }
  group.append(...labels([label, displayPrice(price, currency), seats], width, height, pixel));
  return group;
}

/** Returns as many of the lines as fit into the block, in order. */
function labels(lines, width, height, pixel) {
  for (let fitting = lines.length; fitting > 0; fitting -= 1) {
    const longest = Math.max(...lines.slice(0, fitting).map((line) => line.length));
    const fits = Math.min(MAX_TEXT * pixel, (width + 1) / (longest * GLYPH_WIDTH), (height + 1) / (fitting * 1.25));
    if (fits >= MIN_TEXT * pixel) return lines.slice(0, fitting).map((line, index) => {
      const y = height / 2 + (index - (fitting - 1) / 2) * fits * 1.2;
      return svgElement("text", { x: width / 2, y, "font-size": fits, class: index ? "" : "name" }, line);
    });
  }
  return [];
}

function stageParts(stage, pixel) {
  const { inner, outer } = stage;
  const size = Math.min(MAX_TEXT * pixel, (outer - inner) * 0.7);
  const label = svgElement("text", { x: 0, y: (inner + outer) / 2, "font-size": size, class: "stage-label" }, "Stage");
  return [stagePath(stage), label];
}

/** Creates one pattern per colour that paints a dot for each seat. */
function seatPatterns(colours) {
  const patterns = svgElement("defs", {});
  for (let index = 0; index < colours.palette.length; index += 1) {
    const pattern = svgElement("pattern", { id: `seats-${index}`, patternUnits: "userSpaceOnUse", width: 1, height: 1 });
    const seat = svgElement("circle", { cx: 0.5, cy: 0.5, r: 0.3, class: "seat" });
    seat.style.setProperty("--tier", `var(--tier-${index + 1})`);
    pattern.append(seat);
    patterns.append(pattern);
  }
  return patterns;
}
