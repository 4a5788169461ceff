"""A helper for tests of emails."""

from bookings.holds.expiry import expire_holds
from bookings.holds.models import Booking
from core.clock import database_now


def expire(booking: Booking) -> None:
    """Set the deadline of a hold to now and run the sweep."""
    Booking.objects.filter(pk=booking.pk).update(expires_at=database_now())
    expire_holds()
