/**
 * Finds the best seats, by the rules of the hold: the same seats of a block that the API chooses.
 *
 * The rules are in bookings/sql/seat_rules.sql; in words and in Python in bookings/specification/seat_choice.py. A change
 * of a rule changes all three; e2e/tests/test_seat_rules.py compares them. Which block is best is decided here: the one
 * whose best seats are nearest to the middle of the stage. The result is a proposal; only the hold reserves the seats.
 */

import { unclaimed, withoutUnclaimed } from "./companions.js";

const GAP_PENALTY = 4; // a single gap counts like being this many seats farther away
const WHEELCHAIR_PENALTY = 8; // the same for a wheelchair place that the buyer didn't ask for
const RESTRICTED_PENALTY = 8; // the same for a seat with a restricted view, if the one that was lost had none
const ANY = () => true;

/**
 * Returns the best `number` free seats of a block in ascending order, `accessible` of them wheelchair places: the same as
 * bookings_best_seats in seat_rules.sql. Null if there are not enough.
 */
export function bestSeats(block, number, { accessible = 0, gapsAllowed = true } = {}) {
  for (const restricted of views(block)) {
    const found = sideBySide(block, number, { accessible, gapsAllowed, restricted }) ?? scattered(block, number, { accessible, restricted });
    if (found) return found;
  }
  return null;
}

/**
 * Returns {block, positions} of the best `number` seats side by side in these blocks; null if there are none. Those with
 * a restricted view only if there are no others. `allowed(block, position)` says which seats the buyer wants at all.
 */
export function bestTogether(blocks, number, { near, accessible = 0, gapsAllowed = true, allowed = ANY }) {
  for (const restricted of blocks.some((block) => block.restricted.size) ? [false, true] : [true]) {
    const found = nearestOf(blocks, number, accessible, near, (block) => {
      const positions = sideBySide(block, number, { accessible, gapsAllowed, restricted, allowed });
      return positions ? [{ positions, penalty: 0 }] : [];
    });
    if (found) return found;
  }
  return null;
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
  const middleSeat = positions[Math.floor(positions.length / 2)];
  const [near, tier] = [block.pointOf(middleSeat), block.tierOf(middleSeat)];
  const wasRestricted = block.restricted.has(middleSeat);
  const similar = model.blocks.filter((other) => other.tierPrices.get(tier) === block.priceOf(middleSeat));
  const allowed = (each, position) => each.tierOf(position) === tier;
  const penalty = (each, { lone, wheelchairs, first }) =>
    (lone ? GAP_PENALTY : 0) +
    (wheelchairs - accessible) * WHEELCHAIR_PENALTY +
    (!wasRestricted && range(first, number).some((position) => each.restricted.has(position)) ? RESTRICTED_PENALTY : 0);
  const candidates = (each) =>
    choices(each, number, accessible, gapsAllowed, { allowed }).map((choice) => ({ positions: range(choice.first, number), penalty: penalty(each, choice) }));
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

/** First without seats that have a restricted view, then with them. */
function views(block) {
  return block.restricted.size ? [false, true] : [true];
}

/**
 * Returns `number` seats side by side, null if there are none: in the first row from the front that has them or, with a
 * focal point, in any row. Of these, those with the fewest wheelchair places, then with the most companions' seats, then
 * the leftmost or, with a focal point, those whose middle seat is nearest to it.
 */
function sideBySide(block, number, { accessible, gapsAllowed, ...offer }) {
  const found = choices(block, number, accessible, gapsAllowed, offer).map((choice) => ({ first: choice.first, rank: rank(block, number, choice, accessible) }));
  if (!found.length) return null;
  const best = found.reduce((a, b) => (compare(b.rank, a.rank) < 0 ? b : a));
  return range(best.first, number);
}

function rank(block, number, { first, wheelchairs }, accessible) {
  const company = accessible ? range(first, number).filter((position) => block.companions.has(position)).length : 0;
  const away = block.awayFromFocus(first + Math.floor((number - 1) / 2));
  return away === null ? [block.rowIndex(first), wheelchairs, -company, first] : [wheelchairs, -company, away, first];
}

/** Returns the best seats that are not side by side, or null if there are not enough. */
function scattered(block, number, { accessible, restricted }) {
  if (block.isInterchangeable) return null;
  const offered = (position) => isOffered(block, position, { number: 0, restricted });
  return accessible ? nearEachOther(block, number, accessible, offered) : longestRuns(block, number, offered);
}

/** Returns `number` seats of the longest runs, none of them kept for others; null if there are not enough. */
function longestRuns(block, number, offered) {
  const runs = [];
  for (let position = 0; position < block.total; position += 1) {
    if (!offered(position) || isKept(block, position)) continue;
    const last = runs[runs.length - 1];
    if (last && last[last.length - 1] === position - 1 && !block.endsRun(position - 1)) last.push(position);
    else runs.push([position]);
  }
  const seats = runs.sort((a, b) => b.length - a.length || a[0] - b[0]).flat();
  return seats.length < number ? null : ascending(seats.slice(0, number));
}

/**
 * Returns wheelchair places, of one row if any has enough, and the other seats as near to them as possible; null if there
 * are not enough. Of companion seats only those that the places bring with them.
 */
function nearEachOther(block, number, accessible, offered) {
  const free = [...block.seats.keys()].filter(offered);
  const given = givenPlaces(block, free, number, accessible);
  if (given.length < accessible) return null;
  const away = (position) => {
    const steps = given.map((place) => [Math.abs(block.rowIndex(place) - block.rowIndex(position)), Math.abs(block.columnOf(place) - block.columnOf(position))]);
    return [Number(block.isAccessible(position)), ...steps.sort(compare)[0], position];
  };
  const nearest = free.filter((position) => !given.includes(position)).map(away).sort(compare).map((each) => each[3]);
  const others = withoutUnclaimed(block, nearest, given).slice(0, number - accessible);
  return others.length < number - accessible ? null : ascending([...given, ...others]);
}

/** Returns the first free wheelchair places of the rows with room for all, then of rows with enough of them, then of any. */
function givenPlaces(block, free, number, accessible) {
  const rankOf = (position) => {
    const line = free.filter((other) => block.rowIndex(other) === block.rowIndex(position));
    const enough = block.accessibleCount(line) >= accessible;
    return [Number(!(enough && line.length >= number)), Number(!enough), position];
  };
  const places = free.filter((position) => block.isAccessible(position)).map(rankOf);
  return places.sort(compare).slice(0, accessible).map((each) => each[2]);
}

/**
 * Returns every run of `number` seats that may be held: {first, lone, wheelchairs}; `lone` if it leaves a single gap.
 * `restricted` is whether seats with a restricted view are offered; see bestTogether for `allowed`.
 */
export function choices(block, number, accessible, gapsAllowed, { restricted = true, allowed = ANY } = {}) {
  if (block.isInterchangeable) return block.left >= number && !accessible ? [{ first: 0, lone: false, wheelchairs: 0 }] : [];
  const offered = (position) => isOffered(block, position, { number, restricted }) && allowed(block, position);
  const all = [...windows(block, number, accessible, offered)];
  const tidy = gapsAllowed ? [] : all.filter(({ lone }) => !lone);
  return tidy.length ? tidy : all;
}

/** Yields runs of offered seats without any that are kept for others, or with at least `accessible` wheelchair places. */
function* windows(block, number, accessible, offered) {
  for (const first of runStarts(block, number, accessible ? offered : (position) => offered(position) && !isKept(block, position))) {
    const seats = range(first, number);
    const wheelchairs = accessible ? block.accessibleCount(seats) : 0;
    if (wheelchairs >= accessible && !unclaimed(block, seats).length) yield { first, lone: leavesSingleGap(block, first, number), wheelchairs };
  }
}

function* runStarts(block, number, fits) {
  let run = 0;
  for (let position = 0; position < block.total; position += 1) {
    run = fits(position) ? run + 1 : 0;
    if (run >= number) yield position - number + 1;
    if (block.endsRun(position)) run = 0;
  }
}

/** Whether a seat is free and may be part of `number` seats: a table that is sold as a whole is all of them or none. */
function isOffered(block, position, { number, restricted }) {
  if (!block.isFree(position) || (!restricted && block.restricted.has(position))) return false;
  return !block.hasWholeTables || !block.isOfWholeTable(position) || block.together(position).length === number;
}

/** Whether only buyers who request wheelchair places get it as best available. */
function isKept(block, position) {
  return block.isAccessible(position) || block.companions.has(position);
}

/** A free seat that is kept for others is never a single gap, nor is the seat next to one. */
function leavesSingleGap(block, first, number) {
  const left = (position) => (position > 0 && !block.endsRun(position - 1) ? position - 1 : -1);
  const right = (position) => (position >= 0 && !block.endsRun(position) ? position + 1 : -1);
  const alone = (seat, beyond) => block.isFree(seat) && !block.isFree(beyond) && !isKept(block, seat);
  const [before, after] = [left(first), right(first + number - 1)];
  return alone(before, left(before)) || alone(after, right(after));
}

function middle(block, positions) {
  const [ax, ay] = block.pointOf(positions[0]);
  const [bx, by] = block.pointOf(positions[positions.length - 1]);
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
