"""Signed webhooks of the mock gateway, for charges with a pending outcome."""

import json
import time
import urllib.request
import uuid

import structlog
from django.conf import settings
from django.urls import reverse

from bookings.payments.gateways.mock import MockGateway, charge_of
from bookings.payments.gateways.mock_models import MockCharge
from core.clock import Now, database_now
from core.standard_webhooks import sign

log = structlog.get_logger(__name__)

TIMEOUT = 5  # seconds


def deliver_webhooks() -> int:
    """Send all due webhooks to this site and return how many it accepted.

    Webhooks with an error response, or without any response, stay due.
    """
    due = MockCharge.objects.filter(webhook_due_at__lte=Now(), webhook_delivered_at=None)
    return sum(_deliver(entry) for entry in list(due))


def webhook_body(entry: MockCharge) -> bytes:
    """Return the JSON body of the webhook about a charge."""
    charge = charge_of(entry)
    data = {"payment_id": str(entry.payment_id), "outcome": charge.outcome.value, "reference": charge.reference}
    reason = {"code": charge.code, "detail": charge.detail}
    money = {"amount": entry.amount, "currency": entry.currency}
    return json.dumps({"type": "charge.settled", "data": {**data, **reason, **money}}).encode()


def webhook_headers(entry: MockCharge, body: bytes) -> dict[str, str]:
    """Return the signature headers; the `webhook-id` is the same each time a charge's webhook is sent."""
    message_id = f"msg_{uuid.uuid5(uuid.NAMESPACE_OID, str(entry.payment_id)).hex}"
    key = settings.MOCK_WEBHOOK_SECRET.encode()
    return sign(key, message_id=message_id, timestamp=int(time.time()), body=body)


def _deliver(entry: MockCharge) -> bool:
    body = webhook_body(entry)
    headers = {"Content-Type": "application/json", **webhook_headers(entry, body)}
    url = settings.WEBHOOK_BASE_URL + reverse("payment-webhook", args=[MockGateway.name])
    request = urllib.request.Request(url, body, headers)  # noqa: S310  (an address from the settings)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT):  # noqa: S310
            pass
    except OSError as error:
        log.warning("mock_webhook_not_delivered", payment=str(entry.payment_id), reason=repr(error))
        return False
    entry.webhook_delivered_at = database_now()
    entry.save(update_fields=["webhook_delivered_at"])
    return True
