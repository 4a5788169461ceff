"""Webhooks that came in, signed after the Standard Webhooks specification 1.0 (bookings/signatures.py)."""

import hmac
from collections.abc import Mapping

from bookings.gateways.protocol import WebhookForged
from bookings.signatures import signature

TOLERANCE_SECONDS = 300  # the specification's advice against replays


def verify(key: bytes, *, headers: Mapping[str, str], body: bytes, now: float) -> str:
    """The message's id if one of its signatures is ours and it is fresh. Raises WebhookForged."""
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not message_id or not timestamp.isascii() or not timestamp.isdigit():
        raise WebhookForged("a header is missing")
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        raise WebhookForged("too old, or from the future")
    expected = signature(key, message_id, timestamp, body).encode()
    given = headers.get("webhook-signature", "").split(" ")
    if not any(hmac.compare_digest(expected, one.encode()) for one in given):
        raise WebhookForged("the signature is wrong")
    return message_id
