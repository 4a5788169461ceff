"""What the tests of the gate share."""

from bookings.models import Admission, Booking
from bookings.operations.admit import code_of


def tickets_of(booking: Booking) -> list[Admission]:
    """The booking's tickets, in the order of their seats."""
    return list(Admission.objects.select_related("event").filter(booking=booking).order_by("position"))


def codes_of(booking: Booking) -> list[str]:
    """Their codes."""
    return [code_of(ticket) for ticket in tickets_of(booking)]


def state_of(code_or_ticket: Admission) -> str:
    """Its status, as it is now."""
    return Admission.objects.values_list("status", flat=True).get(pk=code_or_ticket.pk)
