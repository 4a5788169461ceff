"""Idempotency keys: a repeated request under the same key has its effect once."""

import json
from dataclasses import dataclass
from typing import Any

from django.utils.crypto import salted_hmac

from bookings.errors import IdempotencyKeyReused
from bookings.models import KEY_LENGTH
from ticketing.errors import BadInput


@dataclass(frozen=True, slots=True)
class Once:
    """An Idempotency-Key and a fingerprint of what it is used for. Keys belong to one user."""

    key: str
    request_hash: str

    def check(self, earlier_hash: str) -> None:
        """Raises IdempotencyKeyReused unless the earlier request under this key was the same."""
        if earlier_hash != self.request_hash:
            raise IdempotencyKeyReused


def read_key(header: str | None, body: dict[str, Any]) -> Once | None:
    """The `Idempotency-Key` header with the checked body it came with; None without one. Raises BadInput."""
    if header is None:
        return None
    if not header.strip() or len(header) > KEY_LENGTH or not header.isprintable():
        raise BadInput.field("Idempotency-Key", f"The key must be 1 to {KEY_LENGTH} printable characters.")
    canonical = json.dumps(body, sort_keys=True, default=str)
    # Keyed, since a card's number is among what is hashed and few numbers are possible.
    return Once(header, salted_hmac("idempotency", canonical, algorithm="sha256").hexdigest())
