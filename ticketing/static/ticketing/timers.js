/** Timers by name. */

export class Timers {
  #running = new Map();

  /** Runs `action` after this many ms. A timer with the same name is replaced. */
  after(name, milliseconds, action) {
    this.cancel(name);
    const run = () => {
      this.#running.delete(name);
      action();
    };
    this.#running.set(name, setTimeout(run, Math.max(0, milliseconds)));
  }

  /** Whether the timer is set and hasn't run yet. */
  has(name) {
    return this.#running.has(name);
  }

  cancel(name) {
    clearTimeout(this.#running.get(name));
    this.#running.delete(name);
  }

  /** Cancels all of them. */
  clear() {
    for (const name of [...this.#running.keys()]) this.cancel(name);
  }
}
