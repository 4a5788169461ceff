"""Refunds bookings.

A refund is recorded in the transaction that ends the booking, and sent to the gateway after the commit, as often as
necessary.
"""

import uuid
from datetime import datetime, timedelta

import structlog
from django.conf import settings

from accounts.models import User
from bookings.errors import NotOwner, RefundWindowClosed
from bookings.holds.models import Booking
from bookings.holds.selectors import visible_booking
from bookings.holds.transitions import lock_with_subsection, move
from bookings.idempotency import IdempotencyKey
from bookings.notifications.outbox import queue_email
from bookings.payments.gateways import (
    GatewayDown,
    GatewayRefused,
    breaker,
    gateway_named,
)
from bookings.payments.models import Payment, Refund
from bookings.states import (
    TAKEN_MONEY,
    BookingStatus,
    EmailKind,
    PaymentStatus,
    RefundReason,
    RefundStatus,
)
from bookings.tickets.issue import void_admissions
from core.clock import Now, database_now
from core.enqueue import enqueue_on_commit
from core.errors import InvalidState
from core.transactions import retrying_transaction
from events.inventory.seats import change_seats
from events.inventory.sold_out import refresh_event_status
from events.ownership import may_manage
from events.states import ChangeKind, EventStatus

log = structlog.get_logger(__name__)


def refund_booking(*, booking_id: uuid.UUID, user: User, idempotency_key: IdempotencyKey | None = None) -> Booking:
    """Refund a paid booking in full: free its seats, void its tickets, and record the refund.

    The event's seller may do this at any time. The buyer may do it until `refundable_until`, unless one of the tickets
    was used.
    A repeated request of the same user with the same idempotency key returns the earlier refund's booking.
    Raises NotFound, NotOwner, InvalidState, RefundWindowClosed, IdempotencyKeyReused.
    """
    booking = visible_booking(booking_id, user)
    as_seller = may_manage(booking.event, user)
    if not as_seller and booking.buyer_id != user.pk:
        raise NotOwner
    if idempotency_key is not None and (earlier := _earlier(user, idempotency_key)) is not None:
        return earlier
    reason = RefundReason.SELLER if as_seller else RefundReason.BUYER
    return execute_refund(booking=booking, reason=reason, by=user, idempotency_key=idempotency_key)


def _earlier(user: User, idempotency_key: IdempotencyKey) -> Booking | None:
    """Return the booking that this user has already refunded with this idempotency key, if any.

    Raises IdempotencyKeyReused if the earlier request was different.
    """
    refund = (
        Refund.objects.select_related("payment__booking").filter(by=user, idempotency_key=idempotency_key.key).first()
    )
    if refund is None:
        return None
    idempotency_key.check(refund.request_hash)
    return refund.payment.booking


@retrying_transaction
def execute_refund(
    *, booking: Booking, reason: RefundReason, by: User | None = None, idempotency_key: IdempotencyKey | None = None
) -> Booking:
    """Refund a paid booking for any reason, without checking who may do it.

    1. Lock the subsection, the booking, then its payment.
    2. Check that the booking is paid or completed. If the reason is BUYER, also check that the refund window is open
       and that no ticket was used.
    3. Void the tickets, free the seats, record the refund and queue the email; the change is published to viewers and
       the buyer after the commit.

    Raises InvalidState, RefundWindowClosed.
    """
    booking, subsection = lock_with_subsection(booking)
    if booking.status not in (BookingStatus.PAID, BookingStatus.COMPLETED):
        raise InvalidState(f"A booking that is {booking.status} can't be refunded.")
    if reason == RefundReason.BUYER:
        _check_window(booking)
    payment = booking.payments.select_for_update(of=("self",), no_key=True).get(status__in=TAKEN_MONEY)

    void_admissions(booking, also_used=reason != RefundReason.BUYER)
    change_seats(subsection=subsection, positions=booking.positions, kind=ChangeKind.REFUNDED, booking_id=booking.pk)
    record_refund(
        payment, amount=payment.amount - payment.refunded_amount, reason=reason, by=by, idempotency_key=idempotency_key
    )
    move(booking, BookingStatus.REFUNDED)
    cancelled = reason == RefundReason.EVENT_CANCELLED
    queue_email(EmailKind.EVENT_CANCELLED if cancelled else EmailKind.REFUND, booking)
    refresh_event_status(booking.event, subsection)
    return booking


def record_refund(
    payment: Payment,
    *,
    amount: int,
    reason: RefundReason,
    by: User | None = None,
    idempotency_key: IdempotencyKey | None = None,
) -> None:
    """Record a refund of `amount` minor units, and send it after the commit.

    Also changes the payment's status and refunded amount. Runs in the caller's transaction, which must hold the lock on
    the payment. The CHECK constraint on the payment refuses to refund more than was captured. An amount of 0 records no
    refund.
    """
    payment.refunded_amount += amount
    whole = payment.refunded_amount == payment.amount
    payment.status = PaymentStatus.REFUNDED if whole else PaymentStatus.PARTLY_REFUNDED
    payment.save()
    if amount:
        refund = Refund.objects.create(
            event_id=payment.event_id,
            payment=payment,
            amount=amount,
            reason=reason,
            by=by,
            idempotency_key=idempotency_key.key if idempotency_key else None,
            request_hash=idempotency_key.request_hash if idempotency_key else "",
            created_at=database_now(),
        )
        enqueue_on_commit("bookings.payments.tasks.send_refund", refund_id=str(refund.pk))


def send_refund(*, refund_id: uuid.UUID) -> None:
    """Send a recorded refund to the gateway. Does nothing if it was sent before.

    No lock is held during the request. The request carries the refund's id as idempotency key: if the process dies
    before the result is recorded, the next run repeats the request and the gateway refunds only once. If the gateway
    fails or refuses, the reason is stored and the refund stays open.
    """
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    if refund.status == RefundStatus.SENT:
        return
    try:
        breaker.refund(gateway_named(refund.payment.gateway), refund)
    except (GatewayDown, GatewayRefused) as error:
        log.warning("refund_not_sent", refund=str(refund_id), reason=repr(error))
        Refund.objects.filter(pk=refund_id, status=RefundStatus.PENDING).update(failure=str(error)[:300])
        return
    _mark_sent(refund_id)


@retrying_transaction
def _mark_sent(refund_id: uuid.UUID) -> None:
    pending = Refund.objects.filter(pk=refund_id, status=RefundStatus.PENDING)
    pending.update(status=RefundStatus.SENT, sent_at=Now(), failure="")


def send_open_refunds() -> int:
    """Send refunds that are still open ten seconds after they were recorded, at most 500; return how many were tried.

    Such refunds are left over when a task message is lost, a worker dies or a gateway fails.
    """
    overdue = Refund.objects.filter(status=RefundStatus.PENDING, created_at__lt=Now() - timedelta(seconds=10))
    waiting = list(overdue.order_by("created_at").values_list("pk", flat=True)[:500])
    for refund_id in waiting:
        send_refund(refund_id=refund_id)
    return len(waiting)


def refundable_until(booking: Booking) -> datetime | None:
    """Return the time until which the buyer can refund a booking, loaded with its event.

    It is `refund_until_hours` before the start. If the start was moved after the buyer took the seats, it is at least
    REFUND_DAYS_AFTER_MOVE after the move, but not after the new start. None if the event has no start: then they can
    do so until the event is completed.
    """
    event = booking.event
    if event.starts_at is None:
        return None
    until = event.starts_at - timedelta(hours=event.refund_until_hours)
    if event.start_moved_at is None or booking.created_at > event.start_moved_at:
        return until
    after_move = event.start_moved_at + timedelta(days=settings.REFUND_DAYS_AFTER_MOVE)
    return max(until, min(after_move, event.starts_at))


def _check_window(booking: Booking) -> None:
    until = refundable_until(booking)
    over = booking.status == BookingStatus.COMPLETED or booking.event.status == EventStatus.COMPLETED
    if over or (until is not None and database_now() > until):
        raise RefundWindowClosed(booking.event.refund_until_hours)
