"""The only hand on seat state.

Whoever changes seats holds the lock on their subsection's row; so there is one lock a change and no order of
locks to get wrong. The database's trigger keeps counts and version; here the change is checked, written into the
trail and announced.
"""

import uuid
from collections.abc import Sequence

from django.db import connection, transaction

from events.errors import SeatsTaken
from events.models import Subsection, Ticket
from events.news import SeatNews, announce
from events.positions import seat_name
from events.states import SEAT_STEPS, TAKEN, ChangeKind, SeatStatus

MOVE_SEATS = """
    UPDATE events_ticket SET status = %s, booking_id = %s
    WHERE event_id = %s AND subsection_id = %s AND position = ANY (%s)
    AND status = %s AND booking_id IS NOT DISTINCT FROM %s
    RETURNING position
"""
APPEND_CHANGE = """
    INSERT INTO events_seatchange (subsection_id, version, kind, booking_id, positions, at)
    SELECT id, version, %s, %s, %s, clock_timestamp() FROM events_subsection WHERE id = %s
    RETURNING version, at
"""


def lock_subsection(subsection_id: int) -> Subsection:
    """Locks the block's row until the transaction ends and returns it as it then is.

    `no_key`: bookings that point to the block can still be inserted elsewhere. Waits at most `lock_timeout`.
    """
    return Subsection.objects.select_for_update(of=("self",), no_key=True).get(pk=subsection_id)


def free_positions(subsection: Subsection) -> list[int]:
    """Positions of the block's available seats, from the front left."""
    return list(
        Ticket.objects.filter(
            event_id=subsection.event_id, subsection_id=subsection.pk, status=SeatStatus.AVAILABLE
        ).values_list("position", flat=True)
    )


def change_seats(
    *,
    subsection: Subsection,
    positions: Sequence[int],
    kind: ChangeKind,
    booking_id: uuid.UUID | None = None,
) -> None:
    """Moves seats of a locked block one step, all or none; told to everybody once the transaction commits.

    1. The caller holds the lock (`lock_subsection`).
    2. Guarded update: each seat must be in the state the step begins in, and a taken one must belong to `booking_id`.
    3. One row of the trail under the version the trigger made; `subsection` is brought up to date.

    Raises SeatsTaken with the seats that were not in that state; the caller's transaction must then roll back.
    """
    lost = set(positions) - _move(subsection, list(positions), kind, booking_id)
    if lost:
        raise SeatsTaken([seat_name(position, subsection.cols) for position in sorted(lost)])
    _append(subsection, list(positions), kind, booking_id)


def _move(subsection: Subsection, positions: list[int], kind: ChangeKind, booking_id: uuid.UUID | None) -> set[int]:
    """The guarded update; returns the positions that were in the right state and are moved."""
    before, after = SEAT_STEPS[kind]
    old_owner, new_owner = (booking_id if status in TAKEN else None for status in (before, after))
    with connection.cursor() as cursor:
        cursor.execute(MOVE_SEATS, [after, new_owner, subsection.event_id, subsection.pk, positions, before, old_owner])
        return {position for (position,) in cursor.fetchall()}


def _append(subsection: Subsection, positions: list[int], kind: ChangeKind, booking_id: uuid.UUID | None) -> None:
    before, after = SEAT_STEPS[kind]
    with connection.cursor() as cursor:
        cursor.execute(APPEND_CHANGE, [kind.value, booking_id, positions, subsection.pk])
        subsection.version, at = cursor.fetchone()
    setattr(subsection, before, getattr(subsection, before) - len(positions))
    setattr(subsection, after, getattr(subsection, after) + len(positions))
    news = SeatNews(
        event_id=subsection.event_id,
        subsection_id=subsection.pk,
        version=subsection.version,
        available=subsection.available,
        reserved=subsection.reserved,
        sold=subsection.sold,
        blocked=subsection.blocked,
        status=after.value,
        positions=positions,
        at=at.isoformat(),
    )
    transaction.on_commit(lambda: announce(news), robust=True)
