/** The keys: those of the plan work while the canvas has the focus, the others everywhere outside of fields. */

import { say } from "../../ticketing/announce.js";
import { entriesOf, nameOf } from "./model/document.js";
import { placesOf } from "./model/counts.js";
import { boundsOf } from "./model/layout.js";

const TOOLS = { v: "select", b: "block", s: "standing", t: "table", g: "stage", h: "shape", x: "text", m: "brush" };
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const PAN_PX = 80;
const isField = (element) => element.matches?.("input:not([type=checkbox], [type=range], [type=color]), textarea, select");

/**
 * Listens to the keys. `page` is {canvas, designer, view, commands, tools, pointer, properties, autosave, openHelp, bars,
 * regions}: `bars` are the elements in which Escape goes back to selecting, `regions` those that F6 goes through.
 */
export function listenToKeys(page) {
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    const everywhere = keyEverywhere(page, event);
    const action = everywhere ?? keyInBars(page, event) ?? (event.target === page.canvas ? keyOnPlan(page, event) : null);
    if (!action) return;
    if (action() !== false) event.preventDefault();
  });
  listenToClipboard(page);
}

function keyEverywhere({ commands, autosave, openHelp, regions }, event) {
  const key = event.key.toLowerCase();
  if (key === "f6") return () => nextRegion(regions, event.shiftKey ? -1 : 1);
  if ((event.ctrlKey || event.metaKey) && key === "s") return () => void autosave.save();
  if (isField(event.target)) return null;
  if (event.ctrlKey || event.metaKey) {
    if (key === "z") return event.shiftKey ? commands.redo : commands.undo;
    return { y: commands.redo, d: commands.duplicate, m: commands.mirrorCopy }[key] ?? null;
  }
  return key === "?" ? openHelp : null;
}

/** Escape leaves a tool also while its button or what belongs to it has the focus. */
function keyInBars({ bars, designer, useTool }, { key, target }) {
  const leaves = key === "Escape" && designer.tool !== "select" && bars.some((bar) => bar.contains(target));
  return leaves ? () => useTool("select") : null;
}

function nextRegion(regions, by) {
  const at = regions.findIndex((region) => region.contains(document.activeElement));
  for (let step = 1; step <= regions.length; step += 1) {
    const region = regions[(at + by * step + regions.length * step) % regions.length];
    const target = region.tabIndex >= 0 ? region : region.querySelector("button:not(:disabled), input, select, summary");
    if (!target?.checkVisibility()) continue;
    target.focus();
    return;
  }
}

function keyOnPlan(page, event) {
  const { designer, commands } = page;
  if (event.ctrlKey || event.metaKey) return event.key.toLowerCase() === "a" ? commands.selectAll : null;
  if (event.altKey) return null;
  const inBrush = designer.tool === "brush" ? keyInBrush(page, event) : null;
  if (inBrush) return inBrush;
  if (ARROWS[event.key]) return () => arrow(page, event);
  if (event.key === "Tab") return () => nextItem(page, event.shiftKey ? -1 : 1);
  if (TOOLS[event.key.toLowerCase()]) return () => page.useTool(TOOLS[event.key.toLowerCase()]);
  const turn = { "[": -1, "]": 1, "{": -9, "}": 9 }[event.key];
  if (turn) return () => commands.turn(turn);
  return {
    Delete: commands.remove,
    Backspace: commands.remove,
    Escape: () => escape(page),
    Enter: () => enter(page),
    "+": commands.zoomIn,
    "=": commands.zoomIn,
    "-": commands.zoomOut,
    0: commands.fit,
    " ": () => {}, // held, it moves the view; the page must not scroll
  }[event.key] ?? null;
}

function keyInBrush({ tools }, event) {
  const { brush } = tools;
  if (ARROWS[event.key]) {
    const [dx, dy] = ARROWS[event.key];
    return () => brush.walk(dy, dx, event.shiftKey);
  }
  if (event.key === "Tab") return () => brush.walkBlocks(event.shiftKey ? -1 : 1);
  return event.key === " " || event.key === "Enter" ? () => brush.press() : null;
}

function arrow({ designer, view, commands }, event) {
  const [dx, dy] = ARROWS[event.key];
  const times = event.shiftKey ? 10 : 1;
  if (designer.selection.size) return commands.move(dx * times, dy * times);
  view.camera.pan(-dx * PAN_PX, -dy * PAN_PX);
  return view.moved();
}

/** Selects the next item and says what it is. Returns false after the last one, so that the focus leaves the plan. */
function nextItem({ designer, view }, by) {
  const ids = [...entriesOf(designer.document).keys()];
  const current = [...designer.selection].at(-1);
  const next = current === undefined ? ids[by > 0 ? 0 : ids.length - 1] : ids[ids.indexOf(current) + by];
  if (next === undefined) return false;
  designer.select([next]);
  const entry = entriesOf(designer.document).get(next);
  view.reveal(boundsOf(entry.item, designer.document));
  say(`${nameOf(entry)}${entry.section ? `, ${placesOf(entry.item, designer.document)} places` : ""}. ${ids.indexOf(next) + 1} of ${ids.length}.`);
  return true;
}

/** Undoes a drag that is going on, else leaves the tool, else selects nothing. */
function escape({ designer, pointer, useTool }) {
  if (pointer.stop()) return;
  if (designer.tool !== "select") useTool("select");
  else designer.select([]);
}

/** Adds an item with the tool, or goes to the properties of what is selected. */
function enter({ designer, tools, view, properties, panels }) {
  const tool = tools[designer.tool];
  if (tool.add) tool.add(null, { x: Math.round(view.camera.x), y: Math.round(view.camera.y) });
  else {
    panels?.open("right");
    properties.focusFirst();
  }
}

function listenToClipboard({ canvas, commands, designer }) {
  const onPlan = () => document.activeElement === canvas && !document.querySelector("dialog[open]");
  const copy = (event) => {
    if (!onPlan() || !designer.selection.size) return;
    event.clipboardData.setData("text/plain", commands.copy());
    event.preventDefault();
    if (event.type === "cut") commands.remove();
  };
  document.addEventListener("copy", copy);
  document.addEventListener("cut", copy);
  document.addEventListener("paste", (event) => onPlan() && commands.paste(event.clipboardData.getData("text/plain")));
}
