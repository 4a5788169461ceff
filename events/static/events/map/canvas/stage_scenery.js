/** What is drawn around the blocks of an event without a plan: a stage in front of them. */

import { arrange } from "./layout.js";

const SMALL_TEXT = 10; // px: the stage's name is at least this high if there is room for it
const LEAST_TEXT = 7; // px: smaller texts can't be read

export class StageScenery {
  rowLabels = null; // grids paint their own
  #stage;
  #colours;

  /** Places the blocks for the size of an element. */
  constructor(blocks, { clientWidth, clientHeight }, colours) {
    const { bounds, stage } = arrange(blocks, clientWidth, clientHeight);
    this.bounds = bounds; // the box around everything
    this.middle = [0, stage.outer]; // what the audience looks at
    this.#stage = stage;
    this.#colours = colours;
  }

  /** Paints what lies below the blocks. */
  paintBelow(ctx, view) {
    const { inner, outer, half } = this.#stage;
    const { scale, ratio } = view;
    const [x, y] = view.toScreen(0, 0);
    ctx.setTransform(scale * ratio, 0, 0, scale * ratio, x * ratio, y * ratio);
    ctx.beginPath();
    ctx.arc(0, 0, outer, Math.PI / 2 - half, Math.PI / 2 + half);
    ctx.arc(0, 0, inner, Math.PI / 2 + half, Math.PI / 2 - half, true);
    ctx.closePath();
    ctx.fillStyle = this.#colours.stage;
    ctx.fill();
    const most = Math.min((outer - inner) * 0.75, outer * half * 0.3);
    const size = Math.min(most, Math.max((outer - inner) * 0.42, SMALL_TEXT / scale));
    if (size * scale < LEAST_TEXT) return;
    ctx.fillStyle = this.#colours.surface;
    ctx.font = `650 ${size}px ${this.#colours.face}`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillText("STAGE", 0, (inner + outer) / 2 + size * 0.05);
  }

  paintTables() {}

  /** The names of these blocks are in their bitmaps. */
  paintNames() {}
}
