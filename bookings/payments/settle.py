"""Settles payments: records the outcome of a charge, and sells, keeps or gives up the seats accordingly."""

import math
import uuid

import structlog
from django.db import transaction

from bookings.holds.expiry import release_expired
from bookings.holds.models import Booking
from bookings.holds.places import is_as_held
from bookings.holds.selectors import current_bookings
from bookings.holds.transitions import LockedOrder, change, held_bookings, move
from bookings.notifications.outbox import queue_email
from bookings.payments.gateways.protocol import Charge, Outcome
from bookings.payments.models import Payment
from bookings.payments.refund import lock_with_payment, record_refund
from bookings.payments.sell import sell_held_seats
from bookings.states import BookingStatus, EmailKind, PaymentStatus, RefundReason
from bookings.tickets.issue import issue_tickets
from core.clock import database_now
from core.transactions import retrying_transaction
from events.errors import SeatsTaken
from events.inventory.seats import change_seats
from events.inventory.sold_out import refresh_event_status
from events.states import ChangeKind, EventStatus

log = structlog.get_logger(__name__)

SEATS_LOST = "The payment came after the time to pay was over, and others had booked. The money is returned in full."

WRONG_AMOUNT = "The bank took another amount than we asked for, so nothing was bought. The money is returned in full."
WRONG_AMOUNT_CODE = "wrong_amount"  # `failure_code` of such a payment

NOT_CAPTURED = (PaymentStatus.PENDING, PaymentStatus.FAILED, PaymentStatus.CANCELLED)


def settle_payment(*, payment_id: uuid.UUID, charge: Charge) -> Payment:
    """Record the outcome of a charge, and return the payment.

    Does nothing if the payment was settled before, except that a capture also counts after a failure or cancellation.
    In the usual case, a capture for seats that are held, `sell_held_seats` does it in one statement. All other cases
    take `settle_stepwise`.
    """
    if charge.outcome is Outcome.CAPTURED:
        sold = sell_held_seats(payment_id=payment_id, charge=charge)
        if sold is not None:
            return sold
    return settle_stepwise(payment_id=payment_id, charge=charge)


@retrying_transaction
def settle_stepwise(*, payment_id: uuid.UUID, charge: Charge) -> Payment:
    """Record the outcome of a charge as `settle_payment` does, but with separate statements in every case.

    This is the specification of the SQL function `bookings_sell`.

    1. Lock the subsections, the order's bookings, the payment.
    2. Pending, unknown, or waiting for a step of the buyer: the payment stays open until a webhook, the buyer's return
       or the reconciler brings the outcome.
    3. Declined: the payment fails; the seats stay held until the deadline.
    4. Captured: the held seats are sold and their tickets issued. If the holds have ended meanwhile, the same seats are
       taken again if all of them are free, otherwise the whole amount is refunded. A capture also counts if the payment
       was closed as failed or as never sent: captured money is never ignored.
    5. Captured with another amount or currency than the payment's: nothing is sold, and what was taken is refunded.
    """
    order, payment = lock_with_payment(payment_id)
    if payment.status not in NOT_CAPTURED or (
        payment.status != PaymentStatus.PENDING and charge.outcome is not Outcome.CAPTURED
    ):
        return payment

    payment.gateway_reference = charge.reference or payment.gateway_reference
    if charge.outcome is Outcome.CAPTURED:
        _capture(order, payment, charge)
    elif charge.outcome is Outcome.DECLINED:
        payment.status, payment.failure_code, payment.failure = PaymentStatus.FAILED, charge.code, charge.detail
        payment.save()
        _forget_failure(order)
        _email_if_left_open(payment)
    else:
        payment.left_open = True
        payment.step_url = charge.url or payment.step_url
        payment.save()
    return payment


@retrying_transaction
def cancel_payment(*, payment_id: uuid.UUID) -> None:
    """Close an open payment that never reached the gateway.

    The buyer can then pay again, also with the same idempotency key. Locks the subsections, the bookings, the payment.
    """
    order, payment = lock_with_payment(payment_id)
    if payment.status == PaymentStatus.PENDING:
        payment.status, payment.idempotency_key, payment.request_hash = PaymentStatus.CANCELLED, None, ""
        payment.save()
        _forget_failure(order)
        _email_if_left_open(payment)


def _email_if_left_open(payment: Payment) -> None:
    """Email the buyer that the payment failed, if they got a response before the outcome was known."""
    if payment.left_open:
        queue_email(EmailKind.PAYMENT_FAILED, payment.booking, subject=payment.pk)


def _forget_failure(order: LockedOrder) -> None:
    """Publish the order to its buyer, who may be waiting on another page."""
    for booking in current_bookings(order.bookings):
        change(booking, failure="")


def _capture(order: LockedOrder, payment: Payment, charge: Charge) -> None:
    """Record a capture, and sell the seats unless the amount is wrong or another payment has paid the order."""
    payment.status, payment.captured_at = PaymentStatus.CAPTURED, database_now()
    payment.captured_amount, payment.captured_currency = math.ceil(charge.amount or 0), charge.currency
    payment.failure_code, payment.failure = "", ""
    bookings = current_bookings(order.bookings)
    if (charge.amount, charge.currency) != (payment.amount, payment.currency):
        _give_back(bookings, payment)
        return
    if any(booking.paid_at is not None for booking in order.bookings):
        # Another payment has paid the order while this one counted as closed.
        record_refund(payment, amount=payment.amount, reason=RefundReason.PAID_TWICE)
        return
    payment.save()
    _sell(bookings, order, payment)


def _give_back(bookings: list[Booking], payment: Payment) -> None:
    """Refund a capture whose amount or currency is not the payment's; the operator page shows it."""
    log.error(
        "wrong_amount_captured",
        payment=str(payment.pk),
        asked=f"{payment.amount} {payment.currency}",
        captured=f"{payment.captured_amount} {payment.captured_currency}",
    )
    payment.failure_code, payment.failure = WRONG_AMOUNT_CODE, WRONG_AMOUNT
    record_refund(payment, amount=payment.captured_amount or 0, reason=RefundReason.WRONG_AMOUNT)
    for booking in bookings:
        change(booking, failure=booking.failure if booking.paid_at else WRONG_AMOUNT)
    _email_if_left_open(payment)


def _sell(bookings: list[Booking], order: LockedOrder, payment: Payment) -> None:
    """Sell the order's seats; if its holds have ended and not all can be taken again, record a full refund.

    The same if the order's seats are no longer those that the payment is for: some were taken out or added after it
    counted as closed.
    """
    now = payment.captured_at
    as_asked = sum(booking.total_price for booking in bookings) == payment.amount
    if not as_asked or not (held_bookings(bookings) or _take_again(bookings, order)):
        for booking in bookings:
            change(booking, now=now, failure=booking.failure if held_bookings([booking]) else SEATS_LOST)
        record_refund(payment, amount=payment.amount, reason=RefundReason.SEATS_LOST)
        queue_email(EmailKind.SEATS_LOST, bookings[0], subject=payment.pk)
        return
    for booking in bookings:
        subsection = order.subsections[booking.subsection_id]
        change_seats(subsection=subsection, positions=booking.positions, kind=ChangeKind.PAID, booking_id=booking.pk)
        move(booking, BookingStatus.PAID, now=now, paid_at=now, failure="")
        issue_tickets(booking)
    queue_email(EmailKind.CONFIRMATION, bookings[0], subject=payment.order_id)
    for subsection in order.subsections.values():
        refresh_event_status(bookings[0].event, subsection)


def _take_again(bookings: list[Booking], order: LockedOrder) -> bool:
    """Hold the seats of ended holds again, all of them.

    Return False if the event is cancelled or over, if not all of the seats are free, or if they are others by now.
    """
    if bookings[0].event.status in (EventStatus.CANCELLED, EventStatus.COMPLETED):
        return False
    if not all(is_as_held(booking, order.subsections[booking.subsection_id]) for booking in bookings):
        return False
    release_expired(*order.subsections.values())
    try:
        with transaction.atomic():
            for booking in bookings:
                subsection = order.subsections[booking.subsection_id]
                change_seats(
                    subsection=subsection, positions=booking.positions, kind=ChangeKind.HELD, booking_id=booking.pk
                )
    except SeatsTaken:
        return False
    return True
