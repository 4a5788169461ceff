"""Receives webhooks of payment gateways.

A webhook may arrive several times, in any order, and before the gateway's response to the charge.
"""

from collections.abc import Mapping

from bookings.payments.gateways import gateway_named
from bookings.payments.models import Payment, WebhookEvent
from bookings.payments.settle import settle_payment
from core.clock import database_now
from core.transactions import retrying_transaction


def receive_webhook(*, gateway: str, headers: Mapping[str, str], body: bytes) -> None:
    """Verify a gateway's message and settle the payment that it is about; a repeated message has no second effect.

    The message's id is recorded after the payment is settled. If the process dies in between, the gateway sends the
    message again, and settling again changes nothing. Raises WebhookForged, and KeyError for an unknown gateway.
    """
    notice = gateway_named(gateway).read_webhook(headers, body)
    if notice is None or WebhookEvent.objects.filter(gateway=gateway, event_id=notice.event_id).exists():
        return
    if Payment.objects.filter(pk=notice.payment_id, gateway=gateway).exists():
        settle_payment(payment_id=notice.payment_id, charge=notice.charge)
    _record(gateway, notice.event_id)


@retrying_transaction
def _record(gateway: str, event_id: str) -> None:
    """Record that a message was processed."""
    WebhookEvent.objects.bulk_create(
        [WebhookEvent(gateway=gateway, event_id=event_id, received_at=database_now())], ignore_conflicts=True
    )
