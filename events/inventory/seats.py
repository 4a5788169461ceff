"""Changes the status of seats. Python changes seats nowhere else.

Every change of seats holds the lock on the row of their subsection. A hold or a sale locks one subsection, so there is
no lock order to get wrong. A change of many subsections locks them in the order of their ids, and locks nothing after
them. The trigger on tickets keeps counts and version; the functions here check a change, write it to the audit log and
publish it after the commit.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from core.errors import NotFound
from events.errors import SeatsTaken
from events.models import Subsection
from events.publish import SeatsChanged, publish_seats
from events.seating.names import names_of
from events.states import SEAT_TRANSITIONS, TAKEN, ChangeKind, SeatStatus

MOVE_SEATS = """
    UPDATE events_ticket SET status = %s, booking_id = %s
    WHERE event_id = %s AND subsection_id = %s AND position = ANY (%s)
    AND status = %s AND booking_id IS NOT DISTINCT FROM %s
    RETURNING position
"""
APPEND_CHANGE = """
    INSERT INTO events_seatchange (event_id, subsection_id, version, kind, booking_id, positions, at)
    SELECT event_id, id, version, %s, %s, %s, clock_timestamp() FROM events_subsection WHERE id = %s
    RETURNING version, at
"""
FREE_ENDED = """
    UPDATE events_ticket ticket SET status = 'available', booking_id = NULL
    FROM unnest(%s::uuid[], %s::integer[]) AS held (booking_id, position)
    WHERE ticket.event_id = %s AND ticket.subsection_id = %s AND ticket.position = held.position
    AND ticket.status = 'reserved' AND ticket.booking_id = held.booking_id
    RETURNING ticket.position
"""
# The trigger has created the first version. The others, one for each further row of the audit log, are created here.
# Rows are inserted in the order of their versions, because each contains the hash of the one before it.
APPEND_ENDED = """
    WITH subsection AS (
        UPDATE events_subsection SET version = version + %(holds)s - 1 WHERE id = %(subsection)s
        RETURNING *
    ), appended AS (
        INSERT INTO events_seatchange (event_id, subsection_id, version, kind, booking_id, positions, at)
        SELECT
            subsection.event_id, subsection.id,
            subsection.version - %(holds)s + row_number() OVER (ORDER BY min(place)),
            'expired', booking_id, array_agg(position ORDER BY place), clock_timestamp()
        FROM subsection, unnest(%(owners)s::uuid[], %(positions)s::integer[])
            WITH ORDINALITY AS freed (booking_id, position, place)
        GROUP BY subsection.event_id, subsection.id, subsection.version, booking_id
        ORDER BY min(place)
        RETURNING at
    )
    SELECT version, available, reserved, sold, blocked, seat_status, (SELECT max(at) FROM appended)
    FROM subsection
"""
MOVE_ALL = """
    UPDATE events_ticket SET status = %s
    WHERE event_id = %s AND subsection_id = ANY (%s) AND status = %s AND booking_id IS NULL
    RETURNING subsection_id, position
"""
MOVE_MANY = """
    UPDATE events_ticket ticket SET status = %s
    FROM unnest(%s::bigint[], %s::integer[]) AS seat (subsection_id, position)
    WHERE ticket.event_id = %s AND ticket.subsection_id = seat.subsection_id AND ticket.position = seat.position
    AND ticket.status = %s AND ticket.booking_id IS NULL
    RETURNING ticket.subsection_id, ticket.position
"""
APPEND_ALL = """
    WITH appended AS (
        INSERT INTO events_seatchange (event_id, subsection_id, version, kind, positions, at)
        SELECT s.event_id, s.id, s.version, %s, array_agg(position ORDER BY position), clock_timestamp()
        FROM events_subsection s
        JOIN unnest(%s::bigint[], %s::integer[]) AS moved (subsection_id, position) ON moved.subsection_id = s.id
        GROUP BY s.event_id, s.id, s.version
        RETURNING subsection_id, positions, at
    )
    SELECT s.id, appended.positions, appended.at, version, available, reserved, sold, blocked, seat_status
    FROM appended JOIN events_subsection s ON s.id = appended.subsection_id
"""
REFRESHED_FIELDS = ("version", "available", "reserved", "sold", "blocked", "seat_status")


def lock_subsection(subsection_id: int) -> Subsection:
    """Lock a subsection's row until the transaction ends; return it as it is under the lock.

    With `no_key`, other transactions can still insert bookings that reference the subsection. Waits at most
    `lock_timeout`. Raises NotFound if another version of the seating plan has removed the subsection.
    """
    subsections = Subsection.objects.select_for_update(of=("self",), no_key=True).filter(pk=subsection_id)
    if (subsection := subsections.first()) is None:
        raise NotFound("This event has no such block.")
    return subsection


def lock_subsections(subsection_ids: Sequence[int]) -> list[Subsection]:
    """Lock several subsections until the transaction ends; return those that exist, in the order of their ids.

    They are locked in that order, like everywhere, so that transactions can't deadlock.
    """
    subsections = Subsection.objects.select_for_update(of=("self",), no_key=True)
    return list(subsections.filter(pk__in=subsection_ids).order_by("pk"))


def change_seats(
    *,
    subsection: Subsection,
    positions: Sequence[int],
    kind: ChangeKind,
    booking_id: uuid.UUID | None = None,
) -> None:
    """Change the status of seats in a locked subsection, all or none. `positions` count from 0.

    1. The caller holds the lock (`lock_subsection`).
    2. A guarded update checks and writes: each seat must have the status that `kind` requires, and a reserved or sold
       seat must belong to `booking_id`.
    3. One row is added to the audit log, with the version that the trigger created; `subsection` gets the new values.
    4. The change is published to the event's viewers after the commit.

    Raises SeatsTaken with the seats that did not meet these conditions; the caller's transaction must then roll back.
    """
    _check_all(subsection, positions, _move(subsection, list(positions), kind, booking_id))
    _append(subsection, list(positions), kind, booking_id)


def _move(subsection: Subsection, positions: list[int], kind: ChangeKind, booking_id: uuid.UUID | None) -> set[int]:
    """Run the guarded update of `change_seats`; return the positions of the seats that it changed."""
    before, after = SEAT_TRANSITIONS[kind]
    old_owner, new_owner = (booking_id if status in TAKEN else None for status in (before, after))
    with connection.cursor() as cursor:
        cursor.execute(MOVE_SEATS, [after, new_owner, subsection.event_id, subsection.pk, positions, before, old_owner])
        return {position for (position,) in cursor.fetchall()}


def _append(subsection: Subsection, positions: list[int], kind: ChangeKind, booking_id: uuid.UUID | None) -> None:
    before, after = SEAT_TRANSITIONS[kind]
    with connection.cursor() as cursor:
        cursor.execute(APPEND_CHANGE, [kind.value, booking_id, positions, subsection.pk])
        subsection.version, at = cursor.fetchone()
    setattr(subsection, before, getattr(subsection, before) - len(positions))
    setattr(subsection, after, getattr(subsection, after) + len(positions))
    _publish_on_commit(subsection, subsection.version - 1, after, positions, at)


def change_all_seats(*, subsections: Sequence[Subsection], kind: ChangeKind) -> dict[int, int]:
    """Change all seats without a booking that have the status that `kind` requires, in these locked subsections.

    The subsections belong to one event, and there is at least one. Has the effect of calling `change_seats` for each
    subsection, in two statements. Returns {subsection id: number of seats changed}, without subsections where there
    were none.
    """
    before, after = SEAT_TRANSITIONS[kind]
    by_id = {subsection.pk: subsection for subsection in subsections}
    with connection.cursor() as cursor:
        cursor.execute(MOVE_ALL, [after, subsections[0].event_id, list(by_id), before])
        moved = cursor.fetchall()
    return _append_all(by_id, moved, kind)


def change_many(positions: Mapping[Subsection, Sequence[int]], kind: ChangeKind) -> None:
    """Change the status of free or blocked seats in several locked or new subsections of one event, all or none.

    Has the effect of calling `change_seats` for each subsection, in two statements. Raises SeatsTaken like that.
    """
    if not positions:
        return
    before, after = SEAT_TRANSITIONS[kind]
    by_id = {subsection.pk: subsection for subsection in positions}
    wanted = [(subsection.pk, position) for subsection, chosen in positions.items() for position in chosen]
    event_id = next(iter(positions)).event_id
    with connection.cursor() as cursor:
        cursor.execute(MOVE_MANY, [after, *map(list, zip(*wanted, strict=True)), event_id, before])
        moved = cursor.fetchall()
    for subsection, chosen in positions.items():
        _check_all(subsection, chosen, {position for id, position in moved if id == subsection.pk})
    _append_all(by_id, moved, kind)


def _append_all(by_id: Mapping[int, Subsection], moved: Sequence[tuple[int, int]], kind: ChangeKind) -> dict[int, int]:
    """Write and publish one change for each subsection with seats in `moved`, (subsection id, position)."""
    with connection.cursor() as cursor:
        cursor.execute(APPEND_ALL, [kind.value, *([row[column] for row in moved] for column in (0, 1))])
        changes = cursor.fetchall()
    for subsection_id, positions, at, *fields in changes:
        subsection = by_id[subsection_id]
        for name, value in zip(REFRESHED_FIELDS, fields, strict=True):
            setattr(subsection, name, value)
        _publish_on_commit(subsection, subsection.version - 1, SEAT_TRANSITIONS[kind][1], positions, at)
    return {subsection_id: len(positions) for subsection_id, positions, *_ in changes}


def free_ended_seats(*, subsection: Subsection, holds: Mapping[uuid.UUID, Sequence[int]]) -> None:
    """Free the seats of ended holds in a locked subsection, in two statements.

    `holds` is {booking id: positions}, with at least one hold. Has the effect of calling `change_seats` for each hold
    with EXPIRED: the audit log gets a row and a version for each hold, in the order given. All versions are published
    as one change. Raises SeatsTaken like `change_seats`.
    """
    owners = [booking_id for booking_id, positions in holds.items() for _ in positions]
    positions = [position for positions in holds.values() for position in positions]
    with connection.cursor() as cursor:
        cursor.execute(FREE_ENDED, [owners, positions, subsection.event_id, subsection.pk])
        freed = {position for (position,) in cursor.fetchall()}
        _check_all(subsection, positions, freed)
        cursor.execute(
            APPEND_ENDED,
            {
                "holds": len(holds),
                "subsection": subsection.pk,
                "owners": owners,
                "positions": positions,
            },
        )
        *fields, at = cursor.fetchone()
    for name, value in zip(REFRESHED_FIELDS, fields, strict=True):
        setattr(subsection, name, value)
    _publish_on_commit(subsection, subsection.version - len(holds), SeatStatus.AVAILABLE, positions, at)


def _check_all(subsection: Subsection, positions: Sequence[int], moved: set[int]) -> None:
    taken = set(positions) - moved
    if taken:
        raise SeatsTaken(names_of(subsection).names(sorted(taken)))


def _publish_on_commit(
    subsection: Subsection, from_version: int, status: SeatStatus, positions: list[int], at: datetime
) -> None:
    change = SeatsChanged(
        event_id=subsection.event_id,
        subsection_id=subsection.pk,
        from_version=from_version,
        version=subsection.version,
        available=subsection.available,
        reserved=subsection.reserved,
        sold=subsection.sold,
        blocked=subsection.blocked,
        status=status.value,
        positions=positions,
        at=at.isoformat(),
    )
    transaction.on_commit(lambda: publish_seats(change), robust=True)
