/** Finds the tickets of people who have no code to scan: the server searches or, without it, this scanner's own list. */

import { call } from "../../ticketing/api.js";
import { startText } from "./decision_text.js";
import { isTicketReference, referenceFrom } from "./ticket_code.js";

const SEARCH_MS = 10_000; // how long people wait for a search

export class Finder {
  /**
   * @param {{url: string, checker: import("./decision.js").TicketChecker, list: import("./found_list.js").FoundList,
   *   scan: (code: string) => void}} options `scan` checks in the ticket with this number
   */
  constructor(options) {
    Object.assign(this, options);
  }

  /** Shows the tickets of a booking or of people with this name, or what else the text leads to. */
  async find(text) {
    try {
      const url = `${this.url}?${new URLSearchParams({ q: text })}`;
      const { data } = await call("GET", url, { signal: AbortSignal.timeout(SEARCH_MS) });
      this.#show(text, data);
    } catch (problem) {
      const isRefusal = problem.status >= 400 && problem.status < 500 && problem.status !== 401;
      if (isRefusal) this.list.tell(problem.errors[0]?.detail ?? problem.message);
      else await this.#findOffline(text);
    }
  }

  #show(text, { found_by: by, tickets, more }) {
    if (by === "ticket" && tickets.length === 1) this.scan(tickets[0].serial);
    else if (tickets.length) this.#list(tickets, more ? "There are more. Type more of the name." : "");
    else this.#nothing(text, `Nobody called “${text}” has a ticket for this event.`);
  }

  async #findOffline(text) {
    const reference = referenceFrom(text);
    const tickets = reference ? await this.checker.ticketsOfBooking(reference) : [];
    if (reference && isTicketReference(reference)) this.scan(text);
    else if (tickets.length) this.#list(tickets, "Offline: only who was let in by this scanner is known.");
    else this.#nothing(text, "Names can’t be searched offline. Type the number of the ticket or the booking.");
  }

  /** Lists the tickets; says beforehand that the event is far away, because whoever is let in now can't come then. */
  #list(tickets, note) {
    const { isEarly, startsAt } = this.checker;
    const warning = isEarly ? `${startText(startsAt)} Whoever is let in now can’t use the ticket then.` : "";
    this.list.show(tickets, { warning, note });
  }

  /** A number that leads to no ticket is a result; a name that nobody has is only a search. */
  #nothing(text, sentence) {
    if (/\d/.test(text)) this.scan(text);
    else this.list.tell(sentence);
  }
}
