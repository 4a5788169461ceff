/** Whether seats can be held now, and if not, why: by the event's status and the time, without a reload. */

import { Emitter } from "../../../ticketing/emitter.js";
import { placeTime } from "../../../ticketing/format.js";

const LONGEST_TIMER_MS = 2 ** 31 - 1;
const MARGIN_MS = 100; // waited after the start or end of sales, or the start of the event
const TIMES = ["sales_start_at", "starts_at", "sales_close_at"];

/** Dispatches `change` when `reason` or the event's status has changed. */
export class SaleStatus extends Emitter {
  reason = null; // why no seats can be held, as a sentence; null while they can
  #state;
  #zone;
  #notice;
  #text = ""; // of the notice, unless the server's is still right
  #clockOffset; // ms the server's clock is ahead
  #timer = null;

  /**
   * @param {HTMLElement} notice in the page's header, rendered by the server
   * @param {object} state with the server's time in `now`
   * @param {string} zone of the clock at the venue (IANA)
   */
  constructor(notice, state, zone) {
    super();
    this.#notice = notice;
    this.#state = state;
    this.#zone = zone;
    this.#clockOffset = new Date(state.now) - Date.now();
    this.#refresh();
  }

  /** Whether no more seats will be sold: the event is cancelled or over, or its sales have ended. */
  get isOver() {
    return ["cancelled", "ended", "completed"].includes(this.#state.status) || this.#left("sales_close_at") <= 0;
  }

  /** Whether looking for seats makes sense: they can be held now, or once sales start. */
  get isOffering() {
    const { status, is_active: active } = this.#state;
    return !this.isOver && active && status !== "sold_out";
  }

  /** What the page says about the sale, as a sentence. */
  get text() {
    return this.#notice.textContent || "Sales are open. You can reserve seats now.";
  }

  /** Applies changed fields of the event: `status`, `is_active` and TIMES. */
  update(state) {
    const before = this.#state.status;
    this.#state = { ...this.#state, ...state };
    this.#refresh(this.#state.status !== before);
  }

  #refresh = (statusChanged = false) => {
    const previous = this.reason;
    this.reason = this.#findReason();
    this.#schedule();
    this.#showNotice();
    if (statusChanged || this.reason !== previous) this.emit("change");
  };

  #findReason() {
    const { status, is_active: active, sales_start_at: opens } = this.#state;
    if (status === "cancelled") return "This event is cancelled. If you have paid, you get your money back.";
    if (status === "ended" || status === "completed") return "Sales are closed.";
    if (status === "draft") return "This is a draft. Only you can see it, and it is not on sale yet.";
    if (!active) return "Sales are paused.";
    if (this.#left("sales_close_at") <= 0) return this.#hasBegun() ? "The event has begun. Sales are closed." : "Sales are closed.";
    return this.#left("sales_start_at") > 0 ? `On sale from ${placeTime(opens, this.#zone)}.` : null;
  }

  #hasBegun() {
    return Boolean(this.#state.starts_at) && this.#left("starts_at") <= 0;
  }

  #showNotice() {
    const { status, sales_close_at: closes } = this.#state;
    const soldOut = status === "sold_out" && "Sold out. If seats become free again, you will see them here.";
    const late = this.#hasBegun() && `The event has begun. Late entry: seats are sold until ${placeTime(closes, this.#zone)}.`;
    const text = this.reason ?? (soldOut || late || "");
    if (text === this.#text) return;
    this.#text = text;
    this.#notice.textContent = text;
    this.#notice.hidden = !text;
    this.#notice.classList.toggle("bad", status === "cancelled");
    this.#notice.classList.toggle("warn", Boolean(soldOut) || status === "draft");
  }

  /** Refreshes at the start or end of sales or the start of the event, whichever comes next. */
  #schedule() {
    clearTimeout(this.#timer);
    const coming = TIMES.map((name) => this.#left(name)).filter((left) => left > 0 && left < Infinity);
    if (coming.length) this.#timer = setTimeout(this.#refresh, Math.min(Math.min(...coming) + MARGIN_MS, LONGEST_TIMER_MS));
  }

  /** ms until that time; if it isn't set, Infinity for the end of sales and -Infinity for a start. */
  #left(name) {
    const moment = this.#state[name];
    if (!moment) return name === "sales_close_at" ? Infinity : -Infinity;
    return new Date(moment) - Date.now() - this.#clockOffset;
  }
}
