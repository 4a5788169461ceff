"""How fast buyers are admitted from the queue, and how long a buyer has to wait."""

from datetime import timedelta
from math import ceil
from typing import NamedTuple

from core import counters
from core.redis import RedisUnavailable
from events.models import Event

SLOW_SECONDS = 0.5  # the 95th percentile of hold times above which admission slows down
MIN_SHARE = 0.1  # of the set rate
WINDOW_SECONDS = 10  # of the hold times that are measured


class Range(NamedTuple):
    """Earliest and latest time of admission in seconds from now; later if admission is paused or slowed down."""

    soonest: int
    latest: int


def eta(event: Event, ahead: int) -> Range:
    """Return when a buyer with `ahead` buyers ahead is admitted.

    Earliest: at the set rate. Latest: if all passes are in use and each lasts its full `pass_seconds`, so that buyers
    are admitted no faster than passes end.
    """
    per_second = event.admit_per_minute / 60
    turnover = event.max_active / event.pass_seconds
    soonest, latest = ((ahead + 1) / rate for rate in (per_second, min(per_second, turnover)))
    return Range(ceil(soonest), ceil(latest))


def eta_after_lottery(event: Event, last: int, until: timedelta) -> Range:
    """Return when a buyer is admitted who takes part in a lottery that is `until` away.

    Earliest: as the first of all. Latest: as the last of all, with `last` buyers ahead.
    """
    wait = max(0, ceil(until.total_seconds()))
    return Range(wait + eta(event, 0).soonest, wait + eta(event, last).latest)


def slowdown() -> float:
    """Return the share of the set admission rate to use now, from MIN_SHARE to 1; it falls as holds become slow.

    Return 1.0 if Redis is unavailable; nobody can be admitted then anyway.
    """
    try:
        p95 = counters.recent(WINDOW_SECONDS).percentile("hold", 0.95)
    except RedisUnavailable:
        return 1.0
    return share_of_rate(p95)


def share_of_rate(p95: float | None) -> float:
    """Return the share of the set admission rate to use, from MIN_SHARE to 1.

    `p95` is the 95th percentile of hold times in seconds; None if there were no holds. Above SLOW_SECONDS the share
    falls in inverse proportion to it.
    """
    return 1.0 if p95 is None or p95 <= SLOW_SECONDS else max(MIN_SHARE, SLOW_SECONDS / p95)
