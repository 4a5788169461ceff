"""Ends holds whose deadline has passed.

Such a hold is over at its deadline by the database's clock, even before it is ended here. Ending it frees its seats,
records the status and informs the buyer.
"""

import random
import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from bookings.bots.attempt_store import WastedHold, record_wasted_holds
from bookings.holds.models import Booking
from bookings.notifications.outbox import queue_order_emails
from bookings.publish import BookingChanged, publish_bookings
from bookings.states import TIME_IS_UP, BookingStatus, EmailKind
from core.transactions import retrying_transaction
from events.inventory.seats import free_ended_seats
from events.models import Subsection

# The inner SELECT locks in the order of the ids, and checks a row again after waiting for its lock. All rows are
# compared with the same time, so that an order ends as a whole; one that has held seats elsewhere is left alone.
END_DUE = """
    UPDATE bookings_booking booking SET status = 'expired', failure = %s, updated_at = clock_timestamp()
    FROM (
        SELECT id FROM bookings_booking b
        WHERE subsection_id = ANY (%s) AND status = 'pending_payment' AND expires_at <= (SELECT clock_timestamp())
            AND (order_id = id OR NOT EXISTS (
                SELECT FROM bookings_booking other
                WHERE other.order_id = b.order_id AND other.status = 'pending_payment'
                    AND other.subsection_id <> ALL (%s)
            ))
        ORDER BY id FOR NO KEY UPDATE
    ) due
    WHERE booking.id = due.id
    RETURNING booking.id, booking.order_id, booking.buyer_id, booking.event_id, booking.subsection_id,
        booking.updated_at, booking.positions
"""
# The subsections that have held seats of an order with a due hold in this one.
OF_DUE_ORDERS = """
    SELECT DISTINCT other.subsection_id
    FROM bookings_booking due
    JOIN bookings_booking other ON other.order_id = due.order_id AND other.status = 'pending_payment'
    WHERE due.subsection_id = %s AND due.status = 'pending_payment' AND due.expires_at <= (SELECT clock_timestamp())
        AND due.order_id <> due.id
"""


class EndedHold(NamedTuple):
    """A hold that was just ended."""

    booking_id: uuid.UUID
    order_id: uuid.UUID
    buyer_id: int
    event_id: int
    subsection_id: int
    updated_at: datetime
    positions: list[int]


def release_expired(*subsections: Subsection) -> int:
    """End every hold of locked subsections whose deadline has passed and free its seats; return how many.

    An order with held seats in a subsection that is not among them is left to `expire_in`. Locks the bookings in the
    order of their ids, after the subsections, as everywhere. Takes one statement if no hold is due, otherwise two, and
    two for each subsection, however many are due. Updates the fields of `subsections`.
    """
    ended = _end_due([subsection.pk for subsection in subsections])
    if ended:
        _free_seats(ended, subsections)
        _tell_buyers(ended)
    return len(ended)


def _end_due(subsection_ids: list[int]) -> list[EndedHold]:
    """Mark the holds that are due as expired; return them by id, the order in which the audit log records them."""
    with connection.cursor() as cursor:
        cursor.execute(END_DUE, [TIME_IS_UP, subsection_ids, subsection_ids])
        return sorted(EndedHold(*row) for row in cursor.fetchall())


def _free_seats(ended: list[EndedHold], subsections: Sequence[Subsection]) -> None:
    for subsection in subsections:
        holds = {hold.booking_id: hold.positions for hold in ended if hold.subsection_id == subsection.pk}
        if holds:
            free_ended_seats(subsection=subsection, holds=holds)


def _tell_buyers(ended: list[EndedHold]) -> None:
    """Queue one email for each order, about its first booking, and publish the changes."""
    orders = {hold.order_id: hold for hold in reversed(ended)}
    by_event: dict[int, dict[uuid.UUID, uuid.UUID]] = defaultdict(dict)
    for order_id in sorted(orders):
        by_event[orders[order_id].event_id][order_id] = orders[order_id].booking_id
    for event_id, first_bookings in by_event.items():
        queue_order_emails(EmailKind.HOLD_EXPIRED, event_id, first_bookings)
    wasted = [WastedHold(hold.buyer_id, hold.event_id) for hold in orders.values()]
    transaction.on_commit(lambda: record_wasted_holds(wasted), robust=True)
    publish_bookings(
        [
            BookingChanged(hold.booking_id, hold.buyer_id, hold.event_id, BookingStatus.EXPIRED.value, hold.updated_at)
            for hold in ended
        ]
    )


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
    """End the due holds of one subsection, and the whole orders to which they belong; return how many holds.

    Locks all subsections of these orders by their ids, and waits at most `lock_timeout` for each. Without `wait`,
    leaves out at once what another transaction has locked.
    """
    with connection.cursor() as cursor:
        cursor.execute(OF_DUE_ORDERS, [subsection_id])
        wanted = {subsection_id, *(id for (id,) in cursor.fetchall())}
    subsections = Subsection.objects.select_for_update(of=("self",), no_key=True, skip_locked=not wait)
    locked = list(subsections.filter(pk__in=wanted).order_by("pk"))
    return release_expired(*locked) if locked else 0
