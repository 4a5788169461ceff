/**
 * Labels of rows and seats, made by a rule (docs/seating-plans.md, Labels). The server has the same rules in
 * events/plans; a browser test compares the two.
 */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
export const SKIPPED_LETTERS = ["I", "O"];

/** Returns `count` labels of a rule, or of a list; what a list doesn't have is "". `usual` is the style without a rule. */
export function labelsOf(rule, count, usual = "numbers") {
  if (Array.isArray(rule)) return Array.from({ length: count }, (_, index) => String(rule[index] ?? ""));
  const style = rule?.style ?? usual;
  const made = style === "numbers" ? numbers(rule ?? {}, count) : letters(rule ?? {}, count, style);
  const { prefix = "", suffix = "", reverse = false } = rule ?? {};
  const labels = made.map((label) => `${prefix}${label}${suffix}`.trim());
  return reverse ? labels.reverse() : labels;
}

function numbers({ start = 1, step = 1, skip = [] }, count) {
  const left = new Set(skip.map(Number));
  const found = [];
  for (let number = Number(start); found.length < count; number += step || 1) if (!left.has(number)) found.push(String(number));
  return found;
}

function letters({ start = "A", step = 1, skip = SKIPPED_LETTERS }, count, style) {
  const left = new Set(skip.map((letter) => String(letter).toUpperCase()));
  const alphabet = [...ALPHABET].filter((letter) => !left.has(letter));
  if (!alphabet.length) return Array.from({ length: count }, () => "");
  const write = style === "doubled" ? doubled : bijective;
  const first = Math.max(0, indexOf(String(start).toUpperCase(), alphabet, style));
  return Array.from({ length: count }, (_, index) => write(first + index * (step || 1), alphabet));
}

/** Returns A…Z, AA, AB, …: the numbers 0, 1, … in the letters of the alphabet. */
function bijective(index, alphabet) {
  let text = "";
  for (let left = index + 1; left > 0; left = Math.floor((left - 1) / alphabet.length)) {
    text = alphabet[(left - 1) % alphabet.length] + text;
  }
  return text;
}

/** Returns A…Z, AA, BB, …. */
function doubled(index, alphabet) {
  return alphabet[index % alphabet.length].repeat(Math.floor(index / alphabet.length) + 1);
}

/** Returns the number of a label in the letters of the alphabet, -1 if it is none. */
function indexOf(label, alphabet, style) {
  const places = [...label].map((letter) => alphabet.indexOf(letter));
  if (!places.length || places.includes(-1)) return -1;
  if (style === "doubled") {
    return places.every((place) => place === places[0]) ? places[0] + (places.length - 1) * alphabet.length : -1;
  }
  return places.reduce((sum, place) => sum * alphabet.length + place + 1, 0) - 1;
}

/** Writes labels short for people: "A, B, C … T". */
export function previewOf(labels, shown = 3) {
  if (labels.length <= shown + 1) return labels.join(", ");
  return `${labels.slice(0, shown).join(", ")} … ${labels[labels.length - 1]}`;
}

/** Returns the label that would follow the last of a rule's: the start of a block that goes on. */
export function nextStart(rule, count, usual) {
  const plain = { ...rule, prefix: "", suffix: "", reverse: false };
  const label = labelsOf(plain, count + 1, usual)[count];
  return (rule?.style ?? usual) === "numbers" ? Number(label) : label;
}
