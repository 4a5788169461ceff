"""Records money that went back without us: refunds made at the payment provider, and disputes.

What the provider returned in full ends the booking: its tickets are void and its seats are free. What it returned in
part is recorded and shown to the seller, and a later refund returns the rest. All operations lock the subsections, the
bookings and the payment, in this order, and may be repeated: gateways send each message at least once, in any order.
"""

import uuid
from collections.abc import Callable

from bookings.holds.transitions import LockedOrder
from bookings.notifications.outbox import queue_email
from bookings.payments.gateways.protocol import DisputeNotice, RefundedTotal, RefundNotice
from bookings.payments.models import Payment, Refund
from bookings.payments.refund import counted_refunds, end_booking, lock_with_payment, record_refund, set_refund_status
from bookings.states import (
    MADE_ELSEWHERE,
    SOLD,
    TAKEN_MONEY,
    DisputeStatus,
    EmailKind,
    PaymentStatus,
    RefundReason,
    RefundStatus,
)
from core.clock import database_now
from core.transactions import retrying_transaction

ALREADY_RETURNED = "Returned at the payment provider."
OPEN = (RefundStatus.PENDING, RefundStatus.FAILED)


@retrying_transaction
def record_refunded_total(*, payment_id: uuid.UUID, notice: RefundedTotal) -> None:
    """Record what the provider has returned beyond our refunds, from the sum of all refunds of the charge.

    If the sum covers all recorded refunds, those that are still open are settled: somebody made them at the provider.
    """
    order, payment = lock_with_payment(payment_id)
    recorded = sum(refund.amount for refund in counted_refunds(payment) if refund.reason != RefundReason.DISPUTE)
    if notice.amount >= recorded:
        _settle_open_refunds(payment)
    _return(order, payment, notice.amount - recorded, RefundReason.PROVIDER)


@retrying_transaction
def record_refund_notice(*, payment_id: uuid.UUID, notice: RefundNotice) -> None:
    """Record the state of one refund: ours, found by its id, or one made at the provider, found by the gateway's id."""
    order, payment = lock_with_payment(payment_id)
    refund = _named(payment, notice)
    if notice.failed:
        if refund is not None:
            _fail(order, payment, refund, notice.detail)
    elif refund is None and notice.refund_id is None:
        _record_foreign(order, payment, notice)
    elif refund is not None and refund.status in OPEN and refund.reason not in MADE_ELSEWHERE:
        _mark_sent(refund, reference=notice.reference)


@retrying_transaction
def record_dispute(*, payment_id: uuid.UUID, notice: DisputeNotice) -> None:
    """Record a dispute. A lost one returns the money as a refund does; while it is open, nothing else changes."""
    order, payment = lock_with_payment(payment_id)
    decided = payment.dispute_status in (DisputeStatus.WON, DisputeStatus.LOST)
    if decided and payment.dispute_reference == notice.reference:
        return  # an older message, or the same one again
    names = {None: DisputeStatus.OPEN, True: DisputeStatus.LOST, False: DisputeStatus.WON}
    payment.dispute_status = names[notice.lost]
    payment.dispute_reference, payment.disputed_amount = notice.reference, notice.amount
    payment.save(update_fields=["dispute_status", "dispute_reference", "disputed_amount"])
    if notice.lost:
        _settle_open_refunds(payment)
        _return(order, payment, notice.amount, RefundReason.DISPUTE, notice.reference)


def _return(
    order: LockedOrder,
    payment: Payment,
    amount: int,
    reason: RefundReason,
    reference: str = "",
) -> None:
    """Record that `amount` went back, at most what is left; end the booking if nothing is left.

    Without a reference it is added to the payment's unnamed refund, if there is one.
    """
    amount = min(amount, _left(payment))
    if amount <= 0 or payment.status not in TAKEN_MONEY:
        return
    unnamed = None if reference else _unnamed(payment)
    if unnamed is None:
        record_refund(payment, amount=amount, reason=reason, gateway_reference=reference)
    else:
        _set_amount(payment, unnamed, unnamed.amount + amount)
    _end_if_returned(order, payment, reason)


def _left(payment: Payment) -> int:
    return (payment.captured_amount or 0) - payment.refunded_amount


def _unnamed(payment: Payment) -> Refund | None:
    """Return the refund for what the provider has returned under ids that are not known yet; at most one exists."""
    return payment.refunds.filter(reason=RefundReason.PROVIDER, gateway_reference="", status=RefundStatus.SENT).first()


def _set_amount(payment: Payment, refund: Refund, amount: int) -> None:
    payment.refunded_amount += amount - refund.amount
    set_refund_status(payment)
    payment.save()
    refund.amount = amount
    refund.save(update_fields=["amount", "gateway_reference"])


def _end_if_returned(order: LockedOrder, payment: Payment, reason: RefundReason) -> None:
    sold = [booking for booking in order.bookings if booking.status in SOLD]
    if payment.status == PaymentStatus.REFUNDED and sold:
        for booking in sold:
            end_booking(booking, order.subsections[booking.subsection_id], reason=reason)
        queue_email(EmailKind.REFUND, sold[0], subject=payment.order_id)


def _settle_open_refunds(payment: Payment) -> None:
    for refund in payment.refunds.filter(status__in=OPEN):
        _mark_sent(refund, note=ALREADY_RETURNED)


def _mark_sent(refund: Refund, *, reference: str = "", note: str = "") -> None:
    refund.status, refund.sent_at, refund.retry_at = RefundStatus.SENT, database_now(), None
    refund.gateway_reference, refund.failure = reference or refund.gateway_reference, note
    refund.save()


def _named(payment: Payment, notice: RefundNotice) -> Refund | None:
    if notice.refund_id is not None:
        return payment.refunds.filter(pk=notice.refund_id).first()
    return payment.refunds.filter(gateway_reference=notice.reference).first()


def _record_foreign(order: LockedOrder, payment: Payment, notice: RefundNotice) -> None:
    """Record a refund made at the provider under the gateway's id.

    `record_refunded_total` may have counted it before, without an id: then it is part of that row, and only what is
    missing is added.
    """
    unnamed = _unnamed(payment)
    if unnamed is None:
        _return(order, payment, notice.amount, RefundReason.PROVIDER, notice.reference)
        return
    rest = unnamed.amount - notice.amount  # of other refunds, whose ids are still to come
    unnamed.gateway_reference = notice.reference
    _set_amount(payment, unnamed, min(notice.amount, unnamed.amount + _left(payment)))
    if rest > 0:
        record_refund(payment, amount=rest, reason=RefundReason.PROVIDER)
    _end_if_returned(order, payment, RefundReason.PROVIDER)


def _fail(order: LockedOrder, payment: Payment, refund: Refund, reason: str) -> None:
    """Record that a refund did not reach the buyer.

    One that was made at the provider no longer counts while the booking is paid. Otherwise the money is promised, and a
    person must find another way.
    """
    if refund.status in (RefundStatus.FAILED, RefundStatus.UNDONE):
        return
    undone = refund.reason in MADE_ELSEWHERE and any(booking.status in SOLD for booking in order.bookings)
    refund.status = RefundStatus.UNDONE if undone else RefundStatus.FAILED
    refund.failure, refund.retry_at = reason or "The refund failed at the payment provider.", None
    refund.save()
    if undone:
        payment.refunded_amount -= refund.amount
        set_refund_status(payment)
        payment.save()


RECORDERS: dict[type, Callable[..., None]] = {
    RefundedTotal: record_refunded_total,
    RefundNotice: record_refund_notice,
    DisputeNotice: record_dispute,
}
