/** The places of an event without a seating plan: blocks of rows × cols seats around a stage. See plan_seating.js. */

import { StageScenery } from "./canvas/stage_scenery.js";
import { GridBlock } from "./seats/grid_block.js";

export function load() {
  return {
    colours: new Map(),
    block: (row, index) => new GridBlock(row, index),
    scenery: (blocks, root, colours) => new StageScenery(blocks, root, colours),
  };
}
