/** Finds the block or seat at a point of the map, for mouse, touch and tooltip. */

import { seatAt } from "./layout.js";

const AISLE = 1.6; // when zoomed out, a block extends into the aisles, so that small ones are easy to hit

/** Returns {block, position} at a point of the plane, null for empty floor; position is -1 unless `seats` are shown. */
export function hitTest(blocks, x, y, seats) {
  for (const block of blocks) {
    const { place } = block;
    if (Math.abs(place.x - x) > place.radius || Math.abs(place.y - y) > place.radius) continue;
    const position = seatAt(block, x, y, seats ? 0 : AISLE);
    if (position >= 0) return { block, position: seats && block.seats ? position : -1 };
  }
  return null;
}
