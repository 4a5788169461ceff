"""Deletes old rows that are finished, so that tables don't grow forever and no data about people are kept for nothing.

The settings say after how many days (docs/operations.md). None of these rows is money, a seat or part of the audit log
of seats: no invariant, seat history or foreign key refers to them. Nothing happens twice because they are gone: an
email is queued by a transition that a booking or payment makes once, and a repeated message of a gateway finds a
settled payment (`settle_payment`).
"""

import time
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db.models import Exists, OuterRef, QuerySet

from bookings.notifications import outbox
from bookings.notifications.models import EmailMessage
from bookings.payments.models import WebhookEvent
from bookings.waiting_room.models import QueuePass
from bookings.webhooks import delivery
from bookings.webhooks.models import Delivery, Endpoint
from core.clock import database_now
from core.transactions import retrying_transaction

log = structlog.get_logger(__name__)
BATCH = 1_000  # rows in one transaction, which takes about ten milliseconds
SWEEP_SECONDS = 60  # no batch starts after this time; the next sweep continues


def purge_finished() -> int:
    """Delete old webhook deliveries, emails, webhook events, queue passes and lines of the admin's log.

    Return the number of rows, and log how many there were of each kind. Also deletes old deliveries of removed
    endpoints. Other unfinished rows stay, however old. Locks at most BATCH rows at a time and skips locked rows, so
    that it can run at any time, also several times at once.
    """
    end = time.monotonic() + SWEEP_SECONDS
    deleted = {name: sum(_delete(rows, end) for rows in kinds) for name, kinds in _finished().items()}
    if any(deleted.values()):
        log.info("old_rows_deleted", **deleted)
    return sum(deleted.values())


def _finished() -> dict[str, list[QuerySet[Any]]]:
    deliveries = Delivery.objects.filter(happened_at__lt=_ago(settings.WEBHOOK_DELIVERY_DAYS))
    emails = EmailMessage.objects.filter(written_at__lt=_ago(settings.EMAIL_DAYS))
    without_endpoint = ~Exists(Endpoint.objects.filter(pk=OuterRef("endpoint")))
    return {
        "deliveries": [
            deliveries.filter(status__in=delivery.DONE),
            deliveries.filter(without_endpoint, status__in=delivery.OPEN),
        ],
        "emails": [emails.filter(status__in=outbox.DONE)],
        "gateway_messages": [WebhookEvent.objects.filter(received_at__lt=_ago(settings.WEBHOOK_EVENT_DAYS))],
        "queue_passes": [QueuePass.objects.filter(ends_at__lt=_ago(settings.QUEUE_PASS_DAYS))],
        "admin_log": [LogEntry.objects.filter(action_time__lt=_ago(settings.ADMIN_LOG_DAYS))],
    }


def _ago(days: int) -> datetime:
    return database_now() - timedelta(days=days)


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
