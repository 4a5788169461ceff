/** Timers by name. */

export class Timers {
  #running = new Map();

  /** Runs `action` in so many ms. One timer of each name: setting it again replaces it. */
  after(name, milliseconds, action) {
    this.cancel(name);
    const run = () => {
      this.#running.delete(name);
      action();
    };
    this.#running.set(name, setTimeout(run, Math.max(0, milliseconds)));
  }

  /** Whether it has been set and has not run. */
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
