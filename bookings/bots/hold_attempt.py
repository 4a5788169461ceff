"""The input of the bot check."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.http.address import client_address


@dataclass(frozen=True, slots=True)
class HoldAttempt:
    """A signed-in buyer's request for seats of an event, before any query.

    `environ` is the WSGI environment or Django's META; both name headers like `HTTP_X_QUEUE_PASS`. `is_repeated`
    queries whether an earlier attempt with the same idempotency key got a booking; only a refusal calls it.
    """

    buyer_id: int
    event_id: int
    environ: Mapping[str, Any]
    is_repeated: Callable[[], bool] = lambda: False

    @property
    def address(self) -> str:
        """The client's address, in the form that rate limits count (IPv6 by its network)."""
        return client_address(self.environ)
