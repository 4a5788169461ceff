/** What this scanner knows of the event's tickets without a network: the manifest that it fetched last. */

import { serialOfDecimal } from "./ticket_code.js";

/** Adds the tickets of an earlier manifest to a newer one, which lists only those that were issued since. */
export function addTickets(newer, earlier) {
  if (!earlier?.tickets) return newer;
  const known = new Set(earlier.tickets.serials);
  const isNew = newer.tickets.serials.map((serial) => !known.has(serial));
  const tickets = {};
  for (const [name, column] of Object.entries(newer.tickets)) {
    const before = earlier.tickets[name] ?? earlier.tickets.serials.map(() => ""); // of a column that is new
    tickets[name] = [...before, ...column.filter((_, index) => isNew[index])];
  }
  return { ...newer, tickets };
}

/** What is written on the row and the seat. */
function labels(kind, cols, position, name) {
  if (kind === "grid") return { row_label: String(Math.floor(position / cols) + 1), seat_label: String((position % cols) + 1) };
  if (kind === "standing" || !name) return { row_label: "", seat_label: "" };
  const hyphen = name.lastIndexOf("-"); // a seat's label has none
  return { row_label: name.slice(0, hyphen), seat_label: name.slice(hyphen + 1) };
}

export class OfflineTickets {
  constructor(manifest) {
    this.eventId = String(manifest.event_id);
    this.generatedAt = manifest.generated_at;
    this.endsAt = manifest.ends_at;
    this.columns = manifest.tickets;
    this.void = new Set(manifest.void.map(serialOfDecimal));
    this.blocks = new Map((manifest.subsections ?? []).map((block) => [String(block.id), block]));
    this.index = new Map((manifest.tickets?.serials ?? []).map((serial, index) => [serial, index]));
    this.byReference = new Map((manifest.tickets?.references ?? []).map((reference, index) => [reference, index]));
  }

  isVoid(serial) {
    return this.void.has(serial);
  }

  /** Whether the ticket with this serial was valid when the manifest was made. */
  has(serial) {
    return this.index.has(serial) && !this.isVoid(serial);
  }

  /** The serial of the ticket with this reference; undefined if there was none. */
  serialOf(reference) {
    return this.columns?.serials[this.byReference.get(reference)];
  }

  /** The tickets of the booking with this reference, with the fields that the server has but the names. */
  ofBooking(reference) {
    const serials = (this.columns?.serials ?? []).filter((_, index) => this.columns.bookings[index] === reference);
    const tickets = serials.filter((serial) => !this.isVoid(serial)).map((serial) => this.ticket(serial));
    return tickets.sort((one, other) => one.position - other.position);
  }

  /** The numbers and seat of a ticket, with the fields that the server has; of a newer ticket, only the serial. */
  ticket(serial) {
    const index = this.index.get(serial);
    if (index === undefined) return { serial };
    const { references, bookings, subsections, positions } = this.columns;
    const numbers = { serial, reference: references[index], booking_reference: bookings[index] };
    return { ...numbers, position: positions[index], ...this.#seat(subsections[index], positions[index], index) };
  }

  /** The seat of a genuine code, with the fields that the server has; empty if the block is not known. */
  seat(serial, blockId, position) {
    return this.#seat(blockId, position, this.index.get(serial));
  }

  /**
   * `index` is that of the ticket in the list. Without one, because the ticket is newer, of a drawn seat only the block is
   * known, and what is special about a seat isn't.
   */
  #seat(blockId, position, index) {
    const block = this.blocks.get(String(blockId));
    if (!block) return {};
    const { section, subsection, kind = "grid", block_name, row_word, cols } = block; // older manifests have no kinds
    const remark = this.columns?.remarks?.[index] ?? "";
    const place = labels(kind, cols, position, this.columns?.names?.[index]);
    return { section, subsection, subsection_kind: kind, block_name, row_word, ...place, remark };
  }
}
