"""Bookings with `Prefer: respond-async`: the hold request is accepted at once, and a worker finds the seats.

The booking exists from the first response on, as `processing`, and counts towards the buyer's limit of open holds. Task
messages and workers may be lost: a sweep finds the bookings that were not handled.
"""

import uuid
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import OperationalError

from bookings.holds.hold import execute_hold, existing_booking, new_booking, publish_held_seats
from bookings.holds.hold_function import HoldMode
from bookings.holds.hold_request import HoldRequest
from bookings.holds.models import Booking
from bookings.holds.places import names_of
from bookings.holds.transitions import lock_booking, move
from bookings.idempotency import IdempotencyKey
from bookings.publish import publish_booking
from bookings.states import BookingStatus, SelectionMode
from core.clock import Now
from core.enqueue import enqueue_on_commit
from core.errors import DomainError, Overloaded
from core.ids import new_id
from core.transactions import retrying_transaction

OVERDUE_AFTER = timedelta(seconds=2)  # a booking still processing then: its task message is assumed lost or late
SWEEP_BATCH = 500  # bookings handled by one sweep


def accept_hold_request(
    *,
    buyer_id: int,
    hold_request: HoldRequest,
    idempotency_key: IdempotencyKey | None = None,
    token_family_id: uuid.UUID | None = None,
    pass_issued_at: datetime | None = None,
) -> Booking:
    """Store a hold request as a `processing` booking; `allocate_seats` finds its seats shortly afterwards.

    Everything that does not depend on other buyers is checked now, as in `hold_seats`. Whether the seats are free is
    checked by `allocate_seats`.

    1. Lock the buyer's row and count their open bookings, so that parallel requests can't exceed the limit.
    2. Insert the booking; its `positions` are the seats that the request names.
    3. Publish the booking to the buyer and enqueue the task `allocate_seats`.

    Returns the earlier booking for a repeated idempotency key. Raises the errors of `hold_seats`, except those that
    depend on which seats are free.
    """
    booking_id = new_id()
    result = execute_hold(
        HoldMode.ACCEPT,
        booking_id=booking_id,
        buyer_id=buyer_id,
        hold_request=hold_request,
        idempotency_key=idempotency_key,
        token_family_id=token_family_id,
        pass_issued_at=pass_issued_at,
    )
    if idempotency_key is not None and result.outcome == "known":
        return existing_booking(buyer_id, idempotency_key)
    booking = new_booking(booking_id, buyer_id, hold_request, result, BookingStatus.PROCESSING)
    publish_booking(booking)
    enqueue_on_commit("bookings.holds.tasks.allocate_seats", booking_id=str(booking_id))
    return booking


def allocate_seats(*, booking_id: uuid.UUID) -> None:
    """Hold the seats of a `processing` booking. If that is refused, the booking becomes `failed` and stores the reason.

    Safe to run any number of times at once, and while the buyer cancels: the lock on the subsection decides who comes
    first. Raises Overloaded in the same cases as `hold_seats`; a later run tries again.
    """
    booking = Booking.objects.for_display().filter(pk=booking_id, status=BookingStatus.PROCESSING).first()
    if booking is None:
        return
    hold_request = _hold_request_of(booking)
    try:
        result = execute_hold(
            HoldMode.ALLOCATE, booking_id=booking_id, buyer_id=booking.buyer_id, hold_request=hold_request
        )
    except Overloaded:
        raise
    except DomainError as error:
        _fail(booking_id, str(error))
        return
    if result.outcome == "held":
        publish_held_seats(booking_id, booking.buyer_id, hold_request, result)


def allocate_overdue() -> None:
    """Find seats for bookings that have been `processing` for longer than OVERDUE_AFTER, oldest first. Run as a sweep.

    Their task message was lost, or the workers are behind. Handles at most SWEEP_BATCH bookings. Those that can't be
    handled now are left to the next sweep.
    """
    waiting = Booking.objects.filter(status=BookingStatus.PROCESSING, created_at__lt=Now() - OVERDUE_AFTER)
    for booking_id in list(waiting.order_by("created_at").values_list("pk", flat=True)[:SWEEP_BATCH]):
        with suppress(Overloaded, OperationalError):
            allocate_seats(booking_id=booking_id)


def _hold_request_of(booking: Booking) -> HoldRequest:
    subsection = booking.subsection
    return HoldRequest(
        event_id=booking.event_id,
        section=subsection.section,
        subsection=subsection.number,
        mode=SelectionMode(booking.seat_selection_mode),
        quantity=booking.quantity,
        seats=names_of(booking),
        accessible=booking.accessible_wanted,
    )


@retrying_transaction
def _fail(booking_id: uuid.UUID, reason: str) -> None:
    """Mark a `processing` booking as failed. Locks only the booking, since it has no seats."""
    booking = lock_booking(booking_id)
    if booking.status == BookingStatus.PROCESSING:
        move(booking, BookingStatus.FAILED, failure=reason[:300])
