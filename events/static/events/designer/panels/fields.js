/**
 * Fields that show and change something of the selected items. A spec is {key, label, type, get(item), set(item, value)}
 * and perhaps `min`, `max`, `step`, `unit`, `options` ([value, text] pairs), `help` and `placeholder`. Types: number,
 * whole, text, range, select, check.
 */

import { make } from "./elements.js";

const MIXED = "different";
let made = 0; // fields, for their ids

/**
 * Creates the field. `items` returns the selected items, `change(label, set, merge)` changes each of them with
 * `set(item)`. Returns {element, refresh}.
 */
export function createField(spec, { items, change, sealed }) {
  const input = inputOf(spec);
  const write = () => {
    const value = valueOf(spec, input);
    const valid = value !== undefined;
    if (valid) input.removeAttribute("aria-invalid");
    else input.setAttribute("aria-invalid", "true");
    if (valid) change(spec.label, (item) => spec.set(item, value), `field ${spec.key}`);
  };
  input.addEventListener(spec.type === "select" || spec.type === "check" || spec.type === "lines" ? "change" : "input", write);
  input.addEventListener("change", sealed);
  input.addEventListener("blur", () => refresh(true));
  const refresh = (force = false) => {
    if (document.activeElement === input && !force && !["select", "check", "range"].includes(spec.type)) return;
    input.removeAttribute("aria-invalid");
    show(spec, input, commonValue(items().map(spec.get)));
  };
  refresh(true);
  return { element: wrap(spec, input), refresh };
}

function commonValue(values) {
  return values.every((value) => value === values[0]) ? values[0] : MIXED;
}

function inputOf(spec) {
  const key = { "data-key": spec.key };
  if (spec.type === "select") {
    const options = spec.options.map(([value, text]) => make("option", { value, textContent: text }));
    return make("select", key, ...options);
  }
  if (spec.type === "check") return make("input", { type: "checkbox", ...key });
  if (spec.type === "range") return make("input", { type: "range", min: spec.min, max: spec.max, step: spec.step ?? 1, ...key });
  const isNumber = spec.type === "number" || spec.type === "whole";
  const { placeholder = "", maxLength = 200 } = spec;
  return make("input", { type: "text", inputMode: isNumber ? "decimal" : "text", autocomplete: "off", spellcheck: false, placeholder, maxLength, ...key });
}

function wrap(spec, input) {
  input.id = `field-${(made += 1)}`;
  const text = spec.unit ? `${spec.label} (${spec.unit})` : spec.label;
  const label = make("label", { className: "field-label", htmlFor: input.id, textContent: text });
  const help = spec.help ? make("small", { className: "field-help", id: `${input.id}-help`, textContent: spec.help }) : null;
  if (help) input.setAttribute("aria-describedby", help.id);
  if (spec.type === "check") return make("div", { className: `field check ${spec.wide ? "wide" : ""}` }, input, label, help);
  return make("div", { className: `field ${spec.wide ? "wide" : ""} ${spec.type}` }, label, input, help);
}

/** Returns what was entered, undefined if it can't be taken. */
function valueOf(spec, input) {
  if (spec.type === "check") return input.checked;
  if (spec.type === "select") return input.value === MIXED ? undefined : input.value;
  if (spec.type === "text" || spec.type === "lines") return spec.parse ? spec.parse(input.value) : input.value;
  const text = input.value.trim().replace(",", ".");
  if (text === "" && spec.optional) return null;
  const number = Number(text);
  if (text === "" || !Number.isFinite(number) || number < (spec.min ?? -1e6) || number > (spec.max ?? 1e6)) return undefined;
  return spec.type === "whole" && !Number.isInteger(number) ? undefined : number;
}

function show(spec, input, value) {
  const isMixed = value === MIXED;
  if (spec.type === "check") {
    input.checked = !isMixed && Boolean(value);
    input.indeterminate = isMixed;
    return;
  }
  if (spec.type === "select") showOption(input, value, isMixed);
  else {
    input.value = isMixed || value === undefined || value === null ? "" : typeof value === "number" ? String(Math.round(value * 100) / 100) : value;
    input.placeholder = isMixed ? MIXED : (spec.placeholder ?? "");
  }
}

function showOption(input, value, isMixed) {
  input.querySelector("[data-mixed]")?.remove();
  if (isMixed) input.prepend(make("option", { value: MIXED, textContent: MIXED, "data-mixed": "" }));
  input.value = isMixed ? MIXED : String(value ?? "");
}
