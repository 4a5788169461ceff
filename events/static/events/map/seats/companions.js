/**
 * Companion seats: which of them the wheelchair places of a choice bring with them, by the rule of the hold.
 *
 * The rule is in words and in Python in bookings/specification/seat_choice.py, and in bookings_companion_claims
 * (bookings/sql/seat_rules.sql); e2e/tests/test_drawn_seat_rules.py compares them.
 */

const known = new WeakMap(); // block → its groups

/** Returns those of the seats that a hold of them is refused for, in ascending order; none if the seller has released them. */
export function refusedCompanions(block, positions) {
  return block.released ? [] : unclaimed(block, positions);
}

/** Returns the companion seats among the chosen seats that no wheelchair place among them brings, in ascending order. */
export function unclaimed(block, positions) {
  if (!positions.some((position) => block.companions.has(position))) return [];
  const beyond = groupsOf(block).map((group) => group.companions.filter((seat) => positions.includes(seat)).slice(claimOf(group, positions)));
  return ascending(beyond.flat());
}

/** Returns seats in their order, without those companion seats that the wheelchair places `given` don't bring. */
export function withoutUnclaimed(block, seats, given) {
  return groupsOf(block).reduce((left, group) => {
    const tooMany = left.filter((seat) => group.companions.includes(seat)).slice(claimOf(group, given));
    return left.filter((seat) => !tooMany.includes(seat));
  }, seats);
}

/** Returns the free wheelchair place nearest to a companion seat that would bring it with it; -1 if there is none. */
export function placeFor(block, seat, positions) {
  const wheelchairs = groupsOf(block).find((group) => group.companions.includes(seat))?.wheelchairs ?? [];
  const brings = (place) => block.isFree(place) && !positions.includes(place) && !unclaimed(block, [...positions, place, seat]).length;
  const nearest = (a, b) => Math.abs(a - seat) - Math.abs(b - seat);
  return wheelchairs.filter(brings).sort(nearest)[0] ?? -1;
}

/** How many of its companion seats the wheelchair places of a group bring that are among these seats. */
function claimOf({ wheelchairs, companions }, positions) {
  const given = wheelchairs.filter((place) => positions.includes(place)).length;
  if (!given) return 0;
  return given === wheelchairs.length ? companions.length : given * Math.max(1, Math.floor(companions.length / wheelchairs.length));
}

/** The groups of a block; the last one has the companion seats without a wheelchair place beside them. */
function groupsOf(block) {
  if (!known.has(block)) known.set(block, makeGroups(block));
  return known.get(block);
}

function makeGroups(block) {
  const kept = ascending([...block.accessible, ...block.companions]).filter((position) => !block.isOfWholeTable(position));
  const runs = [];
  for (const position of kept) {
    const last = runs.at(-1);
    if (last?.at(-1) === position - 1 && !block.endsRun(position - 1)) last.push(position);
    else runs.push([position]);
  }
  const groups = runs.map((run) => ({ wheelchairs: run.filter((each) => block.isAccessible(each)), companions: run.filter((each) => block.companions.has(each)) }));
  const apart = groups.filter(({ wheelchairs }) => !wheelchairs.length).flatMap(({ companions }) => companions);
  return [...groups.filter(({ wheelchairs }) => wheelchairs.length), { wheelchairs: kept.filter((each) => block.isAccessible(each)), companions: apart }];
}

function ascending(positions) {
  return positions.sort((a, b) => a - b);
}
