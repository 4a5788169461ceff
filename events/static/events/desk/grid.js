/** The seats of a block as a table of buttons with one tab stop: arrow keys move, Home and End go along the row. */

const STATES = { a: "free", r: "held", s: "sold", b: "blocked" };
const SIGNS = { a: "", r: "◔", s: "●", b: "×" };
const WHEELCHAIR = "♿︎";

/** What the letters a r s b of the seat map mean here. */
export const stateOf = (letter) => STATES[letter];

/** Reads the rows that the server wrote into the page: [{number, letters}]. */
export function readRows(pre) {
  return pre.textContent
    .trim()
    .split("\n")
    .map((line) => line.split(" "))
    .map(([number, letters]) => ({ number: Number(number), letters }));
}

/**
 * The table. In it each button has `data-row` (0 is the line of the corner) and `data-col` (0 is the row's number).
 * All of its text is numbers and words from here, so it can be written as HTML, which is quick for 5,000 seats.
 * `places` are the names of the wheelchair places.
 */
export function buildGrid(rows, name, places) {
  const table = document.createElement("table");
  table.setAttribute("role", "grid");
  table.setAttribute("aria-label", `Seats of block ${name}`);
  table.setAttribute("aria-describedby", "grid-help");
  const heads = [...rows[0].letters].map((_, index) => `<th scope="col">${index + 1}</th>`).join("");
  const corner = `<th scope="col">${button(0, 0, "All seats shown", "All")}</th>`;
  const body = rows.map((row, index) => `<tr>${cells(row, index + 1, places)}</tr>`).join("");
  table.innerHTML = `<thead><tr>${corner}${heads}</tr></thead><tbody>${body}</tbody>`;
  table.querySelector("button").tabIndex = 0;
  return table;
}

function cells({ number, letters }, line, places) {
  const head = `<th scope="row">${button(line, 0, `Row ${number}`, number)}</th>`;
  const seats = [...letters].map((letter, index) => {
    const place = places.has(`${number}-${index + 1}`);
    const words = `Row ${number}, seat ${index + 1}, ${place ? "wheelchair place, " : ""}${STATES[letter]}`;
    return `<td>${button(line, index + 1, words, SIGNS[letter] || (place ? WHEELCHAIR : ""), `class="seat ${STATES[letter]}"`)}</td>`;
  });
  return head + seats.join("");
}

function button(row, col, label, text, more = 'class="line"') {
  const place = `data-row="${row}" data-col="${col}"`;
  return `<button type="button" tabindex="-1" ${place} ${more} aria-pressed="false" aria-label="${label}">${text}</button>`;
}

/** Moves the focus with the keys; calls `moved(button, shift)` after each move. */
export function roam(table, moved) {
  const lines = [...table.rows].map((row) => [...row.querySelectorAll("button")]);
  const at = (row, col) => lines[row]?.[col];
  const steps = {
    ArrowUp: ([row, col]) => at(row - 1, col),
    ArrowDown: ([row, col]) => at(row + 1, col),
    ArrowLeft: ([row, col]) => at(row, col - 1),
    ArrowRight: ([row, col]) => at(row, col + 1),
    Home: ([row]) => at(row, 0),
    End: ([row]) => lines[row].at(-1),
  };
  table.addEventListener("keydown", (event) => {
    if (!steps[event.key] || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const next = steps[event.key](placeOf(event.target));
    if (!next) return;
    next.focus();
    moved(next, event.shiftKey);
  });
  table.addEventListener("focusin", (event) => {
    for (const old of table.querySelectorAll('button[tabindex="0"]')) old.tabIndex = -1;
    event.target.tabIndex = 0;
  });
  return at;
}

/** Row and column of a button. */
export function placeOf(target) {
  return [Number(target.dataset.row), Number(target.dataset.col)];
}
