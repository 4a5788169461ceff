"""The two things every operation on a booking does: lock it in the right order, and move it one step."""

import uuid
from datetime import datetime
from typing import Any

from bookings.errors import AlreadyPaid, HoldExpired
from bookings.models import Booking
from bookings.news import announce_booking
from bookings.states import BOOKING_TRANSITIONS, SOLD, BookingStatus
from events.clock import database_now
from events.models import Subsection
from events.operations.seats import lock_subsection
from ticketing.errors import InvalidState


def lock_booking(booking_id: uuid.UUID) -> Booking:
    """Locks the booking's row alone: for what touches no seats. Waits at most `lock_timeout`."""
    return Booking.objects.select_for_update(of=("self",), no_key=True).select_related("event").get(pk=booking_id)


def lock_with_block(booking: Booking) -> tuple[Booking, Subsection]:
    """Locks the booking's block, then the booking: the order everywhere. A booking never changes its block."""
    block = lock_subsection(booking.subsection_id)
    return lock_booking(booking.pk), block


def check_still_held(booking: Booking, now: datetime) -> None:
    """Raises unless the locked booking waits for payment and its deadline is ahead: HoldExpired, AlreadyPaid or
    InvalidState. The deadline counts, not whether the sweep has passed."""
    if booking.status in SOLD:
        raise AlreadyPaid
    if booking.status == BookingStatus.EXPIRED or (
        booking.status == BookingStatus.PENDING_PAYMENT and booking.expires_at <= now
    ):
        raise HoldExpired
    if booking.status != BookingStatus.PENDING_PAYMENT:
        raise InvalidState(f"This booking is {booking.status}.")


def move(booking: Booking, status: BookingStatus, *, now: datetime | None = None, **fields: Any) -> None:
    """Moves a locked booking one step, sets `fields` with it, and tells its buyer after the commit.

    Raises InvalidState if the state machine has no such step.
    """
    if status not in BOOKING_TRANSITIONS[BookingStatus(booking.status)]:
        raise InvalidState(f"A booking that is {booking.status} can't become {status}.")
    change(booking, now=now, status=status, **fields)


def change(booking: Booking, *, now: datetime | None = None, **fields: Any) -> None:
    """Writes `fields` of a locked booking and tells its buyer after the commit."""
    for name, value in fields.items():
        setattr(booking, name, value)
    booking.updated_at = now or database_now()
    booking.save(update_fields=[*fields, "updated_at"])
    announce_booking(booking)
