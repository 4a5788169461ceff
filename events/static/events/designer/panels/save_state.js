/** Says whether the plan is saved, and what to do if it was changed elsewhere. */

import { alert } from "../../../ticketing/announce.js";
import { timeText } from "../../../ticketing/format.js";
import { button, make } from "./elements.js";

const copyOf = (document) => new Blob([JSON.stringify(document, null, 1)], { type: "application/json" });

export function showSaveState(autosave, designer, { text, conflict }) {
  const words = {
    saved: () => (autosave.savedAt ? `Saved ${timeText(autosave.savedAt, "clock")}` : "Saved"),
    waiting: () => "Not saved yet",
    saving: () => "Saving…",
    offline: () => `Not saved: ${autosave.isOffline ? "offline" : "no answer"}, will try again`,
    refused: () => `Not saved: ${autosave.reason}`,
    conflict: () => "Not saved: changed in another window",
  };
  const refresh = () => {
    const state = words[autosave.state]();
    if (text.textContent !== state) text.textContent = state;
    text.dataset.state = autosave.state;
    if (autosave.state === "offline") alert("The plan isn’t saved. We try again by ourselves.");
    if (autosave.state === "conflict") showConflict(conflict, autosave, designer);
    else conflict.hidden = true;
  };
  autosave.addEventListener("change", refresh);
  refresh();
}

function showConflict(root, autosave, designer) {
  if (!root.hidden) return;
  root.replaceChildren(
    make("p", { textContent: "This plan was saved in another window or by somebody else while you were drawing. Nothing of yours is lost, but it isn’t saved yet." }),
    button("Load what was saved there", () => {
      autosave.giveUp();
      location.reload();
    }),
    button("Keep mine and overwrite", () => autosave.overwrite()),
    button("Download mine as a file", () => download(designer.document)),
  );
  root.hidden = false;
}

function download(document_) {
  const link = make("a", { href: URL.createObjectURL(copyOf(document_)), download: `${document_.name || "seating plan"}.json` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
}

/** Says that the draft isn't one that the designer can show; the note goes with the first change. */
export function showUnreadable(root) {
  root.textContent = "This draft can’t be drawn: it was made by another program and has mistakes. It stays as it is until you draw something here, which replaces it.";
  root.hidden = false;
}
