"""How fast people are let in, and so how long the others will wait."""

from math import ceil
from typing import NamedTuple

from accounts import counters
from accounts.redis import RedisGone
from events.models import Event

SLOW_SECONDS = 0.5  # 95 % of all holds should be faster
SLOWEST = 0.1  # of the set rate
LOOK_BACK_SECONDS = 10


class Range(NamedTuple):
    """Seconds: at the soonest and, unless admission is paused or slowed, at the latest."""

    soonest: int
    latest: int


def eta(event: Event, ahead: int) -> Range:
    """When somebody with so many `ahead` is let in: at the set rate, or no faster than passes end unused."""
    per_second = event.admit_per_minute / 60
    turnover = event.max_active / event.pass_seconds
    soonest, latest = ((ahead + 1) / rate for rate in (per_second, min(per_second, turnover)))
    return Range(ceil(soonest), ceil(latest))


def slowdown() -> float:
    """The share (0 to 1) of the set rate that the sale can take now: less, as holds have become slow."""
    try:
        p95 = counters.recent(LOOK_BACK_SECONDS).percentile("hold", 0.95)
    except RedisGone:
        return 1.0  # nobody is let in anyway
    return share_of_rate(p95)


def share_of_rate(p95: float | None) -> float:
    """The same for a p95 of so many seconds; None if nobody holds anything."""
    return 1.0 if p95 is None or p95 <= SLOW_SECONDS else max(SLOWEST, SLOW_SECONDS / p95)
