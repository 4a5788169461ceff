/**
 * The time left to pay, counted down from the seconds that the server sent.
 *
 * Uses `performance.now()`, which changes of the system clock don't affect. It may stop while the computer sleeps, so
 * pages call `set` with fresh seconds from the server whenever they become visible again.
 */

const TICK_MS = 250;

/**
 * Events: `tick` (detail: `{left, fraction}`, the seconds left and their share of the whole, from 1 to 0); `warn` and
 * `end`, once for each deadline.
 */
export class Countdown extends EventTarget {
  #now;
  #endsAt = null;
  #whole = 1;
  #interval = null;
  #warned = false;

  /** @param {{warnAt?: number, now?: () => number}} options seconds before the end; a clock in ms that never goes back */
  constructor({ warnAt = 30, now = () => performance.now() } = {}) {
    super();
    this.warnAt = warnAt;
    this.#now = now;
  }

  /** Seconds until the end, never below zero; null before the first `set`. */
  get left() {
    return this.#endsAt === null ? null : Math.max(0, (this.#endsAt - this.#now()) / 1000);
  }

  /** Starts counting down from `seconds`. `whole` is the number of seconds that a full ring stands for. */
  set(seconds, whole = this.#whole) {
    this.#whole = Math.max(seconds, whole, 1);
    if (seconds > this.warnAt) this.#warned = false;
    this.#endsAt = this.#now() + seconds * 1000;
    this.#interval ??= setInterval(() => this.tick(), TICK_MS);
    this.tick();
  }

  /** Stops counting; no more events until the next `set`. */
  stop() {
    clearInterval(this.#interval);
    this.#interval = null;
  }

  /** Dispatches the events that are due. Called by the interval, and directly by tests. */
  tick() {
    const { left } = this;
    this.#dispatch("tick", { left, fraction: left / this.#whole });
    if (left <= this.warnAt && left > 0 && !this.#warned) {
      this.#warned = true;
      this.#dispatch("warn", { left });
    }
    if (left === 0) {
      this.stop();
      this.#dispatch("end", {});
    }
  }

  #dispatch(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
