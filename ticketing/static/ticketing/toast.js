/** Short notes at the edge of the page. They never carry information that isn't also elsewhere. */

import { say } from "./announce.js";

const SECONDS = 6;
const KEY = "toast";

/** Shows and announces a note for six seconds; `kind` is "", "good", "warn" or "bad". */
export function toast(text, kind = "") {
  const note = document.createElement("div");
  note.className = `toast ${kind}`;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "toast-close";
  close.setAttribute("aria-label", "Dismiss");
  close.textContent = "×";
  close.addEventListener("click", () => note.remove());
  note.append(text, close);
  document.getElementById("toasts")?.append(note);
  say(text);
  const leave = () => (note.matches(":hover, :focus-within") ? setTimeout(leave, 1000) : note.remove());
  setTimeout(leave, SECONDS * 1000);
}

/** Shows a note on the next page of this tab. */
export function toastNext(text, kind = "") {
  try {
    sessionStorage.setItem(KEY, JSON.stringify([text, kind]));
  } catch {
    // no storage: the note isn't important enough to fail
  }
}

/** Shows the note that the previous page has stored. */
export function showStoredToast() {
  try {
    const stored = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    if (stored) toast(...JSON.parse(stored));
  } catch {
    // no storage
  }
}
