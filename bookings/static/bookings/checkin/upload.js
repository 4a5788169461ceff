/** Uploads the scans that were decided offline. The server recognises a repeated scan, so sending one twice is harmless. */

import { call } from "../../ticketing/api.js";

const BATCH = 100;
const EVERY_MS = 5000;

/** Events: `state` after each change (detail: `{online, unsent, problem}`); `conflict` for each batch that has conflicts. */
export class Uploader extends EventTarget {
  #running = null;

  /** @param {import("./offline_store.js").OfflineStore} store @param {string} url where batches are sent */
  constructor(store, url) {
    super();
    this.store = store;
    this.url = url;
    this.online = navigator.onLine;
    this.problem = null;
  }

  /** Uploads now, whenever the device comes back online, and every few seconds. */
  start() {
    addEventListener("online", () => this.send());
    addEventListener("offline", () => this.setState(false));
    setInterval(() => this.send(), EVERY_MS);
    return this.send();
  }

  /** Sets the state after a response or a failure. `problem` is why the server refuses our requests. */
  async setState(online, problem = null) {
    this.online = online;
    this.problem = problem;
    const unsent = (await this.store.unsent()).length;
    const detail = { online, problem, unsent };
    this.dispatchEvent(new CustomEvent("state", { detail }));
  }

  /** Uploads all unsent scans, in one tab at a time. */
  send() {
    this.#running ??= navigator.locks.request(`gate-${this.store.event}`, () => this.#sendAll()).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #sendAll() {
    try {
      let rows = (await this.store.unsent()).slice(0, BATCH);
      while (rows.length) {
        await this.#sendBatch(rows);
        rows = (await this.store.unsent()).slice(0, BATCH);
        await this.setState(true);
      }
    } catch (problem) {
      await this.setState(Boolean(problem.status) && problem.status < 500, problem);
    }
  }

  async #sendBatch(rows) {
    const scans = rows.map(({ code, scanned_at, device }) => ({ code, scanned_at, device }));
    const { data } = await call("POST", this.url, { body: { scans }, signal: AbortSignal.timeout(20_000) });
    const conflicts = data.results.filter(({ result }) => result !== "accepted");
    await this.store.saveAnswers(rows, conflicts);
    if (conflicts.length) this.dispatchEvent(new CustomEvent("conflict", { detail: conflicts }));
  }
}
