"""An event that people hold seats for has changed: each of them is told by mail."""

import json
from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import Q

from bookings.event_changes import worth_telling
from bookings.models import Booking, Letter
from bookings.operations.post import OPEN
from bookings.states import BookingStatus, LetterKind
from events.clock import Now
from events.models import Event
from events.states import EventStatus

# A seller who changes one thing after the other, or his mind, is one mail: the letter waits, and takes in what follows.
SETTLES_SECONDS = 60

# One statement, however many hold seats. What a letter that still waits knows of the time before stays as it is.
WRITE = """
    INSERT INTO bookings_letter (id, kind, event_id, booking_id, subject, due_at, written_at, before)
    SELECT gen_random_uuid(), 'event_changed', event_id, id, gen_random_uuid(),
        clock_timestamp() + make_interval(secs => %s), clock_timestamp(), %s::jsonb
    FROM bookings_booking
    WHERE event_id = %s AND (status = 'paid' OR status = 'pending_payment' AND expires_at > clock_timestamp())
    ON CONFLICT (booking_id, event_id) WHERE kind = 'event_changed' AND status = 'waiting' AND attempts = 0
    DO UPDATE SET before = EXCLUDED.before || bookings_letter.before
"""
HOLDERS = Q(status=BookingStatus.PAID) | Q(status=BookingStatus.PENDING_PAYMENT, expires_at__gt=Now())


def tell_holders(event: Event, before: Mapping[str, Any]) -> None:
    """In the transaction that changes the event: every booking that is paid or held gets one letter, if it is about
    something that holders must know. `before`: {field: old value} of what changed.

    A letter keeps what was; what is now, the mail reads when it is sent, so that it is true then.
    """
    kept = worth_telling(before)
    if kept:
        with connection.cursor() as cursor:
            cursor.execute(WRITE, [SETTLES_SECONDS, json.dumps(kept), event.pk])


def holders_notice(event: Event) -> str:
    """Who is told of a change, in a sentence for the seller; "" where nobody will."""
    letters = Letter.objects.filter(booking__event=event, kind=LetterKind.EVENT_CHANGED, status__in=OPEN)
    if untold := letters.count():
        return f"{_bookings(untold)} will be told by mail of what has changed, about a minute after the change."
    if event.status == EventStatus.CANCELLED:
        return ""
    if holders := Booking.objects.filter(HOLDERS, event=event).count():
        return f"Whoever holds seats ({_bookings(holders)}) is told by mail if you change name, place or times."
    return ""


def _bookings(number: int) -> str:
    return "1 booking" if number == 1 else f"{number:,} bookings"
