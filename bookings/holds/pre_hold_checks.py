"""Checks that a hold has to pass before anything is looked up.

How many calls somebody may make is counted earlier, for the whole API (ticketing.rate_limits). Each check lets the
attempt pass or raises a DomainError. A check that is switched off costs nothing; together they make at most one request
to Redis.
"""

from collections.abc import Callable

from bookings.bots.guard import refuse_bots
from bookings.bots.hold_attempt import HoldAttempt

CHECKS: tuple[Callable[[HoldAttempt], None], ...] = (refuse_bots,)


def pre_hold_checks(attempt: HoldAttempt) -> None:
    """Runs the checks in order. Raises what the first check raises that does not let the attempt pass."""
    for check in CHECKS:
        check(attempt)
