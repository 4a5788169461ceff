"""Receives webhooks of payment gateways.

A webhook may arrive several times, in any order, and before the gateway's response to the charge.
"""

import uuid
from collections.abc import Mapping

from bookings.payments.gateways import PROVIDERS, gateway_named
from bookings.payments.gateways.protocol import ChargeNotice, Notice
from bookings.payments.models import Payment, WebhookEvent
from bookings.payments.returned import RECORDERS
from bookings.payments.settle import settle_payment
from bookings.states import PaymentStatus
from core.clock import database_now
from core.errors import NotFound, Unavailable
from core.transactions import retrying_transaction

RETRY_SECONDS = 30  # by then the reconciler has asked for the outcome of an open charge


def receive_webhook(*, gateway: str, headers: Mapping[str, str], body: bytes) -> None:
    """Verify a gateway's message and record what it says about a payment; a repeated message has no second effect.

    A message about nothing of ours is accepted and ignored. The message's id is recorded after the payment is settled.
    If the process dies in between, the gateway sends the message again, and settling again changes nothing. Raises
    NotFound for an unknown gateway, WebhookForged, and Unavailable if the message came before its payment's outcome.
    """
    if gateway not in PROVIDERS:
        raise NotFound("There is no such gateway.")
    notice = gateway_named(gateway).read_webhook(headers, body)
    if notice is None or WebhookEvent.objects.filter(gateway=gateway, event_id=notice.event_id).exists():
        return
    payment = _payment_of(gateway, notice)
    if payment is not None:
        _apply(payment, notice)
        _record(gateway, notice.event_id)


def _payment_of(gateway: str, notice: Notice) -> Payment | None:
    payments = Payment.objects.filter(gateway=gateway)
    if isinstance(notice, ChargeNotice):
        return payments.filter(pk=notice.payment_id).first()
    if not notice.charge_reference:
        return None
    return payments.filter(gateway_reference=notice.charge_reference).first()


def _apply(payment: Payment, notice: Notice) -> None:
    payment_id: uuid.UUID = payment.pk
    if isinstance(notice, ChargeNotice):
        settle_payment(payment_id=payment_id, charge=notice.charge)
    elif payment.status == PaymentStatus.PENDING:
        raise Unavailable(retry_after=RETRY_SECONDS)
    else:
        RECORDERS[type(notice)](payment_id=payment_id, notice=notice)


@retrying_transaction
def _record(gateway: str, event_id: str) -> None:
    """Record that a message was processed."""
    WebhookEvent.objects.bulk_create(
        [WebhookEvent(gateway=gateway, event_id=event_id, received_at=database_now())], ignore_conflicts=True
    )
