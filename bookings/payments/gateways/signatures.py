"""Verifies webhooks signed as in Standard Webhooks 1.0 (`core.standard_webhooks` signs them)."""

import hmac
import re
from collections.abc import Mapping

from bookings.payments.gateways.protocol import WebhookForged
from core.standard_webhooks import signature

EVENT_ID = re.compile(r"[ -~]{1,255}")
TIMESTAMP = re.compile(r"[0-9]{1,12}")  # seconds; a longer number would be no time and break the arithmetic
TOLERANCE_SECONDS = 300  # from now, in both directions; the specification advises a limit against replays


def verify(key: bytes, *, headers: Mapping[str, str], body: bytes, now: float) -> str:
    """Return the `webhook-id` of a message with a valid signature and a recent timestamp. Raises WebhookForged.

    `now` is in seconds since 1970. With an empty key, every message is forged: anybody could sign it.
    """
    if not key:
        raise WebhookForged("no secret is set")
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not EVENT_ID.fullmatch(message_id) or not TIMESTAMP.fullmatch(timestamp):
        raise WebhookForged("a header is missing or no id or time")
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        raise WebhookForged("too old, or from the future")
    expected = signature(key, message_id, timestamp, body).encode()
    given = headers.get("webhook-signature", "").split(" ")
    if not any(hmac.compare_digest(expected, one.encode()) for one in given):
        raise WebhookForged("the signature is wrong")
    return message_id
