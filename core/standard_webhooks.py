"""Sign messages as the Standard Webhooks specification 1.0 (standardwebhooks.com) requires, with HMAC-SHA256."""

import base64
import hashlib
import hmac


def sign(*keys: bytes, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the three headers of a message, with one signature for each key.

    `timestamp` is in seconds since 1970.
    """
    signatures = [signature(key, message_id, str(timestamp), body) for key in keys]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    """Return one signature in the format of the `webhook-signature` header."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"
