/** Whether seats can be held now, and if not, why: as the event stands, and by the clock, without a reload. */

import { dateTime } from "../../ticketing/format.js";

const LONGEST_TIMER_MS = 2 ** 31 - 1;
const SURELY_OVER_MS = 100; // after a moment, before it is acted on

/** Tells `change` whenever `reason` is another one. */
export class Sale extends EventTarget {
  reason = null; // why no seats can be held, for people; null while they can
  #state;
  #notice;
  #ahead; // ms of the server's clock
  #timer = null;

  /** @param {HTMLElement} notice says it at the head of the page; the server wrote it  @param {object} state with `now` */
  constructor(notice, state) {
    super();
    this.#notice = notice;
    this.#state = state;
    this.#ahead = new Date(state.now) - Date.now();
    this.#follow();
  }

  /** The event is another one now: `status`, `is_active`, `sales_start_at`, `sales_end_at`; what is left out stays. */
  update(state) {
    const before = this.#state.status;
    this.#state = { ...this.#state, ...state };
    const had = this.reason;
    this.#follow();
    if (this.reason === had && this.#state.status !== before) this.#say();
  }

  #follow = () => {
    const had = this.reason;
    this.reason = this.#why();
    this.#wait();
    if (this.reason === had) return;
    this.#say();
    this.dispatchEvent(new CustomEvent("change"));
  };

  #why() {
    const { status, is_active: active, sales_start_at: opens } = this.#state;
    if (status === "cancelled") return "This event is cancelled. Whoever has paid gets the money back.";
    if (status === "ended" || status === "completed" || this.#left("sales_end_at") <= 0) return "Sales are closed.";
    if (status === "draft") return "This is a draft: only you can see it, and nothing can be bought yet.";
    if (!active) return "Nothing can be bought here at the moment.";
    return this.#left("sales_start_at") > 0 ? `On sale from ${dateTime(opens)}.` : null;
  }

  #say() {
    const { status } = this.#state;
    const soldOut = status === "sold_out" && "Sold out. Seats may come back: this page shows them as soon as they do.";
    this.#notice.textContent = this.reason ?? (soldOut || "");
    this.#notice.hidden = !this.#notice.textContent;
    this.#notice.classList.toggle("bad", status === "cancelled");
    this.#notice.classList.toggle("warn", Boolean(soldOut) || status === "draft");
  }

  /** Looks again when the next of the two moments has come. */
  #wait() {
    clearTimeout(this.#timer);
    const coming = [this.#left("sales_start_at"), this.#left("sales_end_at")].filter((left) => left > 0 && left < Infinity);
    if (coming.length) this.#timer = setTimeout(this.#follow, Math.min(Math.min(...coming) + SURELY_OVER_MS, LONGEST_TIMER_MS));
  }

  /** ms to the moment of that name; Infinity for an end that is not set, -Infinity for a start. */
  #left(name) {
    const moment = this.#state[name];
    if (!moment) return name === "sales_end_at" ? Infinity : -Infinity;
    return new Date(moment) - Date.now() - this.#ahead;
  }
}
