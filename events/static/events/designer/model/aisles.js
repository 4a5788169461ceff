/** After which seats the rows of a grid have aisles, and how seats line up along straight ones, as in events/plans/aisles.py. */

/**
 * Returns a Map of the aisles in a row of `count` seats. The keys are the seats after which they lie, from 1, ascending; the
 * values are where in the row their middles are, in seats from its beginning.
 */
export function aislesIn(grid, count) {
  const { aisles, straight_aisles: straight } = grid;
  if (!aisles.length) return new Map();
  if (!straight) return new Map(aisles.filter((after) => after < count).sort((a, b) => a - b).map((after) => [after, after]));
  const longest = longestOf(grid);
  const found = new Map();
  for (const after of [...aisles].sort((a, b) => a - b)) {
    const nearest = Math.floor((2 * count * after + longest) / (2 * longest));
    if (nearest > 0 && nearest < count && !found.has(nearest)) found.set(nearest, (count * after) / longest);
  }
  return found;
}

/** Returns the number of seats of the longest row. */
export function longestOf({ rows, seats }) {
  return Array.isArray(seats) ? Math.max(...seats.slice(0, rows)) : seats;
}

/** Returns how far each seat is from where its row begins, if seats line up along straight aisles; the grid has its defaults. */
export function linedUp(aisles, count, { seat_spacing: spacing, aisle_width: width }) {
  const lines = [...aisles.values()].map((place, index) => (place - 0.5) * spacing + (index + 0.5) * width);
  const beside = (spacing + width) / 2; // from the middle of an aisle to the middle of a seat at it
  const ends = [0, ...aisles.keys(), count];
  const offsets = [];
  for (let part = 0; part < ends.length - 1; part += 1) {
    const length = (ends[part + 1] - ends[part] - 1) * spacing;
    let first = firstOf(lines, part, length, beside);
    if (offsets.length) first = Math.max(first, offsets.at(-1) + spacing);
    for (let seat = 0; seat < ends[part + 1] - ends[part]; seat += 1) offsets.push(first + seat * spacing);
  }
  return offsets;
}

/** Returns where the first seat of a part of a row lies; parts lie between the aisles, whose middles are `lines`. */
function firstOf(lines, part, length, beside) {
  if (!lines.length) return 0;
  if (part === 0) return lines[0] - beside - length;
  if (part === lines.length) return lines.at(-1) + beside;
  return (lines[part - 1] + lines[part] - length) / 2;
}
