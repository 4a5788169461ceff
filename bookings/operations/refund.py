"""Money goes back: promised in a transaction with what it is for, sent afterwards as often as it takes."""

import uuid
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from accounts.models import User
from accounts.operations.later import later
from accounts.transactions import durably
from bookings.errors import NotOwner, RefundWindowClosed
from bookings.gateways import GatewayDown, GatewayRefused, breaker, gateway_named
from bookings.idempotency import Once
from bookings.models import Booking, Payment, Refund
from bookings.operations.admit import void_admissions
from bookings.operations.post import write_letter
from bookings.operations.steps import lock_with_block, move
from bookings.reads import visible_booking
from bookings.states import (
    TAKEN_MONEY,
    BookingStatus,
    LetterKind,
    PaymentStatus,
    RefundReason,
    RefundStatus,
)
from events.clock import Now, database_now
from events.models import Event
from events.operations.life import follow_seats
from events.operations.seats import change_seats
from events.reads import may_manage
from events.states import ChangeKind, EventStatus
from ticketing.errors import InvalidState

log = structlog.get_logger(__name__)


def refund_booking(*, booking_id: uuid.UUID, user: User, once: Once | None = None) -> Booking:
    """Gives a paid booking back: its seats return to sale, its admissions are void, the money is on its way.

    Its buyer may up to `refund_until_hours` before the start (without a start until the event is completed), unless
    somebody was let in with it; the event's seller always. The same `once` by the same person is the same refund.
    Raises NotFound, InvalidState, RefundWindowClosed, IdempotencyKeyReused.
    """
    booking = visible_booking(booking_id, user)
    as_seller = may_manage(booking.event, user)
    if not as_seller and booking.buyer_id != user.pk:
        raise NotOwner
    if once is not None and (earlier := _earlier(user, once)) is not None:
        return earlier
    reason = RefundReason.SELLER if as_seller else RefundReason.BUYER
    return give_back(booking=booking, reason=reason, by=user, once=once)


def _earlier(user: User, once: Once) -> Booking | None:
    """The booking that this person has already refunded under this key."""
    refund = Refund.objects.select_related("payment__booking").filter(by=user, idempotency_key=once.key).first()
    if refund is None:
        return None
    once.check(refund.request_hash)
    return refund.payment.booking


@durably
def give_back(*, booking: Booking, reason: RefundReason, by: User | None = None, once: Once | None = None) -> Booking:
    """The refund itself, for any reason.

    1. Lock the block, the booking, then its payment.
    2. Check: paid, and for a buyer: early enough and nobody let in.
    3. Free the seats, void the admissions, promise the money; everybody is told after the commit.
    """
    booking, block = lock_with_block(booking)
    if booking.status not in (BookingStatus.PAID, BookingStatus.COMPLETED):
        raise InvalidState(f"A booking that is {booking.status} can't be refunded.")
    if reason == RefundReason.BUYER:
        _check_window(booking.event, booking.status)
    payment = booking.payments.select_for_update(of=("self",), no_key=True).get(status__in=TAKEN_MONEY)

    void_admissions(booking, also_used=reason != RefundReason.BUYER)
    change_seats(subsection=block, positions=booking.positions, kind=ChangeKind.REFUNDED, booking_id=booking.pk)
    promise_refund(payment, amount=payment.amount - payment.refunded_amount, reason=reason, by=by, once=once)
    move(booking, BookingStatus.REFUNDED)
    called_off = reason == RefundReason.EVENT_CANCELLED
    write_letter(LetterKind.EVENT_CANCELLED if called_off else LetterKind.REFUND, booking)
    follow_seats(booking.event, block)
    return booking


def promise_refund(
    payment: Payment, *, amount: int, reason: RefundReason, by: User | None = None, once: Once | None = None
) -> None:
    """In a transaction that holds the payment's lock: notes what goes back (minor units) and has it sent.

    The CHECK on the payment refuses more than was captured.
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
            idempotency_key=once.key if once else None,
            request_hash=once.request_hash if once else "",
            created_at=database_now(),
        )
        later("bookings.tasks.send_refund", refund_id=str(refund.pk))


def send_refund(*, refund_id: uuid.UUID) -> None:
    """Has the gateway give the money back; a second time it changes nothing.

    The gateway is asked with no lock held, under the refund's id: if the process dies between asking and noting, the
    next run asks again and nothing is given twice.
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
    _note_sent(refund_id)


@transaction.atomic(durable=True)
def _note_sent(refund_id: uuid.UUID) -> None:
    open_ = Refund.objects.filter(pk=refund_id, status=RefundStatus.PENDING)
    open_.update(status=RefundStatus.SENT, sent_at=Now(), failure="")


def send_open_refunds() -> int:
    """Sends what is still open after ten seconds: what a lost message, a dead worker or a gateway left undone."""
    overdue = Refund.objects.filter(status=RefundStatus.PENDING, created_at__lt=Now() - timedelta(seconds=10))
    waiting = list(overdue.order_by("created_at").values_list("pk", flat=True)[:500])
    for refund_id in waiting:
        send_refund(refund_id=refund_id)
    return len(waiting)


def refundable_until(event: Event) -> datetime | None:
    """Until when a buyer can give tickets back; None without a start: until the event is completed."""
    return event.starts_at - timedelta(hours=event.refund_until_hours) if event.starts_at else None


def _check_window(event: Event, status: str) -> None:
    until = refundable_until(event)
    over = status == BookingStatus.COMPLETED or event.status == EventStatus.COMPLETED
    if over or (until is not None and database_now() > until):
        raise RefundWindowClosed(event.refund_until_hours)
