/** The dialogs: rename, help and publish. panels/start_dialog.js has the one that starts a plan. */

import { call } from "../../../ticketing/api.js";
import { count as written } from "../../../ticketing/format.js";
import { placesByCategory, totalPlaces } from "../model/counts.js";
import { button, make } from "./elements.js";

/** Opens a <dialog> with a title, its content and its buttons; Escape closes it. */
export function openDialog(dialog, title, content, buttons) {
  const id = dialog.getAttribute("aria-labelledby");
  const close = button("Close", () => dialog.close());
  dialog.replaceChildren(make("h2", { id, textContent: title, tabIndex: -1, autofocus: true }), ...content, make("div", { className: "actions" }, ...buttons, close));
  dialog.showModal();
}

const KEYS = [
  ["Tools", [["V", "Select"], ["B", "Block of seats"], ["S", "Standing area"], ["T", "Tables"], ["G", "Stage"], ["H", "Shape"], ["X", "Text"], ["M", "Mark seats"], ["Enter", "Add an item in the middle of the view, with one of these tools"]]],
  ["Items", [["Tab, Shift+Tab", "Next and previous item; after the last one, on to the panels"], ["Arrow keys", "Move 25 cm; with Shift, ten times as far"], ["[ and ]", "Rotate by 5°; with Shift, by 45°"], ["Enter", "To the properties"], ["Escape", "Back to Select; undo a drag; select nothing"], ["Delete", "Delete"], ["Ctrl+A", "Select all"], ["Ctrl+C, Ctrl+X, Ctrl+V", "Copy, cut, paste, also to another plan"], ["Ctrl+D", "Duplicate"], ["Ctrl+M", "Mirrored copy on the other side of the stage’s axis"], ["Alt while dragging", "Drag a copy"]]],
  ["Marking seats", [["Arrow keys", "Next seat or row; with Shift, mark on the way"], ["Space or Enter", "Mark the seat"], ["Tab", "Next block"], ["Shift and a click", "Mark all from the last seat to this one"]]],
  ["View", [["Wheel, pinch, + and −", "Zoom"], ["0", "Show the whole plan"], ["Space and drag, middle button", "Move the view"], ["Arrow keys", "Move the view if nothing is selected"]]],
  ["Everywhere", [["Ctrl+Z, Ctrl+Y", "Undo, redo"], ["Ctrl+S", "Save now; the plan is also saved by itself"], ["F6", "From the plan to the properties, to the sections, and back"], ["?", "This list"]]],
];

export function openHelp(dialog) {
  const groups = KEYS.map(([title, keys]) => make("section", {}, make("h3", { textContent: title }), make("dl", { className: "keys" }, ...keys.flatMap(([key, text]) => [make("dt", {}, make("kbd", { textContent: key })), make("dd", { textContent: text })]))));
  const how = "Draw the stage first, then one block after the other. Keys work while the plan has the focus. Everything can be undone.";
  openDialog(dialog, "Help", [make("p", { textContent: how }), make("div", { className: "help-groups" }, ...groups)], []);
}

export function openRename(dialog, designer) {
  const input = make("input", { value: designer.document.name ?? "", maxLength: 200, required: true, autocomplete: "off" });
  const label = make("label", { className: "field wide" }, make("span", { className: "field-label", textContent: "Name of the plan" }), input);
  const form = make("form", { method: "dialog", id: "rename-form", submit: () => {
    const name = input.value.trim();
    if (name) designer.change("Rename the plan", (document) => ({ ...document, name }));
  } }, label);
  const save = make("button", { type: "submit", className: "button small", textContent: "Rename" });
  save.setAttribute("form", "rename-form");
  openDialog(dialog, "Rename", [form], [save]);
  input.select();
}

/**
 * Opens the dialog that publishes. `plan` is {address, versions, newEvent}; the button is disabled, with the reasons, while there are
 * problems.
 */
export async function openPublish(dialog, { designer, autosave, problems, plan }) {
  const status = make("p", { role: "status", className: "publish-state" });
  const publish = make("button", { type: "button", className: "button small", textContent: `Publish version ${plan.versions + 1}` });
  const reasons = make("ul", { className: "reasons" });
  const remarks = make("ul", { className: "remarks" });
  const show = () => {
    reasons.replaceChildren(...reasonsOf(problems, autosave).map((text) => make("li", { textContent: text })));
    remarks.replaceChildren(...remarksOf(problems, dialog));
    publish.disabled = reasons.children.length > 0;
  };
  publish.addEventListener("click", async () => {
    publish.disabled = true;
    status.textContent = "Publishing…";
    const { text, isPublished } = await publishPlan(autosave, plan, problems);
    status.textContent = text;
    show();
    if (!isPublished) return;
    const next = make("a", { href: plan.newEvent, className: "button small", textContent: "Create an event" });
    publish.replaceWith(next);
    next.focus();
  });
  openDialog(dialog, "Publish", [summary(designer.document, plan), reasons, remarks, status], [publish]);
  show();
  problems.addEventListener("change", show);
  autosave.addEventListener("change", show);
  dialog.addEventListener("close", () => {
    problems.removeEventListener("change", show);
    autosave.removeEventListener("change", show);
  }, { once: true });
  await Promise.all([problems.check(), autosave.save()]);
}

function summary(document, plan) {
  const rows = [...placesByCategory(document)].map(([name, places]) => make("tr", {}, make("th", { scope: "row", textContent: name || "Without a category" }), make("td", { textContent: written(places) })));
  const total = `${written(totalPlaces(document))} places in ${document.sections.length} ${document.sections.length === 1 ? "section" : "sections"}.`;
  const what = plan.versions ? "Events that are on sale keep their version; new events can use this one." : "Events can then be put on with this plan. A published version never changes; you can go on drawing the next one.";
  return make("div", {}, make("p", { textContent: `${total} ${what}` }), make("table", { className: "summary" }, make("tbody", {}, ...rows)));
}

function reasonsOf(problems, autosave) {
  const state = { offline: "The plan isn’t saved, because the connection is gone.", refused: `The plan can’t be saved: ${autosave.reason}`, conflict: "The plan was changed in another window." }[autosave.state];
  return [...(state ? [state] : []), ...problems.errors.slice(0, 10).map(({ text }) => text)];
}

/** What is probably a mistake but can be published: each is a button that closes the dialog and goes there. */
function remarksOf(problems, dialog) {
  const remarks = problems.problems.filter(({ level }) => level === "warning").slice(0, 10);
  return remarks.map((remark) => {
    const go = () => {
      dialog.close();
      problems.go(remark);
    };
    const link = make("button", { type: "button", className: "link", textContent: remark.category === undefined ? "Show it" : "Rename it", click: go });
    return make("li", {}, remark.text, " ", link);
  });
}

/** Saves and publishes. Returns {text, isPublished}: what to say, and whether the plan is published as it is. */
async function publishPlan(autosave, plan, problems) {
  if (!(await autosave.save())) return { text: "Not published, because the plan isn’t saved.", isPublished: false };
  try {
    const { data } = await call("POST", `${plan.address}/version`, { body: { revision: autosave.revision } });
    const isNew = data.number > plan.versions;
    plan.versions = Math.max(plan.versions, data.number);
    const text = isNew ? `Version ${data.number} is published. You can choose it when you create an event.` : `Nothing has changed since version ${data.number}.`;
    return { text, isPublished: true };
  } catch (problem) {
    problems.check();
    const reasons = problem.errors?.map(({ detail }) => detail).slice(0, 3) ?? [];
    return { text: `Not published: ${reasons.join(" ") || problem.message}`, isPublished: false };
  }
}
