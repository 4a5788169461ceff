/**
 * The time to pay, as the server gave it, counted by a clock that nobody can set.
 *
 * `performance.now()` only rises; what it misses while a computer sleeps is made up for by `set` with the seconds the
 * server says, on each return to the page.
 */

const TICK_MS = 250;

/**
 * Events: `tick` (detail: `{left, part}`: seconds, and 1 to 0 of the whole), `warn` and `end`, once for each deadline.
 */
export class Countdown extends EventTarget {
  #now;
  #endsAt = null;
  #whole = 1;
  #timer = null;
  #warned = false;

  /** @param {{warnAt?: number, now?: () => number}} options seconds before the end; milliseconds that only rise */
  constructor({ warnAt = 30, now = () => performance.now() } = {}) {
    super();
    this.warnAt = warnAt;
    this.#now = now;
  }

  /** Seconds until the end, never below zero; null before the first `set`. */
  get left() {
    return this.#endsAt === null ? null : Math.max(0, (this.#endsAt - this.#now()) / 1000);
  }

  /** The server says that `seconds` are left; `whole` is what a full ring stands for. Starts counting. */
  set(seconds, whole = this.#whole) {
    this.#whole = Math.max(seconds, whole, 1);
    if (seconds > this.warnAt) this.#warned = false;
    this.#endsAt = this.#now() + seconds * 1000;
    this.#timer ??= setInterval(() => this.tick(), TICK_MS);
    this.tick();
  }

  /** Stops counting; nothing is told any more until the next `set`. */
  stop() {
    clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Tells how it stands. Runs by itself; tests call it. */
  tick() {
    const { left } = this;
    this.#tell("tick", { left, part: left / this.#whole });
    if (left <= this.warnAt && left > 0 && !this.#warned) {
      this.#warned = true;
      this.#tell("warn", { left });
    }
    if (left === 0) {
      this.stop();
      this.#tell("end", {});
    }
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
