"""Booking without waiting (`Prefer: respond-async`): the wish is accepted at once, a worker finds its seats.

The booking exists from the first answer on, as `processing`, and counts among the buyer's open holds. Messages and
workers may be lost: a sweep finds what nobody has seen to.
"""

import uuid
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import OperationalError, transaction

from accounts.operations.later import later
from bookings.idempotency import Once
from bookings.models import Booking, new_id
from bookings.news import announce_booking
from bookings.operations.hold import Deed, Wish, ask_for_seats, known_booking, new_booking, tell_held
from bookings.operations.steps import lock_booking, move
from bookings.states import BookingStatus, SelectionMode
from events.clock import Now
from events.serializers import seat_names
from ticketing.errors import DomainError, Overloaded

PATIENCE = timedelta(seconds=2)  # by then its message should have come
MOST_AT_ONCE = 500  # that one sweep sees to


def accept_wish(
    *,
    buyer_id: int,
    wish: Wish,
    once: Once | None = None,
    family: uuid.UUID | None = None,
    pass_from: datetime | None = None,
) -> Booking:
    """Keeps the wish as a `processing` booking, which `allocate_seats` settles soon.

    What no other buyer can change is looked at now, as `hold_seats` does it; which seats are free, only later.

    1. Lock the buyer's row and count his open bookings, so that parallel requests can't pass the limit.
    2. Insert the booking; its `positions` are the seats that were named.
    3. The worker and the buyer are told.

    Raises as `hold_seats` does, but for what depends on the seats.
    """
    booking_id = new_id()
    answer = ask_for_seats(Deed.ACCEPT, booking_id, buyer_id, wish, once, family, pass_from)
    if once is not None and answer.outcome == "known":
        return known_booking(buyer_id, once)
    booking = new_booking(booking_id, buyer_id, wish, answer, BookingStatus.PROCESSING)
    announce_booking(booking)
    later("bookings.tasks.allocate_seats", booking_id=str(booking_id))
    return booking


def allocate_seats(*, booking_id: uuid.UUID) -> None:
    """Holds the seats of an accepted booking; if that is refused, the booking has failed and says why.

    Safe to run zero or many times at once, and while the buyer cancels: whoever has the block's lock settles it.
    Raises Overloaded, for a later run, if the block's seats keep changing hands.
    """
    booking = Booking.objects.for_display().filter(pk=booking_id, status=BookingStatus.PROCESSING).first()
    if booking is None:
        return
    wish = _wish_of(booking)
    try:
        answer = ask_for_seats(Deed.ALLOCATE, booking_id, booking.buyer_id, wish)
    except Overloaded:
        raise
    except DomainError as refusal:
        _fail(booking_id, str(refusal))
        return
    if answer.outcome == "held":
        tell_held(booking_id, booking.buyer_id, wish, answer)


def allocate_forgotten() -> None:
    """The sweep: accepted bookings that have waited for longer than they should, the oldest first.

    Their message was lost, or the worker is behind; who can't be helped now is left to the next sweep.
    """
    waiting = Booking.objects.filter(status=BookingStatus.PROCESSING, created_at__lt=Now() - PATIENCE)
    for booking_id in list(waiting.order_by("created_at").values_list("pk", flat=True)[:MOST_AT_ONCE]):
        with suppress(Overloaded, OperationalError):
            allocate_seats(booking_id=booking_id)


def _wish_of(booking: Booking) -> Wish:
    block = booking.subsection
    return Wish(
        event_id=booking.event_id,
        section=block.section,
        subsection=block.number,
        mode=SelectionMode(booking.seat_selection_mode),
        quantity=booking.quantity,
        seats=seat_names(block, booking.positions),
        accessible=booking.accessible_wanted,
    )


@transaction.atomic(durable=True)
def _fail(booking_id: uuid.UUID, why: str) -> None:
    """Locks the booking alone: it has no seats."""
    booking = lock_booking(booking_id)
    if booking.status == BookingStatus.PROCESSING:
        move(booking, BookingStatus.FAILED, failure=why[:300])
