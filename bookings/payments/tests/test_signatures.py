"""Signatures of webhooks."""

import time

import pytest

from bookings.payments.gateways.protocol import WebhookForged
from bookings.payments.gateways.signatures import verify
from core.standard_webhooks import sign

BODY = b'{"type": "charge"}'


def test_a_signed_message_is_genuine() -> None:
    headers = sign(b"secret", message_id="m1", timestamp=int(time.time()), body=BODY)
    assert verify(b"secret", headers=headers, body=BODY, now=time.time()) == "m1"


def test_without_a_secret_every_message_is_forged() -> None:
    headers = sign(b"", message_id="m1", timestamp=int(time.time()), body=BODY)
    with pytest.raises(WebhookForged, match="no secret"):
        verify(b"", headers=headers, body=BODY, now=time.time())
