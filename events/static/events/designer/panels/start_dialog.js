/** The dialog that starts a plan: from a template, of which it shows a picture, or empty. */

import { count as written } from "../../../ticketing/format.js";
import { emptyDocument, entriesOf, identify, unitOf } from "../model/document.js";
import { totalPlaces } from "../model/counts.js";
import { boundsOf, union } from "../model/layout.js";
import { Camera } from "../view/camera.js";
import { Colours } from "../view/colours.js";
import { paintPlan } from "../view/paint_plan.js";
import { make } from "./elements.js";
import { openDialog } from "./dialogs.js";

const WIDTH = 220; // px of a picture
const HEIGHT = 150;

/** `templates` are documents. The one that is chosen replaces the designer's; `isNew` says that the plan is still empty. */
export function openStart(dialog, designer, view, templates, isNew) {
  const use = (label, document) => {
    const { name } = designer.document;
    designer.replace(label, { ...document, name: name || document.name });
    dialog.close();
    view.fit();
    view.focus();
  };
  const empty = make("li", {}, make("button", { type: "button", className: "template", click: () => use(isNew ? "Start empty" : "Start anew", emptyDocument(designer.document.name)) }, make("span", { className: "blank", textContent: "+" }), make("strong", { textContent: "Empty" }), make("span", { textContent: "Draw everything yourself" })));
  const cards = templates.map((template) => card(identify(template), dialog, use));
  const how = isNew ? "Start from a hall that is like yours and change it, or from an empty floor." : "A template replaces what is drawn. You can undo it.";
  openDialog(dialog, isNew ? "How do you want to start?" : "Templates", [make("p", { textContent: how }), make("ul", { className: "templates" }, empty, ...cards)], []);
}

function card(template, dialog, use) {
  const picture = make("canvas", { width: WIDTH * 2, height: HEIGHT * 2, "aria-hidden": "true" });
  const places = written(totalPlaces(template));
  const choose = make("button", { type: "button", className: "template", click: () => use(`Template ${template.name}`, template) }, picture, make("strong", { textContent: template.name }), make("span", { textContent: `${places} places` }));
  paintPicture(picture, template, dialog);
  return make("li", {}, choose);
}

function paintPicture(picture, template, dialog) {
  const camera = Object.assign(new Camera(), { width: WIDTH, height: HEIGHT, unit: unitOf(template) });
  camera.fit(union([...entriesOf(template).values()].map(({ item }) => boundsOf(item, template))), { margin: 8 });
  paintPlan({ ctx: picture.getContext("2d"), camera, ratio: 2, colours: new Colours(dialog), plain: true }, template);
}
