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
from bookings.holds.selectors import visible_booking
from bookings.holds.transitions import lock_with_subsection, move
from bookings.idempotency import IdempotencyKey
from bookings.notifications.outbox import queue_email
from bookings.payments.models import Payment, Refund
from bookings.states import (
    MADE_ELSEWHERE,
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
from core.errors import InvalidState
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
    refund = Refund.objects.select_related("payment").filter(by=user, idempotency_key=idempotency_key.key).first()
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

    end_booking(booking, subsection, reason=reason)
    record_refund(
        payment, amount=payment.amount - payment.refunded_amount, reason=reason, by=by, idempotency_key=idempotency_key
    )
    return booking


def end_booking(booking: Booking, subsection: Subsection, *, reason: RefundReason) -> None:
    """Void the tickets of a paid booking, free its seats, mark it as refunded and queue the email.

    Runs in the caller's transaction, which must hold the locks on the subsection and the booking. Raises InvalidState
    if the reason is BUYER and a ticket was used.
    """
    void_admissions(booking, also_used=reason != RefundReason.BUYER)
    change_seats(subsection=subsection, positions=booking.positions, kind=ChangeKind.REFUNDED, booking_id=booking.pk)
    move(booking, BookingStatus.REFUNDED)
    cancelled = reason == RefundReason.EVENT_CANCELLED
    queue_email(EmailKind.EVENT_CANCELLED if cancelled else EmailKind.REFUND, booking)
    refresh_event_status(booking.event, subsection)


def record_refund(
    payment: Payment,
    *,
    amount: int,
    reason: RefundReason,
    by: User | None = None,
    idempotency_key: IdempotencyKey | None = None,
    gateway_reference: str = "",
) -> None:
    """Record a refund of `amount` minor units, and send it after the commit.

    Money that went back without us (`reason` in MADE_ELSEWHERE, with the gateway's id if it is known) and an amount of
    0 are recorded as sent. Also changes the payment's status and refunded amount. Runs in the caller's transaction,
    which must hold the lock on the payment. The CHECK constraint on the payment refuses to refund more than was
    captured.
    """
    payment.refunded_amount += amount
    set_refund_status(payment)
    payment.save()
    now = database_now()
    done = not amount or reason in MADE_ELSEWHERE
    refund = Refund.objects.create(
        event_id=payment.event_id,
        payment=payment,
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
