/**
 * The buyer's own picks, before the hold: seats of one block (a booking lies in one), no more than the event allows.
 *
 * Tells `change`; `moved` {from, number} when a pick in another block let go of those before; `full` when one too many
 * was wanted; `lost` {block, positions} when somebody else was faster.
 */
export class Picks extends EventTarget {
  block = null;
  positions = [];
  max;
  #paused = false;

  constructor(model, max) {
    super();
    this.max = max;
    model.addEventListener("seats", ({ detail }) => detail.block === this.block && this.#check());
  }

  has(block, position) {
    return this.block === block && this.positions.includes(position);
  }

  get total() {
    return this.block ? this.block.price * this.positions.length : 0;
  }

  /** Names of the seats, as the API wants them. */
  get names() {
    return this.positions.map((position) => this.block.name(position));
  }

  /** Takes a free seat, or lets go of a picked one. */
  toggle(block, position) {
    if (this.has(block, position)) this.#set(block, this.positions.filter((other) => other !== position));
    else if (block.isFree(position)) this.#take(block, position);
  }

  /** Picks exactly these, as far as they are free. */
  replace(block, positions) {
    this.#set(block, positions.filter((position) => block.isFree(position)).slice(0, this.max));
  }

  clear() {
    this.#set(null, []);
  }

  /** While our own hold is under way, seats that become reserved are ours and not lost. */
  pause(paused) {
    this.#paused = paused;
    if (!paused) this.#check();
  }

  #take(block, position) {
    if (this.block !== null && this.block !== block && this.positions.length) {
      const [from, number] = [this.block, this.positions.length];
      this.#set(block, [position]);
      this.#tell("moved", { from, number });
    } else if (this.positions.length >= this.max) {
      this.#tell("full", {});
    } else {
      this.#set(block, [...this.positions, position].sort((a, b) => a - b));
    }
  }

  #check() {
    if (this.#paused || !this.block) return;
    const block = this.block;
    const lost = this.positions.filter((position) => !block.isFree(position));
    if (!lost.length) return;
    this.#set(block, this.positions.filter((position) => block.isFree(position)));
    this.#tell("lost", { block, positions: lost });
  }

  #set(block, positions) {
    const before = this.block;
    this.block = positions.length ? block : null;
    this.positions = positions;
    this.#tell("change", { before });
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
