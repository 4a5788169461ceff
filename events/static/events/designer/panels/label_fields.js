/** The fields of a rule for labels of rows or seats, with a preview of what it makes. */

import { SKIPPED_LETTERS, labelsOf, previewOf } from "../model/labels.js";
import { changed } from "../model/edits.js";

const STYLES = {
  rows: [["letters", "A, B, C …"], ["numbers", "1, 2, 3 …"], ["doubled", "A … Z, AA, BB …"], ["given", "A list of my own"]],
  seats: [["numbers", "1, 2, 3 …"], ["odd", "Odd: 1, 3, 5 …"], ["even", "Even: 2, 4, 6 …"], ["letters", "A, B, C …"], ["given", "A list of my own"]],
};

/**
 * Returns the specs for "rows" or "seats". `get(item)` returns the rule, `set(item, rule)` the item with another one,
 * `count(item)` how many labels it makes, `items` the selected items.
 */
export function labelFields(what, { get, set, count, items }) {
  const usual = what === "rows" ? "letters" : "numbers";
  const key = (name) => `${what} ${name}`;
  const ruleOf = (item) => get(item) ?? { style: usual };
  const styleIn = (item) => styleOf(ruleOf(item));
  const change = (members) => (item, value) => set(item, changed(ruleOf(item), members(value, ruleOf(item))));
  const styles = new Set(items.map(styleIn));
  const given = styles.has("given");
  const lettered = [...styles].every((style) => style === "letters" || style === "doubled");
  const style = {
    key: key("style"),
    label: what === "rows" ? "Rows are named" : "Seats are named",
    type: "select",
    wide: true,
    options: STYLES[what],
    get: styleIn,
    set: (item, value) => set(item, withStyle(value, ruleOf(item), usual, count(item))),
  };
  if (given) return [style, givenField(key("given"), { get: ruleOf, set, count })];
  return [
    style,
    lettered ? startLetter(key("start"), ruleOf, change) : startNumber(key("start"), ruleOf, change, styles),
    {
      key: key("reverse"),
      label: what === "rows" ? "From back to front" : "From right to left",
      type: "check",
      get: (item) => Boolean(ruleOf(item).reverse),
      set: change((reverse) => ({ reverse: reverse || undefined })),
    },
    ...(lettered ? [skipField(key("skip"), ruleOf, change)] : []),
    affix("prefix", "Before each", key("prefix"), ruleOf, change),
    affix("suffix", "After each", key("suffix"), ruleOf, change),
  ];
}

function styleOf(rule) {
  if (Array.isArray(rule)) return "given";
  if (rule.style !== "numbers" || rule.step !== 2) return rule.style;
  return (rule.start ?? 1) % 2 ? "odd" : "even";
}

/** Returns the rule in another style; what was there becomes the list if there shall be one. */
function withStyle(style, rule, usual, count) {
  if (style === "given") return labelsOf(rule, count, usual);
  const { prefix, suffix, reverse } = Array.isArray(rule) ? {} : rule;
  const more = { ...(prefix && { prefix }), ...(suffix && { suffix }), ...(reverse && { reverse }) };
  if (style === "odd") return { style: "numbers", start: 1, step: 2, ...more };
  if (style === "even") return { style: "numbers", start: 2, step: 2, ...more };
  return { style, ...more };
}

function givenField(key, { get, set, count }) {
  return {
    key,
    label: "Names, separated by commas",
    type: "text",
    wide: true,
    maxLength: 20_000,
    get: (item) => labelsOf(get(item), count(item)).join(", "),
    set: (item, text) => {
      const names = text.split(",").map((name) => name.trim());
      return set(item, Array.from({ length: count(item) }, (_, index) => names[index] ?? ""));
    },
  };
}

const startLetter = (key, ruleOf, change) => ({
  key,
  label: "Starting with",
  type: "text",
  maxLength: 3,
  get: (item) => ruleOf(item).start ?? "A",
  parse: (text) => (/^[a-z]{1,3}$/i.test(text.trim()) ? text.trim().toUpperCase() : undefined),
  set: change((start) => ({ start: start === "A" ? undefined : start })),
});

const startNumber = (key, ruleOf, change, styles) => ({
  key,
  label: "Starting with",
  type: "whole",
  min: 0,
  max: 999_999,
  get: (item) => ruleOf(item).start ?? 1,
  set: change((start) => ({ start: start === 1 && !styles.has("odd") ? undefined : start })),
});

const skipField = (key, ruleOf, change) => ({
  key,
  label: "Leave out I and O",
  type: "check",
  get: (item) => (ruleOf(item).skip ?? SKIPPED_LETTERS).length > 0,
  set: change((skip) => ({ skip: skip ? undefined : [] })),
});

const affix = (name, label, key, ruleOf, change) => ({
  key,
  label,
  type: "text",
  maxLength: 10,
  get: (item) => ruleOf(item)[name] ?? "",
  set: change((text) => ({ [name]: text || undefined })),
});

/** Returns the preview of a rule's labels: "A, B, C … T". */
export function labelsPreview(what, rule, count) {
  return previewOf(labelsOf(rule, count, what === "rows" ? "letters" : "numbers"), 4);
}
