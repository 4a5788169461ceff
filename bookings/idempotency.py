"""Idempotency keys: a repeated request under the same key has its effect once."""

import json
from dataclasses import dataclass
from typing import Any

from django.utils.crypto import salted_hmac
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from bookings.errors import IdempotencyKeyReused
from core.errors import BadInput


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """An `Idempotency-Key` header and a hash of the request that it came with. Keys belong to one user."""

    key: str
    request_hash: str

    def check(self, earlier_hash: str) -> None:
        """Raise IdempotencyKeyReused unless the earlier request with this key had the same hash."""
        if earlier_hash != self.request_hash:
            raise IdempotencyKeyReused


def read_key(header: str | None, body: dict[str, Any]) -> IdempotencyKey | None:
    """Return the key from the `Idempotency-Key` header, with a hash of the validated `body`; None without a header.

    Raises BadInput if the header is not a valid key.
    """
    if header is None:
        return None
    if not header.strip() or len(header) > KEY_LENGTH or not header.isprintable():
        raise BadInput.field("Idempotency-Key", f"The key must be 1 to {KEY_LENGTH} printable characters.")
    canonical = json.dumps(body, sort_keys=True, default=str)
    # The hash is keyed with SECRET_KEY: the body can contain a card number, and there are few enough to try them all.
    return IdempotencyKey(header, salted_hmac("idempotency", canonical, algorithm="sha256").hexdigest())


KEY_LENGTH = 255  # maximum length of an Idempotency-Key


KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The same key and body have their effect once; another body is refused with 422.",
)
