/** The seats of a block as a table of buttons with one Tab stop; arrow keys, Home and End move the focus. */

const STATUSES = { a: "free", r: "reserved", s: "sold", b: "blocked" };
const SIGNS = { a: "", r: "◔", s: "●", b: "×" };
const WHEELCHAIR = "♿︎";

/** The label of a seat's status letter. */
export const statusLabel = (letter) => STATUSES[letter];

/**
 * Reads the rows from the page: [{label, seats, statuses, first}], with a label and a letter (a, r, s or b) per seat;
 * `first` is the position of the first one.
 */
export function readRows(labels, pre) {
  const statuses = pre.textContent.trimEnd().split("\n");
  return JSON.parse(labels.textContent).map((row, index) => ({ ...row, statuses: statuses[index].split(" ").at(-1) }));
}

/** The name of a seat, as C-12. */
export const seatName = (row, index) => `${row.label}-${row.seats[index]}`;

/**
 * Builds the table. Buttons have `data-row` (0 is the header) and `data-col` (0 is the row number's column).
 *
 * `accessible` has the names of the wheelchair places. With `isNumbered`, the columns have the numbers of their seats. The
 * table is built as HTML, which is fast for 5,000 seats; labels are escaped.
 */
export function buildGrid(rows, name, accessible, isNumbered) {
  const table = document.createElement("table");
  table.setAttribute("role", "grid");
  table.setAttribute("aria-label", `Seats of block ${name}`);
  table.setAttribute("aria-describedby", "grid-help");
  const longest = Math.max(...rows.map((row) => row.seats.length));
  const number = (index) => (isNumbered ? index + 1 : `<span class="visually-hidden">Place ${index + 1}</span>`);
  const heads = Array.from({ length: longest }, (_, index) => `<th scope="col">${number(index)}</th>`).join("");
  const corner = `<th scope="col">${button(0, 0, "All seats shown", "All")}</th>`;
  const body = rows.map((row, index) => `<tr>${cells(row, index + 1, accessible)}</tr>`).join("");
  table.innerHTML = `<thead><tr>${corner}${heads}</tr></thead><tbody>${body}</tbody>`;
  table.querySelector("button").tabIndex = 0;
  return table;
}

function cells(row, line, accessible) {
  const rowLabel = escaped(row.label);
  const head = `<th scope="row">${button(line, 0, `Row ${rowLabel}`, rowLabel)}</th>`;
  const seats = [...row.statuses].map((letter, index) => {
    const isAccessible = accessible.has(seatName(row, index));
    const label = `Row ${rowLabel}, seat ${escaped(row.seats[index])}, ${isAccessible ? "wheelchair place, " : ""}${STATUSES[letter]}`;
    return `<td>${button(line, index + 1, label, SIGNS[letter] || (isAccessible ? WHEELCHAIR : ""), `class="seat ${STATUSES[letter]}"`)}</td>`;
  });
  return head + seats.join("");
}

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text) => text.replace(/[&<>"]/g, (letter) => ESCAPES[letter]);

function button(row, col, label, text, more = 'class="line"') {
  const place = `data-row="${row}" data-col="${col}"`;
  return `<button type="button" tabindex="-1" ${place} ${more} aria-pressed="false" aria-label="${label}">${text}</button>`;
}

/** Moves the focus with the keyboard and calls `moved(button, shift)`. Returns a lookup (row, col) → button. */
export function addKeyboard(table, moved) {
  const lines = [...table.rows].map((row) => [...row.querySelectorAll("button")]);
  const at = (row, col) => lines[row]?.[col];
  const moves = {
    ArrowUp: ([row, col]) => at(row - 1, col),
    ArrowDown: ([row, col]) => at(row + 1, col),
    ArrowLeft: ([row, col]) => at(row, col - 1),
    ArrowRight: ([row, col]) => at(row, col + 1),
    Home: ([row]) => at(row, 0),
    End: ([row]) => lines[row].at(-1),
  };
  table.addEventListener("keydown", (event) => {
    if (!moves[event.key] || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const next = moves[event.key](placeOf(event.target));
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

/** Returns [row, column] of a button. */
export function placeOf(target) {
  return [Number(target.dataset.row), Number(target.dataset.col)];
}
