"""Sends recorded refunds to their gateways, until the gateway has them or refuses them for good."""

import uuid
from datetime import datetime, timedelta

import structlog
from django.db.models import Q

from bookings.payments.gateways import AlreadyRefunded, GatewayDown, GatewayRefused, breaker, gateway_named
from bookings.payments.gateways.protocol import clean_text
from bookings.payments.models import FAILURE_LENGTH, Payment, Refund
from bookings.payments.refund import record_refund
from bookings.states import RefundReason, RefundStatus
from core.clock import Now, database_now
from core.transactions import retrying_transaction

log = structlog.get_logger(__name__)

OVERDUE_AFTER = timedelta(seconds=10)  # a refund still open then: its task message was lost, or sending it failed
FIRST_PAUSE = timedelta(seconds=20)  # after the second failure; each further pause is twice as long
LONGEST_PAUSE = timedelta(hours=1)
MAX_COUNTED = 1000  # attempts; more make no difference
MAX_ATTEMPTS = 5  # then a refund that the gateway refuses is failed; one that it can't be asked about is tried for ever


def send_refund(*, refund_id: uuid.UUID) -> None:
    """Send a recorded refund to the gateway. Does nothing if it was sent before.

    No lock is held during the request. The request carries the refund's id as idempotency key: if the process dies
    before the result is recorded, the next run repeats the request and the gateway refunds only once.

    If the gateway fails, the reason is stored and the refund stays open. If it refuses, somebody may have refunded at
    the provider meanwhile: then what is back already counts, and only the rest stays open. A refund that is refused
    MAX_ATTEMPTS times is failed.
    """
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    if refund.status != RefundStatus.PENDING:
        return
    provider = gateway_named(refund.payment.gateway)
    try:
        _mark_sent(refund_id, breaker.refund(provider, refund) or "")
    except AlreadyRefunded as error:
        _mark_sent(refund_id, "", note=_text(error))
    except GatewayRefused as error:
        try:
            returned = provider.refunded(refund.payment)
        except GatewayDown:
            returned = 0
        _record_refusal(refund_id, _text(error), returned)
    except GatewayDown as error:
        _record_failure(refund_id, _text(error))


@retrying_transaction
def _mark_sent(refund_id: uuid.UUID, reference: str, *, note: str = "") -> None:
    """Record that the gateway has the refund, or `note` why it needs none."""
    pending = Refund.objects.filter(pk=refund_id, status=RefundStatus.PENDING)
    pending.update(status=RefundStatus.SENT, sent_at=Now(), gateway_reference=reference, failure=note, retry_at=None)


@retrying_transaction
def _record_refusal(refund_id: uuid.UUID, reason: str, returned: int) -> None:
    """Record a refusal; what of the refund is back already, according to the gateway's total, counts as sent.

    Locks the payment, then the refund.
    """
    refund = Refund.objects.get(pk=refund_id)
    payment = Payment.objects.select_for_update(of=("self",), no_key=True).get(pk=refund.payment_id)
    refund = Refund.objects.select_for_update(of=("self",), no_key=True).get(pk=refund_id)
    if refund.status != RefundStatus.PENDING:
        return
    known = payment.refunds.filter(status=RefundStatus.SENT).exclude(reason=RefundReason.DISPUTE)
    surplus = min(refund.amount, returned - sum(known.values_list("amount", flat=True)))
    if surplus <= 0:
        _count_failure(refund, reason, refused=True)
        return
    rest = refund.amount - surplus
    refund.amount, refund.status, refund.sent_at, refund.failure = surplus, RefundStatus.SENT, database_now(), reason
    refund.save()
    if rest:  # a new refund, because its id is the idempotency key of its amount
        payment.refunded_amount -= rest
        record_refund(payment, amount=rest, reason=RefundReason(refund.reason), by=refund.by)


@retrying_transaction
def _record_failure(refund_id: uuid.UUID, reason: str) -> None:
    """Record that the gateway could not be asked. Locks the refund."""
    refund = Refund.objects.select_for_update(of=("self",), no_key=True).get(pk=refund_id)
    if refund.status == RefundStatus.PENDING:
        _count_failure(refund, reason, refused=False)


def _count_failure(refund: Refund, reason: str, *, refused: bool) -> None:
    """Store why sending failed and when it is tried again; a refund that was refused often enough is failed."""
    refund.attempts = min(refund.attempts + 1, MAX_COUNTED)
    refund.failure, refund.retry_at = reason, _retry_at(refund.attempts)
    if refused and refund.attempts >= MAX_ATTEMPTS:
        refund.status, refund.retry_at = RefundStatus.FAILED, None
        log.error("refund_failed", refund=str(refund.pk), reason=reason)
    else:
        log.warning("refund_not_sent", refund=str(refund.pk), reason=reason)
    refund.save(update_fields=["attempts", "failure", "retry_at", "status"])


def _retry_at(attempts: int) -> datetime | None:
    """Return when to try again; None after the first failure, when the next sweep does it."""
    if attempts < 2:
        return None
    pause: timedelta = FIRST_PAUSE * 2 ** min(attempts - 2, 20)
    return database_now() + min(pause, LONGEST_PAUSE)


def send_open_refunds() -> int:
    """Send refunds that are still open OVERDUE_AFTER they were recorded, at most 500; return how many were tried.

    Such refunds are left over when a task message is lost, a worker dies or a gateway fails. Those that failed before
    wait for longer each time.
    """
    due = Q(retry_at=None) | Q(retry_at__lte=Now())
    overdue = Refund.objects.filter(due, status=RefundStatus.PENDING, created_at__lt=Now() - OVERDUE_AFTER)
    waiting = list(overdue.order_by("created_at").values_list("pk", flat=True)[:500])
    for refund_id in waiting:
        send_refund(refund_id=refund_id)
    return len(waiting)


def _text(error: Exception) -> str:
    return clean_text(str(error), FAILURE_LENGTH)
