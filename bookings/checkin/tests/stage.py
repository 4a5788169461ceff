"""Helpers for tests of check-in."""

from bookings.holds.models import Booking
from bookings.tickets.issue import code_of
from bookings.tickets.models import Admission


def tickets_of(booking: Booking) -> list[Admission]:
    """Return the booking's tickets in the order of their seats."""
    return list(Admission.objects.select_related("event").filter(booking=booking).order_by("position"))


def codes_of(booking: Booking) -> list[str]:
    """Return the codes of the booking's tickets in the order of their seats."""
    return [code_of(ticket) for ticket in tickets_of(booking)]


def state_of(ticket: Admission) -> str:
    """Return the ticket's status in the database."""
    return Admission.objects.values_list("status", flat=True).get(pk=ticket.pk)
