"""Paying for a hold: begin (transaction) → charge (no transaction) → settle (transaction, idempotent).

No lock is held while the gateway is asked, so a slow gateway slows nobody else. Whoever learns the outcome, ends in
the same `settle_payment`.
"""

import uuid
from datetime import timedelta

from django.db import transaction

from accounts.models import User
from bookings.errors import HoldExpired, PaymentDeclined, PaymentInProgress
from bookings.gateways import Charge, Gateway, Outcome, gateway
from bookings.idempotency import Once
from bookings.models import Booking, Payment
from bookings.operations.expiry import release_expired
from bookings.operations.steps import change, check_still_held, lock_booking, lock_with_block, move
from bookings.reads import own_booking
from bookings.states import BookingStatus, PaymentStatus
from events.clock import database_now
from events.errors import SeatsTaken
from events.models import Subsection
from events.operations.life import follow_seats
from events.operations.seats import change_seats
from events.states import ChangeKind, EventStatus
from ticketing.errors import InvalidState

SEATS_LOST = "The payment came after the hold was over and the seats were taken. The money is returned in full."


def pay_booking(*, booking_id: uuid.UUID, buyer: User, card_number: str, once: Once | None = None) -> Payment:
    """Pays the booking with a card: begin, charge, settle.

    Raises PaymentDeclined with the gateway's reason; HoldExpired if the seats were lost meanwhile (the money is
    returned); and what `begin_payment` raises.
    """
    provider = gateway()
    payment = begin_payment(
        booking_id=booking_id, buyer=buyer, card_last4=card_number[-4:], provider=provider, once=once
    )
    if payment.status == PaymentStatus.PENDING:
        charge = provider.charge(payment, card_number)
        payment = settle_payment(payment_id=payment.pk, charge=charge)
    return _outcome(payment)


@transaction.atomic(durable=True)
def begin_payment(
    *, booking_id: uuid.UUID, buyer: User, card_last4: str, provider: Gateway, once: Once | None = None
) -> Payment:
    """Opens a payment for a held booking and, the first time, its payment window of `payment_seconds`.

    1. Lock the booking's row (its seats are not touched).
    2. Check: the same key gives the same payment; still held by the clock; no other charge open.
    3. Insert the payment. The window begins once, so that declined cards can't prolong a hold for ever.

    Raises NotFound, NotOwner, IdempotencyKeyReused, AlreadyPaid, HoldExpired, InvalidState, PaymentInProgress.
    """
    own_booking(booking_id, buyer)
    booking = lock_booking(booking_id)

    if (earlier := _earlier(booking, once)) is not None:
        return earlier
    now = database_now()
    check_still_held(booking, now)
    if booking.event.status == EventStatus.CANCELLED:
        raise InvalidState("The event was cancelled.")
    if booking.payments.filter(status=PaymentStatus.PENDING).exists():
        raise PaymentInProgress

    if booking.paying_since is None:
        window = timedelta(seconds=booking.event.payment_seconds)
        change(booking, now=now, paying_since=now, expires_at=now + window)
    return Payment.objects.create(
        booking=booking,
        amount=booking.total_price,
        currency=booking.event.currency,
        gateway=provider.name,
        card_last4=card_last4,
        idempotency_key=once.key if once else None,
        request_hash=once.request_hash if once else "",
        created_at=now,
    )


@transaction.atomic(durable=True)
def settle_payment(*, payment_id: uuid.UUID, charge: Charge) -> Payment:
    """Writes down what became of a charge; a second time it changes nothing.

    1. Lock the block, the booking, the payment.
    2. Declined: the payment failed, the seats stay held until the deadline.
    3. Captured: the held seats are sold. If the hold was lost meanwhile the same seats are taken again if they are
       free; else the payment stays captured without seats and is refunded (`refund_lost_payments`).
    """
    unlocked = Payment.objects.select_related("booking").get(pk=payment_id)
    booking, block = lock_with_block(unlocked.booking)
    payment = Payment.objects.select_for_update(of=("self",), no_key=True).get(pk=payment_id)
    payment.booking = booking
    if payment.status != PaymentStatus.PENDING:
        return payment

    payment.gateway_reference = charge.reference
    if charge.outcome is Outcome.DECLINED:
        payment.status, payment.failure_code, payment.failure = PaymentStatus.FAILED, charge.code, charge.detail
        payment.save()
        return payment
    payment.status, payment.captured_at = PaymentStatus.CAPTURED, database_now()
    payment.save()
    _sell(booking, block, payment)
    return payment


def _sell(booking: Booking, block: Subsection, payment: Payment) -> None:
    if booking.status != BookingStatus.PENDING_PAYMENT and not _take_again(booking, block):
        change(booking, now=payment.captured_at, failure=SEATS_LOST)
        return
    change_seats(subsection=block, positions=booking.positions, kind=ChangeKind.PAID, booking_id=booking.pk)
    move(booking, BookingStatus.PAID, now=payment.captured_at, paid_at=payment.captured_at, failure="")
    follow_seats(booking.event, block)


def _take_again(booking: Booking, block: Subsection) -> bool:
    """Holds the seats of a lost hold once more, if the event still takes place and all of them are free."""
    if booking.event.status == EventStatus.CANCELLED:
        return False
    release_expired(block)
    try:
        with transaction.atomic():
            change_seats(subsection=block, positions=booking.positions, kind=ChangeKind.HELD, booking_id=booking.pk)
    except SeatsTaken:
        return False
    return True


def _earlier(booking: Booking, once: Once | None) -> Payment | None:
    """The payment this key has already made; PaymentInProgress while its outcome is not known."""
    if once is None:
        return None
    payment = booking.payments.filter(idempotency_key=once.key).first()
    if payment is None:
        return None
    once.check(payment.request_hash)
    if payment.status == PaymentStatus.PENDING:
        raise PaymentInProgress
    return payment


def _outcome(payment: Payment) -> Payment:
    if payment.status == PaymentStatus.FAILED:
        raise PaymentDeclined(payment.failure)
    if payment.booking.paid_at is None:
        raise HoldExpired(SEATS_LOST)
    return payment
