/**
 * Places the blocks in curved lines around a stage, in the order of the seating, the first nearest to the stage.
 *
 * The unit is the distance between two seats. The centre of the curves is (0, 0); the stage lies below it, and the lines
 * lie below the stage. The same seating in a view of the same proportions always gives the same places.
 */

import { bySection } from "../seats/sections.js";
import { corners } from "./boxes.js";

const GAP = 3; // between blocks: room for row numbers
const SECTION_GAP = 6; // between sections in one line
const LINE_GAP = 4.5; // between lines: room for the blocks' names
const NARROW = 1.35; // ratio of the lines' length to the depth of all of them
const WIDE = 3.6; // the same for wide views, where two sections may share a line
const WIDE_GAIN = 1.25; // the wide layout is used if it makes seats this many times larger
const STAGE_DEPTH = 0.075; // as part of the width

/**
 * Sets each block's `place` {x, y, angle, width, height, radius} (its centre and rotation) for a view of this many px.
 *
 * Returns {bounds, stage}: the box around everything, and the ring sector of the stage.
 */
export function arrange(blocks, viewWidth, viewHeight) {
  const zoom = ({ left, right, top, bottom }) => Math.min(viewWidth / (right - left), viewHeight / (bottom - top));
  const wide = arrangeAs(blocks, WIDE);
  const narrow = arrangeAs(blocks, NARROW);
  return zoom(wide.bounds) > zoom(narrow.bounds) * WIDE_GAIN ? arrangeAs(blocks, WIDE) : narrow;
}

function arrangeAs(blocks, aspect) {
  const lines = linesOf(blocks, aspect);
  const width = Math.max(...lines.map((line) => line.width));
  const curve = Math.max(width * 1.2, 14); // the radius of the first line's front
  const depth = Math.max(2.2, Math.min(width * STAGE_DEPTH, lines[0].depth * 0.8));
  let radius = curve;
  for (const line of lines) {
    placeLine(line, radius);
    radius += line.depth + LINE_GAP;
  }
  const half = Math.min(0.5, (width * 0.3) / curve);
  const stage = { inner: curve - depth - LINE_GAP, outer: curve - LINE_GAP, half };
  return { bounds: boundsOf(blocks, stage), stage };
}

/** Breaks long sections into several lines and lets short ones share a line. */
function linesOf(blocks, aspect) {
  const sections = [...bySection(blocks).values()];
  const area = blocks.reduce((sum, block) => sum + (block.cols + GAP) * (block.rows + LINE_GAP), 0);
  const wanted = Math.sqrt(area * aspect);
  const lines = [];
  let line = null;
  for (const section of sections) {
    for (const part of broken(section, wanted)) {
      const width = part.reduce((sum, block) => sum + block.cols + GAP, -GAP);
      if (line && line.width + SECTION_GAP + width <= wanted * 1.1) {
        line.width += SECTION_GAP + width;
      } else {
        line = { parts: [], width };
        lines.push(line);
      }
      line.parts.push(part);
      line.depth = Math.max(line.depth ?? 0, ...part.map((block) => block.rows));
    }
  }
  return lines;
}

/** Splits a section's blocks into lines of about the wanted width. */
function broken(section, wanted) {
  const width = section.reduce((sum, block) => sum + block.cols + GAP, -GAP);
  const count = Math.max(1, Math.min(section.length, Math.round(width / wanted)));
  const parts = [];
  for (let part = 0; part < count; part += 1) {
    const from = Math.round((part * section.length) / count);
    parts.push(section.slice(from, Math.round(((part + 1) * section.length) / count)));
  }
  return parts;
}

function placeLine({ parts, width }, radius) {
  let along = -width / 2;
  for (const part of parts) {
    for (const block of part) {
      const turn = (along + block.cols / 2) / radius;
      const centre = radius + block.rows / 2;
      block.place = {
        x: centre * Math.sin(turn),
        y: centre * Math.cos(turn),
        angle: -turn,
        width: block.cols,
        height: block.rows,
        radius: Math.hypot(block.cols, block.rows) / 2 + 2,
      };
      along += block.cols + GAP;
    }
    along += SECTION_GAP - GAP;
  }
}

function boundsOf(blocks, { inner, outer, half }) {
  const points = blocks.flatMap((block) => corners(block.place, 1.5));
  points.push([outer * Math.sin(half), inner * Math.cos(half)], [-outer * Math.sin(half), outer]);
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}
