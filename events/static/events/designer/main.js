/** Starts the designer: reads the plan from the page, and connects the document, the canvas, the tools and the panels. */

import { count as written } from "../../ticketing/format.js";
import { enableControls } from "../../ticketing/ready.js";
import { Autosave } from "./autosave.js";
import { Background } from "./background.js";
import { makeCommands } from "./commands.js";
import { Designer } from "./designer.js";
import { listenToKeys } from "./keyboard.js";
import { emptyDocument, unitOf } from "./model/document.js";
import { totalPlaces } from "./model/counts.js";
import { readable } from "./model/readable.js";
import { BrushBar } from "./panels/brush_bar.js";
import { Categories } from "./panels/categories.js";
import { openHelp, openPublish, openRename } from "./panels/dialogs.js";
import { Outline } from "./panels/outline.js";
import { PanelSwitches } from "./panels/switches.js";
import { ProblemsPanel } from "./panels/problems_panel.js";
import { Properties } from "./panels/properties.js";
import { showSaveState, showUnreadable } from "./panels/save_state.js";
import { openStart } from "./panels/start_dialog.js";
import { listenToArrows } from "./panels/tool_bar.js";
import { makeTools } from "./tools/tools.js";
import { PlanView } from "./view/plan_view.js";
import { Pointer } from "./view/pointer.js";

const root = document.getElementById("designer");
const data = JSON.parse(document.getElementById("designer-data").textContent);
const part = (name) => root.querySelector(`[data-${name}]`);
const dialog = (name) => root.querySelector(`[data-dialog="${name}"]`);
const canvas = document.getElementById("plan-canvas");

const draft = JSON.parse(data.draft);
const isEmpty = !draft.sections && !draft.drawings;
const isReadable = isEmpty || readable.document(draft);
// The seller may have renamed the plan outside of its document.
const designer = new Designer(isEmpty || !isReadable ? emptyDocument(data.name) : { ...draft, name: data.name });
const view = new PlanView(canvas, designer);
const commands = makeCommands(designer, view);
const tools = makeTools(designer, view);
const background = new Background(data.id, unitOf(designer.document));
const autosave = new Autosave(designer, data);
const properties = new Properties(part("properties"), designer, commands, background);
const panels = new PanelSwitches(root);
const limits = { maxPlaces: data.max_places };
const problems = new ProblemsPanel({ list: part("problems"), button: part("problems-button") }, designer, view, limits);
const plan = { address: data.address, versions: data.versions, newEvent: data.new_event };

new Outline(part("outline"), designer, view);
const categories = new Categories(part("categories"), designer, data.id);
problems.onCategory = (index) => {
  panels.open("left");
  categories.focusName(index);
};
new BrushBar(part("brush-bar"), designer);
const pointer = new Pointer(canvas, view, () => tools[designer.tool]);
listenToArrows(part("tools"));
showSaveState(autosave, designer, { text: part("save-state"), conflict: part("conflict") });

const start = (isNew) => openStart(dialog("start"), designer, view, data.templates, isNew);
const help = () => openHelp(dialog("help"));
const actions = {
  ...commands,
  help,
  start: () => start(false),
  rename: () => openRename(dialog("rename"), designer),
  publish: () => openPublish(dialog("publish"), { designer, autosave, problems, plan }),
  "zoom-in": commands.zoomIn,
  "zoom-out": commands.zoomOut,
};

function useTool(name) {
  designer.use(name);
  canvas.focus({ preventScroll: true });
}

root.addEventListener("click", ({ target }) => {
  const named = target.closest("[data-do], [data-tool]");
  if (!named || named.disabled) return;
  if (named.dataset.tool) useTool(named.dataset.tool);
  else actions[named.dataset.do]?.();
});

view.onAdded = (name, clicked) => {
  if (clicked && name === "block") properties.focus("rows");
  if (name === "text") properties.focus("text");
};

function showState() {
  const { document: current, history } = designer;
  const places = totalPlaces(current);
  const blocks = current.sections.reduce((sum, { subsections }) => sum + subsections.length, 0);
  part("name").textContent = current.name;
  part("summary").textContent = `${written(places)} places in ${blocks} ${blocks === 1 ? "block" : "blocks"}`;
  part("empty").hidden = blocks + current.drawings.length > 0;
  for (const [name, label] of [["undo", history.undoLabel], ["redo", history.redoLabel]]) {
    const button = root.querySelector(`[data-do="${name}"]`);
    button.disabled = !label;
    button.title = label;
  }
}

function showTool() {
  for (const tool of root.querySelectorAll("[data-tool]")) tool.setAttribute("aria-pressed", String(tool.dataset.tool === designer.tool));
  view.overlay = {};
  view.setCursor(tools[designer.tool].cursor);
}

designer.addEventListener("document", showState);
designer.addEventListener("tool", showTool);
background.addEventListener("change", () => view.showBackground(background.shown));
background.restore();
tools.select.background = background;

listenToKeys({
  canvas,
  designer,
  view,
  commands,
  tools,
  pointer,
  properties,
  autosave,
  panels,
  useTool,
  openHelp: help,
  bars: [part("tools"), part("brush-bar")],
  regions: [canvas, part("properties"), part("outline"), part("tools"), root.querySelector(".top-buttons")],
});

enableControls(root);
showState();
showTool();
root.dataset.ready = "yes";
if (!isReadable) showUnreadable(part("conflict"));
else if (isEmpty) start(true);
