"""Extends a hold, for a buyer who needs more time."""

import uuid
from collections.abc import Sequence
from datetime import timedelta

from accounts.models import User
from bookings.errors import PartOfOrder
from bookings.holds.models import Booking
from bookings.holds.selectors import own_booking
from bookings.holds.transitions import change, check_still_held, lock_booking
from core.clock import database_now
from core.errors import InvalidState
from core.transactions import retrying_transaction


@retrying_transaction
def extend_hold(*, booking_id: uuid.UUID, buyer: User) -> Booking:
    """Move the deadline of a hold by the event's `hold_seconds`, once per hold.

    Locks the booking's row. Raises NotFound, NotOwner, PartOfOrder, InvalidState (not held, or extended before),
    HoldExpired and AlreadyPaid.
    """
    unlocked = own_booking(booking_id, buyer)
    if not unlocked.is_own_order:
        raise PartOfOrder(unlocked.order_id)
    booking = lock_booking(booking_id)
    add_time([booking])
    return booking


def add_time(bookings: Sequence[Booking]) -> None:
    """Move the deadline of an order's locked bookings that are held, or of one booking in any status.

    Raises InvalidState, HoldExpired, AlreadyPaid.
    """
    now = database_now()
    for booking in bookings:
        check_still_held(booking, now)
        if booking.extended:
            raise InvalidState("The time can be extended only once.")
        deadline = booking.expires_at + timedelta(seconds=booking.event.hold_seconds)
        change(booking, now=now, extended=True, expires_at=deadline)
