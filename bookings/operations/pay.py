"""Paying for a hold: begin (transaction) → charge (no transaction) → settle (transaction, idempotent).

No lock is held while the gateway is asked, so a slow gateway slows nobody else. Whoever learns the outcome, the view,
a webhook or the reconciler, ends in the same `settle_payment`.
"""

import uuid
from datetime import timedelta

from django.db import transaction

from accounts.models import User
from bookings.errors import GatewayAway, HoldExpired, PaymentDeclined, PaymentInProgress
from bookings.gateways import GatewayDown, breaker, gateway
from bookings.gateways.protocol import Charge, Gateway
from bookings.idempotency import Once
from bookings.models import Booking, Payment
from bookings.operations.settle import SEATS_LOST, cancel_payment, settle_payment
from bookings.operations.steps import change, check_still_held, lock_booking
from bookings.reads import own_booking
from bookings.states import PaymentStatus
from events.clock import database_now
from events.states import EventStatus
from ticketing.errors import InvalidState


def pay_booking(*, booking_id: uuid.UUID, buyer: User, card_number: str, once: Once | None = None) -> Payment:
    """Pays the booking with a card: begin, charge, settle.

    The payment comes back captured, or pending if the gateway answers later or not at all: then a webhook or the
    reconciler settles it. Raises PaymentDeclined with the gateway's reason; GatewayAway if it can't be reached (nothing
    was charged); HoldExpired if the seats were lost meanwhile (the money is returned); and what `begin_payment` raises.
    """
    provider = gateway()
    payment = begin_payment(
        booking_id=booking_id, buyer=buyer, card_last4=card_number[-4:], provider=provider, once=once
    )
    if payment.status == PaymentStatus.PENDING:
        payment = settle_payment(payment_id=payment.pk, charge=_charge(provider, payment, card_number))
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


def _charge(provider: Gateway, payment: Payment, card_number: str) -> Charge:
    try:
        return breaker.charge(provider, payment, card_number)
    except GatewayDown as error:
        cancel_payment(payment_id=payment.pk)
        raise GatewayAway from error


def _earlier(booking: Booking, once: Once | None) -> Payment | None:
    """The payment this key has already made; PaymentInProgress while its outcome is not known."""
    if once is None:
        return None
    payment = booking.payments.filter(idempotency_key=once.key).exclude(status=PaymentStatus.CANCELLED).first()
    if payment is None:
        return None
    once.check(payment.request_hash)
    if payment.status == PaymentStatus.PENDING:
        raise PaymentInProgress
    return payment


def _outcome(payment: Payment) -> Payment:
    if payment.status == PaymentStatus.FAILED:
        raise PaymentDeclined(payment.failure)
    if payment.status != PaymentStatus.PENDING and payment.booking.paid_at is None:
        raise HoldExpired(SEATS_LOST)
    return payment
