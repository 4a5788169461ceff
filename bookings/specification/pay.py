"""Begins a payment step by step: the specification of the database function `bookings_begin_payment`."""

import uuid
from datetime import timedelta

from accounts.models import User
from bookings.errors import PaymentInProgress
from bookings.holds.models import Booking
from bookings.holds.selectors import current_bookings, own_booking
from bookings.holds.transitions import change, check_still_held, lock_bookings
from bookings.idempotency import IdempotencyKey
from bookings.payments.gateways.protocol import Gateway
from bookings.payments.models import Payment
from bookings.states import PaymentStatus
from core.clock import database_now
from core.errors import BadInput, InvalidState
from core.transactions import retrying_transaction
from events.states import EventStatus


@retrying_transaction
def begin_payment(
    *,
    order_id: uuid.UUID,
    buyer_id: int,
    card_last4: str,
    provider: Gateway,
    has_method: bool | None = None,
    idempotency_key: IdempotencyKey | None = None,
) -> tuple[Payment, bool]:
    """Open a payment for a held order and, the first time, the order's payment window of `payment_seconds`.

    Return the payment and whether it was begun now.

    1. Lock the order's bookings by id. The rows of their seats are neither locked nor changed. Check that there is a
       method, unless the order costs nothing.
    2. If the idempotency key was used before for this order, return the earlier payment. Otherwise check that the
       deadline has not passed, the event is not cancelled and no other charge is open.
    3. Insert the payment. The window begins only once, so that declined cards can't prolong a hold forever.

    Raises NotFound, NotOwner, BadInput, IdempotencyKeyReused, AlreadyPaid, HoldExpired, InvalidState,
    PaymentInProgress.
    """
    bookings = lock_bookings(order_id)
    if not bookings or bookings[0].buyer_id != buyer_id:
        own_booking(order_id, User.objects.get(pk=buyer_id))  # raises NotFound or NotOwner
    current = current_bookings(bookings)
    total = sum(booking.total_price for booking in current)
    if total and not (card_last4 if has_method is None else has_method):
        raise BadInput.field("card_number", "This field is required.", "required")

    first = current[0]
    if (earlier := _earlier_payment(first, idempotency_key)) is not None:
        return earlier, False
    now = database_now()
    check_still_held(first, now)
    if first.event.status == EventStatus.CANCELLED:
        raise InvalidState("The event was cancelled.")
    if first.payments.filter(status=PaymentStatus.PENDING).exists():
        raise PaymentInProgress

    if first.paying_since is None:
        window = timedelta(seconds=first.event.payment_seconds)
        for booking in current:
            change(booking, now=now, paying_since=now, expires_at=now + window)
    payment = Payment.objects.create(
        event=first.event,
        order_id=order_id,
        amount=total,
        currency=first.event.currency,
        gateway=provider.name if total else "free",
        card_last4=card_last4 if total else "",
        idempotency_key=idempotency_key.key if idempotency_key else None,
        request_hash=idempotency_key.request_hash if idempotency_key else "",
        created_at=now,
    )
    return payment, True


def _earlier_payment(booking: Booking, idempotency_key: IdempotencyKey | None) -> Payment | None:
    """Return the payment of the order that was made with this key, if any; one without an outcome is left open.

    Raises IdempotencyKeyReused if the earlier request was different.
    """
    if idempotency_key is None:
        return None
    payment = booking.payments.filter(idempotency_key=idempotency_key.key).first()
    if payment is None:
        return None
    idempotency_key.check(payment.request_hash)
    if payment.status == PaymentStatus.PENDING:
        payment.left_open = True
        payment.save()
    return payment
