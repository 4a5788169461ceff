"""Sweeping out what is done with and long ago, so that the tables don't grow for ever.

Nothing here is money, seats or their trail: no invariant, no seat's story and no foreign key leads to these rows. What
keeps a thing from happening twice is never one of them alone: a letter is written by a step that a booking or payment
takes once, and a gateway's message that comes again finds a payment that is settled (bookings.operations.settle).
"""

import time
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from bookings.models import Delivery, Endpoint, Letter, WebhookEvent
from bookings.operations import outgoing, post
from events.clock import database_now

# Receivers that were down for the three days of attempts, and whoever looks into that; the list offers "Send again".
DELIVERY_DAYS = 30
# The proof that tickets were sent: a buyer can dispute a card payment until 120 days after the event, though at most
# 540 days after he paid (Visa's dispute condition 13.1).
LETTER_DAYS = 540
# Above the 30 days for which Stripe keeps an event, and can be asked to send it again.
WEBHOOK_EVENT_DAYS = 35

BATCH = 1_000  # rows of one transaction: some ten milliseconds
SWEEP_SECONDS = 60  # after which no other batch begins; the next sweep goes on


def forget_finished() -> int:
    """Deletes what was delivered, sent, given up or heard so many days ago; returns how many rows.

    Also messages that wait for an endpoint that was removed. What is not finished stays, however old. Locks no more
    than BATCH rows at a time, and none that somebody is at; run it any time, also twice at once.
    """
    end = time.monotonic() + SWEEP_SECONDS
    return sum(_forget(rows, end) for rows in _finished())


def _finished() -> list[QuerySet]:
    now = database_now()
    deliveries = Delivery.objects.filter(happened_at__lt=now - timedelta(days=DELIVERY_DAYS))
    letters = Letter.objects.filter(written_at__lt=now - timedelta(days=LETTER_DAYS))
    of_nobody = ~Exists(Endpoint.objects.filter(pk=OuterRef("endpoint")))
    return [
        deliveries.filter(status__in=outgoing.DONE),
        deliveries.filter(of_nobody, status__in=outgoing.OPEN),
        letters.filter(status__in=post.DONE),
        WebhookEvent.objects.filter(received_at__lt=now - timedelta(days=WEBHOOK_EVENT_DAYS)),
    ]


def _forget(rows: QuerySet, end: float) -> int:
    """Batch after batch, each a transaction, until none is left or the time is over."""
    forgotten = 0
    while time.monotonic() < end and (deleted := _forget_batch(rows)):
        forgotten += deleted
    return forgotten


@transaction.atomic(durable=True)
def _forget_batch(rows: QuerySet) -> int:
    """Chosen under lock: a delivery that is sent again just now is not done with any more."""
    batch = rows.order_by().select_for_update(of=("self",), skip_locked=True)[:BATCH]
    return rows.model.objects.filter(pk__in=[row.pk for row in batch.only("pk")]).delete()[0]
