"""Shared parts of all operations on bookings: lock a booking in the right order, and change its status."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import OperationalError
from psycopg.errors import SerializationFailure

from bookings.errors import AlreadyPaid, HoldExpired
from bookings.holds.models import Booking
from bookings.publish import publish_booking
from bookings.states import BOOKING_TRANSITIONS, SOLD, BookingStatus
from core.clock import database_now
from core.errors import InvalidState
from events.inventory.seats import lock_subsection, lock_subsections
from events.models import Subsection


class LockedOrder(NamedTuple):
    """The bookings of an order, by id, and the subsections of all of them, by id; all rows are locked."""

    bookings: list[Booking]
    subsections: dict[int, Subsection]


def lock_booking(booking_id: uuid.UUID) -> Booking:
    """Lock only the booking's row, for changes that don't touch seats. Waits at most `lock_timeout`."""
    return Booking.objects.select_for_update(of=("self",), no_key=True).select_related("event").get(pk=booking_id)


def lock_with_subsection(booking: Booking) -> tuple[Booking, Subsection]:
    """Lock the booking's subsection, then all bookings of its order; return both as they are under the lock.

    Every operation locks in this order. A booking never changes its subsection or its order.
    """
    subsection = lock_subsection(booking.subsection_id)
    bookings = lock_bookings(booking.order_id)
    return next(one for one in bookings if one.pk == booking.pk), subsection


def lock_bookings(order_id: uuid.UUID) -> list[Booking]:
    """Lock all bookings of an order, by id, and return them as they are under the lock.

    Whoever has locked them is the only one who changes the order or adds to it. Seats may have been added while this
    waited for the first row, so the bookings are read again if the order can have several.
    """
    rows = Booking.objects.filter(order_id=order_id).select_related("event").order_by("pk")
    locked = list(rows.select_for_update(of=("self",), no_key=True))
    return locked if [booking.pk for booking in locked] == [order_id] else list(rows)


def lock_order(order_id: uuid.UUID) -> LockedOrder:
    """Lock the subsections of an order by id, then its bookings by id; return both as they are under the lock.

    If seats in another subsection were added meanwhile, the operation is rolled back and runs again.
    """
    ids = list(Booking.objects.filter(order_id=order_id).order_by().values_list("subsection_id", flat=True).distinct())
    subsections = {subsection.pk: subsection for subsection in lock_subsections(ids)}
    bookings = lock_bookings(order_id)
    if not subsections.keys() >= {booking.subsection_id for booking in bookings}:
        raise OperationalError("seats were added to the order") from SerializationFailure()
    return LockedOrder(bookings, subsections)


def held_bookings(bookings: Sequence[Booking]) -> list[Booking]:
    """Return those of an order's bookings that are held; they all have the same deadline."""
    return [booking for booking in bookings if booking.status == BookingStatus.PENDING_PAYMENT]


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
