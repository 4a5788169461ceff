/**
 * Converts the seating between table rows, one per section, and the JSON text that the form posts.
 *
 * A row is {name, tier, price, subsections, rows, cols, accessible} as typed text, and `rest`, members the table doesn't
 * show. Text that isn't a valid number goes into the JSON unchanged, so that no input is lost and the server's error
 * names the field.
 */

import { count } from "../../ticketing/format.js";
import { inputPrice, minorUnits } from "./prices.js";

export const COUNTS = ["subsections", "rows", "cols"];
const KNOWN = ["name", "tier", "price", "accessible", ...COUNTS];
const WHOLE = /^[1-9]\d{0,8}$/;

/** Returns the rows of a JSON text; null if it isn't JSON or can't be shown as a table. */
export function readText(text, currency) {
  let config;
  try {
    config = JSON.parse(text);
  } catch {
    return null;
  }
  const sections = config?.sections;
  const fits = Array.isArray(sections) && sections.every((section) => section && typeof section === "object");
  return fits ? sections.map((section) => readSection({ rows: config.rows, cols: config.cols, ...section }, currency)) : null;
}

function readSection(section, currency) {
  const { price, accessible = [] } = section;
  const rest = Object.fromEntries(Object.entries(section).filter(([member]) => !KNOWN.includes(member)));
  const text = Object.fromEntries(["name", "tier", ...COUNTS].map((member) => [member, textOf(section[member])]));
  return {
    ...text,
    price: Number.isSafeInteger(price) && price >= 0 ? inputPrice(price, currency) : textOf(price),
    accessible: Array.isArray(accessible) ? accessible.join(", ") : textOf(accessible),
    rest,
  };
}

function textOf(value) {
  return typeof value === "object" || value === undefined ? "" : String(value);
}

/** Returns the JSON text of the rows, one section per line. */
export function writeText(rows, currency) {
  const lines = rows.map((row) => `    ${JSON.stringify(writeSection(row, currency))}`);
  return `{\n  "sections": [\n${lines.join(",\n")}\n  ]\n}`;
}

function writeSection(row, currency) {
  const section = { name: row.name.trim(), tier: row.tier.trim() || undefined };
  section.price = minorUnits(row.price, currency) ?? row.price;
  for (const member of COUNTS) section[member] = WHOLE.test(row[member].trim()) ? Number(row[member]) : row[member];
  const places = placesOf(row);
  return { ...section, ...row.rest, ...(places.length && { accessible: places }) };
}

function placesOf(row) {
  return row.accessible.split(/[\s,;]+/).filter(Boolean);
}

/** Parses a row: {name, tier, price, subsections, rows, cols, seats, wheelchairs, value}; null if a number is missing. */
export function parseSection(row, currency) {
  const price = minorUnits(row.price, currency);
  if (price === null || !COUNTS.every((member) => WHOLE.test(row[member].trim()))) return null;
  const [subsections, rows, cols] = COUNTS.map((member) => Number(row[member]));
  const seats = subsections * rows * cols;
  const tier = row.tier.trim() || "Regular";
  const wheelchairs = subsections * new Set(placesOf(row)).size;
  return { name: row.name.trim(), tier, price, subsections, rows, cols, seats, wheelchairs, value: seats * price };
}

/** Returns the errors of each row as {member: message}. */
export function problemsOf(rows, currency, limits) {
  const names = rows.map((row) => row.name.trim());
  return rows.map((row, index) => {
    const problems = { ...nameProblem(names, index, limits), ...priceProblem(row, currency, limits) };
    if (row.tier.trim().length > limits.name) problems.tier = `Tier: at most ${limits.name} characters.`;
    for (const member of COUNTS) {
      if (!WHOLE.test(row[member].trim())) problems[member] = `${COUNT_NAMES[member]}: a whole number of at least 1.`;
    }
    return { ...problems, ...accessibleProblem(row) };
  });
}

const COUNT_NAMES = { subsections: "Blocks", rows: "Rows", cols: "Seats per row" };

function nameProblem(names, index, limits) {
  const name = names[index];
  if (!name) return { name: "Name: enter a name for the section." };
  if (name.length > limits.name) return { name: `Name: at most ${limits.name} characters.` };
  return names.indexOf(name) < index ? { name: `Name: another section is already named ${name}.` } : {};
}

function priceProblem(row, currency, limits) {
  const price = minorUnits(row.price, currency);
  if (price === null) return { price: `Price: enter a number like ${inputPrice(4500, currency)}.` };
  return price > limits.price ? { price: `Price: at most ${inputPrice(limits.price, currency)}.` } : {};
}

function accessibleProblem(row) {
  const bad = placesOf(row).find((place) => {
    const [, line, seat] = /^([1-9]\d*)-([1-9]\d*)$/.exec(place) ?? [];
    return !line || Number(line) > Number(row.rows) || Number(seat) > Number(row.cols);
  });
  return bad ? { accessible: `Accessible places: there is no seat ${bad}; 5-1 is row 5, seat 1.` } : {};
}

/** Returns the errors of the whole seating, as sentences. */
export function limitProblems({ sections, blocks, seats }, limits) {
  const over = [
    [sections < 1, "Add at least one section."],
    [sections > limits.sections, `At most ${count(limits.sections)} sections are allowed.`],
    [blocks > limits.blocks, `At most ${count(limits.blocks)} blocks are allowed.`],
    [seats > limits.seats, `At most ${count(limits.seats)} seats are allowed.`],
  ];
  return over.filter(([is]) => is).map(([, message]) => message);
}

/** Returns the numbers of sections, blocks and seats, and the revenue if all are sold, in minor units. */
export function totalsOf(rows, sections) {
  const sum = (member) => sections.reduce((total, each) => total + (each?.[member] ?? 0), 0);
  return { sections: rows.length, blocks: sum("subsections"), seats: sum("seats"), value: sum("value") };
}
