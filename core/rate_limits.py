"""Rate limits: at most so many calls of one caller in any span of so many seconds, over all processes.

One script in Redis, one round trip, counts a call in all its windows if all of them have room, else in none. So exactly
as many simultaneous calls pass as the limit allows, and a refused caller does not wait longer after asking again.
Without Redis each process counts for itself, by the same rates.
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

# A window is the list of its calls' times (milliseconds, by the clock of Redis), oldest first.
COUNT = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local answer = {1}
for i, key in ipairs(KEYS) do
    local most, span = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
    local oldest = redis.call('LINDEX', key, 0)
    while oldest and tonumber(oldest) <= now - span do
        redis.call('LPOP', key)
        oldest = redis.call('LINDEX', key, 0)
    end
    local used = redis.call('LLEN', key)
    if used >= most then
        answer[1] = 0
    end
    answer[2 * i] = used
    answer[2 * i + 1] = oldest and oldest + span - now or span
end
if answer[1] == 1 then
    for i, key in ipairs(KEYS) do
        redis.call('RPUSH', key, now)
        redis.call('PEXPIRE', key, ARGV[2 * i])
    end
end
return answer
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` calls of `caller` in any `seconds`. Headers use `name`."""

    name: str
    most: int
    seconds: int
    caller: str

    @property
    def key(self) -> str:
        """The key of its window in Redis."""
        return f"limit:{self.name}:{self.caller}"


@dataclass(frozen=True, slots=True)
class RateLimitStatus:
    """One limit after a call: how many calls are `left`, and in how many seconds (`wait`) one more is."""

    limit: Limit
    left: int
    wait: int


@dataclass(frozen=True, slots=True)
class RateLimitResult:
    """The result of counting a call: it `passes` if every limit had room for it."""

    passes: bool
    statuses: Sequence[RateLimitStatus]

    @property
    def exceeded(self) -> RateLimitStatus:
        """The exhausted limit with the longest wait, for a call that does not pass."""
        return max((s for s in self.statuses if not s.left), key=lambda status: status.wait)

    def headers(self) -> list[tuple[str, str]]:
        """Quota and window, remaining calls and seconds, as in draft-ietf-httpapi-ratelimit-headers-10."""
        policies = (f'"{s.limit.name}";q={s.limit.most};w={s.limit.seconds}' for s in self.statuses)
        remaining = (f'"{s.limit.name}";r={s.left};t={s.wait}' for s in self.statuses)
        return [("RateLimit-Policy", ", ".join(policies)), ("RateLimit", ", ".join(remaining))]


def count(limits: Sequence[Limit]) -> RateLimitResult:
    """Counts one call against all these limits (at least one), or against none if it does not pass."""
    try:
        passes, *numbers = _script()(
            keys=[limit.key for limit in limits],
            args=[number for limit in limits for number in (limit.most, limit.seconds * 1000)],
        )
    except RedisUnavailable:
        return _count_here(limits)
    answers = zip(limits, numbers[::2], numbers[1::2], strict=True)
    return RateLimitResult(bool(passes), [_status(limit, used + passes, wait) for limit, used, wait in answers])


def _status(limit: Limit, used: int, milliseconds: int) -> RateLimitStatus:
    return RateLimitStatus(limit, max(0, limit.most - used), max(1, math.ceil(milliseconds / 1000)))


@cache
def _script() -> Script:
    return client().register_script(COUNT)


# --- Without Redis ---------------------------------------------------------------------------------


_local = MovingWindowRateLimiter(MemoryStorage())


def _count_here(limits: Iterable[Limit]) -> RateLimitResult:
    """Counts in this process, one window after the other: windows before a full one have counted the call."""
    passes, statuses = True, []
    for limit in limits:
        item = RateLimitItemPerSecond(limit.most, limit.seconds)
        passes = passes and _local.hit(item, limit.key)
        until, left = _local.get_window_stats(item, limit.key)
        statuses.append(_status(limit, limit.most - left, int((until - time.time()) * 1000)))
    return RateLimitResult(passes, statuses)
