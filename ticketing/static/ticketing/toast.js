/** Short notes at the edge of the page. They repeat what is said elsewhere; nothing depends on reading one. */

import { say } from "./announce.js";

const SECONDS = 6;
const KEPT = "toast";

/** Shows a note and says it; `kind` is "", "good", "warn" or "bad". It goes after six seconds, or by its button. */
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

/** Shows it on the next page of this tab. */
export function toastNext(text, kind = "") {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify([text, kind]));
  } catch {
    // no storage: the note is not worth a failure
  }
}

/** Shows what the page before left. */
export function showKept() {
  try {
    const kept = sessionStorage.getItem(KEPT);
    sessionStorage.removeItem(KEPT);
    if (kept) toast(...JSON.parse(kept));
  } catch {
    // as above
  }
}
