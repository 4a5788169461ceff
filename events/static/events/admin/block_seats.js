/** Picks seats of one block to block or unblock. The names of picked seats are in the form's text field. */

import { count } from "../../ticketing/format.js";
import { addKeyboard, buildGrid, placeOf, readRows, seatName, statusLabel } from "./seat_grid.js";

const root = document.getElementById("seats");
const form = document.getElementById("seats-form");
const field = document.getElementById("id_seats");
const status = document.getElementById("picked-seats");
const detail = document.getElementById("seat-detail");
const submit = document.getElementById("seats-submit");
const clear = document.getElementById("seats-clear");

const rows = readRows(document.getElementById("row-labels"), root.querySelector("pre"));
const isNumbered = Boolean(root.dataset.numbered);
const accessible = new Set(root.dataset.accessible.split("\n"));
const table = buildGrid(rows, root.dataset.block, accessible, isNumbered);
const between = isNumbered ? " " : "\n"; // labels of a plan may have spaces
const at = addKeyboard(table, moved);
const picked = new Set(); // names, also of seats that aren't shown
let anchor = null; // the start of a range

const change = () => form.elements.do.value;
const pickable = () => (change() === "blocked" ? "a" : "b");
const statusAt = ([row, col]) => rows[row - 1].statuses[col - 1];
const nameOf = ([row, col]) => seatName(rows[row - 1], col - 1);
const isSeat = ([row, col]) => row > 0 && col > 0;

// --- Picking -----------------------------------------------------------------------------------------

/** Returns the pickable seats between two corners; a row number stands for its row, the top left button for all rows. */
function placesFrom([fromRow, fromCol], [toRow, toCol]) {
  const all = fromCol === 0 || toCol === 0;
  const whole = fromRow === 0 || toRow === 0;
  const [top, bottom] = whole ? [1, rows.length] : [Math.min(fromRow, toRow), Math.max(fromRow, toRow)];
  const [left, right] = all ? [1, Math.max(...rows.map((each) => each.seats.length))] : [Math.min(fromCol, toCol), Math.max(fromCol, toCol)];
  const places = [];
  for (let row = top; row <= bottom; row += 1) {
    for (let col = left; col <= right; col += 1) if (statusAt([row, col]) === pickable()) places.push([row, col]);
  }
  return places;
}

function pick(place, ranging) {
  const places = placesFrom(ranging && anchor ? anchor : place, place);
  const names = places.map(nameOf);
  const off = !ranging && names.length > 0 && names.every((name) => picked.has(name));
  for (const name of names) off ? picked.delete(name) : picked.add(name);
  if (!ranging) anchor = place;
  for (const [row, col] of places) at(row, col).setAttribute("aria-pressed", String(!off));
  if (names.length) showPicked();
  else status.textContent = `Nothing to ${verb()} here. ${pickedText()}`;
  field.value = [...picked].join(between);
}

function moved(button, ranging) {
  if (ranging) pick(placeOf(button), true);
}

function refreshButtons() {
  for (const button of table.querySelectorAll(".seat")) {
    const place = placeOf(button);
    button.setAttribute("aria-pressed", String(picked.has(nameOf(place))));
    button.setAttribute("aria-disabled", String(statusAt(place) !== pickable()));
  }
  root.dataset.change = change();
  showPicked();
}

/** Reads the names from the field, typed by the user or returned by the server. */
function readField() {
  picked.clear();
  for (const name of field.value.split(isNumbered ? /[\s,]+/ : /\s*[\n,]\s*/)) if (name) picked.add(name);
  refreshButtons();
}

function clearPicks() {
  picked.clear();
  field.value = "";
  anchor = null;
  refreshButtons();
}

// --- Texts -------------------------------------------------------------------------------------------

const verb = () => (change() === "blocked" ? "block" : "unblock");
const seatCount = () => (picked.size === 1 ? "1 seat" : `${count(picked.size)} seats`);
const pickedText = () => (picked.size ? `${seatCount()} picked.` : "No seats picked.");

function showPicked() {
  status.textContent = pickedText();
  const name = verb()[0].toUpperCase() + verb().slice(1);
  submit.textContent = picked.size ? `${name} ${seatCount()}` : name;
  clear.hidden = !picked.size;
}

/** Describes the focused seat, with a link to its history. */
function describe(button) {
  const place = placeOf(button);
  detail.replaceChildren();
  if (!isSeat(place)) return;
  const row = rows[place[0] - 1];
  detail.append(`Row ${row.label}, seat ${row.seats[place[1] - 1]} is ${statusLabel(statusAt(place))}. `);
  if (!root.dataset.history) return;
  const position = row.first + place[1] - 1;
  const link = document.createElement("a");
  link.href = root.dataset.history.replace(root.dataset.placeholder, position);
  link.textContent = "Explain this seat";
  detail.append(link);
}

// --- Setup -------------------------------------------------------------------------------------------

table.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) pick(placeOf(button), event.shiftKey);
});
table.addEventListener("keydown", (event) => {
  if (event.key !== " ") return;
  event.preventDefault(); // browsers don't press a button with Shift+Space
  pick(placeOf(event.target), event.shiftKey);
});
table.addEventListener("keyup", (event) => event.key === " " && event.preventDefault());
table.addEventListener("focusin", (event) => describe(event.target));
form.addEventListener("change", (event) => {
  if (event.target === field) readField();
  if (event.target.name === "do") clearPicks();
});
clear.addEventListener("click", clearPicks);

root.replaceChildren(table);
document.getElementById("grid-help").hidden = false;
readField();
