"""Holds that ended unpaid. They are over by the clock; this tells the world and frees the seats."""

import random
import uuid
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from bookings.bots.attempt_store import Wasted, note_wasted
from bookings.holds.models import Booking
from bookings.notifications.outbox import queue_emails
from bookings.publish import BookingChanged, publish_bookings
from bookings.states import TIME_IS_UP, BookingStatus, EmailKind
from core.transactions import retrying_transaction
from events.inventory.seats import free_ended_seats
from events.models import Subsection

# The inner SELECT locks in the order of the ids, and looks again at a row for which it had to wait.
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


class Ended(NamedTuple):
    """A hold that is no more."""

    booking_id: uuid.UUID
    buyer_id: int
    event_id: int
    updated_at: datetime
    positions: list[int]


def release_expired(block: Subsection) -> int:
    """Expires every hold of a locked block whose deadline has passed and frees its seats; returns how many.

    Locks the bookings in the order of their ids, after the block: the order everywhere. Takes four statements however
    many there are, and one if there is none. `block` is brought up to date.
    """
    ended = _end_due(block)
    if ended:
        free_ended_seats(subsection=block, holds={hold.booking_id: hold.positions for hold in ended})
        queue_emails(EmailKind.HOLD_EXPIRED, block.event_id, [hold.booking_id for hold in ended])
        wasted = [Wasted(hold.buyer_id, hold.event_id) for hold in ended]
        transaction.on_commit(lambda: note_wasted(wasted), robust=True)
        publish_bookings(
            [
                BookingChanged(
                    hold.booking_id, hold.buyer_id, hold.event_id, BookingStatus.EXPIRED.value, hold.updated_at
                )
                for hold in ended
            ]
        )
    return len(ended)


def _end_due(block: Subsection) -> list[Ended]:
    """Moves the bookings; in the order of their ids, which is that in which the trail will have them."""
    with connection.cursor() as cursor:
        cursor.execute(END_DUE, [TIME_IS_UP, block.pk])
        return sorted(Ended(*row) for row in cursor.fetchall())


def expire_holds() -> int:
    """The sweep: one transaction a block that has something due; returns how many holds ended.

    Blocks that somebody else has locked are left to him or to the next sweep. Safe to run zero or many times at once:
    sweeps that meet share the work, since each takes the blocks in an order of its own.
    """
    blocks = list(Booking.objects.due().order_by().values_list("subsection_id", flat=True).distinct())
    random.shuffle(blocks)
    return sum(expire_in(block_id, wait=False) for block_id in blocks)


@retrying_transaction
def expire_in(block_id: int, *, wait: bool = True) -> int:
    """Expires what is due in one block; returns how many holds ended.

    Waits for the block's lock, at most `lock_timeout`; or, not `wait`, does nothing if somebody else has it.
    """
    blocks = Subsection.objects.select_for_update(of=("self",), no_key=True, skip_locked=not wait)
    block = blocks.filter(pk=block_id).first()
    return release_expired(block) if block is not None else 0
