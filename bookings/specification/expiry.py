"""Ends holds one by one: the specification of bookings/holds/expiry.py, which ends them all in four statements."""

from bookings.holds.models import Booking
from bookings.holds.transitions import move
from bookings.notifications.outbox import queue_order_emails
from bookings.states import TIME_IS_UP, BookingStatus, EmailKind
from events.inventory.seats import change_seats
from events.models import Subsection
from events.states import ChangeKind


def release_expired(subsection: Subsection) -> int:
    """End every hold of a locked subsection whose deadline has passed and free its seats; return how many."""
    due = list(Booking.objects.due().filter(subsection=subsection).order_by("pk").select_for_update(of=("self",)))
    for booking in due:
        move(booking, BookingStatus.EXPIRED, failure=TIME_IS_UP)
        change_seats(subsection=subsection, positions=booking.positions, kind=ChangeKind.EXPIRED, booking_id=booking.pk)
        queue_order_emails(EmailKind.HOLD_EXPIRED, subsection.event_id, {booking.order_id: booking.pk})
    return len(due)
