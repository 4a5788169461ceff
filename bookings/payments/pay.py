"""Pays for an order that is held: begin (a transaction), charge (no transaction), settle (an idempotent transaction).

No lock is held during the request to the gateway, so a slow gateway slows down nobody else. The outcome comes with the
gateway's response, a webhook or from the reconciler; all of them call the same `settle_payment`. Each transaction is
one statement. bookings/specification/pay.py does the same as `bookings_begin_payment` (bookings/sql/begin_payment.sql)
with the ORM; a property test compares both.
"""

import uuid
from datetime import datetime
from typing import Any, NamedTuple

from accounts.models import User
from bookings.errors import (
    AlreadyPaid,
    GatewayUnreachable,
    HoldExpired,
    PartOfOrder,
    PaymentDeclined,
    PaymentInProgress,
)
from bookings.holds.models import Booking, loaded
from bookings.holds.selectors import own_booking
from bookings.idempotency import IdempotencyKey
from bookings.payments.gateways import GatewayDown, breaker, gateway, gateway_named
from bookings.payments.gateways.protocol import Charge, Gateway, Method
from bookings.payments.models import Payment
from bookings.payments.settle import SEATS_LOST, WRONG_AMOUNT_CODE, cancel_payment, settle_payment
from bookings.publish import publish_booking
from bookings.states import BookingStatus, PaymentStatus
from core.errors import BadInput, DomainError, InvalidState, NotFound, NotSignedIn
from core.prepared_statements import execute_prepared

BEGIN = """
    SELECT * FROM bookings_begin_payment(
        %s::uuid, %s::uuid, %s::bigint, %s::uuid, %s::text, %s::text, %s::text, %s::text, %s::boolean
    )
"""


class BeginParameters(NamedTuple):
    """The parameters of `bookings_begin_payment`, in its order."""

    payment_id: uuid.UUID
    token_family_id: uuid.UUID | None
    buyer_id: int
    order_id: uuid.UUID
    idempotency_key: str | None
    request_hash: str
    gateway: str
    card_last4: str
    has_method: bool


class BeginResult(NamedTuple):
    """The row that `bookings_begin_payment` returns. All fields have values if `outcome` is "begun".

    `amount` is in minor units of `currency`. `window_begun` says whether the payment window began now, which changes
    the booking's deadline. `gateway` is "free" for an amount of 0.
    """

    outcome: str
    booking_status: str | None
    event_id: int
    amount: int
    currency: str
    begun_at: datetime
    window_begun: bool
    payment_reference: str
    gateway: str
    bookings: list[uuid.UUID]


def pay_booking(*, booking_id: uuid.UUID, **arguments: Any) -> Payment:
    """Pay a booking that was made by itself: the order with its id. The arguments and errors are those of `pay_order`.

    Raises PartOfOrder for a booking of another order.
    """
    return pay_order(order_id=booking_id, **arguments)


def pay_order(
    *,
    order_id: uuid.UUID,
    buyer_id: int,
    card_number: str = "",
    token: str = "",
    idempotency_key: IdempotencyKey | None = None,
    token_family_id: uuid.UUID | None = None,
) -> Payment:
    """Pay the order with a card or the token of a method: begin, charge, settle. A free order needs neither.

    Return the payment, which is captured, or pending if the buyer has to take a step (`step_url`), or if the gateway's
    response comes later or never: then a webhook, the buyer's return or the reconciler settles it. A request that is
    repeated under its idempotency key gets the payment of the first one, which may still be pending, and charges
    nothing.

    Raises PaymentDeclined with the gateway's reason; GatewayUnreachable if nothing was charged because the gateway
    can't be reached; HoldExpired if the seats were lost meanwhile and the money is refunded; and the errors of
    `begin_payment`.
    """
    method = Method(token, card_number)
    payment, begun = begin_payment(
        order_id=order_id,
        buyer_id=buyer_id,
        card_last4=method.card_last4,
        has_method=bool(method),
        provider=gateway(),
        idempotency_key=idempotency_key,
        token_family_id=token_family_id,
    )
    if begun:
        payment = settle_payment(payment_id=payment.pk, charge=_charge(payment, method))
    return _check_outcome(payment)


def begin_payment(
    *,
    order_id: uuid.UUID,
    buyer_id: int,
    card_last4: str,
    provider: Gateway,
    has_method: bool | None = None,
    idempotency_key: IdempotencyKey | None = None,
    token_family_id: uuid.UUID | None = None,
) -> tuple[Payment, bool]:
    """Open a payment for a held order and, the first time, the order's payment window of `payment_seconds`.

    Return the payment and whether it was begun now; only then may it be charged.

    1. Lock the order's bookings by id; their seats don't change.
    2. Check that the deadline has not passed and no other charge is open. With an idempotency key that was used before
       for this order, return the earlier payment, whatever its status.
    3. Insert the payment. The window begins only once, so that declined cards can't prolong a hold forever.

    `card_last4` is "" without a card number. `has_method` is whether there is a card or a token, which only an order
    that costs nothing may lack; None means that `card_last4` tells. With the id of a token family,
    the family must be neither revoked nor expired. Raises NotSignedIn, NotFound, NotOwner, BadInput,
    IdempotencyKeyReused, AlreadyPaid, HoldExpired, InvalidState, PaymentInProgress; GatewayUnreachable if the earlier
    payment was closed at this moment because it never reached the gateway.
    """
    payment = Payment(
        order_id=order_id,
        gateway=provider.name,
        card_last4=card_last4,
        idempotency_key=idempotency_key.key if idempotency_key else None,
        request_hash=idempotency_key.request_hash if idempotency_key else "",
    )
    parameters = BeginParameters(
        payment_id=payment.pk,
        token_family_id=token_family_id,
        buyer_id=buyer_id,
        order_id=order_id,
        idempotency_key=payment.idempotency_key,
        request_hash=payment.request_hash,
        gateway=payment.gateway,
        card_last4=card_last4,
        has_method=bool(card_last4) if has_method is None else has_method,
    )
    result = BeginResult(*execute_prepared(BEGIN, parameters))
    if result.outcome == "begun":
        return _begun_payment(payment, buyer_id, result), True
    if result.outcome == "known" and idempotency_key is not None:
        return _earlier_payment(order_id, idempotency_key), False
    raise _refusal(result, order_id, buyer_id)


def _begun_payment(payment: Payment, buyer_id: int, result: BeginResult) -> Payment:
    """Return the inserted payment with the order's first held booking, completed from the result without a query.

    The booking has only the columns known from the result; others are loaded on access. All held bookings are published
    if their deadline changed.
    """
    payment.event_id, payment.created_at = result.event_id, result.begun_at
    payment.amount, payment.currency, payment.gateway = result.amount, result.currency, result.gateway
    payment.reference = result.payment_reference
    held = [
        loaded(
            Booking,
            id=booking_id,
            buyer_id=buyer_id,
            event_id=result.event_id,
            order_id=payment.order_id,
            status=BookingStatus.PENDING_PAYMENT.value,
            updated_at=result.begun_at,
        )
        for booking_id in result.bookings
    ]
    payment.booking = held[0]
    if result.window_begun:
        for booking in held:
            publish_booking(booking)
    return payment


def _earlier_payment(order_id: uuid.UUID, idempotency_key: IdempotencyKey) -> Payment:
    """Return the payment of this order that was made with this key.

    If its outcome is not known yet, the buyer learns it later, as after the first response (`left_open`). The row is
    marked before it is read, in a guarded update: a payment that is settled at this moment is returned as settled.

    Raises IdempotencyKeyReused if the earlier request was different; GatewayUnreachable if the payment was closed
    meanwhile because it never reached the gateway.
    """
    payments = Payment.objects.filter(order_id=order_id, idempotency_key=idempotency_key.key)
    unsettled = payments.filter(request_hash=idempotency_key.request_hash, status=PaymentStatus.PENDING)
    unsettled.filter(left_open=False).update(left_open=True)
    payment = payments.first()
    if payment is None:
        raise GatewayUnreachable
    idempotency_key.check(payment.request_hash)
    return payment


def _refusal(result: BeginResult, order_id: uuid.UUID, buyer_id: int) -> DomainError:
    """Return the error for a payment that was refused, or raise it if the order is not the buyer's."""
    match result.outcome:
        case "not_signed_in":
            return NotSignedIn()
        case "not_yours":
            return _not_yours(order_id, User.objects.get(pk=buyer_id))
        case "method_required":
            return BadInput.field("card_number", "This field is required.", "required")
        case "already_paid":
            return AlreadyPaid()
        case "hold_expired":
            return HoldExpired()
        case "wrong_state":
            return InvalidState(f"This booking is {result.booking_status}.")
        case "event_cancelled":
            return InvalidState("The event was cancelled.")
        case "in_progress":
            return PaymentInProgress()
    raise AssertionError(result)


def _not_yours(order_id: uuid.UUID, buyer: User) -> DomainError:
    """Return the error for an id that is not an order of the buyer: it may be that of a booking."""
    if Booking.objects.filter(pk=order_id).exists():
        return PartOfOrder(own_booking(order_id, buyer).order_id)  # raises NotFound or NotOwner
    seen = Booking.objects.for_display().filter(order_id=order_id).first()
    if seen is None:
        return NotFound("You have no such booking.")
    own_booking(seen.pk, buyer)  # raises NotFound or NotOwner
    raise AssertionError(order_id)


def _charge(payment: Payment, method: Method) -> Charge:
    """Begin the charge. If no request reached the gateway, cancel the payment and raise GatewayUnreachable."""
    provider = gateway_named(payment.gateway)
    if not payment.amount:
        return provider.begin(payment, method)  # nothing is sent, so no breaker is needed
    try:
        return breaker.begin(provider, payment, method)
    except GatewayDown as error:
        cancel_payment(payment_id=payment.pk)
        raise GatewayUnreachable from error


def _check_outcome(payment: Payment) -> Payment:
    """Return the payment unless it failed or its seats were lost. Raises PaymentDeclined or HoldExpired."""
    if payment.status == PaymentStatus.FAILED:
        raise PaymentDeclined(payment.failure)
    if payment.status == PaymentStatus.REFUNDED and payment.failure_code == WRONG_AMOUNT_CODE:
        raise PaymentDeclined(payment.failure)
    if payment.status != PaymentStatus.PENDING and payment.booking.paid_at is None:
        raise HoldExpired(SEATS_LOST)
    return payment
