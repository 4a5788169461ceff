"""Checks of an attempt to hold seats, before any query.

The rate limits of the whole API (ticketing.rate_limits) come earlier. A check returns if it lets the attempt pass, and
raises a DomainError otherwise. A check that is switched off costs nothing; together they make at most one request to
Redis.
"""

from collections.abc import Callable

from bookings.bots.guard import refuse_bots
from bookings.bots.hold_attempt import HoldAttempt

CHECKS: tuple[Callable[[HoldAttempt], None], ...] = (refuse_bots,)


def pre_hold_checks(attempt: HoldAttempt) -> None:
    """Run the checks in order. Raises the error of the first check that refuses the attempt."""
    for check in CHECKS:
        check(attempt)
