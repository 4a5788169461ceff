/** The one answer to "what is here?", for mouse, finger and tooltip alike. */

import { seatAt } from "./layout.js";

const AISLE = 1.6; // from afar a block reaches into the aisles, so that small ones are easily hit

/** {block, position} at a point of the plane; position is -1 where no seat is meant, null for empty floor. */
export function hitTest(blocks, x, y, seats) {
  for (const block of blocks) {
    const { place } = block;
    if (Math.abs(place.x - x) > place.radius || Math.abs(place.y - y) > place.radius) continue;
    const position = seatAt(block, x, y, seats ? 0 : AISLE);
    if (position >= 0) return { block, position: seats && block.seats ? position : -1 };
  }
  return null;
}
