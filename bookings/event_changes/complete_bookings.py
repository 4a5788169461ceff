"""Completes the bookings of events that are over, and reopens them if the event's dates were wrong."""

from collections.abc import Mapping
from typing import Any

from django.db import connection

from core.transactions import retrying_transaction
from events.models import Event
from events.schedule import default_length

# Locks the events' rows, as `change_event` does: whoever corrects an event's dates comes first, and the event is left
# alone, or comes second, and finds all its bookings completed.
COMPLETE_BOOKINGS = """
    WITH over AS MATERIALIZED (
        SELECT e.id FROM events_event e
        WHERE e.status <> 'cancelled' AND (
            e.status = 'completed' OR coalesce(e.ends_at, e.starts_at + make_interval(secs => %s)) <= clock_timestamp()
        )
        AND EXISTS (SELECT FROM bookings_booking b WHERE b.event_id = e.id AND b.status = 'paid')
        ORDER BY e.id
        FOR NO KEY UPDATE OF e
    )
    UPDATE bookings_booking b SET status = 'completed', updated_at = clock_timestamp()
    FROM over WHERE b.event_id = over.id AND b.status = 'paid'
"""
REOPEN_BOOKINGS = """
    UPDATE bookings_booking b SET status = 'paid', updated_at = clock_timestamp()
    FROM events_event e
    WHERE e.id = %s AND b.event_id = e.id AND b.status = 'completed' AND e.status NOT IN ('completed', 'cancelled')
    AND coalesce(coalesce(e.ends_at, e.starts_at + make_interval(secs => %s)) > clock_timestamp(), true)
"""


@retrying_transaction
def complete_bookings() -> int:
    """Mark the paid bookings of events that are over as completed, in one guarded update; return their number."""
    with connection.cursor() as cursor:
        cursor.execute(COMPLETE_BOOKINGS, [default_length().total_seconds()])
        return int(cursor.rowcount)


def reopen_bookings(event: Event, before: Mapping[str, Any]) -> None:
    """Mark the completed bookings of an event as paid again if it is not over by its new dates.

    `before` holds the old values of the changed fields. Runs in the transaction that changes the event.
    """
    if "starts_at" in before or "ends_at" in before:
        with connection.cursor() as cursor:
            cursor.execute(REOPEN_BOOKINGS, [event.pk, default_length().total_seconds()])
