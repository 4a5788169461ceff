"""What a buyer is told of his bookings."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from bookings.models import Booking
from events.news import SeatNews, event_group
from realtime.news import publish, publish_many


class BookingNews(NamedTuple):
    """Says only which booking changed: readers look it up."""

    booking_id: uuid.UUID
    buyer_id: int
    event_id: int
    status: str
    updated_at: datetime

    def message(self) -> dict[str, Any]:
        """As it travels over the channel layer."""
        return {
            "booking_id": str(self.booking_id),
            "event_id": self.event_id,
            "status": self.status,
            "updated_at": self.updated_at.isoformat(),
        }


def buyer_group(buyer_id: int) -> str:
    """The group in which one buyer is told of his bookings."""
    return f"buyer.{buyer_id}"


def announce_booking(booking: Booking) -> None:
    """Tells the buyer once the transaction commits."""
    news = BookingNews(booking.pk, booking.buyer_id, booking.event_id, booking.status, booking.updated_at)
    transaction.on_commit(lambda: publish(buyer_group(news.buyer_id), news.message()), robust=True)


def announce_change(seats: SeatNews, booking: BookingNews) -> None:
    """Tells the event's viewers and the buyer once the transaction commits, both in one message to Redis."""
    told = [(event_group(seats.event_id), seats.message()), (buyer_group(booking.buyer_id), booking.message())]
    transaction.on_commit(lambda: publish_many(told), robust=True)


def announce_bookings(bookings: Sequence[BookingNews]) -> None:
    """Tells each buyer once the transaction commits, all in one round trip."""
    told = [(buyer_group(news.buyer_id), news.message()) for news in bookings]
    transaction.on_commit(lambda: publish_many(told), robust=True)
