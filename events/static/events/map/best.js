/**
 * The best seats together: side by side, as near as can be to a point (the middle of the stage, or seats just lost).
 *
 * By the rules that the hold follows (bookings/sql/seat_rules.sql; in words and in Python:
 * bookings/specification/seat_choice.py). A change of a rule changes all three; e2e/tests/test_seat_rules.py compares them.
 * A choice made here is a request like any other; only the hold makes it sure.
 */

import { seatPoint } from "./layout.js";

const GAP_PENALTY = 4; // seats farther away: what a lone seat left over costs where it is allowed
const PLACE_PENALTY = 8; // the same for a wheelchair place that nobody asked for

/**
 * {block, positions} of the best `number` seats side by side in the wanted blocks, `accessible` of them wheelchair
 * places; null if there are none.
 */
export function bestTogether(blocks, number, { near, accessible = 0, gapsAllowed = true }) {
  let best = null;
  for (const block of blocks) {
    if (!block.seats || block.available < number || block.cols < number || block.accessible.size < accessible) continue;
    // A block can't have anything better than its distance less its reach.
    const least = distance([block.place.x, block.place.y], near) - block.place.radius;
    if (best && least > best.score) continue;
    for (const { first, lone, places } of choices(block, number, accessible, gapsAllowed)) {
      const penalty = (lone ? GAP_PENALTY : 0) + (places - accessible) * PLACE_PENALTY;
      const score = distance(middle(block, first, number), near) + penalty;
      if (!best || score < best.score) best = { score, block, first };
    }
  }
  return best && { block: best.block, positions: Array.from({ length: number }, (_, index) => best.first + index) };
}

/** The best `number` free seats of one block that need not be side by side, or null. */
export function bestScattered(blocks, number, { near, accessible = 0 }) {
  const block = blocks.find((each) => each.seats && hasRoom(each, number, accessible));
  if (!block) return null;
  const free = [...block.seats.keys()].filter((position) => block.isFree(position));
  const plain = free.filter((position) => !block.isAccessible(position));
  const places = nearest(block, free, near).filter((position) => block.isAccessible(position));
  const given = places.slice(0, accessible);
  const others = nearest(block, plain, given.length ? seatPoint(block, given[0]) : near);
  const all = accessible ? [...given, ...others, ...places.slice(accessible)] : others;
  return { block, positions: all.slice(0, number).sort((a, b) => a - b) };
}

/** As many seats of the same price as near as can be to those of `block` at `positions`; null if there are none. */
export function nearestEqual(model, block, positions, number, { accessible = 0, gapsAllowed = true } = {}) {
  const near = seatPoint(block, positions[Math.floor(positions.length / 2)]);
  const equal = model.blocks.filter((other) => other.price === block.price && other.tier === block.tier);
  const wish = { near, accessible, gapsAllowed };
  return bestTogether([block], number, wish) ?? bestTogether(equal, number, wish) ?? bestScattered([block, ...equal], number, wish);
}

/** Those seats side by side that may be taken: {first, lone, places} of each. */
export function choices(block, number, accessible, gapsAllowed) {
  const all = [...windows(block, number, accessible)];
  const tidy = gapsAllowed ? [] : all.filter(({ lone }) => !lone);
  return tidy.length ? tidy : all;
}

/** Seats side by side: without wheelchair places, or with at least `accessible` of them. */
function* windows(block, number, accessible) {
  for (const first of runStarts(block, number, accessible > 0)) {
    const places = accessible ? block.places(Array.from({ length: number }, (_, index) => first + index)) : 0;
    if (places >= accessible) yield { first, lone: leavesLone(block, first, number), places };
  }
}

function* runStarts(block, number, withPlaces) {
  for (let row = 0; row < block.rows; row += 1) {
    let run = 0;
    for (let position = row * block.cols; position < (row + 1) * block.cols; position += 1) {
      run = block.isFree(position) && (withPlaces || !block.isAccessible(position)) ? run + 1 : 0;
      if (run >= number) yield position - number + 1;
    }
  }
}

/** A wheelchair place is never a lone seat, it is kept; nor is the seat beside a free one, which is a companion's. */
function leavesLone(block, first, number) {
  const seat = first % block.cols;
  const free = (offset) => seat + offset >= 0 && seat + offset < block.cols && block.isFree(first + offset);
  const alone = (offset, beyond) => free(offset) && !free(beyond) && !block.isAccessible(first + offset);
  return alone(-1, -2) || alone(number, number + 1);
}

function hasRoom(block, number, accessible) {
  const places = [...block.accessible].filter((position) => block.isFree(position)).length;
  return accessible ? places >= accessible && block.available >= number : block.available - places >= number;
}

/** The positions, those nearest to a point first. */
function nearest(block, positions, point) {
  const away = new Map(positions.map((position) => [position, distance(seatPoint(block, position), point)]));
  return [...positions].sort((a, b) => away.get(a) - away.get(b));
}

function middle(block, first, number) {
  const [ax, ay] = seatPoint(block, first);
  const [bx, by] = seatPoint(block, first + number - 1);
  return [(ax + bx) / 2, (ay + by) / 2];
}

function distance([ax, ay], [bx, by]) {
  return Math.hypot(ax - bx, ay - by);
}
