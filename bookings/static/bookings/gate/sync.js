/** Sends what was decided alone. The server knows a scan again, so sending it twice does no harm. */

import { call } from "../../ticketing/api.js";

const BATCH = 100;
const EVERY_MS = 5000;

/** Events: `state` whenever something changed (detail: `{online, waiting, problem}`), `conflict` for each batch with one. */
export class Sync extends EventTarget {
  #running = null;

  /** @param {import("./queue.js").Memory} memory @param {string} url of the batch */
  constructor(memory, url) {
    super();
    this.memory = memory;
    this.url = url;
    this.online = navigator.onLine;
    this.problem = null;
  }

  /** Tries at once, whenever the network comes back, and every few seconds while something waits. */
  start() {
    addEventListener("online", () => this.send());
    addEventListener("offline", () => this.note(false));
    setInterval(() => this.send(), EVERY_MS);
    return this.send();
  }

  /** What an answer, or none, has told of the network. `problem` is why the server takes nothing from us. */
  async note(online, problem = null) {
    this.online = online;
    this.problem = problem;
    const waiting = await this.memory.waiting();
    const detail = { online, problem, waiting: waiting.length };
    this.dispatchEvent(new CustomEvent("state", { detail }));
  }

  /** Sends all that waits, in one tab at a time. */
  send() {
    this.#running ??= navigator.locks.request(`gate-${this.memory.event}`, () => this.#sendAll()).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #sendAll() {
    try {
      let rows = (await this.memory.waiting()).slice(0, BATCH);
      while (rows.length) {
        await this.#sendBatch(rows);
        rows = (await this.memory.waiting()).slice(0, BATCH);
        await this.note(true);
      }
    } catch (problem) {
      await this.note(Boolean(problem.status) && problem.status < 500, problem);
    }
  }

  async #sendBatch(rows) {
    const scans = rows.map(({ code, scanned_at, device }) => ({ code, scanned_at, device }));
    const { data } = await call("POST", this.url, { body: { scans }, signal: AbortSignal.timeout(20_000) });
    const conflicts = data.results.filter(({ result }) => result !== "accepted");
    await this.memory.settle(rows, conflicts);
    if (conflicts.length) this.dispatchEvent(new CustomEvent("conflict", { detail: conflicts }));
  }
}
