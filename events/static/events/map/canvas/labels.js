/** Names of blocks on the map, cut so that they fit into their place. */

import { isolated } from "../../../ticketing/format.js";

/** Returns `name` + `tail` if it is at most `max` wide in the context's font; otherwise the name is cut, never the tail. */
export function fitted(ctx, name, tail, max) {
  for (let length = name.length; length > 0; length -= 1) {
    const shown = length === name.length ? name : `${name.slice(0, length).trimEnd()}…`;
    const text = isolated(shown) + tail;
    if (ctx.measureText(text).width <= max) return text;
  }
  return tail.replace(/^[ ·]+/, "");
}
