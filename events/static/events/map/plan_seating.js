/** The places of an event with a seating plan: blocks and what is drawn around them. grid_seating.js has the same parts. */

import { PlanScenery } from "./canvas/plan_scenery.js";
import { DrawnBlock } from "./seats/drawn_block.js";
import { fetchPlan } from "./seats/geometry.js";
import { StandingBlock } from "./seats/standing_block.js";

const BLOCKS = { drawn: DrawnBlock, standing: StandingBlock };

/** Returns the parts for the plan at an address; waits until it is there. */
export async function load(address) {
  return seatingOf(await fetchPlan(address));
}

/** Returns {colours, block, scenery}: the colours that the plan gives to tiers, and functions that create the others. */
export function seatingOf(plan) {
  return {
    colours: plan.colours,
    block: (row, index) => new BLOCKS[row.kind](row, index, plan),
    scenery: (blocks, _root, colours) => new PlanScenery(plan, blocks, colours),
  };
}
