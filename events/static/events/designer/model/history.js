/**
 * The current document and all earlier and later ones, for undo and redo without a limit. As documents share what didn't
 * change, an entry costs little more than what it changed.
 */

import { Emitter } from "../../../ticketing/emitter.js";

export class History extends Emitter {
  #past = [];
  #future = [];
  #merge = null;

  /** Each state has the document, the selected ids, and the label of the change that led to it. */
  constructor(document) {
    super();
    this.current = { document, selection: new Set(), label: "" };
  }

  get document() {
    return this.current.document;
  }

  get undoLabel() {
    return this.#past.length ? this.current.label : "";
  }

  get redoLabel() {
    return this.#future.at(-1)?.label ?? "";
  }

  /**
   * Makes a document the current one. Changes in a row with the same `merge` are one step, as those of a drag or of typing
   * into a field, until `seal` is called.
   */
  commit(document, { label, merge = null, selection = this.current.selection }) {
    if (document === this.document) return;
    if (!merge || merge !== this.#merge) this.#past.push(this.current);
    this.#merge = merge;
    this.#future = [];
    this.current = { document, selection, label };
    this.emit("change", { label });
  }

  /** Ends the step: what follows is another one. */
  seal() {
    this.#merge = null;
  }

  /** Forgets the step that began with `merge`, as when a drag is cancelled. */
  cancel(merge) {
    if (this.#merge !== merge || !this.#past.length) return;
    this.current = this.#past.pop();
    this.#merge = null;
    this.emit("change", { label: "Cancelled" });
  }

  /** Returns the label of what was undone, "" if there is nothing. */
  undo() {
    return this.#step(this.#past, this.#future, this.undoLabel, "Undone");
  }

  /** Returns the label of what was done again, "" if there is nothing. */
  redo() {
    return this.#step(this.#future, this.#past, this.redoLabel, "Done again");
  }

  #step(from, to, label, what) {
    this.#merge = null;
    if (!from.length) return "";
    to.push(this.current);
    this.current = from.pop();
    this.emit("change", { label: `${what}: ${label}` });
    return label;
  }
}
