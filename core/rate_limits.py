"""Rate limits: a maximum number of calls of one caller in any period of a given length, over all processes.

A call may have several limits. The window of a limit is the list of the calls that it has counted in the last period.
One Redis script, in one round trip, counts a call in all its windows if none of them is full, else in none. So exactly
as many simultaneous calls pass as the limit allows, and a refused call does not extend the wait. Without Redis, each
process counts for itself, with the same limits.
"""

import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from redis.commands.core import Script

from core.redis import RedisUnavailable, client

# A window is the list of its calls' times (milliseconds, by the clock of Redis), oldest first. Returns 1 if the call
# passes, else 0; then for each window the calls used before this one and the milliseconds until one more is free.
COUNT = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local result = {1}
for i, key in ipairs(KEYS) do
    local limit, period = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
    local oldest = redis.call('LINDEX', key, 0)
    while oldest and tonumber(oldest) <= now - period do
        redis.call('LPOP', key)
        oldest = redis.call('LINDEX', key, 0)
    end
    local used = redis.call('LLEN', key)
    if used >= limit then
        result[1] = 0
    end
    result[2 * i] = used
    result[2 * i + 1] = oldest and oldest + period - now or period
end
if result[1] == 1 then
    for i, key in ipairs(KEYS) do
        redis.call('RPUSH', key, now)
        redis.call('PEXPIRE', key, ARGV[2 * i])
    end
end
return result
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of `max_calls` calls of `caller` in any period of `seconds` seconds. Response headers show its `name`."""

    name: str
    max_calls: int
    seconds: int
    caller: str

    @property
    def key(self) -> str:
        """The key of the limit's window in Redis."""
        return f"limit:{self.name}:{self.caller}"


@dataclass(frozen=True, slots=True)
class RateLimitStatus:
    """The state of a limit after it counted a call: calls `left`, and seconds to `wait` until one more is allowed."""

    limit: Limit
    left: int
    wait: int


@dataclass(frozen=True, slots=True)
class RateLimitResult:
    """The result of counting a call: it `passes` if none of its limits was exhausted; one status for each limit."""

    passes: bool
    statuses: Sequence[RateLimitStatus]

    @property
    def exceeded(self) -> RateLimitStatus:
        """The status of the exhausted limit with the longest wait. Only for a call that does not pass."""
        return max((s for s in self.statuses if not s.left), key=lambda status: status.wait)

    def headers(self) -> list[tuple[str, str]]:
        """Return the headers `RateLimit-Policy` and `RateLimit` as in draft-ietf-httpapi-ratelimit-headers-10."""
        policies = (f'"{s.limit.name}";q={s.limit.max_calls};w={s.limit.seconds}' for s in self.statuses)
        remaining = (f'"{s.limit.name}";r={s.left};t={s.wait}' for s in self.statuses)
        return [("RateLimit-Policy", ", ".join(policies)), ("RateLimit", ", ".join(remaining))]


def count(limits: Sequence[Limit]) -> RateLimitResult:
    """Count one call against all `limits` (at least one), or against none of them if one is exhausted.

    Returns whether the call passes, and the status of each limit after the call. Without Redis, see `_count_here`.
    """
    try:
        passes, *numbers = _script()(
            keys=[limit.key for limit in limits],
            args=[number for limit in limits for number in (limit.max_calls, limit.seconds * 1000)],
        )
    except RedisUnavailable:
        return _count_here(limits)
    windows = zip(limits, numbers[::2], numbers[1::2], strict=True)
    return RateLimitResult(bool(passes), [_status(limit, used + passes, wait) for limit, used, wait in windows])


def _status(limit: Limit, used: int, milliseconds: int) -> RateLimitStatus:
    return RateLimitStatus(limit, max(0, limit.max_calls - used), max(1, math.ceil(milliseconds / 1000)))


@cache
def _script() -> Script:
    return client().register_script(COUNT)


# --- Without Redis ---------------------------------------------------------------------------------


_local = MovingWindowRateLimiter(MemoryStorage())


def _count_here(limits: Iterable[Limit]) -> RateLimitResult:
    """Do what `count` does, but with windows of this process only.

    The windows count the call one after the other, so those before a full one count a call that does not pass.
    """
    passes, statuses = True, []
    for limit in limits:
        item = RateLimitItemPerSecond(limit.max_calls, limit.seconds)
        passes = passes and _local.hit(item, limit.key)
        until, left = _local.get_window_stats(item, limit.key)
        statuses.append(_status(limit, limit.max_calls - left, int((until - time.time()) * 1000)))
    return RateLimitResult(passes, statuses)
