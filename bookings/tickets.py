"""Issued tickets as people see them: who may, and what stands on them."""

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

INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn")  # Unicode's categories of what is no character to read


def issued_tickets(booking_id: uuid.UUID, buyer: User) -> list[Admission]:
    """The tickets of a booking of his, void ones as well, in the order of its seats.

    Raises NotFound, NotOwner; InvalidState if none was issued, because it was not paid.
    """
    booking = own_booking(booking_id, buyer)
    admissions = Admission.objects.filter(booking=booking).select_related("booking", "event", "subsection")
    tickets = list(admissions.order_by("position"))
    if not tickets:
        raise InvalidState(f"A booking that is {booking.get_status_display().lower()} has no tickets.")
    return tickets


def valid_tickets(tickets: list[Admission]) -> list[Admission]:
    """Those of them that are not void. Raises InvalidState if none is left."""
    valid = [ticket for ticket in tickets if ticket.status != AdmissionStatus.VOID]
    if not valid:
        raise InvalidState("These tickets are void.")
    return valid


def valid_ticket(booking_id: uuid.UUID, admission_id: uuid.UUID, buyer: User) -> Admission:
    """One ticket that is not void. Raises NotFound, NotOwner, InvalidState, TicketVoid."""
    ticket = next((ticket for ticket in issued_tickets(booking_id, buyer) if ticket.pk == admission_id), None)
    if ticket is None:
        raise NotFound("This booking has no such ticket.")
    if ticket.status == AdmissionStatus.VOID:
        raise TicketVoid
    return ticket


def seat_of(ticket: Admission) -> tuple[int, int]:
    """Row and seat, both from 1."""
    row, seat = divmod(ticket.position, ticket.subsection.cols)
    return row + 1, seat + 1


def serial_of(ticket: Admission) -> str:
    """The serial as people read it out: 16 hexadecimal digits in fours."""
    return "-".join(re.findall(r"....", f"{ticket.serial:016X}"))


def when(event: Event) -> str:
    """The start as people write it, in UTC, the only time an event has: "Saturday 5 December 2026, 19:30 UTC"."""
    return moment(event.starts_at) or "Date to be announced"


def moment(time: datetime | None) -> str:
    """A time in UTC as people write it, like `when`; empty for None."""
    return f"{time:%A} {time.day} {time:%B %Y, %H:%M} UTC" if time else ""


def one_line(text: str) -> str:
    """Somebody's text in one line, without what can't be seen, so that it can end no header and fake no line."""
    spaced = " ".join(text.split())
    return "".join(char for char in spaced if unicodedata.category(char) not in INVISIBLE)
