/** Finds seats that lie on each other: within a block once for each of its layouts, and where the boxes of two blocks meet. */

import { subsectionEntries } from "./document.js";
import { boundsOf, layoutOf, toPlan } from "./layout.js";

const within = new WeakMap(); // by layout, and then by distance

/**
 * Returns pairs {one, other, picks} of entries with seats whose middles are less than `distance` apart, at most `most`;
 * `one` is `other` if they are of the same block.
 */
export function overlapsOf(document, distance, most) {
  const entries = subsectionEntries(document).filter(({ kind }) => kind !== "standing");
  const pairs = [];
  for (const entry of entries) {
    const close = closeWithin(layoutOf(entry.item, document), distance);
    if (close.length) pairs.push({ one: entry, other: entry, picks: close.map((seat) => pickOf(entry, seat)) });
    if (pairs.length >= most) return pairs;
  }
  return [...pairs, ...overlapsBetween(entries, document, distance, most - pairs.length)];
}

const pickOf = ({ id }, { row, column }) => ({ id, row, column });
const there = ({ rows }) => rows.flatMap(({ seats }) => seats.filter(({ missing }) => !missing));

function closeWithin(layout, distance) {
  if (!within.has(layout)) within.set(layout, new Map());
  const known = within.get(layout);
  if (!known.has(distance)) known.set(distance, closeTo([], there(layout), distance));
  return known.get(distance);
}

/** Compares blocks from the left to the right, each with those that begin before it ends. */
function overlapsBetween(entries, document, distance, most) {
  const placed = entries.map((entry) => ({ entry, box: boundsOf(entry.item, document) })).sort((a, b) => a.box.left - b.box.left);
  const pairs = [];
  let open = [];
  for (const each of placed) {
    open = open.filter(({ box }) => box.right > each.box.left);
    for (const before of open) {
      if (before.box.bottom < each.box.top || before.box.top > each.box.bottom) continue;
      const picks = closeBetween(before, each, document, distance);
      if (picks.length) pairs.push({ one: before.entry, other: each.entry, picks });
      if (pairs.length >= most) return pairs;
    }
    open.push(each);
  }
  return pairs;
}

function closeBetween(one, other, document, distance) {
  const first = seatsIn(one.entry, other.box, document);
  const second = first.length ? seatsIn(other.entry, one.box, document) : [];
  return closeTo(first, second, distance).map(({ seat, entry }) => pickOf(entry, seat));
}

/** Returns the seats of a block within a box of the plan, as {x, y, seat, entry}. */
function seatsIn(entry, { left, top, right, bottom }, document) {
  const found = [];
  for (const seat of there(layoutOf(entry.item, document))) {
    const [x, y] = toPlan(entry.item, seat.x, seat.y);
    if (x > left && x < right && y > top && y < bottom) found.push({ x, y, seat, entry });
  }
  return found;
}

/** Returns the points of `points` that are close to one of `fixed` or, without those, to one before them. */
function closeTo(fixed, points, distance) {
  const cells = new Map();
  const key = (across, down) => across * 4_000_037 + down;
  const add = (point) => {
    const cell = key(Math.floor(point.x / distance), Math.floor(point.y / distance));
    cells.has(cell) ? cells.get(cell).push(point) : cells.set(cell, [point]);
  };
  const isClose = ({ x, y }) => {
    const [across, down] = [Math.floor(x / distance), Math.floor(y / distance)];
    for (let cx = across - 1; cx <= across + 1; cx += 1) {
      for (let cy = down - 1; cy <= down + 1; cy += 1) {
        if (cells.get(key(cx, cy))?.some((other) => Math.hypot(other.x - x, other.y - y) < distance)) return true;
      }
    }
    return false;
  };
  fixed.forEach(add);
  return points.filter((point) => {
    const close = isClose(point);
    if (!fixed.length) add(point);
    return close;
  });
}
