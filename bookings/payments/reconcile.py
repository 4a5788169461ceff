"""Reconciles payments: gets the outcomes of open charges from the gateways, and sends open refunds."""

from datetime import timedelta

import structlog

from bookings.payments.gateways import GatewayDown, gateway_named
from bookings.payments.models import Payment
from bookings.payments.send_refunds import send_open_refunds
from bookings.payments.settle import cancel_payment, settle_payment
from bookings.states import PaymentStatus
from core.clock import Now, database_now

log = structlog.get_logger(__name__)

OVERDUE_AFTER = timedelta(seconds=10)  # age of an open charge; the response to a younger one may still arrive
# A charge that the gateway does not know after this time was never sent. Longer than all timeouts of a request to it.
NEVER_SENT_AFTER = timedelta(seconds=60)


def reconcile_payments() -> dict[str, int]:
    """Get the outcomes of open charges from their gateways and settle them; send open refunds. At most 500 of each.

    Returns {"charges": number settled, "refunds": number that it tried to send}. It may run several times at once,
    because `settle_payment` and `send_refund` are idempotent.
    """
    overdue = Payment.objects.filter(status=PaymentStatus.PENDING, created_at__lt=Now() - OVERDUE_AFTER)
    settled = sum(_settle(payment) for payment in list(overdue.order_by("created_at")[:500]))
    return {"charges": settled, "refunds": send_open_refunds()}


def ask_gateway(payment: Payment) -> Payment | None:
    """Settle an open payment with what its gateway knows; return None if it knows none.

    The payment stays as it is while the gateway can't be reached.
    """
    try:
        charge = gateway_named(payment.gateway).find(payment)
    except GatewayDown as error:
        log.warning("payment_not_reconciled", payment=str(payment.pk), reason=repr(error))
        return payment
    return settle_payment(payment_id=payment.pk, charge=charge) if charge is not None else None


def _settle(payment: Payment) -> bool:
    settled = ask_gateway(payment)
    if settled is not None:
        return settled.status != PaymentStatus.PENDING
    if database_now() - payment.created_at < NEVER_SENT_AFTER:
        return False
    cancel_payment(payment_id=payment.pk)
    return True
