/**
 * Whether a document can be drawn: its parts have the types and sizes that the designer relies on. It may still have
 * mistakes, which the server finds. A draft may be any JSON, because other programs save drafts too.
 */

const MAX_ITEMS = 1_000;
const MAX_SEATS = 250_000;

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isList = (value, test, most = MAX_SEATS) => Array.isArray(value) && value.length <= most && value.every(test);
const isNumber = (value) => typeof value === "number" && Number.isFinite(value) && Math.abs(value) <= 1e9;
const isText = (value) => typeof value === "string";
const isCount = (value) => Number.isInteger(value) && value >= 1 && value <= MAX_ITEMS;
const isPoint = (value) => isList(value, isNumber, 2) && value.length === 2;
const isPoints = (value) => isList(value, isPoint, 200) && value.length >= 3;
const perhaps = (test) => (value) => value === undefined || test(value);
const isLength = (value) => isNumber(value) && value > 0;

/** Returns a test of the members of an object. */
const members = (tests) => (value) => isObject(value) && Object.entries(tests).every(([name, test]) => test(value[name]));

const isRule = members({
  style: (value) => ["numbers", "letters", "doubled"].includes(value),
  start: perhaps((value) => isText(value) || isNumber(value)),
  step: perhaps(isCount),
  skip: perhaps((value) => isList(value, (one) => isText(one) || isNumber(one), MAX_ITEMS)),
  prefix: perhaps(isText),
  suffix: perhaps(isText),
});
const isLabels = (value) => isList(value, isText) || isRule(value);
const own = { label: perhaps(isText), kind: perhaps(isText), category: perhaps(isText), note: perhaps(isText) };

const isGrid = members({
  rows: isCount,
  seats: (value) => isCount(value) || isList(value, isCount, MAX_ITEMS),
  row_spacing: perhaps(isLength),
  seat_spacing: perhaps(isLength),
  radius: perhaps(isLength),
  aisles: perhaps((value) => isList(value, isCount, MAX_ITEMS)),
  straight_aisles: perhaps((value) => typeof value === "boolean"),
  aisle_width: perhaps(isNumber),
  skew: perhaps(isNumber),
  row_labels: perhaps(isLabels),
  seat_labels: perhaps(isLabels),
  missing: perhaps((value) => isList(value, isPoint)),
  places: perhaps((value) => isList(value, members({ row: isCount, seat: isCount, ...own }))),
});
const isRow = members({
  label: isText,
  seats: (value) => isList(value, members({ x: isNumber, y: isNumber, ...own, label: isText }), MAX_ITEMS),
});
const isTable = members({
  label: isText,
  x: isNumber,
  y: isNumber,
  seats: (value) => isCount(value) && value <= 100,
  width: perhaps(isLength),
  height: perhaps(isLength),
  rotation: perhaps(isNumber),
  seat_labels: perhaps(isLabels),
  places: perhaps((value) => isList(value, members({ seat: isCount, ...own }), 100)),
});
const CONTENTS = {
  grid: isGrid,
  rows: (value) => isList(value, isRow, MAX_ITEMS),
  tables: (value) => isList(value, isTable, MAX_ITEMS),
  standing: members({ capacity: isNumber, outline: isPoints }),
};
const place = { x: perhaps(isNumber), y: perhaps(isNumber), rotation: perhaps(isNumber) };

function isSubsection(value) {
  const contents = Object.keys(CONTENTS).filter((name) => value?.[name] !== undefined);
  return members({ ...place, category: perhaps(isText) })(value) && contents.length === 1 && CONTENTS[contents[0]](value[contents[0]]);
}

const isDrawing = members({
  ...place,
  role: isText,
  text: perhaps(isText),
  size: perhaps(isLength),
  width: perhaps(isLength),
  height: perhaps(isLength),
  points: perhaps(isPoints),
});

const isDocument = members({
  name: perhaps(isText),
  unit_cm: perhaps(isLength),
  focal_point: perhaps(members({ x: isNumber, y: isNumber })),
  categories: perhaps((value) => isList(value, members({ name: isText, color: perhaps(isText) }), 50)),
  sections: perhaps((value) =>
    isList(value, members({ name: isText, subsections: (list) => isList(list, isSubsection, 5_000) }), MAX_ITEMS),
  ),
  drawings: perhaps((value) => isList(value, isDrawing, MAX_ITEMS)),
});

/** Returns how many seats a grid would have, without making them. */
function seatsOf({ grid }) {
  if (!grid) return 0;
  return Array.isArray(grid.seats) ? grid.seats.reduce((sum, count) => sum + count, 0) : grid.rows * grid.seats;
}

export const readable = {
  /** Returns whether a document can be drawn. */
  document: (value) => {
    if (!isDocument(value)) return false;
    const blocks = (value.sections ?? []).flatMap(({ subsections }) => subsections);
    return blocks.reduce((sum, block) => sum + seatsOf(block), 0) <= MAX_SEATS;
  },
  /** Returns whether a subsection or a drawing can be drawn. */
  item: (value) => (isSubsection(value) && seatsOf(value) <= MAX_SEATS) || isDrawing(value),
};
