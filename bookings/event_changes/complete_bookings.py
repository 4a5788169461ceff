"""Completes the bookings of events that are over."""

from django.db import connection

from core.transactions import retrying_transaction

COMPLETE_BOOKINGS = """
    UPDATE bookings_booking b SET status = 'completed', updated_at = clock_timestamp()
    FROM events_event e WHERE e.id = b.event_id AND b.status = 'paid'
    AND e.status <> 'cancelled' AND (e.status = 'completed' OR e.ends_at <= clock_timestamp())
"""


@retrying_transaction
def complete_bookings() -> int:
    """Mark the paid bookings of events that are over as completed, in one guarded update; return their number."""
    with connection.cursor() as cursor:
        cursor.execute(COMPLETE_BOOKINGS)
        return int(cursor.rowcount)
