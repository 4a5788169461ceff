/** Which buttons the selected items have. The names are those of commands (commands.js). */

import { hasCorners } from "../model/outlines.js";

const ONE = [
  { name: "duplicate", text: "Duplicate", title: "Ctrl+D. Again: as far away as you have moved the copy." },
  { name: "mirrorCopy", text: "Mirrored copy", title: "On the other side of the stage’s axis (Ctrl+M)" },
  { name: "remove", text: "Delete" },
];
const BLOCK = [
  { name: "faceStage", text: "Turn to the stage" },
  { name: "curveStage", text: "Curve round the stage" },
];
const MIRROR = { name: "mirror", text: "Flip" };
const SEVERAL = [
  { name: "alignLeft", text: "Align left" },
  { name: "alignCenter", text: "Centre" },
  { name: "alignRight", text: "Align right" },
  { name: "alignTop", text: "Align top" },
  { name: "alignMiddle", text: "Middle" },
  { name: "alignBottom", text: "Align bottom" },
  { name: "distributeX", text: "Distribute across" },
  { name: "distributeY", text: "Distribute down" },
];
const CORNERS = [
  { name: "addCorner", text: "Add a corner", title: "In the middle of the longest edge; drag it with the mouse" },
  { name: "removeCorner", text: "Remove a corner" },
];
const GRIDS = [
  { name: "continueRows", text: "Continue row names", title: "From the front block to the back one" },
  { name: "continueSeats", text: "Continue seat numbers", title: "From the left block to the right one" },
];

/** Returns [{name, text, title}] for the selected entries. */
export function actionsFor(selected, { document }) {
  const grids = selected.every(({ kind }) => kind === "grid");
  return [
    ...ONE.slice(0, 2),
    MIRROR,
    ...(document.focal_point && selected.every(({ section }) => section) ? BLOCK.slice(0, grids ? 2 : 1) : []),
    ...(selected.every(({ item }) => hasCorners(item)) ? CORNERS : []),
    ...(selected.length > 1 ? SEVERAL.slice(0, selected.length > 2 ? 8 : 6) : []),
    ...(selected.length > 1 && grids ? GRIDS : []),
    ONE[2],
  ];
}
