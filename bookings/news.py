"""What a buyer is told of his bookings."""

from django.db import transaction

from bookings.models import Booking
from realtime.news import publish


def buyer_group(buyer_id: int) -> str:
    """The group in which one buyer is told of his bookings."""
    return f"buyer.{buyer_id}"


def announce_booking(booking: Booking) -> None:
    """Tells the buyer once the transaction commits. Says only which booking changed: readers look it up."""
    message = {
        "booking_id": str(booking.pk),
        "event_id": booking.event_id,
        "status": booking.status,
        "updated_at": booking.updated_at.isoformat(),
    }
    transaction.on_commit(lambda: publish(buyer_group(booking.buyer_id), message), robust=True)
