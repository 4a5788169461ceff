"""Webhooks to sellers: sent after they were written down, at least once.

Triggers write a delivery in the transaction in which it becomes true (bookings/sql/webhooks.sql), so that no path
forgets one and none is sent of what was rolled back. The sweep finds it within about a second, in a process of its own:
receivers are strangers, and may be as slow as they like. Several messages go to one endpoint at once, but not many, and
who waits for a slow one is in nobody's way: a sweep gives an endpoint at most half of the hands it has free, the next
second brings another sweep with hands of its own, and an endpoint that fails rests. Whoever holds the lock of an
endpoint's row may claim deliveries to it, so that of any number of sweeps one sends each, and all together no more than
MOST_AT_ONCE at a time. A sender that dies is followed by another when its time is over, under the same id and with the
same bytes; if it died after the receiver had answered, that one gets a message twice, and knows it by its id.
"""

import base64
import random
import time
import uuid
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.transactions import durably
from bookings.models import Delivery, Endpoint
from bookings.operations.post import write_letter_about
from bookings.outgoing.crew import Crew
from bookings.outgoing.line import Answer, NoAnswer
from bookings.outgoing.payloads import payload_of
from bookings.signatures import sign
from bookings.states import DeliveryStatus
from events.clock import Now, database_now

PREFIX = "whsec_"  # of a secret; then 32 random bytes, base64
log = structlog.get_logger(__name__)

OPEN = (DeliveryStatus.WAITING, DeliveryStatus.SENDING)
DONE = (DeliveryStatus.DELIVERED, DeliveryStatus.FAILED)
SWEEP_SECONDS = 5  # after which a sweep begins no other message; ticketing/processes/deliveries counts on it
HANDS = 16  # of one sweep: messages that it can have under way
MOST_AT_ONCE = 8  # to one endpoint, by all sweeps together
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


def send_due_deliveries() -> int:
    """The sweep: sends what is due for SWEEP_SECONDS, waits for the last answers (another sweep may have begun), and
    returns how many deliveries it dealt with."""
    end = time.monotonic() + SWEEP_SECONDS
    dealt_with = 0
    with Crew[Delivery](HANDS) as crew:
        while (sent := _send_more(crew, end)) or crew.free < HANDS:
            dealt_with += sent
            for delivery, answer in crew.answers():
                _heed(answer, delivery)
    return dealt_with


def _send_more(crew: Crew[Delivery], end: float) -> int:
    """Sends until nothing is due, nobody is free or the time is over; returns how many."""
    sent = 0
    while crew.free and time.monotonic() < end and (deliveries := _claim(crew.free)) is not None:
        for delivery in deliveries:
            _send(crew, delivery)
        sent += len(deliveries)
    return sent


@transaction.atomic(durable=True)
def _claim(hands: int) -> list[Delivery] | None:
    """Of the endpoint that has the fewest messages under way what is due to it for the longest, as many as may go to it
    and at most half of `hands`: they belong to this sender now. None if there is nothing to claim.

    Locks the endpoint; those that another sweep has locked are left to it.
    """
    now = database_now()
    endpoint = _ready_endpoints(now).select_for_update(of=("self",), no_key=True, skip_locked=True).first()
    if endpoint is None:
        return None
    room = _most_at_once(endpoint) - _under_way(endpoint.pk, now).count()  # anew: others claimed until we had the lock
    due = _due(endpoint.pk, now).order_by("due_at").select_for_update(of=("self",), no_key=True, skip_locked=True)
    deliveries = list(due[: max(0, min(room, (hands + 1) // 2))])
    for delivery in deliveries:
        delivery.endpoint, delivery.due_at, delivery.attempts = endpoint, now + SENDER_GETS, delivery.attempts + 1
    Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries]).update(
        status=DeliveryStatus.SENDING, due_at=now + SENDER_GETS, attempts=F("attempts") + 1
    )
    return deliveries


def _ready_endpoints(now: datetime) -> QuerySet[Endpoint]:
    """Those that something is due to and that can take more now, in the order in which they get it."""
    rows = _under_way(OuterRef("pk"), now).order_by().values("endpoint").annotate(rows=Count("pk")).values("rows")
    counted = Endpoint.objects.annotate(under_way=Coalesce(Subquery(rows), 0))
    has_room = Q(failing_since=None, under_way__lt=MOST_AT_ONCE) | Q(under_way=0)
    ready = counted.filter(has_room, Exists(_due(OuterRef("pk"), now)), is_active=True, free_at__lte=now)
    return ready.order_by("under_way", "free_at")


def _most_at_once(endpoint: Endpoint) -> int:
    """One that fails is tried with one message."""
    return MOST_AT_ONCE if endpoint.failing_since is None else 1


def _due(endpoint: Any, now: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(endpoint=endpoint, status__in=OPEN, due_at__lte=now)


def _under_way(endpoint: Any, now: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(endpoint=endpoint, status=DeliveryStatus.SENDING, due_at__gt=now)


def _send(crew: Crew[Delivery], delivery: Delivery) -> None:
    """Sends a claimed delivery on its way; no transaction is open."""
    try:
        delivery.payload = delivery.payload or payload_of(delivery)
    except Exception as error:  # one that can't be made stops no other, and is nothing against its endpoint
        log.exception("webhook_not_made", delivery=delivery.message_id, kind=delivery.kind)
        _note_failed(delivery, repr(error))
        return
    if _own(delivery).update(payload=delivery.payload):
        body = delivery.payload.encode()
        crew.send(delivery.endpoint.url, body, _headers(delivery, body), about=delivery)


def _headers(delivery: Delivery, body: bytes) -> dict[str, str]:
    now = delivery.due_at - SENDER_GETS
    keys = keys_of(delivery.endpoint, now)
    signed = sign(*keys, message_id=delivery.message_id, timestamp=int(now.timestamp()), body=body)
    return {"Content-Type": "application/json", "User-Agent": "Ticketing-Webhooks/1", **signed}


def keys_of(endpoint: Endpoint, now: datetime) -> list[bytes]:
    """What to sign with: the secret, and for a while the one before it."""
    former = [endpoint.former_secret] if endpoint.former_until and endpoint.former_until > now else []
    return [base64.b64decode(secret.removeprefix(PREFIX)) for secret in (endpoint.secret, *former)]


def _heed(answer: Answer | NoAnswer, delivery: Delivery) -> None:
    """Notes what a receiver said, or that it said nothing."""
    if isinstance(answer, NoAnswer):
        _note_failed(delivery, str(answer))
        _rest(delivery.endpoint_id, str(answer))
    elif 200 <= answer.status < 300:
        _own(delivery).update(
            status=DeliveryStatus.DELIVERED, delivered_at=Now(), http_status=answer.status, failure=""
        )
        Endpoint.objects.filter(pk=delivery.endpoint_id, failing_since__isnull=False).update(failing_since=None)
    else:
        words = f"Answered {answer.status}: {answer.text}" if answer.text else f"Answered {answer.status}."
        _note_failed(delivery, words, answer.status)
        _rest(delivery.endpoint_id, words, answer)


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
def _rest(endpoint_id: uuid.UUID, words: str, answer: Answer | None = None) -> None:
    """Leaves a failing endpoint alone: as long again as it has been failing, within bounds, or as it asks for. Switches
    it off if it is gone, or has failed for OFF_AFTER.

    Locks the endpoint.
    """
    endpoint = Endpoint.objects.select_for_update(no_key=True).filter(pk=endpoint_id).first()
    if endpoint is None:  # removed meanwhile
        return
    now = database_now()
    since = endpoint.failing_since or now
    asked = min(timedelta(seconds=answer.retry_after), MOST_RETRY_AFTER) if answer else timedelta(0)
    rest = min(max(now - since, SHORTEST_REST), LONGEST_REST) * _jitter()
    endpoint.failing_since = since
    endpoint.free_at = max(endpoint.free_at, now + max(rest, asked))  # others under way may have failed as well
    endpoint.save(update_fields=["failing_since", "free_at"])
    if answer is not None and answer.status == GONE:
        _switch_off(endpoint, "It answered 410: it wants no more messages.")
    elif now - since > OFF_AFTER:
        _switch_off(endpoint, f"It has taken nothing since {since:%Y-%m-%d %H:%M} UTC. The last error: {words}")


def _switch_off(endpoint: Endpoint, because: str) -> None:
    """Switches a locked endpoint off and writes to its seller; once, however many messages fail together."""
    if not endpoint.is_active:
        return
    endpoint.is_active, endpoint.off_because = False, because[:300]
    endpoint.save(update_fields=["is_active", "off_because"])
    write_letter_about(endpoint)


def _jitter() -> float:
    """So that those who failed together don't come back together."""
    return random.uniform(0.8, 1.2)
