/** Finds the block or seat at a point of the map, for mouse, touch and tooltip. */

const AISLE = 1.6; // when zoomed out, a block extends into the aisles, so that small ones are easy to hit

/** Returns {block, position} at a point of the plane, null for empty floor; position is -1 unless `seats` are shown. */
export function hitTest(blocks, x, y, seats) {
  const near = blocks.filter(({ place }) => Math.abs(place.x - x) <= place.radius && Math.abs(place.y - y) <= place.radius);
  return (seats ? seatIn(near, x, y) : null) ?? areaIn(near, x, y, seats);
}

function seatIn(blocks, x, y) {
  for (const block of blocks) {
    const position = block.positionAt(x, y);
    if (position >= 0) return { block, position: block.seats ? position : -1 };
  }
  return null;
}

/** A standing area is one place to pick from, however large it is shown. */
function areaIn(blocks, x, y, seats) {
  const areas = seats ? blocks.filter((block) => block.isInterchangeable) : blocks;
  const block = areas.find((each) => each.contains(x, y, 0)) ?? (seats ? null : areas.find((each) => each.contains(x, y, AISLE)));
  return block ? { block, position: -1 } : null;
}
