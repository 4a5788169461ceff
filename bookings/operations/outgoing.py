"""Webhooks to sellers: sent after they were written down, at least once.

Triggers write a delivery in the transaction in which it becomes true (migration 0012), so that no path forgets one and
none is sent of what was rolled back. The sweep finds it within about a second, in a process of its own: receivers are
strangers, and may be as slow as they like. A sender takes an endpoint, for itself alone, and sends what is due to it
one after the other: a receiver is not asked twice at once, and a slow or dead one keeps one sender from others for a
few seconds and then rests.

A sender that dies is followed by another when its time is over, under the same id and with the same bytes; if it died
after the receiver had answered, that one gets a message twice, and knows it by its id.
"""

import base64
import random
import time
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.transactions import durably
from bookings.models import Delivery, Endpoint
from bookings.outgoing.line import Answer, Line, NoAnswer
from bookings.outgoing.payloads import payload_of
from bookings.signatures import sign
from bookings.states import DeliveryStatus
from events.clock import Now, database_now

PREFIX = "whsec_"  # of a secret; then 32 random bytes, base64
log = structlog.get_logger(__name__)

OPEN = (DeliveryStatus.WAITING, DeliveryStatus.SENDING)
SWEEP_SECONDS = 5  # after which a sweep begins no other message
SENDER_GETS = timedelta(minutes=1)  # for one message, before he counts as dead: above line.WHOLE_SECONDS
# What to wait after the first, second, … failure: the example of the Standard Webhooks specification 1.0
# ("Deliverability and reliability"). Ten attempts in three days.
WAITS = (
    *(timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30)),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
SHORTEST_REST, LONGEST_REST = timedelta(seconds=5), timedelta(minutes=5)  # of an endpoint that fails
MOST_RETRY_AFTER = timedelta(hours=1)  # that a receiver may ask for
OFF_AFTER = timedelta(days=5)  # without a single success
GONE = 410  # the receiver wants no more
KEPT_DAYS = 30  # what is delivered or given up


def send_due_deliveries() -> int:
    """The sweep: sends what is due, endpoint after endpoint, for SWEEP_SECONDS; returns how many it dealt with."""
    end = time.monotonic() + SWEEP_SECONDS
    dealt_with = 0
    while time.monotonic() < end and (endpoint := _take_endpoint()) is not None:
        dealt_with += _take_turn(endpoint, end)
    return dealt_with


def forget_old_deliveries() -> int:
    """Deletes what is older than KEPT_DAYS; what its endpoint never took, too, if that was removed meanwhile."""
    old = Delivery.objects.filter(happened_at__lt=Now() - timedelta(days=KEPT_DAYS))
    of_nobody = ~Exists(Endpoint.objects.filter(pk=OuterRef("endpoint_id")))
    return old.exclude(status__in=OPEN).delete()[0] + old.filter(of_nobody).delete()[0]


@transaction.atomic(durable=True)
def _take_endpoint() -> Endpoint | None:
    """Of the endpoints that something is due to the one that is free for the longest; it belongs to this sender now.

    Those that another sweep has locked are left to it.
    """
    free = Endpoint.objects.filter(Exists(_due(OuterRef("pk"))), is_active=True, free_at__lte=Now()).order_by("free_at")
    endpoint = free.select_for_update(of=("self",), no_key=True, skip_locked=True).first()
    if endpoint is not None:
        Endpoint.objects.filter(pk=endpoint.pk).update(free_at=Now() + SENDER_GETS)
    return endpoint


def _take_turn(endpoint: Endpoint, end: float) -> int:
    """Sends to an endpoint until nothing is due, something fails or the time is over; returns how many it did."""
    dealt_with, going_well = 0, True
    with Line(endpoint.url) as line:
        while going_well and time.monotonic() < end and (delivery := _claim(endpoint)) is not None:
            going_well = _send(line, endpoint, delivery)
            dealt_with += 1
    if going_well:
        Endpoint.objects.filter(pk=endpoint.pk).update(free_at=Now())  # behind those that are free already
    return dealt_with


def _due(endpoint: Any) -> QuerySet[Delivery]:
    return Delivery.objects.filter(endpoint=endpoint, status__in=OPEN, due_at__lte=Now())


@transaction.atomic(durable=True)
def _claim(endpoint: Endpoint) -> Delivery | None:
    """What is due to the endpoint for the longest; both belong to this sender from now on. None if nothing is, or if
    the endpoint was switched off meanwhile."""
    now = database_now()
    mine = {"due_at": now + SENDER_GETS, "status": DeliveryStatus.SENDING}
    if not Endpoint.objects.filter(pk=endpoint.pk, is_active=True).update(free_at=now + SENDER_GETS):
        return None
    unlocked = _due(endpoint.pk).order_by("due_at").select_for_update(of=("self",), no_key=True, skip_locked=True)
    delivery = unlocked.first()
    if delivery is not None:
        delivery.due_at, delivery.attempts = now + SENDER_GETS, delivery.attempts + 1
        Delivery.objects.filter(pk=delivery.pk).update(attempts=delivery.attempts, **mine)
    return delivery


def _send(line: Line, endpoint: Endpoint, delivery: Delivery) -> bool:
    """Sends a claimed delivery with no transaction open, then notes it. Whether the endpoint is well."""
    try:
        delivery.payload = delivery.payload or payload_of(delivery)
    except Exception as error:  # one that can't be made stops no other, and is nothing against its endpoint
        log.exception("webhook_not_made", delivery=delivery.message_id, kind=delivery.kind)
        _note_failed(delivery, repr(error))
        return True
    if not _own(delivery).update(payload=delivery.payload):
        return True
    try:
        answer = _post(line, endpoint, delivery)
    except NoAnswer as silence:
        _note_failed(delivery, str(silence))
        _rest(endpoint)
        return False
    return _heed(answer, endpoint, delivery)


def _post(line: Line, endpoint: Endpoint, delivery: Delivery) -> Answer:
    body = delivery.payload.encode()
    now = delivery.due_at - SENDER_GETS
    signed = sign(*keys_of(endpoint, now), message_id=delivery.message_id, timestamp=int(now.timestamp()), body=body)
    return line.post(body, {"Content-Type": "application/json", "User-Agent": "Ticketing-Webhooks/1", **signed})


def keys_of(endpoint: Endpoint, now: datetime) -> list[bytes]:
    """What to sign with: the secret, and for a while the one before it."""
    former = [endpoint.former_secret] if endpoint.former_until and endpoint.former_until > now else []
    return [base64.b64decode(secret.removeprefix(PREFIX)) for secret in (endpoint.secret, *former)]


def _heed(answer: Answer, endpoint: Endpoint, delivery: Delivery) -> bool:
    """Notes what a receiver said; whether it is well."""
    if 200 <= answer.status < 300:
        _own(delivery).update(
            status=DeliveryStatus.DELIVERED, delivered_at=Now(), http_status=answer.status, failure=""
        )
        Endpoint.objects.filter(pk=endpoint.pk, failing_since__isnull=False).update(failing_since=None)
        return True
    words = f"Answered {answer.status}: {answer.text}" if answer.text else f"Answered {answer.status}."
    _note_failed(delivery, words, answer.status)
    _rest(endpoint, answer)
    return False


def _own(delivery: Delivery) -> QuerySet[Delivery]:
    """It, unless somebody has taken this sender for dead meanwhile, or has it sent again."""
    return Delivery.objects.filter(pk=delivery.pk, status=DeliveryStatus.SENDING, due_at=delivery.due_at)


def _note_failed(delivery: Delivery, words: str, http_status: int | None = None) -> None:
    """To be tried again, later each time; given up after the last wait, or if the receiver wants no more."""
    log.warning("webhook_not_delivered", delivery=delivery.message_id, kind=delivery.kind, reason=words[:300])
    is_last = delivery.attempts > len(WAITS) or http_status == GONE
    wait = timedelta(0) if is_last else WAITS[delivery.attempts - 1] * _jitter()
    status = DeliveryStatus.FAILED if is_last else DeliveryStatus.WAITING
    _own(delivery).update(status=status, http_status=http_status, failure=words[:300], due_at=Now() + wait)


@durably
def _rest(endpoint: Endpoint, answer: Answer | None = None) -> None:
    """Leaves a failing endpoint alone: as long again as it has been failing, within bounds, or as it asks for. Switches
    it off if it is gone, or has failed for OFF_AFTER.

    Locks the endpoint.
    """
    locked = Endpoint.objects.select_for_update(no_key=True).filter(pk=endpoint.pk).first()
    if locked is None:  # removed meanwhile
        return
    now = database_now()
    since = locked.failing_since or now
    asked = min(timedelta(seconds=answer.retry_after), MOST_RETRY_AFTER) if answer else timedelta(0)
    rest = min(max(now - since, SHORTEST_REST), LONGEST_REST) * _jitter()
    locked.failing_since, locked.free_at = since, now + max(rest, asked)
    if answer is not None and answer.status == GONE:
        locked.is_active, locked.off_because = False, "It answered 410: it wants no more messages."
    elif now - since > OFF_AFTER:
        locked.is_active, locked.off_because = False, f"It has taken nothing since {since:%Y-%m-%d %H:%M} UTC."
    locked.save(update_fields=["failing_since", "free_at", "is_active", "off_because"])


def _jitter() -> float:
    """So that those who failed together don't come back together."""
    return random.uniform(0.8, 1.2)
