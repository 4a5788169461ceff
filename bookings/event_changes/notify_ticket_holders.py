"""Emails to everyone who has a paid or held booking, when their event changes."""

import json
from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import Q

from bookings.event_changes.differences import notifiable_changes
from bookings.holds.models import Booking
from bookings.notifications.models import EmailMessage
from bookings.notifications.outbox import OPEN
from bookings.states import BookingStatus, EmailKind
from core.clock import Now
from events.models import Event
from events.states import EventStatus

# An email waits this long, and later changes are added to it: a seller who makes several changes, or takes one back,
# causes one email.
DELAY_SECONDS = 60

# One statement, however many bookings there are. An email that is still waiting keeps the oldest value of each field.
UPSERT_EMAILS = """
    INSERT INTO bookings_emailmessage (id, kind, event_id, booking_id, subject, due_at, written_at, before)
    SELECT gen_random_uuid(), 'event_changed', event_id, id, gen_random_uuid(),
        clock_timestamp() + make_interval(secs => %s), clock_timestamp(), %s::jsonb
    FROM bookings_booking
    WHERE event_id = %s AND (status = 'paid' OR status = 'pending_payment' AND expires_at > clock_timestamp())
    ON CONFLICT (booking_id, event_id) WHERE kind = 'event_changed' AND status = 'waiting' AND attempts = 0
    DO UPDATE SET before = EXCLUDED.before || bookings_emailmessage.before
"""
HOLDERS = Q(status=BookingStatus.PAID) | Q(status=BookingStatus.PENDING_PAYMENT, expires_at__gt=Now())


def notify_ticket_holders(event: Event, before: Mapping[str, Any]) -> None:
    """Queue an email for every paid or held booking of a changed event, if ticket holders must know about the change.

    `before` holds the old values of the changed fields: {field: old value}. Runs in the transaction that changes the
    event. The email stores the old values; it reads the new ones when it is sent, so that they are true at that time. A
    cancelled event has no ticket holders any more: they get an email about the cancellation.
    """
    old_values = notifiable_changes(before)
    if old_values and event.status != EventStatus.CANCELLED:
        with connection.cursor() as cursor:
            cursor.execute(UPSERT_EMAILS, [DELAY_SECONDS, json.dumps(old_values), event.pk])


def change_notice(event: Event) -> str:
    """Return a sentence for the seller about who gets an email about a change of the event; "" if nobody does.

    The sentence is about changes whose emails are waiting, or else about changes that the seller may make.
    """
    if event.status == EventStatus.CANCELLED:
        return ""
    emails = EmailMessage.objects.filter(booking__event=event, kind=EmailKind.EVENT_CHANGED, status__in=OPEN)
    if waiting := emails.count():
        return (
            f"The buyers of {_bookings(waiting)} get an email about what has changed, about a minute after the change."
        )
    if holders := Booking.objects.filter(HOLDERS, event=event).count():
        return f"Everyone who has seats ({_bookings(holders)}) gets an email if you change name, place or times."
    return ""


def _bookings(number: int) -> str:
    return "1 booking" if number == 1 else f"{number:,} bookings"
