/**
 * The seating as rows of typed text, one a section, and as the JSON text that is posted.
 *
 * A row is {name, tier, price, subsections, rows, cols, accessible} as somebody typed it, and `rest`: members this
 * table does not know, which are kept. What can't be read as a number goes into the JSON as it is, so that nothing
 * typed is lost and the server refuses it by the name of its field.
 */

import { minorUnits, typed } from "./prices.js";

export const COUNTS = ["subsections", "rows", "cols"];
const KNOWN = ["name", "tier", "price", "accessible", ...COUNTS];
const WHOLE = /^[1-9]\d{0,8}$/;

/** The rows of a JSON text; null if it is no JSON or nothing that a table could show. */
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
  const text = Object.fromEntries(["name", "tier", ...COUNTS].map((member) => [member, words(section[member])]));
  return {
    ...text,
    price: Number.isSafeInteger(price) && price >= 0 ? typed(price, currency) : words(price),
    accessible: Array.isArray(accessible) ? accessible.join(", ") : words(accessible),
    rest,
  };
}

function words(value) {
  return typeof value === "object" || value === undefined ? "" : String(value);
}

/** The JSON text of the rows, a section a line. */
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

/** A row in numbers: {name, tier, price, subsections, rows, cols, seats, wheelchairs, value}; null while one is missing. */
export function section(row, currency) {
  const price = minorUnits(row.price, currency);
  if (price === null || !COUNTS.every((member) => WHOLE.test(row[member].trim()))) return null;
  const [subsections, rows, cols] = COUNTS.map((member) => Number(row[member]));
  const seats = subsections * rows * cols;
  const tier = row.tier.trim() || "Regular";
  const wheelchairs = subsections * new Set(placesOf(row)).size;
  return { name: row.name.trim(), tier, price, subsections, rows, cols, seats, wheelchairs, value: seats * price };
}

/** What is wrong with each row: a list of {member: what to do about it}, in the order of the rows. */
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

const COUNT_NAMES = { subsections: "Blocks", rows: "Rows", cols: "Seats a row" };

function nameProblem(names, index, limits) {
  const name = names[index];
  if (!name) return { name: "Name: every section needs one." };
  if (name.length > limits.name) return { name: `Name: at most ${limits.name} characters.` };
  return names.indexOf(name) < index ? { name: `Name: there is a section named ${name} already.` } : {};
}

function priceProblem(row, currency, limits) {
  const price = minorUnits(row.price, currency);
  if (price === null) return { price: `Price: write it like ${typed(4500, currency)}, with nothing else.` };
  return price > limits.price ? { price: `Price: at most ${typed(limits.price, currency)}.` } : {};
}

function accessibleProblem(row) {
  const bad = placesOf(row).find((place) => {
    const [, line, seat] = /^([1-9]\d*)-([1-9]\d*)$/.exec(place) ?? [];
    return !line || Number(line) > Number(row.rows) || Number(seat) > Number(row.cols);
  });
  return bad ? { accessible: `Accessible places: there is no seat ${bad}; 5-1 is row 5, seat 1.` } : {};
}

/** What is wrong with all of it together, as sentences. */
export function limitProblems({ sections, blocks, seats }, limits) {
  const over = [
    [sections < 1, "At least one section is needed."],
    [sections > limits.sections, `At most ${limits.sections.toLocaleString()} sections are possible.`],
    [blocks > limits.blocks, `At most ${limits.blocks.toLocaleString()} blocks are possible.`],
    [seats > limits.seats, `At most ${limits.seats.toLocaleString()} seats are possible.`],
  ];
  return over.filter(([is]) => is).map(([, words]) => words);
}

/** Sections, blocks, seats, and what a sold-out house is worth in minor units. */
export function totalsOf(rows, sections) {
  const sum = (member) => sections.reduce((total, each) => total + (each?.[member] ?? 0), 0);
  return { sections: rows.length, blocks: sum("subsections"), seats: sum("seats"), value: sum("value") };
}
