"""Refunds bookings.

A refund is recorded in the transaction that ends the booking, and sent to the gateway after the commit
(bookings/payments/send_refunds.py).
"""

import uuid
from datetime import datetime, timedelta

from django.conf import settings

from accounts.models import User
from bookings.errors import NotOwner, RefundWindowClosed
from bookings.holds.models import Booking
from bookings.holds.selectors import current_bookings, visible_booking
from bookings.holds.transitions import LockedOrder, lock_order, lock_with_subsection, move
from bookings.idempotency import IdempotencyKey
from bookings.notifications.outbox import queue_email
from bookings.payments.models import Payment, Refund
from bookings.states import (
    MADE_ELSEWHERE,
    SOLD,
    TAKEN_MONEY,
    BookingStatus,
    EmailKind,
    PaymentStatus,
    RefundReason,
    RefundStatus,
)
from bookings.tickets.issue import void_admissions
from core.clock import database_now
from core.enqueue import enqueue_on_commit
from core.errors import InvalidState, NotFound
from core.transactions import retrying_transaction
from events.inventory.seats import change_seats
from events.inventory.sold_out import refresh_event_status
from events.models import Subsection
from events.ownership import may_manage
from events.states import ChangeKind, EventStatus


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
        Refund.objects.select_related("payment", "booking").filter(by=user, idempotency_key=idempotency_key.key).first()
    )
    if refund is None:
        return None
    idempotency_key.check(refund.request_hash)
    return refund.booking or refund.payment.booking


@retrying_transaction
def execute_refund(
    *, booking: Booking, reason: RefundReason, by: User | None = None, idempotency_key: IdempotencyKey | None = None
) -> Booking:
    """Refund a paid booking for any reason, without checking who may do it.

    1. Lock the subsection, all bookings of the order, then its payment.
    2. Check that the booking is paid or completed. If the reason is BUYER, also check that the refund window is open
       and that no ticket was used.
    3. Void the tickets, free the seats, record the refund and queue the email; the change is published to viewers and
       the buyer after the commit. Of an order with other paid bookings, only this one's price is refunded.

    Raises InvalidState, RefundWindowClosed.
    """
    booking, subsection = lock_with_subsection(booking)
    _check_refundable(booking, reason)
    payment = _paid_by(booking)
    others = Booking.objects.filter(order_id=booking.order_id, status__in=SOLD).exclude(pk=booking.pk).exists()

    end_booking(booking, subsection, reason=reason)
    cancelled = reason == RefundReason.EVENT_CANCELLED
    queue_email(EmailKind.EVENT_CANCELLED if cancelled else EmailKind.REFUND, booking)
    left = payment.amount - payment.refunded_amount
    amount = min(booking.total_price, left) if others else left
    record_refund(
        payment,
        amount=amount,
        reason=reason,
        booking=None if booking.is_own_order else booking,
        others_stay=others,
        by=by,
        idempotency_key=idempotency_key,
    )
    return booking


def refund_order(*, order_id: uuid.UUID, user: User, idempotency_key: IdempotencyKey | None = None) -> None:
    """Refund all paid bookings of an order, for the reasons and with the errors of `refund_booking`.

    A repeated request of the same user with the same idempotency key does nothing.
    """
    bookings = list(Booking.objects.for_display().filter(order_id=order_id).order_by("pk"))
    as_seller = bool(bookings) and may_manage(bookings[0].event, user)
    if not bookings or not (as_seller or bookings[0].buyer_id == user.pk):
        raise NotFound("You have no such order.")
    if idempotency_key is not None and _earlier(user, idempotency_key) is not None:
        return
    reason = RefundReason.SELLER if as_seller else RefundReason.BUYER
    _refund_all(order_id, reason, user, idempotency_key)


@retrying_transaction
def _refund_all(order_id: uuid.UUID, reason: RefundReason, by: User, idempotency_key: IdempotencyKey | None) -> None:
    """Refund an order: lock its subsections, bookings and payment, then do as `execute_refund` for all at once."""
    order = lock_order(order_id)
    current = current_bookings(order.bookings)
    for booking in current:
        _check_refundable(booking, reason)
    payment = _paid_by(current[0])
    for booking in current:
        end_booking(booking, order.subsections[booking.subsection_id], reason=reason)
    queue_email(EmailKind.REFUND, current[0], subject=order_id)
    left = payment.amount - payment.refunded_amount
    record_refund(payment, amount=left, reason=reason, by=by, idempotency_key=idempotency_key)


def _check_refundable(booking: Booking, reason: RefundReason) -> None:
    if booking.status not in SOLD:
        raise InvalidState(f"A booking that is {booking.status} can't be refunded.")
    if reason == RefundReason.BUYER:
        _check_window(booking)


def _paid_by(booking: Booking) -> Payment:
    """Lock and return the payment that paid a booking's order.

    All its money may be back already, if only seats that cost nothing are left.
    """
    payments = Payment.objects.filter(order_id=booking.order_id, status__in=(*TAKEN_MONEY, PaymentStatus.REFUNDED))
    paid = payments.filter(captured_at=booking.paid_at)
    return paid.select_for_update(of=("self",), no_key=True).get()


def lock_with_payment(payment_id: uuid.UUID) -> tuple[LockedOrder, Payment]:
    """Lock the subsections of a payment's order, its bookings and the payment, in this order."""
    order = lock_order(Payment.objects.values_list("order_id", flat=True).get(pk=payment_id))
    payment = Payment.objects.select_for_update(of=("self",), no_key=True).get(pk=payment_id)
    payment.booking = current_bookings(order.bookings)[0]
    return order, payment


def end_booking(booking: Booking, subsection: Subsection, *, reason: RefundReason) -> None:
    """Void the tickets of a paid booking, free its seats and mark it as refunded.

    Runs in the caller's transaction, which must hold the locks on the subsection and the booking. Raises InvalidState
    if the reason is BUYER and a ticket was used.
    """
    void_admissions(booking, also_used=reason != RefundReason.BUYER)
    change_seats(subsection=subsection, positions=booking.positions, kind=ChangeKind.REFUNDED, booking_id=booking.pk)
    move(booking, BookingStatus.REFUNDED)
    refresh_event_status(booking.event, subsection)


def record_refund(
    payment: Payment,
    *,
    amount: int,
    reason: RefundReason,
    booking: Booking | None = None,
    others_stay: bool = False,
    by: User | None = None,
    idempotency_key: IdempotencyKey | None = None,
    gateway_reference: str = "",
) -> None:
    """Record a refund of `amount` minor units, and send it after the commit. `booking` says what it is for, if not all.

    Money that went back without us (`reason` in MADE_ELSEWHERE, with the gateway's id if it is known) and an amount of
    0 are recorded as sent. Also changes the payment's status and refunded amount. Runs in the caller's transaction,
    which must hold the lock on the payment. The CHECK constraint on the payment refuses to refund more than was
    captured.
    """
    payment.refunded_amount += amount
    if payment.captured_amount or not others_stay:  # a payment of 0 stays captured until its last booking is refunded
        set_refund_status(payment)
    payment.save()
    now = database_now()
    done = not amount or reason in MADE_ELSEWHERE
    refund = Refund.objects.create(
        event_id=payment.event_id,
        payment=payment,
        booking=booking,
        amount=amount,
        reason=reason,
        status=RefundStatus.SENT if done else RefundStatus.PENDING,
        gateway_reference=gateway_reference,
        by=by,
        idempotency_key=idempotency_key.key if idempotency_key else None,
        request_hash=idempotency_key.request_hash if idempotency_key else "",
        created_at=now,
        sent_at=now if done else None,
    )
    if not done:
        enqueue_on_commit("bookings.payments.tasks.send_refund", refund_id=str(refund.pk))


def counted_refunds(payment: Payment) -> list[Refund]:
    """Return the refunds of a payment that count as refunded, oldest first."""
    return list(payment.refunds.exclude(status=RefundStatus.UNDONE).order_by("created_at", "pk"))


def set_refund_status(payment: Payment) -> None:
    """Set the status of a captured payment, unsaved, to what its refunded amount says."""
    if payment.refunded_amount == payment.captured_amount:
        payment.status = PaymentStatus.REFUNDED
    else:
        payment.status = PaymentStatus.PARTLY_REFUNDED if payment.refunded_amount else PaymentStatus.CAPTURED


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
