"""Ends holds whose deadline has passed.

Such a hold is over at its deadline by the database's clock, even before it is ended here. Ending it frees its seats,
records the status and informs the buyer.
"""

import random
import uuid
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from bookings.bots.attempt_store import WastedHold, record_wasted_holds
from bookings.holds.models import Booking
from bookings.notifications.outbox import queue_emails
from bookings.publish import BookingChanged, publish_bookings
from bookings.states import TIME_IS_UP, BookingStatus, EmailKind
from core.transactions import retrying_transaction
from events.inventory.seats import free_ended_seats
from events.models import Subsection

# The inner SELECT locks in the order of the ids, and checks a row again after waiting for its lock.
END_DUE = """
    UPDATE bookings_booking booking SET status = 'expired', failure = %s, updated_at = clock_timestamp()
    FROM (
        SELECT id FROM bookings_booking
        WHERE subsection_id = %s AND status = 'pending_payment' AND expires_at <= clock_timestamp()
        ORDER BY id FOR NO KEY UPDATE
    ) due
    WHERE booking.id = due.id
    RETURNING booking.id, booking.buyer_id, booking.event_id, booking.updated_at, booking.positions
"""


class EndedHold(NamedTuple):
    """A hold that was just ended."""

    booking_id: uuid.UUID
    buyer_id: int
    event_id: int
    updated_at: datetime
    positions: list[int]


def release_expired(subsection: Subsection) -> int:
    """End every hold of a locked subsection whose deadline has passed and free its seats; return how many.

    Locks the bookings in the order of their ids, after the subsection, as everywhere. Takes one statement if no hold is
    due, otherwise four, however many are due. Updates the fields of `subsection`.
    """
    ended = _end_due(subsection)
    if ended:
        free_ended_seats(subsection=subsection, holds={hold.booking_id: hold.positions for hold in ended})
        queue_emails(EmailKind.HOLD_EXPIRED, subsection.event_id, [hold.booking_id for hold in ended])
        wasted = [WastedHold(hold.buyer_id, hold.event_id) for hold in ended]
        transaction.on_commit(lambda: record_wasted_holds(wasted), robust=True)
        publish_bookings(
            [
                BookingChanged(
                    hold.booking_id, hold.buyer_id, hold.event_id, BookingStatus.EXPIRED.value, hold.updated_at
                )
                for hold in ended
            ]
        )
    return len(ended)


def _end_due(subsection: Subsection) -> list[EndedHold]:
    """Mark the holds that are due as expired; return them by id, the order in which the audit log records them."""
    with connection.cursor() as cursor:
        cursor.execute(END_DUE, [TIME_IS_UP, subsection.pk])
        return sorted(EndedHold(*row) for row in cursor.fetchall())


def expire_holds() -> int:
    """End all due holds, in one transaction per subsection; return how many. Run as a sweep.

    Subsections that another transaction has locked are left to it or to the next sweep. May run zero, one or many times
    at once: each sweep takes the subsections in a random order, so that sweeps at the same time divide the work.
    """
    due = Booking.objects.due().order_by()
    subsection_ids = list(due.values_list("subsection_id", flat=True).distinct())
    random.shuffle(subsection_ids)
    return sum(expire_in(subsection_id, wait=False) for subsection_id in subsection_ids)


@retrying_transaction
def expire_in(subsection_id: int, *, wait: bool = True) -> int:
    """End the due holds of one subsection; return how many.

    Waits at most `lock_timeout` for the subsection's lock. Without `wait`, returns 0 at once if another transaction has
    the lock.
    """
    subsections = Subsection.objects.select_for_update(of=("self",), no_key=True, skip_locked=not wait)
    subsection = subsections.filter(pk=subsection_id).first()
    return release_expired(subsection) if subsection is not None else 0
