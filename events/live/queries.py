"""Database queries of the event feed. They run in a thread and take no locks."""

from datetime import datetime

from django.db import connection

from events.live.subsection import Change, Counts, Snapshot
from events.models import Event
from events.states import SEAT_TRANSITIONS, ChangeKind

# The first three statements get what this process knows, and return only what is different or new in the database.
CHANGED_SUBSECTIONS = """
    SELECT s.id, s.version, s.price, s.available, s.reserved, s.sold, s.blocked
    FROM events_subsection s
    JOIN unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS known (id, version, price) ON s.id = known.id
    WHERE s.version > known.version OR s.price <> known.price
"""
CHANGED_EVENTS = """
    SELECT e.*
    FROM events_event e
    JOIN unnest(%s::bigint[], %s::timestamptz[]) AS known (id, updated_at) ON e.id = known.id
    WHERE e.updated_at <> known.updated_at
"""
MISSED_CHANGES = """
    SELECT c.subsection_id, c.version, c.kind, c.positions, c.at
    FROM events_seatchange c
    JOIN unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS missed (id, known, version)
      ON c.subsection_id = missed.id AND c.version > missed.known AND c.version <= missed.version
    ORDER BY c.subsection_id, c.version
"""
# One statement, so that version and seat status belong to the same moment.
SEAT_STATUS = "SELECT id, version, seat_status FROM events_subsection WHERE event_id = %s AND id = ANY(%s)"


def fetch_changes(
    subsections: dict[int, tuple[int, int]], events: dict[int, datetime]
) -> tuple[dict[int, Snapshot], list[Event]]:
    """Return the subsections ({id: snapshot}) and the events that differ in the database from what is known.

    `subsections` is {id: (version, price)} as known, `events` is {id: updated_at}.

    Events are read first, so that no viewer gets a subsection's old price after others received the event's new ones.
    """
    changed = fetch_events(events)
    return fetch_snapshots(subsections), changed


def fetch_snapshots(known: dict[int, tuple[int, int]]) -> dict[int, Snapshot]:
    """Return {id: snapshot} of the subsections that have a newer version or another price in the database.

    `known` is {id: (version, price)}.
    """
    versions, prices = zip(*known.values(), strict=True) if known else ((), ())
    with connection.cursor() as cursor:
        cursor.execute(CHANGED_SUBSECTIONS, [list(known), list(versions), list(prices)])
        rows = cursor.fetchall()
        snapshots = {id: Snapshot(version, price, Counts(*counts), []) for id, version, price, *counts in rows}
        if snapshots:
            from_versions = [known[id][0] for id in snapshots]
            to_versions = [snapshot.version for snapshot in snapshots.values()]
            cursor.execute(MISSED_CHANGES, [list(snapshots), from_versions, to_versions])
            for id, version, kind, positions, at in cursor.fetchall():
                if kind == ChangeKind.REPLANNED:
                    continue  # so that changes are missing, and viewers fetch the subsection again
                status = SEAT_TRANSITIONS[ChangeKind(kind)][1].value
                snapshots[id].changes.append(Change(version, status, positions, at))
    return snapshots


def fetch_events(known: dict[int, datetime]) -> list[Event]:
    """Return the events that have another `updated_at` in the database than in `known`, {id: updated_at}."""
    return list(Event.objects.raw(CHANGED_EVENTS, [list(known), list(known.values())])) if known else []


def fetch_seat_status(event_id: int, subsection_ids: list[int]) -> list[tuple[int, int, str]]:
    """Return (id, version, seat status) of each subsection, all of one moment."""
    with connection.cursor() as cursor:
        cursor.execute(SEAT_STATUS, [event_id, subsection_ids])
        return list(cursor.fetchall())
