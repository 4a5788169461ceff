"""Deletes old webhook deliveries, emails and webhook events that are finished, so that tables don't grow forever.

None of these rows is money, a seat or part of the audit log: no invariant, seat history or foreign key refers to them.
Nothing happens twice because they are gone: an email is queued by a transition that a booking or payment makes once,
and a repeated message of a gateway finds a settled payment (`settle_payment`).
"""

import time
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from bookings.notifications import outbox
from bookings.notifications.models import EmailMessage
from bookings.payments.models import WebhookEvent
from bookings.webhooks import delivery
from bookings.webhooks.models import Delivery, Endpoint
from core.clock import database_now
from core.transactions import retrying_transaction

# After the three days of attempts, sellers can still look into a failed delivery, and use "Send again".
DELIVERY_DAYS = 30
# Emails are evidence that tickets were sent: buyers can dispute a card payment until 120 days after the event, and at
# most 540 days after they paid (Visa's dispute condition 13.1).
EMAIL_DAYS = 540
# Longer than the 30 days for which Stripe keeps an event and can send it again on request.
WEBHOOK_EVENT_DAYS = 35

BATCH = 1_000  # rows in one transaction, which takes about ten milliseconds
SWEEP_SECONDS = 60  # no batch starts after this time; the next sweep continues


def purge_finished() -> int:
    """Delete old webhook deliveries, emails and webhook events that are finished; return the number of rows.

    Also deletes old deliveries of removed endpoints. Other unfinished rows stay, however old. Locks at most BATCH rows
    at a time and skips locked rows, so that it can run at any time, also several times at once.
    """
    end = time.monotonic() + SWEEP_SECONDS
    return sum(_delete(rows, end) for rows in _finished())


def _finished() -> list[QuerySet[Any]]:
    now = database_now()
    deliveries = Delivery.objects.filter(happened_at__lt=now - timedelta(days=DELIVERY_DAYS))
    emails = EmailMessage.objects.filter(written_at__lt=now - timedelta(days=EMAIL_DAYS))
    without_endpoint = ~Exists(Endpoint.objects.filter(pk=OuterRef("endpoint")))
    return [
        deliveries.filter(status__in=delivery.DONE),
        deliveries.filter(without_endpoint, status__in=delivery.OPEN),
        emails.filter(status__in=outbox.DONE),
        WebhookEvent.objects.filter(received_at__lt=now - timedelta(days=WEBHOOK_EVENT_DAYS)),
    ]


def _delete(rows: QuerySet[Any], end: float) -> int:
    """Delete rows in batches, each in its own transaction, until none is left or the time `end`; return how many.

    `end` is by `time.monotonic`.
    """
    total = 0
    while time.monotonic() < end and (deleted := _delete_batch(rows)):
        total += deleted
    return total


@retrying_transaction
def _delete_batch(rows: QuerySet[Any]) -> int:
    """Lock and delete up to BATCH of the rows; return how many.

    Rows are checked again once they are locked, so that a delivery that was just queued to be sent again stays.
    """
    batch = rows.order_by().select_for_update(of=("self",), skip_locked=True)[:BATCH]
    deleted, _ = rows.model.objects.filter(pk__in=[row.pk for row in batch.only("pk")]).delete()
    return int(deleted)
