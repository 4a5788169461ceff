/** An EventTarget whose subclasses dispatch their events with one short call. */
export class Emitter extends EventTarget {
  /** Dispatches a CustomEvent of this type with `detail`. */
  emit(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
