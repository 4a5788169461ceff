/** What a decision means, in words: for the panel, the list of tickets found and the log. */

import { isolated, placeTime, timeText } from "../../ticketing/format.js";

const TEXTS = {
  accepted: ["good", "Let in", ""],
  already: ["warn", "Already used", "Someone was already let in with this ticket."],
  early: ["warn", "Too early", ""],
  void: ["bad", "Refunded", "This ticket was refunded and is no longer valid."],
  unknown: ["warn", "Unknown", "No ticket for this event has this number. Check each character, or search by name."],
  other: ["bad", "Other event", "This is a genuine ticket, but for another event."],
  forged: ["bad", "Forged", "This code was changed, made up or misread. Scan it again to be sure."],
  foreign: ["bad", "Not a ticket", "This is not the code of a ticket. Look for the ticket’s own code."],
  expired: ["bad", "Event over", "The event of this ticket is over."],
  undecided: ["warn", "Can’t tell", "This scanner is offline and was never prepared online."],
  undone: ["", "Check-in undone", "The ticket is valid again."],
};
const LET_IN_EARLY = ["warn", "Let in early", ""];
const DEVICE_ID = / · [0-9a-f]{6}$/; // tells scanners of the same name apart; nobody needs to read it

/**
 * The seat: "Section A, block 1, row 5, seat 12", or as the plan names it: "Parkett links · Row AA · Seat 101", "Floor ·
 * Standing"; with what is special about it: "… · Wheelchair place". It is empty if it is not known. Breaks lines only between the parts.
 */
export function seatText(ticket) {
  return seatTexts([ticket]).join("");
}

/** The seats of several tickets, one text for each row and what is special in it: "Section A, block 1, row 5, seats 12, 13". */
export function seatTexts(tickets) {
  const rows = new Map();
  for (const ticket of tickets.filter(({ section }) => section !== undefined)) {
    const row = JSON.stringify([ticket.section, ticket.subsection, ticket.row_label, ticket.remark]);
    rows.set(row, [...(rows.get(row) ?? []), ticket]);
  }
  return [...rows.values()].map((row) => withRemark(row[0].subsection_kind === "grid" ? gridText(row) : planText(row), row[0]));
}

/** Adds what is special about the place, as the server says it: "Wheelchair place". Older lists of tickets don't say it. */
function withRemark(text, { remark }) {
  return remark ? `${text}\u00a0· ${remark}` : text;
}

function gridText(tickets) {
  const [{ section, subsection, row_label: row }] = tickets;
  const place = [`Section\u00a0${isolated(section)}`, `block\u00a0${subsection}`, `row\u00a0${row}`];
  return [...place, seatsPart(tickets, "seat")].join(", ");
}

function planText(tickets) {
  const [{ block_name: block, subsection_kind: kind, row_word: word, row_label: row }] = tickets;
  const standing = tickets.length > 1 ? `Standing,\u00a0${tickets.length}\u00a0places` : "Standing";
  const seats = row ? [`${word === "table" ? "Table" : "Row"}\u00a0${isolated(row)}`, seatsPart(tickets, "Seat")] : [];
  return [block, ...(kind === "standing" ? [standing] : seats)].join("\u00a0· ");
}

/** "seats 12, 13"; a few stay on one line. */
function seatsPart(tickets, word) {
  const seats = tickets.map(({ seat_label: label }) => isolated(label));
  const text = seats.join(seats.length > 4 ? ", " : ",\u00a0");
  return `${word}${seats.length === 1 ? "" : "s"}\u00a0${text}`;
}

/** When and where the ticket was used before. */
export function entryText({ checked_in_at: at, device, by, clock_ignored: hasWrongClock }) {
  if (!at) return "";
  const when = new Date(at);
  const today = when.toDateString() === new Date().toDateString();
  const time = timeText(when, today ? "clock-seconds" : "date-time-seconds");
  const name = device?.replace(DEVICE_ID, "");
  const place = [name && `at ${name}`, by && !name?.startsWith(by) && `by ${by}`];
  const doubt = hasWrongClock ? " The clock of that scanner is wrong, so it may have been earlier." : "";
  return `Used ${[time, ...place].filter(Boolean).join(" ")}.${doubt}`;
}

/** How far away the event is: "This event begins on Sat 30 Jan 2027, 20:00 UTC+1, in 62 days." */
export function startText(iso) {
  const days = Math.floor((Date.parse(iso) - Date.now()) / 86_400_000);
  const zone = document.querySelector("time[data-zone]")?.dataset.zone; // of the clock at the venue, from the page's header
  return `This event begins on ${placeTime(iso, zone)}, in ${days === 1 ? "a day" : `${days} days`}.`;
}

/** What the offline list of tickets can't know. */
function asOfText(iso) {
  const time = timeText(iso, "clock");
  return `No ticket had this number at ${time}, when this scanner was last online. Check each character.`;
}

/** A decision as text: `{kind, title, lines}`. */
export function decisionText(decision) {
  const [kind, title, meaning] = isEarlyEntry(decision) ? LET_IN_EARLY : TEXTS[decision.result];
  if (decision.result === "unknown" && decision.detail) return { kind, title, lines: [decision.detail] };
  const lines = [
    decision.holder,
    seatText(decision),
    decision.result === "already" && entryText(decision),
    decision.result === "early" && `${startText(decision.starts_at)} Let them in now? The ticket can’t be used again.`,
    isEarlyEntry(decision) && `${startText(decision.starts_at)} The ticket is used now: undo this if it was a mistake.`,
    decision.asOf && asOfText(decision.asOf),
  ];
  const shown = lines.filter(Boolean);
  const needsMeaning = meaning && (!shown.length || ["void", "expired"].includes(decision.result));
  return { kind, title, lines: needsMeaning ? [...shown, meaning] : shown };
}

/**
 * The decisions on the tickets of several people as one text. If the event is far away, the last decision is “early”, and
 * `waiting` has the tickets of all who wait for “Let in anyway”.
 */
export function groupText(decisions, waiting) {
  const of = (result) => decisions.filter((decision) => decision.result === result);
  const others = decisions.filter(({ result }) => !["accepted", "early", "undone"].includes(result));
  const named = [...of("accepted"), ...of("undone"), ...waiting];
  const lines = [
    ...new Set(named.map(({ holder }) => holder).filter(Boolean)),
    ...seatTexts(named),
    ...others.map((decision) => `${seatText(decision) || "Ticket"}: ${decisionText(decision).title}`),
  ];
  if (waiting.length) return waitingText(lines, waiting.length, decisions.at(-1).starts_at);
  if (of("undone").length) return undoneText(lines, of("undone").length);
  return letInText(lines, of("accepted"), decisions.length);
}

function waitingText(lines, number, startsAt) {
  const question = number === 1 ? "Let them in now? The ticket" : `Let in all ${number} people now? Their tickets`;
  const text = `${startText(startsAt)} ${question} can’t be used again.`;
  return { kind: "warn", title: "Too early", lines: [...lines, text] };
}

function undoneText(lines, number) {
  return { kind: "", title: `${number} undone`, lines: [...lines, "The tickets are valid again."] };
}

function letInText(lines, letIn, number) {
  const early = letIn.find(isEarlyEntry);
  const isComplete = letIn.length === number;
  const title = isComplete ? `${number} let in${early ? " early" : ""}` : `${letIn.length} of ${number} let in`;
  const text = early && `${startText(early.starts_at)} The tickets are used now: undo this if it was a mistake.`;
  return { kind: isComplete && !early ? "good" : "warn", title, lines: text ? [...lines, text] : lines };
}

function isEarlyEntry({ result, early }) {
  return result === "accepted" && Boolean(early);
}
