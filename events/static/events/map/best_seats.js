/**
 * Finds the best seats together: side by side, as near as possible to a point (the middle of the stage, or lost seats).
 *
 * It follows the rules of the hold (bookings/sql/seat_rules.sql; in words and in Python:
 * bookings/specification/seat_choice.py). A change of a rule changes all three; e2e/tests/test_seat_rules.py compares
 * them. Wheelchair places are only given to buyers who ask for them, and where single gaps are not allowed, seats that would leave one are only chosen if nothing else in the block
 * fits. The result is a proposal; only the hold reserves the seats.
 */

import { seatPoint } from "./layout.js";

const GAP_PENALTY = 4; // a single gap counts like being this many seats farther away
const WHEELCHAIR_PENALTY = 8; // the same for a wheelchair place that the buyer didn't ask for

/**
 * Returns {block, positions} of the best `number` seats side by side in these blocks, `accessible` of them wheelchair
 * places; null if there are none.
 */
export function bestTogether(blocks, number, { near, accessible = 0, gapsAllowed = true }) {
  let best = null;
  for (const block of blocks) {
    if (!block.seats || block.available < number || block.cols < number || block.accessible.size < accessible) continue;
    // The distance to the block's centre less its radius is the best score the block can reach.
    const lowest = distance([block.place.x, block.place.y], near) - block.place.radius;
    if (best && lowest > best.score) continue;
    for (const { first, lone, wheelchairs } of choices(block, number, accessible, gapsAllowed)) {
      const penalty = (lone ? GAP_PENALTY : 0) + (wheelchairs - accessible) * WHEELCHAIR_PENALTY;
      const score = distance(middle(block, first, number), near) + penalty;
      if (!best || score < best.score) best = { score, block, first };
    }
  }
  return best && { block: best.block, positions: Array.from({ length: number }, (_, index) => best.first + index) };
}

/** Returns the best `number` free seats of one block, not necessarily side by side, or null. */
export function bestScattered(blocks, number, { near, accessible = 0 }) {
  const block = blocks.find((each) => each.seats && hasRoom(each, number, accessible));
  if (!block) return null;
  const free = [...block.seats.keys()].filter((position) => block.isFree(position));
  const plain = free.filter((position) => !block.isAccessible(position));
  const wheelchairs = nearest(block, free, near).filter((position) => block.isAccessible(position));
  const given = wheelchairs.slice(0, accessible);
  const others = nearest(block, plain, given.length ? seatPoint(block, given[0]) : near);
  const all = accessible ? [...given, ...others, ...wheelchairs.slice(accessible)] : others;
  return { block, positions: all.slice(0, number).sort((a, b) => a - b) };
}

/** Returns `number` seats of the same tier and price as near as possible to `positions` of `block`; null if none are left. */
export function nearestSimilar(model, block, positions, number, { accessible = 0, gapsAllowed = true } = {}) {
  const near = seatPoint(block, positions[Math.floor(positions.length / 2)]);
  const similar = model.blocks.filter((other) => other.price === block.price && other.tier === block.tier);
  const options = { near, accessible, gapsAllowed };
  return bestTogether([block], number, options) ?? bestTogether(similar, number, options) ?? bestScattered([block, ...similar], number, options);
}

/** Returns every run of `number` seats that may be held: {first, lone, wheelchairs}; `lone` if it leaves a single gap. */
export function choices(block, number, accessible, gapsAllowed) {
  const all = [...windows(block, number, accessible)];
  const tidy = gapsAllowed ? [] : all.filter(({ lone }) => !lone);
  return tidy.length ? tidy : all;
}

/** Yields runs of free seats without wheelchair places, or with at least `accessible` of them. */
function* windows(block, number, accessible) {
  for (const first of runStarts(block, number, accessible > 0)) {
    const wheelchairs = accessible ? block.accessibleCount(Array.from({ length: number }, (_, index) => first + index)) : 0;
    if (wheelchairs >= accessible) yield { first, lone: leavesSingleGap(block, first, number), wheelchairs };
  }
}

function* runStarts(block, number, withWheelchairs) {
  for (let row = 0; row < block.rows; row += 1) {
    let run = 0;
    for (let position = row * block.cols; position < (row + 1) * block.cols; position += 1) {
      run = block.isFree(position) && (withWheelchairs || !block.isAccessible(position)) ? run + 1 : 0;
      if (run >= number) yield position - number + 1;
    }
  }
}

/** A free wheelchair place is never a single gap, nor is the seat next to one, which is for a companion. */
function leavesSingleGap(block, first, number) {
  const seat = first % block.cols;
  const free = (offset) => seat + offset >= 0 && seat + offset < block.cols && block.isFree(first + offset);
  const alone = (offset, beyond) => free(offset) && !free(beyond) && !block.isAccessible(first + offset);
  return alone(-1, -2) || alone(number, number + 1);
}

function hasRoom(block, number, accessible) {
  const wheelchairs = [...block.accessible].filter((position) => block.isFree(position)).length;
  return accessible ? wheelchairs >= accessible && block.available >= number : block.available - wheelchairs >= number;
}

/** Sorts positions by distance to a point, nearest first. */
function nearest(block, positions, point) {
  const distances = new Map(positions.map((position) => [position, distance(seatPoint(block, position), point)]));
  return [...positions].sort((a, b) => distances.get(a) - distances.get(b));
}

function middle(block, first, number) {
  const [ax, ay] = seatPoint(block, first);
  const [bx, by] = seatPoint(block, first + number - 1);
  return [(ax + bx) / 2, (ay + by) / 2];
}

function distance([ax, ay], [bx, by]) {
  return Math.hypot(ax - bx, ay - by);
}
