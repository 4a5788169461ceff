/** Where the names of drawn blocks are while their seats are shown: in front of them or behind them, where nothing is. */

import { isolated } from "../../../ticketing/format.js";
import { contains } from "../seats/polygon.js";

const GLYPH = 0.58; // width of a character by the height of its text
const STEPS = 4; // per doubling of the scale: names are placed anew

export class BlockNames {
  #blocks;
  #obstacles;
  #points = new Map(); // step of the scale → points by block

  /** @param {Block[]} blocks  @param {[number, number][][]} obstacles polygons that names don't cover, as the stage */
  constructor(blocks, obstacles) {
    this.#blocks = blocks;
    this.#obstacles = [...obstacles, ...blocks.filter((block) => block.isInterchangeable).map(({ outline }) => outline)];
  }

  /** Returns the points of the names at a scale (px per unit) if they are `high` px, by block; some have no room. */
  at(scale, high) {
    const step = Math.floor(Math.log2(scale) * STEPS);
    if (!this.#points.has(step)) this.#points.set(step, this.#place(high / 2 ** (step / STEPS)));
    return this.#points.get(step);
  }

  #place(high) {
    const points = new Map();
    const taken = [];
    for (const block of this.#blocks) {
      if (block.isInterchangeable) continue;
      const half = (titleOf(block).length * high * GLYPH) / 2;
      const found = block.namePoints.find(({ point, clear }) => !taken.some((other) => overlap(point, half, other, high)) && this.#isClear(block, point, half, high, clear));
      if (!found) continue;
      points.set(block, found.point);
      taken.push({ point: found.point, half });
    }
    return points;
  }

  #isClear(own, [x, y], half, high, clear) {
    const near = this.#blocks.filter(({ place }) => Math.abs(place.x - x) < place.width / 2 + half && Math.abs(place.y - y) < place.height / 2 + high + clear);
    for (let at = -half; at <= half; at += 0.5) {
      if (this.#obstacles.some((polygon) => contains(polygon, x + at, y, high / 2))) return false;
      if (near.some((block) => block.hasSeatAt(x + at, y, high / 2 + 0.4 + (block === own ? 0 : clear)))) return false;
    }
    return true;
  }
}

export function titleOf({ title: { name, tail } }) {
  return isolated(name) + tail;
}

function overlap([x, y], half, { point: [ox, oy], half: other }, high) {
  return Math.abs(x - ox) < half + other + high / 2 && Math.abs(y - oy) < high * 1.2;
}
