"""Cancels a hold, for its buyer or for the event's seller."""

import uuid

from django.db import transaction

from accounts.models import User
from bookings.bots.attempt_store import WastedHold, record_wasted_holds
from bookings.errors import PaymentInProgress
from bookings.holds.models import Booking
from bookings.holds.selectors import is_charging, managed_booking, own_booking
from bookings.holds.transitions import lock_with_subsection, move
from bookings.notifications.outbox import queue_email
from bookings.states import OPEN, BookingStatus, EmailKind
from core.clock import database_now
from core.errors import InvalidState
from core.transactions import retrying_transaction
from events.inventory.seats import change_seats
from events.models import Subsection
from events.states import ChangeKind

RELEASED = (
    "The organiser has released the reservation. Nothing was charged."  # the booking's `failure`, shown to its buyer
)


@retrying_transaction
def cancel_booking(*, booking_id: uuid.UUID, buyer: User) -> Booking:
    """Cancel a booking that is held or still waits for its seats; held seats are free at once.

    A booking that is part of an order is taken out of it; the others stay held.

    1. Lock the subsection, then all bookings of the order.
    2. Check that the booking is processing, or that it is held and has no open charge, which could still be captured.
    3. Free the seats and write the status; the change is published to viewers and the buyer after the commit.

    Bot detection counts a held booking as a wasted hold: one that ended without a sale.
    Raises NotFound, NotOwner, InvalidState, PaymentInProgress.
    """
    booking, subsection = lock_with_subsection(own_booking(booking_id, buyer))
    held = booking.status == BookingStatus.PENDING_PAYMENT
    end_hold(booking, subsection)
    if held:
        transaction.on_commit(
            lambda: record_wasted_holds([WastedHold(booking.buyer_id, booking.event_id)]), robust=True
        )
    return booking


@retrying_transaction
def release_hold(*, booking_id: uuid.UUID, seller: User) -> Booking:
    """Cancel a booking as the event's seller; the buyer gets an email.

    Locks and checks as in `cancel_booking`, and refuses a hold whose deadline has passed, because it has already ended.
    Bot detection does not count the hold as wasted, because the buyer did not give it up.
    Raises NotFound, PermissionRefused, InvalidState, PaymentInProgress.
    """
    booking, subsection = lock_with_subsection(managed_booking(booking_id, seller))
    if booking.status == BookingStatus.PENDING_PAYMENT and booking.expires_at <= database_now():
        raise InvalidState("This reservation is over, and others can book what was reserved.")
    end_hold(booking, subsection, failure=RELEASED)
    queue_email(EmailKind.HOLD_RELEASED, booking)
    return booking


def end_hold(booking: Booking, subsection: Subsection, failure: str = "") -> None:
    """Check and cancel a booking that is locked with its subsection; `failure` is the reason shown to the buyer."""
    if booking.status not in OPEN:
        raise InvalidState(f"A booking that is {booking.status} can't be cancelled.")
    if booking.status == BookingStatus.PENDING_PAYMENT:
        if is_charging(booking):
            raise PaymentInProgress
        change_seats(
            subsection=subsection, positions=booking.positions, kind=ChangeKind.CANCELLED, booking_id=booking.pk
        )
    move(booking, BookingStatus.CANCELLED, failure=failure)
