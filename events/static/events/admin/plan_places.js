/** Counts the places of a plan by category, from its geometry (docs/seating-plans.md). */

/** Returns [{name, places}] of the categories that have places, in the plan's order. */
export function placesByCategory({ categories, subsections }) {
  const places = categories.map(() => 0);
  for (const { category, rows = [], capacity = 0, categories: others = [] } of subsections) {
    const size = rows.reduce((sum, [, seats]) => sum + seats, capacity);
    places[category] += size - others.length;
    for (const [, other] of others) places[other] += 1;
  }
  return categories.map(({ name }, index) => ({ name, places: places[index] })).filter(({ places }) => places > 0);
}
