"""Paying for a hold: begin (transaction) → charge (no transaction) → settle (transaction, idempotent).

No lock is held while the gateway is asked, so a slow gateway slows nobody else. Whoever learns the outcome, the view,
a webhook or the reconciler, ends in the same `settle_payment`. Both transactions are one statement each; what
`bookings_begin_payment` (bookings/sql/begin_payment.sql) does is written down with the ORM in
bookings/specification/pay.py.
"""

import uuid
from datetime import datetime
from typing import NamedTuple

from accounts.models import User
from bookings.errors import AlreadyPaid, GatewayUnreachable, HoldExpired, PaymentDeclined, PaymentInProgress
from bookings.holds.models import Booking
from bookings.holds.selectors import own_booking
from bookings.idempotency import IdempotencyKey
from bookings.payments.gateways import GatewayDown, breaker, gateway
from bookings.payments.gateways.protocol import Charge, Gateway
from bookings.payments.models import Payment
from bookings.payments.settle import SEATS_LOST, cancel_payment, settle_payment
from bookings.publish import publish_booking
from bookings.states import BookingStatus, PaymentStatus
from core.errors import DomainError, InvalidState, NotSignedIn
from core.prepared_statements import execute_prepared

BEGIN = """
    SELECT * FROM bookings_begin_payment(
        %s::uuid, %s::uuid, %s::bigint, %s::uuid, %s::text, %s::text, %s::text, %s::text
    )
"""


class Answer(NamedTuple):
    """What `bookings_begin_payment` returns: all of it if `outcome` is "begun", else what helps to explain the refusal.

    `window_begun`: the deadline is another one now.
    """

    outcome: str
    booking_status: str | None
    event_id: int
    amount: int
    currency: str
    begun_at: datetime
    window_begun: bool


def pay_booking(
    *,
    booking_id: uuid.UUID,
    buyer_id: int,
    card_number: str,
    idempotency_key: IdempotencyKey | None = None,
    token_family_id: uuid.UUID | None = None,
) -> Payment:
    """Pays the booking with a card: begin, charge, settle.

    The payment comes back captured, or pending if the gateway answers later or not at all: then a webhook or the
    reconciler settles it. Raises PaymentDeclined with the gateway's reason; GatewayUnreachable if it can't be reached (nothing
    was charged); HoldExpired if the seats were lost meanwhile (the money is returned); and what `begin_payment` raises.
    """
    provider = gateway()
    payment = begin_payment(
        booking_id=booking_id,
        buyer_id=buyer_id,
        card_last4=card_number[-4:],
        provider=provider,
        idempotency_key=idempotency_key,
        token_family_id=token_family_id,
    )
    if payment.status == PaymentStatus.PENDING:
        payment = settle_payment(payment_id=payment.pk, charge=_charge(provider, payment, card_number))
    return _outcome(payment)


def begin_payment(
    *,
    booking_id: uuid.UUID,
    buyer_id: int,
    card_last4: str,
    provider: Gateway,
    idempotency_key: IdempotencyKey | None = None,
    token_family_id: uuid.UUID | None = None,
) -> Payment:
    """Opens a payment for a held booking and, the first time, its payment window of `payment_seconds`.

    1. Lock the booking's row (its seats are not touched).
    2. Check: the same key gives the same payment; still held by the clock; no other charge open.
    3. Insert the payment. The window begins once, so that declined cards can't prolong a hold for ever.

    With the `family` of a bearer token, that token must still count. Raises NotSignedIn, NotFound, NotOwner,
    IdempotencyKeyReused, AlreadyPaid, HoldExpired, InvalidState, PaymentInProgress.
    """
    payment = Payment(
        booking_id=booking_id,
        gateway=provider.name,
        card_last4=card_last4,
        idempotency_key=idempotency_key.key if idempotency_key else None,
        request_hash=idempotency_key.request_hash if idempotency_key else "",
    )
    answer = _ask(payment, buyer_id, token_family_id)
    if answer.outcome == "begun":
        return _begun(payment, buyer_id, answer)
    if answer.outcome == "known" and idempotency_key is not None:
        return _known(booking_id, idempotency_key)
    raise _refusal(answer, booking_id, buyer_id)


def _ask(payment: Payment, buyer_id: int, token_family_id: uuid.UUID | None) -> Answer:
    who = (payment.pk, token_family_id, buyer_id, payment.booking_id)
    what = (payment.idempotency_key, payment.request_hash, payment.gateway, payment.card_last4)
    return Answer(*execute_prepared(BEGIN, (*who, *what)))


def _begun(payment: Payment, buyer_id: int, answer: Answer) -> Payment:
    """The new row, complete; its booking with so much as is needed here, all else is read when it is asked for."""
    payment.event_id, payment.created_at = answer.event_id, answer.begun_at
    payment.amount, payment.currency = answer.amount, answer.currency
    payment.booking = Booking.from_db(
        None,
        ("id", "buyer_id", "event_id", "status", "updated_at"),
        (payment.booking_id, buyer_id, answer.event_id, BookingStatus.PENDING_PAYMENT.value, answer.begun_at),
    )
    if answer.window_begun:
        publish_booking(payment.booking)
    return payment


def _known(booking_id: uuid.UUID, idempotency_key: IdempotencyKey) -> Payment:
    """The payment this key has already made; PaymentInProgress while its outcome is not known."""
    made = Payment.objects.select_related("booking").filter(booking_id=booking_id, idempotency_key=idempotency_key.key)
    payment = made.first()
    if payment is None:  # just now it turned out that it never reached the gateway
        raise PaymentInProgress
    idempotency_key.check(payment.request_hash)
    if payment.status == PaymentStatus.PENDING:
        raise PaymentInProgress
    return payment


def _refusal(answer: Answer, booking_id: uuid.UUID, buyer_id: int) -> DomainError:
    match answer.outcome:
        case "not_signed_in":
            return NotSignedIn()
        case "not_yours":
            own_booking(booking_id, User.objects.get(pk=buyer_id))
        case "already_paid":
            return AlreadyPaid()
        case "hold_expired":
            return HoldExpired()
        case "wrong_state":
            return InvalidState(f"This booking is {answer.booking_status}.")
        case "event_cancelled":
            return InvalidState("The event was cancelled.")
        case "in_progress":
            return PaymentInProgress()
    raise AssertionError(answer)


def _charge(provider: Gateway, payment: Payment, card_number: str) -> Charge:
    try:
        return breaker.charge(provider, payment, card_number)
    except GatewayDown as error:
        cancel_payment(payment_id=payment.pk)
        raise GatewayUnreachable from error


def _outcome(payment: Payment) -> Payment:
    if payment.status == PaymentStatus.FAILED:
        raise PaymentDeclined(payment.failure)
    if payment.status != PaymentStatus.PENDING and payment.booking.paid_at is None:
        raise HoldExpired(SEATS_LOST)
    return payment
