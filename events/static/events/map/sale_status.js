/** Whether seats can be held now, and if not, why: by the event's status and the time, without a reload. */

import { Emitter } from "../../ticketing/emitter.js";
import { dateTime } from "../../ticketing/format.js";

const LONGEST_TIMER_MS = 2 ** 31 - 1;
const MARGIN_MS = 100; // waited after the start or end of sales

/** Dispatches `change` when `reason` or the event's status has changed. */
export class SaleStatus extends Emitter {
  reason = null; // why no seats can be held, as a sentence; null while they can
  #state;
  #notice;
  #clockOffset; // ms the server's clock is ahead
  #timer = null;

  /** @param {HTMLElement} notice in the page's header, rendered by the server  @param {object} state with the server's time in `now` */
  constructor(notice, state) {
    super();
    this.#notice = notice;
    this.#state = state;
    this.#clockOffset = new Date(state.now) - Date.now();
    this.#refresh();
  }

  /** Whether no more seats will be sold: the event is cancelled or over, or its sales have ended. */
  get isOver() {
    return ["cancelled", "ended", "completed"].includes(this.#state.status) || this.#left("sales_end_at") <= 0;
  }

  /** Whether looking for seats makes sense: they can be held now, or once sales start. */
  get isOffering() {
    const { status, is_active: active } = this.#state;
    return !this.isOver && active && status !== "sold_out";
  }

  /** What the page says about the sale, as a sentence. */
  get text() {
    return this.#notice.textContent || "Sales are open. You can hold seats now.";
  }

  /** Applies changed fields of the event: `status`, `is_active`, `sales_start_at`, `sales_end_at`. */
  update(state) {
    const before = this.#state.status;
    this.#state = { ...this.#state, ...state };
    const previous = this.reason;
    this.#refresh();
    if (this.reason !== previous || this.#state.status === before) return;
    this.#showNotice();
    this.emit("change");
  }

  #refresh = () => {
    const previous = this.reason;
    this.reason = this.#findReason();
    this.#schedule();
    if (this.reason === previous) return;
    this.#showNotice();
    this.emit("change");
  };

  #findReason() {
    const { status, is_active: active, sales_start_at: opens } = this.#state;
    if (status === "cancelled") return "This event is cancelled. If you have paid, you get your money back.";
    if (status === "ended" || status === "completed" || this.#left("sales_end_at") <= 0) return "Sales are closed.";
    if (status === "draft") return "This is a draft. Only you can see it, and it is not on sale yet.";
    if (!active) return "Sales are paused.";
    return this.#left("sales_start_at") > 0 ? `On sale from ${dateTime(opens)}.` : null;
  }

  #showNotice() {
    const { status } = this.#state;
    const soldOut = status === "sold_out" && "Sold out. If seats become free again, you will see them here.";
    this.#notice.textContent = this.reason ?? (soldOut || "");
    this.#notice.hidden = !this.#notice.textContent;
    this.#notice.classList.toggle("bad", status === "cancelled");
    this.#notice.classList.toggle("warn", Boolean(soldOut) || status === "draft");
  }

  /** Refreshes at the start or end of sales, whichever comes next. */
  #schedule() {
    clearTimeout(this.#timer);
    const coming = [this.#left("sales_start_at"), this.#left("sales_end_at")].filter((left) => left > 0 && left < Infinity);
    if (coming.length) this.#timer = setTimeout(this.#refresh, Math.min(Math.min(...coming) + MARGIN_MS, LONGEST_TIMER_MS));
  }

  /** ms until that time; if it isn't set, Infinity for the end of sales and -Infinity for their start. */
  #left(name) {
    const moment = this.#state[name];
    if (!moment) return name === "sales_end_at" ? Infinity : -Infinity;
    return new Date(moment) - Date.now() - this.#clockOffset;
  }
}
