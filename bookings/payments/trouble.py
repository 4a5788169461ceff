"""Money that an operator must look at: what the product can't put in order by itself."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import TypedDict
from uuid import UUID

from django.db.models import Q, QuerySet

from bookings.payments.models import Payment, Refund
from bookings.states import DisputeStatus, RefundReason, RefundStatus
from core.clock import Now

MAX_ROWS = 50
WRONG_AMOUNTS_SHOWN = timedelta(days=30)
WAITING_ATTEMPTS = 2  # a pending refund that has failed so often is no passing trouble


class Trouble(TypedDict):
    """One case. `amount` is in minor units of `currency`; `detail` is what the gateway said, or ""."""

    kind: str
    booking_id: UUID
    event_id: int
    event_name: str
    amount: int
    currency: str
    since: datetime
    detail: str


def open_troubles() -> list[Trouble]:
    """Return the newest cases, at most MAX_ROWS.

    These are refunds that failed (`refund_failed`) or can't be sent for some time (`refund_waiting`), captures of a
    wrong amount, which are refunded (`wrong_amount`), and open disputes (`dispute`).
    """
    return list(islice(chain(_failed_refunds(), _waiting_refunds(), _disputes()), MAX_ROWS))


def _failed_refunds() -> Iterator[Trouble]:
    to_look_at = Refund.objects.filter(Q(status=RefundStatus.FAILED) | Q(reason=RefundReason.WRONG_AMOUNT))
    recent = Q(status=RefundStatus.FAILED) | Q(created_at__gt=Now() - WRONG_AMOUNTS_SHOWN)
    for refund in _with_event(to_look_at.filter(recent)):
        failed = refund.status == RefundStatus.FAILED
        yield _of_refund(refund, "refund_failed" if failed else "wrong_amount")


def _waiting_refunds() -> Iterator[Trouble]:
    waiting = Refund.objects.filter(status=RefundStatus.PENDING, attempts__gte=WAITING_ATTEMPTS)
    for refund in _with_event(waiting.exclude(reason=RefundReason.WRONG_AMOUNT)):
        yield _of_refund(refund, "refund_waiting")


def _with_event(refunds: QuerySet[Refund]) -> QuerySet[Refund]:
    return refunds.select_related("payment", "event").order_by("-created_at")[:MAX_ROWS]


def _of_refund(refund: Refund, kind: str) -> Trouble:
    return {
        "kind": kind,
        "booking_id": refund.payment.booking.pk,
        "event_id": refund.event_id,
        "event_name": refund.event.name,
        "amount": refund.amount,
        "currency": refund.payment.captured_currency,
        "since": refund.created_at,
        "detail": refund.failure,
    }


def _disputes() -> Iterator[Trouble]:
    disputed = Payment.objects.filter(dispute_status=DisputeStatus.OPEN).select_related("event")
    for payment in disputed.order_by("-created_at")[:MAX_ROWS]:
        yield {
            "kind": "dispute",
            "booking_id": payment.booking.pk,
            "event_id": payment.event_id,
            "event_name": payment.event.name,
            "amount": payment.disputed_amount,
            "currency": payment.currency,
            "since": payment.created_at,
            "detail": payment.dispute_reference,
        }
