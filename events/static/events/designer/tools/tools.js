/** The tools by their names, which are those of the tool bar's buttons. */

import { BrushTool } from "./brush_tool.js";
import { DrawingTool } from "./drawing_tools.js";
import { NEW_ITEMS } from "./new_items.js";
import { SelectTool } from "./select_tool.js";

export function makeTools(designer, view) {
  const drawing = Object.keys(NEW_ITEMS).map((name) => [name, new DrawingTool(designer, view, name)]);
  return { select: new SelectTool(designer, view), brush: new BrushTool(designer, view), ...Object.fromEntries(drawing) };
}
