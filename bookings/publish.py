"""Publish changes of bookings to their buyers."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction

from events.publish import SeatsChanged, event_group
from realtime.publish import publish, publish_many

if TYPE_CHECKING:
    from bookings.holds.models import Booking


class BookingChanged(NamedTuple):
    """A change of a booking, as it is published. Subscribers read the state of the booking from the database."""

    booking_id: uuid.UUID
    buyer_id: int
    event_id: int
    status: str
    updated_at: datetime

    def message(self) -> dict[str, Any]:
        """Return the message that is sent to the group of the buyer."""
        return {
            "booking_id": str(self.booking_id),
            "event_id": self.event_id,
            "status": self.status,
            "updated_at": self.updated_at.isoformat(),
        }


def buyer_group(buyer_id: int) -> str:
    """Return the name of the group to which changes of a buyer's bookings are published."""
    return f"buyer.{buyer_id}"


def publish_booking(booking: "Booking") -> None:
    """Publish a change of a booking to its buyer once the transaction commits."""
    change = BookingChanged(booking.pk, booking.buyer_id, booking.event_id, booking.status, booking.updated_at)
    transaction.on_commit(lambda: publish(buyer_group(change.buyer_id), change.message()), robust=True)


def publish_seats_and_booking(seats: SeatsChanged, booking: BookingChanged) -> None:
    """Publish changed seats to the event's viewers, and their booking to its buyer, once the transaction commits.

    Both messages are sent in one write to Redis.
    """
    messages = [(event_group(seats.event_id), seats.message()), (buyer_group(booking.buyer_id), booking.message())]
    transaction.on_commit(lambda: publish_many(messages), robust=True)


def publish_bookings(bookings: Sequence[BookingChanged]) -> None:
    """Publish changes of several bookings to their buyers once the transaction commits, in one write to Redis."""
    messages = [(buyer_group(change.buyer_id), change.message()) for change in bookings]
    transaction.on_commit(lambda: publish_many(messages), robust=True)
