"""Finds the tickets of people who come without a code that can be scanned: by number, booking, or the holder's name."""

import unicodedata
import uuid
from typing import NamedTuple

import structlog
from django.db.models import Q, QuerySet

from accounts.models import User
from bookings.holds.models import Booking
from bookings.references import LENGTH, Reference, ReferenceKind, find_reference
from bookings.tickets.models import Admission
from bookings.tickets.texts import SERIAL_LENGTH, one_line, serial_from
from core.errors import BadInput
from events.models import Event

log = structlog.get_logger(__name__)

MIN_LETTERS = 3  # of a name, so that nobody can list all holders letter by letter
MIN_IDEOGRAPHS = 2  # Chinese, Japanese and Korean names are short
MAX_FOUND = 50  # tickets in one response


class Found(NamedTuple):
    """The tickets that were found, at most MAX_FOUND, and whether there are `more`.

    `by` says what the text was: ticket, booking or name.
    """

    by: str
    tickets: list[Admission]
    more: bool = False


def find_tickets(*, event: Event, text: str, by: User) -> Found:
    """Find tickets of the event, also used and void ones, by number, by booking, or by part of the holder's name.

    The number of a ticket is its reference or serial. A booking is found by its reference or id, or by the reference of
    a payment, with all that were bought together with it.

    A name is found whatever its case and accents, and with its words in any order. The caller checks that `by` may
    check in tickets of the event (`check_in_event`). Each search is logged with who searched, but without the text.
    Raises BadInput for a text that is too short, which says what is needed.
    """
    tickets = Admission.objects.with_place().filter(event=event)
    found = _by_number(tickets, text) or _by_name(tickets, text)
    numbers = {"found": len(found.tickets), "more": found.more}
    log.info("tickets_searched", event_id=event.pk, user_id=by.pk, found_by=found.by, **numbers)
    return found


def _by_number(tickets: QuerySet[Admission], text: str) -> Found | None:
    """Return the tickets with this number or of this booking; None if the text is neither."""
    serial = serial_from(text)
    if serial is not None:
        return _first("ticket", tickets.filter(serial=serial))
    reference = find_reference(text)
    if reference is not None:
        return _by_reference(tickets, reference)
    try:
        bookings = Booking.objects.filter(Q(pk=uuid.UUID(text.strip())) | Q(order_id=uuid.UUID(text.strip())))
        return _first("booking", _of_orders(tickets, bookings))
    except ValueError:
        return None


def _by_reference(tickets: QuerySet[Admission], reference: Reference) -> Found | None:
    """Return the tickets with this reference, or of the booking or payment that has it; None if there are none.

    A few names can be read as a reference, so the caller looks for a name then.
    """
    if reference.kind == ReferenceKind.TICKET:
        found = _first("ticket", tickets.filter(reference=reference.text))
    else:
        found = _first("booking", _of_orders(tickets, Booking.objects.with_reference(reference)))
    return found if found.tickets else None


def _of_orders(tickets: QuerySet[Admission], bookings: QuerySet[Booking]) -> QuerySet[Admission]:
    """Return the tickets of all bookings that were bought together with one of these: those people come together."""
    orders = bookings.values("order_id")
    return tickets.filter(booking__order_id__in=orders).order_by("booking_id", "position")


def _by_name(tickets: QuerySet[Admission], text: str) -> Found:
    letters = [char for char in text if char.isalnum()]
    wide = any(unicodedata.east_asian_width(char) in "WF" for char in letters)
    if len(letters) < (MIN_IDEOGRAPHS if wide else MIN_LETTERS):
        raise BadInput.field("q", _what_is_needed(letters, wide), "min_length")
    for word in one_line(text).split():
        tickets = tickets.filter(holder__folded__contains=word)
    return _first("name", tickets.order_by("holder", "booking_id", "position"))


def _what_is_needed(letters: list[str], wide: bool) -> str:
    """Return a sentence for a text that is too short: about numbers or names, whichever it seems to be."""
    if not letters:
        return "Please enter the number of a ticket or a booking, or part of the holder's name."
    if any(char.isdigit() for char in letters):
        return (
            f"This is too short: the number of a ticket or a booking has {LENGTH} characters, a serial {SERIAL_LENGTH}."
        )
    if wide:
        return f"Please enter at least {MIN_IDEOGRAPHS} characters of the name."
    return f"Please enter at least {MIN_LETTERS} letters of the name."


def _first(by: str, tickets: QuerySet[Admission]) -> Found:
    rows = list(tickets[: MAX_FOUND + 1])
    return Found(by, rows[:MAX_FOUND], more=len(rows) > MAX_FOUND)
