"""A buyer's request for seats, as the checks before a hold see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.http.address import client_address


@dataclass(frozen=True, slots=True)
class HoldAttempt:
    """A signed-in buyer asks for seats of an event; nothing has been looked up yet.

    `environ` is the WSGI environment, or Django's META: both name headers `HTTP_X_QUEUE_PASS`.
    """

    buyer_id: int
    event_id: int
    environ: Mapping[str, Any]

    @property
    def address(self) -> str:
        """The address it comes from, as limits count it."""
        return client_address(self.environ)
