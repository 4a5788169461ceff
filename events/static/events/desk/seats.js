/** Picks seats of one block to be blocked or unblocked. What is picked stands, by name, in the field that is sent. */

import { buildGrid, placeOf, readRows, roam, stateOf } from "./grid.js";

const root = document.getElementById("seats");
const form = document.getElementById("seats-form");
const field = document.getElementById("id_seats");
const words = document.getElementById("seat-words");
const detail = document.getElementById("seat-detail");
const submit = document.getElementById("seats-submit");
const clear = document.getElementById("seats-clear");

const rows = readRows(root.querySelector("pre"));
const table = buildGrid(rows, root.dataset.block, new Set(root.dataset.accessible.split(" ")));
const at = roam(table, moved);
const picked = new Set(); // names; also of seats that are not drawn
let anchor = null; // where a range begins

const doing = () => form.elements.do.value;
const pickable = () => (doing() === "blocked" ? "a" : "b");
const letterAt = ([row, col]) => rows[row - 1].letters[col - 1];
const nameOf = ([row, col]) => `${rows[row - 1].number}-${col}`;
const isSeat = ([row, col]) => row > 0 && col > 0;

// --- Picking -----------------------------------------------------------------------------------------

/** The pickable places from one corner to the other; a row's number means the row, the corner all of them. */
function placesFrom([fromRow, fromCol], [toRow, toCol]) {
  const all = fromCol === 0 || toCol === 0;
  const whole = fromRow === 0 || toRow === 0;
  const [top, bottom] = whole ? [1, rows.length] : [Math.min(fromRow, toRow), Math.max(fromRow, toRow)];
  const [left, right] = all ? [1, rows[0].letters.length] : [Math.min(fromCol, toCol), Math.max(fromCol, toCol)];
  const places = [];
  for (let row = top; row <= bottom; row += 1) {
    for (let col = left; col <= right; col += 1) if (letterAt([row, col]) === pickable()) places.push([row, col]);
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
  if (names.length) tell();
  else words.textContent = `Nothing to ${verb()} here. ${inWords()}`;
  field.value = [...picked].join(" ");
}

function moved(button, ranging) {
  if (ranging) pick(placeOf(button), true);
}

function repaint() {
  for (const button of table.querySelectorAll(".seat")) {
    const place = placeOf(button);
    button.setAttribute("aria-pressed", String(picked.has(nameOf(place))));
    button.setAttribute("aria-disabled", String(letterAt(place) !== pickable()));
  }
  root.dataset.doing = doing();
  tell();
}

/** Takes the names from the field: written by hand, or brought back by the server. */
function readField() {
  picked.clear();
  for (const name of field.value.split(/[\s,]+/)) if (name) picked.add(name);
  repaint();
}

function pickNothing() {
  picked.clear();
  field.value = "";
  anchor = null;
  repaint();
}

// --- Words -------------------------------------------------------------------------------------------

const verb = () => (doing() === "blocked" ? "block" : "unblock");
const seatsInWords = () => (picked.size === 1 ? "1 seat" : `${picked.size.toLocaleString()} seats`);
const inWords = () => (picked.size ? `${seatsInWords()} picked.` : "No seat is picked.");

function tell() {
  words.textContent = inWords();
  const name = verb()[0].toUpperCase() + verb().slice(1);
  submit.textContent = picked.size ? `${name} ${seatsInWords()}` : name;
  clear.hidden = !picked.size;
}

/** What the seat in focus is, and where its story is told. */
function describe(button) {
  const place = placeOf(button);
  detail.replaceChildren();
  if (!isSeat(place)) return;
  detail.append(`Row ${rows[place[0] - 1].number}, seat ${place[1]} is ${stateOf(letterAt(place))}. `);
  if (!root.dataset.story) return;
  const position = (rows[place[0] - 1].number - 1) * Number(root.dataset.cols) + place[1] - 1;
  const link = document.createElement("a");
  link.href = root.dataset.story.replace(root.dataset.placeholder, position);
  link.textContent = "Explain this seat";
  detail.append(link);
}

// --- Beginning ---------------------------------------------------------------------------------------

table.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) pick(placeOf(button), event.shiftKey);
});
table.addEventListener("keydown", (event) => {
  if (event.key !== " ") return;
  event.preventDefault(); // with Shift the browser would not press the button
  pick(placeOf(event.target), event.shiftKey);
});
table.addEventListener("keyup", (event) => event.key === " " && event.preventDefault());
table.addEventListener("focusin", (event) => describe(event.target));
form.addEventListener("change", (event) => {
  if (event.target === field) readField();
  if (event.target.name === "do") pickNothing();
});
clear.addEventListener("click", pickNothing);

root.replaceChildren(table);
document.getElementById("grid-help").hidden = false;
readField();
