"""Selectors for issued tickets, and the texts on a ticket."""

import re
import unicodedata
import uuid
from datetime import datetime

from accounts.models import User
from bookings.errors import TicketVoid
from bookings.models import Admission
from bookings.reads import own_booking
from bookings.states import AdmissionStatus
from events.models import Event
from ticketing.errors import InvalidState, NotFound

INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn")  # Unicode categories of characters that have no visible form


def issued_tickets(booking_id: uuid.UUID, buyer: User) -> list[Admission]:
    """Return all tickets issued for a buyer's own booking, including void ones, in the order of the seats.

    Raises NotFound, NotOwner; InvalidState if none was issued, because the booking was not paid.
    """
    booking = own_booking(booking_id, buyer)
    admissions = Admission.objects.filter(booking=booking).select_related("booking", "event", "subsection")
    tickets = list(admissions.order_by("position"))
    if not tickets:
        raise InvalidState(f"A booking that is {booking.get_status_display().lower()} has no tickets.")
    return tickets


def valid_tickets(tickets: list[Admission]) -> list[Admission]:
    """Return the tickets that are not void. Raises InvalidState if there are none."""
    valid = [ticket for ticket in tickets if ticket.status != AdmissionStatus.VOID]
    if not valid:
        raise InvalidState("These tickets are void.")
    return valid


def valid_ticket(booking_id: uuid.UUID, admission_id: uuid.UUID, buyer: User) -> Admission:
    """Return one ticket of a buyer's own booking. Raises NotFound, NotOwner, InvalidState; TicketVoid if it is void."""
    ticket = next((ticket for ticket in issued_tickets(booking_id, buyer) if ticket.pk == admission_id), None)
    if ticket is None:
        raise NotFound("This booking has no such ticket.")
    if ticket.status == AdmissionStatus.VOID:
        raise TicketVoid
    return ticket


def seat_of(ticket: Admission) -> tuple[int, int]:
    """Return row and seat of a ticket, both from 1."""
    row, seat = divmod(ticket.position, ticket.subsection.cols)
    return row + 1, seat + 1


def serial_of(ticket: Admission) -> str:
    """Return the serial in a form to read aloud: 16 hexadecimal digits in groups of four."""
    return "-".join(re.findall(r"....", f"{ticket.serial:016X}"))


def when(event: Event) -> str:
    """Return the start of an event as text, such as "Saturday 5 December 2026, 19:30 UTC".

    Events have no time zone of their own, so the text is in UTC.
    """
    return moment(event.starts_at) or "Date to be announced"


def moment(time: datetime | None) -> str:
    """Return a time as text in UTC, in the format of `when`; empty for None."""
    return f"{time:%A} {time.day} {time:%B %Y, %H:%M} UTC" if time else ""


def one_line(text: str) -> str:
    """Return a user's text on one line, without invisible characters, so that it can't break headers or fake lines."""
    spaced = " ".join(text.split())
    return "".join(char for char in spaced if unicodedata.category(char) not in INVISIBLE)
