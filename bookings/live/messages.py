"""A booking as the WebSocket frames and stream messages of the buyer's live feed (docs/live.md)."""

from datetime import datetime, timedelta
from math import ceil
from typing import Any

from bookings.holds.models import Booking
from bookings.holds.serializers import booking_body, booking_tickets
from bookings.states import BookingStatus
from realtime.frames import socket_frame, stream_message

EXPIRING = timedelta(seconds=30)  # before the deadline, when a buyer is warned
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00Z")


def is_expiring(booking: Booking) -> bool:
    """Return whether the buyer still has time to pay, but at most 30 seconds."""
    return booking.status == BookingStatus.PENDING_PAYMENT and timedelta(0) < booking.left <= EXPIRING


def updated_frame(booking: Booking) -> bytes:
    """Return the frame `booking_updated` for the event's WebSocket."""
    return socket_frame({"type": "booking_updated", "booking": booking_body(booking)})


def expiring_frame(booking: Booking) -> bytes:
    """Return the frame `booking_expiring` for the event's WebSocket."""
    return socket_frame({"type": "booking_expiring", **_expiry(booking)})


def updated_message(booking: Booking) -> bytes:
    """Return the message `booking_updated` for the buyer's stream."""
    data = {
        "event_type": "booking_updated",
        "event_id": booking.event_id,
        "booking_id": str(booking.pk),
        "booking_reference": booking.reference,
        "status": booking.shown_status,
        "tickets": booking_tickets(booking),
    }
    if booking.shown_failure:
        data["error_message"] = booking.shown_failure
    return stream_message("status_update", data, _id(booking))


def expiring_message(booking: Booking) -> bytes:
    """Return the message `booking_expiring` for the buyer's stream."""
    data = {"event_type": "booking_expiring", "event_id": booking.event_id, **_expiry(booking)}
    return stream_message("booking_expiring", data, _id(booking))


def _expiry(booking: Booking) -> dict[str, Any]:
    return {"booking_id": str(booking.pk), "seconds_left": ceil(booking.left.total_seconds())}


def _id(booking: Booking) -> str:
    """Return the id of a message about a booking: its `updated_at` in microseconds since 1970."""
    return str((booking.updated_at - EPOCH) // timedelta(microseconds=1))


def time_of(last_event_id: str | None) -> datetime | None:
    """Return the time that a message id (`_id`) sent by a client stands for; None if the id is missing or malformed."""
    try:
        return EPOCH + timedelta(microseconds=int(last_event_id or ""))
    except (ValueError, OverflowError):
        return None
