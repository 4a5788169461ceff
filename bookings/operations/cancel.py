"""A buyer lets his hold go."""

import uuid

from django.db import transaction

from accounts.models import User
from accounts.transactions import durably
from bookings.bots.memory import Wasted, note_wasted
from bookings.errors import PaymentInProgress
from bookings.models import Booking
from bookings.operations.steps import lock_with_block, move
from bookings.reads import own_booking
from bookings.states import BookingStatus, PaymentStatus
from events.operations.seats import change_seats
from events.states import ChangeKind
from ticketing.errors import InvalidState


@durably
def cancel_booking(*, booking_id: uuid.UUID, buyer: User) -> Booking:
    """Cancels a hold, whose seats are free at once, or a booking that still waits for its seats.

    1. Lock the block, then the booking.
    2. Check: it is waiting for its seats; or for payment, and no charge is open (its outcome would come too late).
    3. Free the seats, move the booking; everybody is told after the commit.

    Raises NotFound, NotOwner, InvalidState, PaymentInProgress.
    """
    booking, block = lock_with_block(own_booking(booking_id, buyer))

    if booking.status == BookingStatus.PROCESSING:
        move(booking, BookingStatus.CANCELLED)
        return booking
    if booking.status != BookingStatus.PENDING_PAYMENT:
        raise InvalidState(f"A booking that is {booking.status} can't be cancelled.")
    if booking.payments.filter(status=PaymentStatus.PENDING).exists():
        raise PaymentInProgress

    change_seats(subsection=block, positions=booking.positions, kind=ChangeKind.CANCELLED, booking_id=booking.pk)
    move(booking, BookingStatus.CANCELLED)
    transaction.on_commit(lambda: note_wasted([Wasted(booking.buyer_id, booking.event_id)]), robust=True)
    return booking
