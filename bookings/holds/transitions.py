"""Shared parts of all operations on bookings: lock a booking in the right order, and change its status."""

import uuid
from datetime import datetime
from typing import Any

from bookings.errors import AlreadyPaid, HoldExpired
from bookings.holds.models import Booking
from bookings.publish import publish_booking
from bookings.states import BOOKING_TRANSITIONS, SOLD, BookingStatus
from core.clock import database_now
from core.errors import InvalidState
from events.inventory.seats import lock_subsection
from events.models import Subsection


def lock_booking(booking_id: uuid.UUID) -> Booking:
    """Lock only the booking's row, for changes that don't touch seats. Waits at most `lock_timeout`."""
    return Booking.objects.select_for_update(of=("self",), no_key=True).select_related("event").get(pk=booking_id)


def lock_with_subsection(booking: Booking) -> tuple[Booking, Subsection]:
    """Lock the booking's subsection, then the booking; return both as they are under the lock.

    Every operation locks in this order. A booking never changes its subsection.
    """
    subsection = lock_subsection(booking.subsection_id)
    return lock_booking(booking.pk), subsection


def check_still_held(booking: Booking, now: datetime) -> None:
    """Raise HoldExpired, AlreadyPaid or InvalidState unless the locked booking is held and its deadline is after `now`.

    The deadline decides, even if the sweep has not ended the hold yet.
    """
    if booking.status in SOLD:
        raise AlreadyPaid
    if booking.status == BookingStatus.EXPIRED or (
        booking.status == BookingStatus.PENDING_PAYMENT and booking.expires_at <= now
    ):
        raise HoldExpired
    if booking.status != BookingStatus.PENDING_PAYMENT:
        raise InvalidState(f"This booking is {booking.status}.")


def move(booking: Booking, status: BookingStatus, *, now: datetime | None = None, **fields: Any) -> None:
    """Change the status of a locked booking, set `fields`, and publish the booking to its buyer after the commit.

    Raises InvalidState if BOOKING_TRANSITIONS does not allow the change.
    """
    if status not in BOOKING_TRANSITIONS[BookingStatus(booking.status)]:
        raise InvalidState(f"A booking that is {booking.status} can't become {status}.")
    change(booking, now=now, status=status, **fields)


def change(booking: Booking, *, now: datetime | None = None, **fields: Any) -> None:
    """Set `fields` of a locked booking and save them; publish the booking to its buyer after the commit."""
    for name, value in fields.items():
        setattr(booking, name, value)
    booking.updated_at = now or database_now()
    booking.save(update_fields=[*fields, "updated_at"])
    publish_booking(booking)
