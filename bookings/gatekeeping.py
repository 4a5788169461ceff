"""Who gets as far as asking for seats: the guards that both doors (bookings.api, bookings.express) pass before a hold.

How many calls somebody may make is counted earlier, for the whole API (ticketing.limits). Guards stand here in the
order in which they are asked; each raises a DomainError, or lets the attempt pass. One that is switched off costs
nothing, and together they go to Redis once at most.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.address import client_address
from bookings.bots.guard import refuse_bots


@dataclass(frozen=True, slots=True)
class Attempt:
    """A signed-in buyer wants seats of an event; nothing has been looked up yet.

    `environ` is the request's WSGI environment, or Django's META: headers are in it as `HTTP_X_QUEUE_PASS`.
    """

    buyer_id: int
    event_id: int
    environ: Mapping[str, Any]

    @property
    def address(self) -> str:
        """Where it comes from, as limits count it."""
        return client_address(self.environ)


Guard = Callable[[Attempt], None]
GUARDS: tuple[Guard, ...] = (refuse_bots,)


def check_attempt(attempt: Attempt) -> None:
    """Raises what the first guard raises that doesn't let it pass."""
    for guard in GUARDS:
        guard(attempt)
