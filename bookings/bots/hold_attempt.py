"""The input of the pre-hold checks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.http.address import client_address


@dataclass(frozen=True, slots=True)
class HoldAttempt:
    """A signed-in buyer's request for seats of an event, before any query.

    `environ` is the WSGI environment or Django's META; both name headers like `HTTP_X_QUEUE_PASS`.
    """

    buyer_id: int
    event_id: int
    environ: Mapping[str, Any]

    @property
    def address(self) -> str:
        """The client's address, in the form that rate limits count (IPv6 by its network)."""
        return client_address(self.environ)
