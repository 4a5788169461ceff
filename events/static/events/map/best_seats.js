/**
 * Finds the best seats, by the rules of the hold: the same seats of a block that the API chooses.
 *
 * The rules are in bookings/sql/seat_rules.sql; in words and in Python in bookings/specification/seat_choice.py. A change
 * of a rule changes all three; e2e/tests/test_seat_rules.py compares them. Which block is best is decided here: the one
 * whose best seats are nearest to the middle of the stage. The result is a proposal; only the hold reserves the seats.
 */

import { seatPoint } from "./layout.js";

const GAP_PENALTY = 4; // a single gap counts like being this many seats farther away
const WHEELCHAIR_PENALTY = 8; // the same for a wheelchair place that the buyer didn't ask for

/**
 * Returns the best `number` free seats of a block in ascending order, `accessible` of them wheelchair places: the same as
 * bookings_best_seats in seat_rules.sql. Null if there are not enough.
 */
export function bestSeats(block, number, { accessible = 0, gapsAllowed = true } = {}) {
  const together = sideBySide(block, number, accessible, gapsAllowed);
  if (together) return together;
  return accessible ? nearEachOther(block, number, accessible) : longestRuns(block, number);
}

/** Returns {block, positions} of the best `number` seats side by side in these blocks; null if there are none. */
export function bestTogether(blocks, number, { near, accessible = 0, gapsAllowed = true }) {
  return nearestOf(blocks, number, accessible, near, (block) => {
    const positions = sideBySide(block, number, accessible, gapsAllowed);
    return positions ? [{ positions, penalty: 0 }] : [];
  });
}

/** Returns {block, positions} of the best `number` seats of the first block that has as many, side by side or not; or null. */
export function bestScattered(blocks, number, { accessible = 0 }) {
  for (const block of blocks) {
    const positions = block.seats && bestSeats(block, number, { accessible });
    if (positions) return { block, positions };
  }
  return null;
}

/**
 * Returns `number` seats of the same tier and price as near as possible to `positions` of `block`; null if none are left.
 * Unlike the best seats, they replace seats that the buyer had chosen.
 */
export function nearestSimilar(model, block, positions, number, { accessible = 0, gapsAllowed = true } = {}) {
  const near = seatPoint(block, positions[Math.floor(positions.length / 2)]);
  const similar = model.blocks.filter((other) => other.price === block.price && other.tier === block.tier);
  const candidates = (each) =>
    choices(each, number, accessible, gapsAllowed).map(({ first, lone, wheelchairs }) => ({
      positions: range(first, number),
      penalty: (lone ? GAP_PENALTY : 0) + (wheelchairs - accessible) * WHEELCHAIR_PENALTY,
    }));
  const nearest = (blocks) => nearestOf(blocks, number, accessible, near, candidates);
  return nearest([block]) ?? nearest(similar) ?? bestScattered([block, ...similar], number, { accessible });
}

/** Returns the one of all blocks' `candidates(block)`, each {positions, penalty}, that is nearest to a point, or null. */
function nearestOf(blocks, number, accessible, near, candidates) {
  let best = null;
  for (const block of blocks) {
    if (!block.seats || block.left < number || block.cols < number || block.accessible.size < accessible) continue;
    // The distance to the block's centre less its radius is the best score the block can reach.
    const lowest = distance([block.place.x, block.place.y], near) - block.place.radius;
    if (best && lowest > best.score) continue;
    for (const { positions, penalty } of candidates(block)) {
      const score = distance(middle(block, positions), near) + penalty;
      if (!best || score < best.score) best = { score, block, positions };
    }
  }
  return best && { block: best.block, positions: best.positions };
}

// --- The rules of one block ------------------------------------------------------------------------------

/**
 * Returns `number` seats side by side in the first row from the front that has them: there, those with the fewest
 * wheelchair places, then the leftmost. Null if there are none.
 */
function sideBySide(block, number, accessible, gapsAllowed) {
  const found = choices(block, number, accessible, gapsAllowed);
  if (!found.length) return null;
  const order = (a, b) => block.rowOf(a.first) - block.rowOf(b.first) || a.wheelchairs - b.wheelchairs || a.first - b.first;
  return range(found.sort(order)[0].first, number);
}

/** Returns `number` seats of the longest runs, none of them a wheelchair place; null if there are not enough. */
function longestRuns(block, number) {
  const runs = [];
  for (let position = 0; position < block.total; position += 1) {
    if (!block.isFree(position) || block.isAccessible(position)) continue;
    const last = runs[runs.length - 1];
    if (last && last[last.length - 1] === position - 1 && position % block.cols) last.push(position);
    else runs.push([position]);
  }
  const seats = runs.sort((a, b) => b.length - a.length || a[0] - b[0]).flat();
  return seats.length < number ? null : ascending(seats.slice(0, number));
}

/**
 * Returns wheelchair places, of one row if any has enough, and the other seats as near to them as possible; null if there
 * are not enough.
 */
function nearEachOther(block, number, accessible) {
  const free = [...block.seats.keys()].filter((position) => block.isFree(position));
  const given = givenPlaces(block, free, number, accessible);
  if (free.length < number || given.length < accessible) return null;
  const away = (position) => {
    const steps = given.map((place) => [Math.abs(block.rowOf(place) - block.rowOf(position)), Math.abs(block.seatOf(place) - block.seatOf(position))]);
    return [Number(block.isAccessible(position)), ...steps.sort(compare)[0], position];
  };
  const others = free.filter((position) => !given.includes(position)).map(away).sort(compare);
  return ascending([...given, ...others.slice(0, number - accessible).map((each) => each[3])]);
}

/** Returns the first free wheelchair places of the rows with room for all, then of rows with enough of them, then of any. */
function givenPlaces(block, free, number, accessible) {
  const rank = (position) => {
    const line = free.filter((other) => block.rowOf(other) === block.rowOf(position));
    const enough = block.accessibleCount(line) >= accessible;
    return [Number(!(enough && line.length >= number)), Number(!enough), position];
  };
  const places = free.filter((position) => block.isAccessible(position)).map(rank);
  return places.sort(compare).slice(0, accessible).map((each) => each[2]);
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
    const wheelchairs = accessible ? block.accessibleCount(range(first, number)) : 0;
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

function middle(block, positions) {
  const [ax, ay] = seatPoint(block, positions[0]);
  const [bx, by] = seatPoint(block, positions[positions.length - 1]);
  return [(ax + bx) / 2, (ay + by) / 2];
}

function distance([ax, ay], [bx, by]) {
  return Math.hypot(ax - bx, ay - by);
}

function range(first, number) {
  return Array.from({ length: number }, (_, index) => first + index);
}

function ascending(positions) {
  return positions.sort((a, b) => a - b);
}

/** Compares two lists of numbers by the first number that differs. */
function compare(a, b) {
  const index = a.findIndex((number, at) => number !== b[at]);
  return index < 0 ? 0 : a[index] - b[index];
}
