"""A gateway tells what became of a charge: at least once, in any order, perhaps before its own answer."""

from collections.abc import Mapping

from django.db import transaction

from bookings.gateways import gateway_named
from bookings.models import Payment, WebhookEvent
from bookings.operations.settle import settle_payment
from events.clock import database_now


def receive_webhook(*, gateway: str, headers: Mapping[str, str], body: bytes) -> None:
    """Checks the message and settles its payment; the same message again has no second effect.

    Noted only after it had its effect: if the process dies between, the gateway sends again and settling does nothing.
    Raises WebhookForged; KeyError for a gateway that does not exist.
    """
    notice = gateway_named(gateway).read_webhook(headers, body)
    if notice is None or WebhookEvent.objects.filter(gateway=gateway, event_id=notice.event_id).exists():
        return
    if Payment.objects.filter(pk=notice.payment_id, gateway=gateway).exists():
        settle_payment(payment_id=notice.payment_id, charge=notice.charge)
    _note(gateway, notice.event_id)


@transaction.atomic(durable=True)
def _note(gateway: str, event_id: str) -> None:
    WebhookEvent.objects.bulk_create(
        [WebhookEvent(gateway=gateway, event_id=event_id, received_at=database_now())], ignore_conflicts=True
    )
