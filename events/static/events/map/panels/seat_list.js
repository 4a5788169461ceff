/**
 * The seats as a list for keyboards and screen readers: section → block → row → seat.
 *
 * It first shows a tree of sections and blocks. A block opens as a grid of its seats, a standing area as a number field;
 * only one block is open at a time. Tree and grid are one Tab stop each. Enter picks a seat or removes it, Escape leaves.
 * Dispatches `open` {block}, `close` {block}, `seat` {block, position} when a seat gets the focus, `pick` likewise, and
 * `places` {block, number} when the number of places of a standing area changes, and `aim` {blocks} with the blocks of
 * the tree's item that has the pointer or the focus.
 */

import { Emitter } from "../../../ticketing/emitter.js";
import { count, isolated, priceText } from "../../../ticketing/format.js";
import { AVAILABLE } from "../seats/block.js";
import { BlockTree } from "./block_tree.js";
import { element } from "./element.js";
import { blockName, seatRanges } from "./formatting.js";
import { PlacesForm } from "./places_form.js";
import { SeatGrid } from "./seat_grid.js";

export class SeatList extends Emitter {
  #root;
  #picks;
  #currency;
  #colours;
  #tree;
  #open = null;
  #seats = null; // SeatGrid or PlacesForm of the open block

  constructor(root, { model, picks, filter, colours, currency }) {
    super();
    this.#root = root;
    this.#picks = picks;
    this.#currency = currency;
    this.#colours = colours;
    this.#tree = new BlockTree(model.blocks, { filter, colours, currency, open: (block) => this.open(block, { focus: true }), aim: (blocks) => this.emit("aim", { blocks }) });
    root.replaceChildren(this.#tree.element);
    model.addEventListener("counts", ({ detail }) => this.#onCounts(detail.block));
    model.addEventListener("seats", ({ detail }) => detail.block === this.#open && this.#seats.refresh(detail.positions));
    model.addEventListener("prices", () => this.#open && this.#seats.refresh(null));
    picks.addEventListener("change", () => this.#open && this.#seats.refresh(null));
  }

  /** Opens a block; with `focus`, moves the focus to the first free seat, or to the number field. */
  open(block, { focus = false } = {}) {
    if (!block.seats) return;
    if (this.#open !== block) this.#show(block);
    this.#seats.focus(Math.max(0, block.seats.indexOf(AVAILABLE)), focus);
    this.emit("open", { block });
  }

  /** Opens a block whose seats were picked elsewhere, at this seat; it neither emits `open` nor moves the focus. */
  follow(block, position) {
    if (!block.seats || block === this.#open) return;
    this.#show(block);
    this.#seats.focus(position, false);
  }

  /** Goes back to the tree of blocks. */
  close({ focus = false } = {}) {
    const block = this.#open;
    if (!block) return;
    this.#open = this.#seats = null;
    this.#root.replaceChildren(this.#tree.element);
    this.#tree.refreshAll();
    this.#tree.show(block, focus);
    this.emit("close", { block });
  }

  #show(block) {
    this.#open = block;
    this.emit("aim", { blocks: [] });
    const back = element("button", { type: "button", className: "button plain small", textContent: "← All blocks" });
    back.addEventListener("click", () => this.close({ focus: true }));
    const title = element("h3", { className: "grid-title", textContent: blockName(block) });
    const left = element("p", { className: "grid-left muted small-text" });
    const parts = { picks: this.#picks, colours: this.#colours, currency: this.#currency, emit: (...event) => this.emit(...event), close: () => this.close({ focus: true }) };
    this.#seats = block.isInterchangeable ? new PlacesForm(block, parts) : new SeatGrid(block, parts);
    this.#root.replaceChildren(back, title, left, this.#seats.element);
    this.#countOpen();
  }

  #onCounts(block) {
    if (!this.#open) this.#tree.refreshLater(block);
    else if (block === this.#open) this.#countOpen();
  }

  #countOpen() {
    const block = this.#open;
    const left = block.closed ? "Not on sale." : `${count(block.left)} of ${count(block.total)} left.`;
    const prices = [...block.tierPrices].map(([tier, price]) => `${isolated(tier)}, ${priceText(price, this.#currency)} each.`).join(" ");
    const accessible = block.accessible.size ? ` Accessible: ${seatRanges(block, [...block.accessible])}.` : "";
    this.#root.querySelector(".grid-left").textContent = `${prices} ${left}${accessible}`;
  }
}
