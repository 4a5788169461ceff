/**
 * The best seats together: side by side, as near as can be to a point (the middle of the stage, or seats just lost).
 *
 * A choice made here is a wish like any other; only the hold makes it sure.
 */

import { seatPoint } from "./layout.js";

const GAP_PENALTY = 4; // seats farther away: what a lone seat left over costs where it is allowed

/** {block, positions} of the best `number` seats side by side in the wanted blocks, or null if there are none. */
export function bestTogether(blocks, number, { near, gapsAllowed = true }) {
  let best = null;
  for (const block of blocks) {
    if (!block.seats || block.available < number || block.cols < number) continue;
    // A block can't have anything better than its distance less its reach.
    const nearest = distance([block.place.x, block.place.y], near) - block.place.radius;
    if (best && nearest > best.score) continue;
    for (const first of runStarts(block, number)) {
      const lone = leavesLone(block, first, number);
      if (lone && !gapsAllowed) continue;
      const score = distance(middle(block, first, number), near) + (lone ? GAP_PENALTY : 0);
      if (!best || score < best.score) best = { score, block, first };
    }
  }
  return best && { block: best.block, positions: Array.from({ length: number }, (_, index) => best.first + index) };
}

/** The best `number` free seats of one block that need not be side by side, or null. */
export function bestScattered(blocks, number, { near }) {
  const block = blocks.find((each) => each.seats && each.available >= number);
  if (!block) return null;
  const free = [...block.seats.keys()].filter((position) => block.isFree(position));
  const away = (position) => distance(seatPoint(block, position), near);
  return { block, positions: free.sort((a, b) => away(a) - away(b)).slice(0, number).sort((a, b) => a - b) };
}

/** As many seats of the same price as near as can be to those of `block` at `positions`; null if there are none. */
export function nearestEqual(model, block, positions, number, gapsAllowed = true) {
  const near = seatPoint(block, positions[Math.floor(positions.length / 2)]);
  const equal = model.blocks.filter((other) => other.price === block.price && other.tier === block.tier);
  return (
    bestTogether([block], number, { near, gapsAllowed }) ??
    bestTogether(equal, number, { near, gapsAllowed }) ??
    bestScattered([block, ...equal], number, { near })
  );
}

function* runStarts(block, number) {
  for (let row = 0; row < block.rows; row += 1) {
    let run = 0;
    for (let position = row * block.cols; position < (row + 1) * block.cols; position += 1) {
      run = block.isFree(position) ? run + 1 : 0;
      if (run >= number) yield position - number + 1;
    }
  }
}

function leavesLone(block, first, number) {
  const seat = first % block.cols;
  const free = (offset) => seat + offset >= 0 && seat + offset < block.cols && block.isFree(first + offset);
  return (free(-1) && !free(-2)) || (free(number) && !free(number + 1));
}

function middle(block, first, number) {
  const [ax, ay] = seatPoint(block, first);
  const [bx, by] = seatPoint(block, first + number - 1);
  return [(ax + bx) / 2, (ay + by) / 2];
}

function distance([ax, ay], [bx, by]) {
  return Math.hypot(ax - bx, ay - by);
}
