"""A buyer lets his hold go, or the event's seller does it."""

import uuid

from django.db import transaction

from accounts.models import User
from accounts.transactions import durably
from bookings.bots.attempt_store import Wasted, note_wasted
from bookings.errors import PaymentInProgress
from bookings.models import Booking
from bookings.operations.post import write_letter
from bookings.operations.steps import lock_with_block, move
from bookings.reads import is_charging, managed_booking, own_booking
from bookings.states import OPEN, BookingStatus, LetterKind
from events.clock import database_now
from events.models import Subsection
from events.operations.seats import change_seats
from events.states import ChangeKind
from ticketing.errors import InvalidState

RELEASED = "The organiser has let the seats go. Nothing was charged."  # why it came to nothing, for its buyer


@durably
def cancel_booking(*, booking_id: uuid.UUID, buyer: User) -> Booking:
    """Cancels a hold, whose seats are free at once, or a booking that still waits for its seats.

    1. Lock the block, then the booking.
    2. Check: it is waiting for its seats; or for payment, and no charge is open (its outcome would come too late).
    3. Free the seats, move the booking; everybody is told after the commit.

    Raises NotFound, NotOwner, InvalidState, PaymentInProgress.
    """
    booking, block = lock_with_block(own_booking(booking_id, buyer))
    held = booking.status == BookingStatus.PENDING_PAYMENT
    _let_go(booking, block)
    if held:
        transaction.on_commit(lambda: note_wasted([Wasted(booking.buyer_id, booking.event_id)]), robust=True)
    return booking


@durably
def release_hold(*, booking_id: uuid.UUID, seller: User) -> Booking:
    """The same by the event's seller, who has other plans for the seats; the buyer is told by mail.

    As `cancel_booking` does it, but for a hold whose time is over: that one has ended by itself. Nobody's signals count
    it as wasted, since the buyer did not waste it. Raises NotFound, PermissionRefused, InvalidState, PaymentInProgress.
    """
    booking, block = lock_with_block(managed_booking(booking_id, seller))
    if booking.status == BookingStatus.PENDING_PAYMENT and booking.expires_at <= database_now():
        raise InvalidState("This hold is over, and its seats are free again.")
    _let_go(booking, block, failure=RELEASED)
    write_letter(LetterKind.HOLD_RELEASED, booking)
    return booking


def _let_go(booking: Booking, block: Subsection, failure: str = "") -> None:
    """Checks and writes, for a booking that is locked with its block."""
    if booking.status not in OPEN:
        raise InvalidState(f"A booking that is {booking.status} can't be cancelled.")
    if booking.status == BookingStatus.PENDING_PAYMENT:
        if is_charging(booking):
            raise PaymentInProgress
        change_seats(subsection=block, positions=booking.positions, kind=ChangeKind.CANCELLED, booking_id=booking.pk)
    move(booking, BookingStatus.CANCELLED, failure=failure)
