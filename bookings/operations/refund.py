"""Money that was captured for a booking whose seats were lost goes back."""

import uuid

from django.db import transaction

from bookings.gateways import gateway
from bookings.models import Payment
from bookings.states import BookingStatus, PaymentStatus

DEAD = (BookingStatus.EXPIRED, BookingStatus.CANCELLED)


def refund_lost_payments() -> int:
    """Returns every captured payment of a booking that holds no seats; returns how many.

    The gateway is asked with no lock held, under the payment's id as its idempotency key; if the process dies between
    the two steps, the next run asks again and nothing is returned twice.
    """
    lost = Payment.objects.filter(status=PaymentStatus.CAPTURED, booking__status__in=DEAD)
    return sum(_refund(payment) for payment in list(lost))


def _refund(payment: Payment) -> bool:
    gateway().refund(payment)
    return _mark_refunded(payment.pk)


@transaction.atomic(durable=True)
def _mark_refunded(payment_id: uuid.UUID) -> bool:
    captured = Payment.objects.filter(pk=payment_id, status=PaymentStatus.CAPTURED)
    return captured.update(status=PaymentStatus.REFUNDED) == 1
