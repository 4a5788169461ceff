"""Issued tickets: access to them, and the text that is printed on them."""

import re
import unicodedata
import uuid
from datetime import datetime

from accounts.models import User
from bookings.errors import TicketVoid
from bookings.holds.selectors import own_booking
from bookings.states import AdmissionStatus
from bookings.tickets.models import Admission
from core.errors import InvalidState, NotFound
from events.models import Event

INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn")  # Unicode categories of characters that can't be seen


def issued_tickets(booking_id: uuid.UUID, buyer: User) -> list[Admission]:
    """Return the tickets of the buyer's own booking, void ones included, in the order of its seats.

    Raises NotFound, NotOwner, or InvalidState if the booking was never paid and has no tickets.
    """
    booking = own_booking(booking_id, buyer)
    admissions = Admission.objects.filter(booking=booking).select_related("booking", "event", "subsection")
    tickets = list(admissions.order_by("position"))
    if not tickets:
        raise InvalidState(f"A booking that is {booking.get_status_display().lower()} has no tickets.")
    return tickets


def valid_tickets(tickets: list[Admission]) -> list[Admission]:
    """Return the tickets that are not void. Raises InvalidState if all are."""
    valid = [ticket for ticket in tickets if ticket.status != AdmissionStatus.VOID]
    if not valid:
        raise InvalidState("These tickets are void.")
    return valid


def valid_ticket(booking_id: uuid.UUID, admission_id: uuid.UUID, buyer: User) -> Admission:
    """Return one ticket of the buyer's own booking. Raises NotFound, NotOwner, InvalidState or TicketVoid."""
    ticket = next((ticket for ticket in issued_tickets(booking_id, buyer) if ticket.pk == admission_id), None)
    if ticket is None:
        raise NotFound("This booking has no such ticket.")
    if ticket.status == AdmissionStatus.VOID:
        raise TicketVoid
    return ticket


def seat_of(ticket: Admission) -> tuple[int, int]:
    """Return row and seat, both counted from 1."""
    row, seat = divmod(ticket.position, ticket.subsection.cols)
    return row + 1, seat + 1


def serial_of(ticket: Admission) -> str:
    """Format the serial to be read out: 16 hexadecimal digits in groups of four."""
    return "-".join(re.findall(r"....", f"{ticket.serial:016X}"))


def when(event: Event) -> str:
    """Format the start in UTC, the only time zone an event has: "Saturday 5 December 2026, 19:30 UTC"."""
    return moment(event.starts_at) or "Date to be announced"


def moment(time: datetime | None) -> str:
    """Format a time in UTC, like `when`; empty for None."""
    return f"{time:%A} {time.day} {time:%B %Y, %H:%M} UTC" if time else ""


def one_line(text: str) -> str:
    """Put a user's text on one line without invisible characters, so that it can't end a header or add lines."""
    spaced = " ".join(text.split())
    return "".join(char for char in spaced if unicodedata.category(char) not in INVISIBLE)
