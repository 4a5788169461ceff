/** The tickets that a search found, by booking, with buttons to let in one or all people of a booking. */

import { say } from "../../ticketing/announce.js";
import { decisionText, entryText, seatText, seatTexts } from "./decision_text.js";
import { ticketKey } from "./ticket_code.js";

const STATES = { used: ["warn", "Already used"], void: ["bad", "Refunded"] };

/** Events: `admit` (detail: the serials of the tickets to let in). */
export class FoundList extends EventTarget {
  #rows = new Map(); // by serial: {ticket, item}

  constructor(root) {
    super();
    this.root = root;
    root.addEventListener("click", ({ target }) => {
      const button = target.closest("button");
      if (!button) return;
      button.disabled = true; // until there is a result, so that a second click doesn't find a used ticket
      this.dispatchEvent(new CustomEvent("admit", { detail: button.dataset.serials.split(" ") }));
    });
  }

  /** Shows tickets as the server returns them, with a `warning` above and a `note` below them. */
  show(tickets, { warning = "", note = "" } = {}) {
    this.#rows.clear();
    const bookings = new Map(tickets.map(({ booking_reference: booking }) => [booking, []]));
    tickets.forEach((ticket) => bookings.get(ticket.booking_reference).push(ticket));
    const people = tickets.length === 1 ? "1 ticket found." : `${tickets.length} tickets found.`;
    const heading = Object.assign(document.createElement("h2"), { textContent: people });
    const parts = [...bookings.values()].map((group) => this.#group(group));
    const notice = Object.assign(document.createElement("p"), { className: "notice warn", textContent: warning });
    this.root.replaceChildren(heading, ...(warning ? [notice] : []), ...parts, ...(note ? [paragraph(note)] : []));
    this.root.hidden = false;
    this.root.scrollIntoView({ block: "nearest" });
    say([people, warning].filter(Boolean).join(" "));
  }

  /** Shows a sentence instead of tickets. */
  tell(text) {
    this.#rows.clear();
    this.root.replaceChildren(paragraph(text));
    this.root.hidden = false;
    say(text);
  }

  hide() {
    this.root.hidden = true;
  }

  get isEmpty() {
    return this.#rows.size === 0;
  }

  /** The tickets with these serials, as far as they are in the list. */
  ticketsOf(serials) {
    return serials.map((serial) => this.#rows.get(serial)?.ticket ?? {});
  }

  /** Updates the row of the ticket that was decided on, if it is in the list. */
  update(decision) {
    const row = this.#rows.get(decision.serial ?? ticketKey(decision.scan.code));
    if (!row) return;
    const { kind, title } = decisionText(decision);
    const status = { accepted: "used", already: "used", void: "void", undone: "active" }[decision.result];
    Object.assign(row.ticket, { status: status ?? row.ticket.status, checked_in_at: decision.checked_in_at });
    const state = ["undone", "early"].includes(decision.result) ? [] : [badge(kind, title)];
    row.item.replaceChildren(...this.#cells(row.ticket, state));
    this.#refreshButton(row.item.closest(".found-booking"));
  }

  #group(tickets) {
    const group = document.createElement("div");
    group.className = "found-booking";
    const title = Object.assign(document.createElement("h3"), { textContent: "Booking " });
    const [{ booking_reference: reference }] = tickets;
    title.append(Object.assign(document.createElement("span"), { className: "reference", textContent: reference }));
    const list = document.createElement("ul");
    list.setAttribute("role", "list");
    for (const ticket of tickets) {
      const item = document.createElement("li");
      const [kind, title] = STATES[ticket.status] ?? [];
      item.append(...this.#cells(ticket, title ? [badge(kind, title), ...entry(ticket)] : []));
      this.#rows.set(ticket.serial, { ticket, item });
      list.append(item);
    }
    const all = Object.assign(document.createElement("button"), { type: "button", className: "button wide let-in-all" });
    group.append(title, list, all);
    group.tickets = tickets;
    this.#refreshButton(group);
    return group;
  }

  #cells(ticket, state) {
    const text = document.createElement("div");
    if (ticket.holder) text.append(Object.assign(document.createElement("strong"), { textContent: ticket.holder }));
    text.append(Object.assign(document.createElement("span"), { textContent: seatText(ticket) }));
    if (state.length) text.append(Object.assign(document.createElement("p"), { className: "small-text" }));
    text.querySelector("p")?.append(...state);
    if (ticket.status !== "active") return [text];
    return [text, admitButton("Let in", [ticket.serial], `Let in ${ticket.holder ?? ""} ${seatText(ticket)}`)];
  }

  /** Offers to let in all whom nobody has let in yet, if there are several. */
  #refreshButton(group) {
    const button = group.querySelector(":scope > button");
    const waiting = group.tickets.filter(({ status }) => status === "active");
    button.hidden = waiting.length < 2;
    button.disabled = false;
    button.dataset.serials = waiting.map(({ serial }) => serial).join(" ");
    const people = Object.assign(document.createElement("strong"), { textContent: `Let in all ${waiting.length} people` });
    const seats = seatTexts(waiting).map((textContent) => Object.assign(document.createElement("span"), { textContent }));
    button.replaceChildren(people, ...seats.flatMap((seat) => [" ", seat]));
  }
}

function admitButton(text, serials, label) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: text, ariaLabel: label });
  button.className = "button small";
  button.dataset.serials = serials.join(" ");
  return button;
}

function badge(kind, text) {
  return Object.assign(document.createElement("span"), { className: `badge ${kind}`, textContent: text });
}

function entry(ticket) {
  const text = entryText(ticket);
  return text ? [` ${text}`] : [];
}

function paragraph(text) {
  return Object.assign(document.createElement("p"), { className: "muted", textContent: text });
}
