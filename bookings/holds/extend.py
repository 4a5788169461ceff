"""Extends a hold, for a buyer who needs more time."""

import uuid
from datetime import timedelta

from accounts.models import User
from bookings.holds.models import Booking
from bookings.holds.selectors import own_booking
from bookings.holds.transitions import change, check_still_held, lock_booking
from core.clock import database_now
from core.errors import InvalidState
from core.transactions import retrying_transaction


@retrying_transaction
def extend_hold(*, booking_id: uuid.UUID, buyer: User) -> Booking:
    """Move the deadline of a hold by the event's `hold_seconds`, once per hold.

    Locks the booking's row. Raises NotFound, NotOwner, InvalidState (not held, or extended before), HoldExpired and
    AlreadyPaid.
    """
    own_booking(booking_id, buyer)
    booking = lock_booking(booking_id)

    now = database_now()
    check_still_held(booking, now)
    if booking.extended:
        raise InvalidState("The time can be extended only once.")

    deadline = booking.expires_at + timedelta(seconds=booking.event.hold_seconds)
    change(booking, now=now, extended=True, expires_at=deadline)
    return booking
