"""Begins a payment step by step: the specification of the database function `bookings_begin_payment`."""

import uuid
from datetime import timedelta

from accounts.models import User
from bookings.errors import PaymentInProgress
from bookings.holds.models import Booking
from bookings.holds.selectors import own_booking
from bookings.holds.transitions import change, check_still_held, lock_booking
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
    booking_id: uuid.UUID,
    buyer_id: int,
    card_last4: str,
    provider: Gateway,
    idempotency_key: IdempotencyKey | None = None,
) -> tuple[Payment, bool]:
    """Open a payment for a held booking and, the first time, the booking's payment window of `payment_seconds`.

    Return the payment and whether it was begun now.

    1. Lock the booking's row. The rows of its seats are neither locked nor changed. Check that there is a card, unless
       the booking costs nothing.
    2. If the idempotency key was used before for this booking, return the earlier payment. Otherwise check that the
       deadline has not passed, the event is not cancelled and no other charge is open.
    3. Insert the payment. The window begins only once, so that declined cards can't prolong a hold forever.

    Raises NotFound, NotOwner, BadInput, IdempotencyKeyReused, AlreadyPaid, HoldExpired, InvalidState,
    PaymentInProgress.
    """
    own_booking(booking_id, User.objects.get(pk=buyer_id))
    booking = lock_booking(booking_id)
    is_free = booking.total_price == 0
    if not card_last4 and not is_free:
        raise BadInput.field("card_number", "This field is required.", "required")

    if (earlier := _earlier_payment(booking, idempotency_key)) is not None:
        return earlier, False
    now = database_now()
    check_still_held(booking, now)
    if booking.event.status == EventStatus.CANCELLED:
        raise InvalidState("The event was cancelled.")
    if booking.payments.filter(status=PaymentStatus.PENDING).exists():
        raise PaymentInProgress

    if booking.paying_since is None:
        window = timedelta(seconds=booking.event.payment_seconds)
        change(booking, now=now, paying_since=now, expires_at=now + window)
    payment = Payment.objects.create(
        event=booking.event,
        order_id=booking.order_id,
        amount=booking.total_price,
        currency=booking.event.currency,
        gateway="free" if is_free else provider.name,
        card_last4="" if is_free else card_last4,
        idempotency_key=idempotency_key.key if idempotency_key else None,
        request_hash=idempotency_key.request_hash if idempotency_key else "",
        created_at=now,
    )
    return payment, True


def _earlier_payment(booking: Booking, idempotency_key: IdempotencyKey | None) -> Payment | None:
    """Return the payment of the booking that was made with this key, if any; one without an outcome is left open.

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
