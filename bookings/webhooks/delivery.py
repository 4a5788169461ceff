"""Delivers webhooks to sellers' endpoints, each at least once.

Database triggers insert a delivery in the transaction that it reports (`bookings/sql/webhooks.sql`), so that no code
path can forget one and nothing is sent about a rolled-back transaction. A sweep in the process `deliveries` finds it
within about a second. It is a process of its own because receivers may be slow.

A slow endpoint does not delay others: a sweep gives each endpoint at most half of its free capacity, another sweep with
its own capacity starts every second, and a failing endpoint is paused.

Sweeps claim deliveries while they hold the lock on the endpoint's row. So one sweep sends each delivery, and an
endpoint gets at most MAX_CONCURRENT messages at a time from all sweeps together. The claim of a sender that dies ends
after CLAIM_DURATION, and another sender repeats the message with the same id and the same bytes. If the receiver had
already responded, it gets the message twice and recognises it by its id.
"""

import base64
import random
import time
import uuid
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from bookings.notifications.outbox import queue_endpoint_email
from bookings.states import DeliveryStatus
from bookings.webhooks.http_connection import NoResponse, WebhookResponse
from bookings.webhooks.models import Delivery, Endpoint
from bookings.webhooks.payloads import payload_of
from bookings.webhooks.worker_pool import WorkerPool
from core.clock import Now, database_now
from core.standard_webhooks import sign
from core.text.times import time_text
from core.transactions import retrying_transaction

log = structlog.get_logger(__name__)

SECRET_PREFIX = "whsec_"  # noqa: S105  (the start of each secret; 32 random bytes in base64 follow)
OPEN = (DeliveryStatus.WAITING, DeliveryStatus.SENDING)
DONE = (DeliveryStatus.DELIVERED, DeliveryStatus.FAILED)
SWEEP_SECONDS = 5  # a sweep starts no message after this time; ticketing/processes/deliveries relies on it
MAX_IN_FLIGHT = 16  # messages of one sweep
MAX_CONCURRENT = 8  # messages in flight to one endpoint, from all sweeps together
CLAIM_DURATION = timedelta(minutes=1)  # then a sender counts as dead; longer than http_connection.TOTAL_SECONDS
# Delay after the first, second, … failure: the example of the Standard Webhooks specification 1.0
# ("Deliverability and reliability"). Ten attempts in more than three days.
RETRY_DELAYS = (
    *(timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30)),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
MIN_PAUSE, MAX_PAUSE = timedelta(seconds=5), timedelta(minutes=5)  # of a failing endpoint
MAX_RETRY_AFTER = timedelta(hours=1)  # a longer Retry-After is cut to this
SWITCH_OFF_AFTER = timedelta(days=5)  # without a single success
GONE = 410  # the HTTP status of a receiver that wants no more messages


def send_due_deliveries() -> int:
    """Send due deliveries for SWEEP_SECONDS, wait for the last responses and return the number of deliveries processed.

    Another sweep may run at the same time.
    """
    end = time.monotonic() + SWEEP_SECONDS
    processed = 0
    with WorkerPool[Delivery](MAX_IN_FLIGHT) as pool:
        while (sent := _send_more(pool, end)) or pool.free < MAX_IN_FLIGHT:
            processed += sent
            for delivery, result in pool.results():
                _record_result(result, delivery)
    return processed


def _send_more(pool: WorkerPool[Delivery], end: float) -> int:
    """Start to send deliveries until none is due, the pool is full or `end` has passed; return their number."""
    sent = 0
    while pool.free and time.monotonic() < end and (deliveries := _claim(pool.free)) is not None:
        for delivery in deliveries:
            _send(pool, delivery)
        sent += len(deliveries)
    return sent


@retrying_transaction
def _claim(free_slots: int) -> list[Delivery] | None:
    """Claim due deliveries of one endpoint for this sender; None if there is no endpoint to claim for.

    1. Choose the endpoint with the fewest messages in flight and lock its row. Endpoints that another sweep has locked
       are skipped.
    2. Count its messages in flight again, under the lock.
    3. Lock its oldest due deliveries: as many as may be in flight to the endpoint, and at most half of `free_slots`.
    4. Mark them as being sent until CLAIM_DURATION from now.
    """
    now = database_now()
    endpoint = _ready_endpoints(now).select_for_update(of=("self",), no_key=True, skip_locked=True).first()
    if endpoint is None:
        return None
    capacity = _max_concurrent(endpoint) - _in_flight(endpoint.pk, now).count()  # others may have claimed in between
    due = _due(endpoint.pk, now).order_by("due_at").select_for_update(of=("self",), no_key=True, skip_locked=True)
    deliveries = list(due[: max(0, min(capacity, (free_slots + 1) // 2))])
    for delivery in deliveries:
        delivery.endpoint, delivery.due_at, delivery.attempts = endpoint, now + CLAIM_DURATION, delivery.attempts + 1
    Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries]).update(
        status=DeliveryStatus.SENDING, due_at=now + CLAIM_DURATION, attempts=F("attempts") + 1
    )
    return deliveries


def _ready_endpoints(now: datetime) -> QuerySet[Endpoint]:
    """Return the endpoints with due deliveries that can take more messages, those with the fewest in flight first."""
    rows = _in_flight(OuterRef("pk"), now).order_by().values("endpoint").annotate(rows=Count("pk")).values("rows")
    counted = Endpoint.objects.annotate(in_flight=Coalesce(Subquery(rows), 0))
    has_capacity = Q(failing_since=None, in_flight__lt=MAX_CONCURRENT) | Q(in_flight=0)
    ready = counted.filter(has_capacity, Exists(_due(OuterRef("pk"), now)), is_active=True, free_at__lte=now)
    return ready.order_by("in_flight", "free_at")


def _max_concurrent(endpoint: Endpoint) -> int:
    """Return how many messages the endpoint may get at a time: one while it fails, otherwise MAX_CONCURRENT."""
    return MAX_CONCURRENT if endpoint.failing_since is None else 1


def _due(endpoint: Any, now: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(endpoint=endpoint, status__in=OPEN, due_at__lte=now)


def _in_flight(endpoint: Any, now: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(endpoint=endpoint, status=DeliveryStatus.SENDING, due_at__gt=now)


def _send(pool: WorkerPool[Delivery], delivery: Delivery) -> None:
    """Start to send a claimed delivery, with no transaction open.

    The first attempt builds and stores the body. If that fails, the delivery is retried later; the endpoint is not
    paused, and other deliveries go on.
    """
    try:
        delivery.payload = delivery.payload or payload_of(delivery)
    except Exception as error:
        log.exception("webhook_not_made", delivery=delivery.message_id, kind=delivery.kind)
        _record_failure(delivery, repr(error))
        return
    if _claimed(delivery).update(payload=delivery.payload):
        body = delivery.payload.encode()
        pool.send(delivery.endpoint.url, body, _headers(delivery, body), subject=delivery)


def _headers(delivery: Delivery, body: bytes) -> dict[str, str]:
    claimed_at = delivery.due_at - CLAIM_DURATION
    keys = signing_keys(delivery.endpoint, claimed_at)
    signed = sign(*keys, message_id=delivery.message_id, timestamp=int(claimed_at.timestamp()), body=body)
    return {"Content-Type": "application/json", "User-Agent": "Ticketing-Webhooks/1", **signed}


def signing_keys(endpoint: Endpoint, now: datetime) -> list[bytes]:
    """Return the keys to sign with: the current secret and, until `former_until`, the previous one."""
    previous = [endpoint.former_secret] if endpoint.former_until and endpoint.former_until > now else []
    return [base64.b64decode(secret.removeprefix(SECRET_PREFIX)) for secret in (endpoint.secret, *previous)]


def _record_result(result: WebhookResponse | NoResponse, delivery: Delivery) -> None:
    """Record the result of an attempt; pause the endpoint unless it responded with a status from 200 to 299."""
    if isinstance(result, NoResponse):
        _record_failure(delivery, str(result))
        _pause(delivery.endpoint_id, str(result))
    elif 200 <= result.status < 300:
        _claimed(delivery).update(
            status=DeliveryStatus.DELIVERED, delivered_at=Now(), http_status=result.status, failure=""
        )
        Endpoint.objects.filter(pk=delivery.endpoint_id, failing_since__isnull=False).update(failing_since=None)
    else:
        reason = f"Status {result.status}: {result.text}" if result.text else f"Status {result.status}."
        _record_failure(delivery, reason, result.status)
        _pause(delivery.endpoint_id, reason, result)


def _claimed(delivery: Delivery) -> QuerySet[Delivery]:
    """Return the delivery's row if this sender's claim still holds, otherwise no row.

    The claim is lost if it has ended and another sender claimed the delivery, or if someone has the delivery sent
    again.
    """
    return Delivery.objects.filter(pk=delivery.pk, status=DeliveryStatus.SENDING, due_at=delivery.due_at)


def _record_failure(delivery: Delivery, reason: str, http_status: int | None = None) -> None:
    """Record a failed attempt: schedule the next one after the delay in RETRY_DELAYS, or give the delivery up.

    A delivery is given up after the last delay, or if the receiver responded with 410.
    """
    log.warning("webhook_not_delivered", delivery=delivery.message_id, kind=delivery.kind, reason=reason[:300])
    is_last = delivery.attempts > len(RETRY_DELAYS) or http_status == GONE
    delay = timedelta(0) if is_last else RETRY_DELAYS[delivery.attempts - 1] * _jitter()
    status = DeliveryStatus.FAILED if is_last else DeliveryStatus.WAITING
    _claimed(delivery).update(status=status, http_status=http_status, failure=reason[:300], due_at=Now() + delay)


@retrying_transaction
def _pause(endpoint_id: uuid.UUID, reason: str, response: WebhookResponse | None = None) -> None:
    """Pause a failing endpoint, or switch it off.

    The pause is as long as the endpoint has been failing, from MIN_PAUSE to MAX_PAUSE, or as long as `Retry-After` says
    if that is longer. A response of 410, or failing for SWITCH_OFF_AFTER, switches the endpoint off.

    Locks the endpoint.
    """
    endpoint = Endpoint.objects.select_for_update(no_key=True).filter(pk=endpoint_id).first()
    if endpoint is None:  # removed in the meantime
        return
    now = database_now()
    since = endpoint.failing_since or now
    retry_after = min(timedelta(seconds=response.retry_after), MAX_RETRY_AFTER) if response else timedelta(0)
    pause = min(max(now - since, MIN_PAUSE), MAX_PAUSE) * _jitter()
    endpoint.failing_since = since
    # Another message may have failed in the meantime and started a longer pause.
    endpoint.free_at = max(endpoint.free_at, now + max(pause, retry_after))
    endpoint.save(update_fields=["failing_since", "free_at"])
    if response is not None and response.status == GONE:
        _switch_off(endpoint, "It responded with 410: it wants no more messages.")
    elif now - since > SWITCH_OFF_AFTER:
        _switch_off(endpoint, f"It has accepted nothing since {time_text(since)}. The last error: {reason}")


def _switch_off(endpoint: Endpoint, reason: str) -> None:
    """Switch a locked endpoint off and queue an email to its seller, once for all messages that fail together."""
    if not endpoint.is_active:
        return
    endpoint.is_active, endpoint.off_because = False, reason[:300]
    endpoint.save(update_fields=["is_active", "off_because"])
    queue_endpoint_email(endpoint)


def _jitter() -> float:
    """Return a random factor from 0.8 to 1.2 that spreads the retries of messages that failed together."""
    return random.uniform(0.8, 1.2)  # noqa: S311  (no secret)
