"""Selectors for issued tickets, as the buyer of their booking may see them."""

import uuid
from collections.abc import Sequence

from accounts.models import User
from bookings.errors import TicketVoid
from bookings.holds.models import Booking
from bookings.holds.selectors import own_booking
from bookings.states import BOUGHT, AdmissionStatus
from bookings.tickets.models import Admission
from core.errors import InvalidState, NotFound


def issued_tickets(booking_id: uuid.UUID, buyer: User) -> list[Admission]:
    """Return the tickets of the buyer's own booking, void ones included, in the order of its seats.

    Raises NotFound, NotOwner, or InvalidState if the booking was never paid and has no tickets.
    """
    booking = own_booking(booking_id, buyer)
    tickets = tickets_of([booking])
    if not tickets:
        raise InvalidState(f"A booking that is {booking.get_status_display().lower()} has no tickets.")
    return tickets


def tickets_of(bookings: Sequence[Booking]) -> list[Admission]:
    """Return all tickets that were issued for bookings of one order, in the order of bookings and seats."""
    rows = Admission.objects.with_place().select_related("event__venue", "event__seller")
    tickets = rows.filter(event_id=bookings[0].event_id, booking_id__in=[booking.pk for booking in bookings])
    return list(tickets.order_by("booking_id", "position"))


def bought_booking(booking_id: uuid.UUID, buyer: User) -> Booking:
    """Return the buyer's own booking if it was ever paid, loaded with `for_display`.

    Raises NotFound, NotOwner, or InvalidState.
    """
    booking = own_booking(booking_id, buyer)
    if booking.status not in BOUGHT:
        raise InvalidState(f"A booking that is {booking.get_status_display().lower()} has no calendar entry.")
    return booking


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
