"""Signed webhooks after the Standard Webhooks specification 1.0 (standardwebhooks.com)."""

import base64
import hashlib
import hmac
from collections.abc import Mapping

from bookings.gateways.protocol import WebhookForged

TOLERANCE_SECONDS = 300  # the specification's advice against replays


def sign(secret: str, *, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of a message. `timestamp` in seconds since 1970."""
    signature = _signature(secret, message_id, str(timestamp), body)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{signature}",
    }


def verify(secret: str, *, headers: Mapping[str, str], body: bytes, now: float) -> str:
    """The message's id if one of its signatures is ours and it is fresh. Raises WebhookForged."""
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not message_id or not timestamp.isascii() or not timestamp.isdigit():
        raise WebhookForged("a header is missing")
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        raise WebhookForged("too old, or from the future")
    expected = f"v1,{_signature(secret, message_id, timestamp, body)}".encode()
    given = headers.get("webhook-signature", "").split(" ")
    if not any(hmac.compare_digest(expected, signature.encode()) for signature in given):
        raise WebhookForged("the signature is wrong")
    return message_id


def _signature(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    signed = f"{message_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.digest(secret.encode(), signed, hashlib.sha256)).decode()
