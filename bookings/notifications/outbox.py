"""Queues emails to buyers and sellers.

An email is a row, inserted in the transaction that it reports, so that none is lost and none is sent about a
rolled-back transaction. A sweep finds the row within about a second, then composes and sends the email
(`bookings.emails.send`). The database keeps one row for each kind and subject, so queueing an email again does nothing.
"""

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import connection

from bookings.notifications.models import EmailMessage
from bookings.states import EmailKind, EmailStatus
from core.clock import Now
from core.ids import new_id

if TYPE_CHECKING:
    from bookings.holds.models import Booking
    from bookings.webhooks.models import Endpoint

OPEN = (EmailStatus.WAITING, EmailStatus.SENDING)
DONE = (EmailStatus.SENT, EmailStatus.DROPPED, EmailStatus.FAILED)

INSERT_EMAILS = """
    INSERT INTO bookings_emailmessage (id, kind, event_id, booking_id, subject, due_at, written_at)
    SELECT id, %s, %s, booking_id, subject, clock_timestamp(), clock_timestamp()
    FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[]) AS email (id, booking_id, subject)
    ON CONFLICT DO NOTHING
"""


def queue_email(kind: EmailKind, booking: "Booking", *, subject: uuid.UUID | None = None) -> None:
    """Queue an email to the booking's buyer, once for each kind and subject (by default the booking's id).

    Call it in the transaction that the email reports.
    """
    _insert(kind, booking.event_id, [booking.pk], [subject or booking.pk])


def queue_order_emails(kind: EmailKind, event_id: int, orders: Mapping[uuid.UUID, uuid.UUID]) -> None:
    """Queue an email to the buyer of each of these orders of one event, in one statement; see `queue_email`.

    `orders` has the id of one of the bookings by that of the order.
    """
    _insert(kind, event_id, list(orders.values()), list(orders))


def queue_endpoint_email(endpoint: "Endpoint") -> None:
    """Queue an email to a webhook endpoint's seller: the endpoint was switched off. Call it in the same transaction."""
    now = Now()
    EmailMessage.objects.create(
        kind=EmailKind.ENDPOINT_OFF, endpoint=endpoint, subject=new_id(), due_at=now, written_at=now
    )


def _insert(kind: EmailKind, event_id: int, booking_ids: list[uuid.UUID], subjects: list[uuid.UUID]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(INSERT_EMAILS, [kind.value, event_id, [new_id() for _ in booking_ids], booking_ids, subjects])
