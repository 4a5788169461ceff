/**
 * Saves the document as the plan's draft a moment after each change, and again until it succeeds. It emits "change" with
 * its `state`: "saved", "waiting", "saving", "offline" (tried again by itself), "refused" (the server can't take it) or
 * "conflict" (saved elsewhere in the meantime: nothing is saved until `overwrite` is called).
 */

import { call } from "../../ticketing/api.js";
import { Emitter } from "../../ticketing/emitter.js";

const PAUSE_MS = 1_500;
const RETRY_MS = [3_000, 6_000, 12_000, 30_000];

export class Autosave extends Emitter {
  state = "saved";
  savedAt = null;
  /** Why the server refused, as a sentence. */
  reason = "";
  /** Whether the last failure was that of the connection. */
  isOffline = false;
  #designer;
  #address;
  #saved; // the document on the server
  #name;
  #timer = null;
  #running = null;
  #failures = 0;
  #givenUp = false;

  /** `plan` is {address, revision, name} of the plan whose draft the designer has opened. */
  constructor(designer, { address, revision, name }) {
    super();
    this.#designer = designer;
    this.#address = address;
    this.revision = revision;
    this.#name = name;
    this.#saved = designer.document;
    designer.addEventListener("document", () => this.#changed());
    window.addEventListener("online", () => this.isUnsaved && this.save());
    window.addEventListener("beforeunload", (event) => this.isUnsaved && !this.#givenUp && event.preventDefault());
  }

  get isUnsaved() {
    return this.#designer.document !== this.#saved;
  }

  #changed() {
    if (this.state === "conflict") return;
    clearTimeout(this.#timer);
    if (!this.isUnsaved && !this.#running) return this.#set("saved");
    this.#set(this.#running ? "saving" : "waiting");
    this.#timer = setTimeout(() => this.save(), PAUSE_MS);
  }

  /** Saves now, if there is anything to save. Resolves when it is saved or has failed; returns whether all is saved. */
  async save() {
    clearTimeout(this.#timer);
    if (this.#running) await this.#running;
    if (this.state === "conflict" || !this.isUnsaved) return !this.isUnsaved;
    this.#running = this.#send(this.#designer.document);
    await this.#running;
    return !this.isUnsaved;
  }

  async #send(document) {
    this.#set("saving");
    try {
      const renamed = document.name && document.name !== this.#name ? { name: document.name } : {};
      const { data } = await call("PATCH", this.#address, { body: { ...renamed, draft: document, revision: this.revision } });
      this.#done(document, data);
    } catch (problem) {
      this.#failed(problem);
    } finally {
      this.#running = null;
    }
  }

  #done(document, { revision, name }) {
    Object.assign(this, { revision, savedAt: new Date() });
    this.#name = name;
    this.#saved = document;
    this.#failures = 0;
    if (this.isUnsaved) this.#timer = setTimeout(() => this.save(), PAUSE_MS);
    this.#set(this.isUnsaved ? "waiting" : "saved");
  }

  #failed(problem) {
    if (problem.code === "plan_changed") return this.#set("conflict");
    const lasting = problem.status >= 400 && problem.status < 500 && ![408, 429].includes(problem.status);
    this.isOffline = problem.code === "offline";
    this.reason = problem.errors?.[0]?.detail ?? problem.message;
    if (lasting) return this.#set("refused");
    const wait = (problem.retryAfter ?? 0) * 1000 || RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)];
    this.#failures += 1;
    this.#timer = setTimeout(() => this.save(), wait);
    return this.#set("offline");
  }

  /** Saves over what was saved elsewhere. */
  async overwrite() {
    const { data } = await call("GET", this.#address);
    this.revision = data.revision;
    this.#set("waiting");
    return this.save();
  }

  /** Lets the page be left without a warning. */
  giveUp() {
    this.#givenUp = true;
  }

  #set(state) {
    this.state = state;
    this.emit("change");
  }
}
