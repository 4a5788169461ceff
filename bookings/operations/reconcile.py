"""Finding out what became of charges that nobody told us about, and finishing what was left undone."""

import uuid
from datetime import timedelta

import structlog

from bookings.gateways import GatewayDown, gateway_named
from bookings.models import Payment
from bookings.operations.refund import send_open_refunds
from bookings.operations.settle import cancel_payment, settle_payment
from bookings.states import PaymentStatus
from events.clock import Now, database_now

log = structlog.get_logger(__name__)

ASK_AFTER = timedelta(seconds=10)  # an answer may still come
# A charge the gateway has never heard of after this long was never sent: longer than any timeout of a request to it.
NEVER_SENT_AFTER = timedelta(seconds=60)


def reconcile_payments() -> dict[str, int]:
    """Asks the gateways for every open charge and sends every open refund; returns how many of each were dealt with.

    Safe to run zero or many times at once: all roads end in the idempotent `settle_payment` and `send_refund`.
    """
    overdue = Payment.objects.filter(status=PaymentStatus.PENDING, created_at__lt=Now() - ASK_AFTER)
    settled = sum(_settle(payment) for payment in list(overdue.order_by("created_at")[:500]))
    return {"charges": settled, "refunds": send_open_refunds()}


def reconcile_payment(payment_id: uuid.UUID) -> bool:
    """The same for one payment, now; whether its outcome is known."""
    return _settle(Payment.objects.get(pk=payment_id))


def _settle(payment: Payment) -> bool:
    try:
        charge = gateway_named(payment.gateway).find(payment)
    except GatewayDown as error:
        log.warning("payment_not_found_out", payment=str(payment.pk), reason=repr(error))
        return False
    if charge is not None:
        settled = settle_payment(payment_id=payment.pk, charge=charge)
        return settled.status != PaymentStatus.PENDING
    if database_now() - payment.created_at < NEVER_SENT_AFTER:
        return False
    cancel_payment(payment_id=payment.pk)
    return True
