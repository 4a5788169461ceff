"""Limits: at most so many calls of one caller in any span of so many seconds, wherever they arrive.

A call is counted in all its windows by one script, one round trip: if all of them have room, else in none. So any
number of calls at once gets through exactly as far as the limit, and who is refused does not wait longer for having
asked again. Without Redis each process counts for itself, by the same rates.
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

from accounts.redis import RedisGone, client

# A window is a list of the times (milliseconds, by the clock of Redis) of the calls in it, the oldest first.
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
    """At most `most` calls of `caller` in any `seconds`. `name` is what it is called in headers."""

    name: str
    most: int
    seconds: int
    caller: str

    @property
    def key(self) -> str:
        """Of its window in Redis."""
        return f"limit:{self.name}:{self.caller}"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a caller stands with a limit: so many calls `left`, one more in `wait` seconds."""

    limit: Limit
    left: int
    wait: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of counting a call: it `passes` if every limit had room for it."""

    passes: bool
    standings: Sequence[Standing]

    @property
    def exceeded(self) -> Standing:
        """Of a call that does not pass: what it has to wait for longest."""
        return max((s for s in self.standings if not s.left), key=lambda standing: standing.wait)

    def headers(self) -> list[tuple[str, str]]:
        """As draft-ietf-httpapi-ratelimit-headers-10 has them: quota and window, what remains and for how long."""
        policies = (f'"{s.limit.name}";q={s.limit.most};w={s.limit.seconds}' for s in self.standings)
        remaining = (f'"{s.limit.name}";r={s.left};t={s.wait}' for s in self.standings)
        return [("RateLimit-Policy", ", ".join(policies)), ("RateLimit", ", ".join(remaining))]


def count(limits: Sequence[Limit]) -> Verdict:
    """Counts one call against all these limits, at least one; against none if it does not pass."""
    try:
        passes, *numbers = _script()(
            keys=[limit.key for limit in limits],
            args=[number for limit in limits for number in (limit.most, limit.seconds * 1000)],
        )
    except RedisGone:
        return _count_here(limits)
    told = zip(limits, numbers[::2], numbers[1::2], strict=True)
    return Verdict(bool(passes), [_standing(limit, used + passes, wait) for limit, used, wait in told])


def _standing(limit: Limit, used: int, milliseconds: int) -> Standing:
    return Standing(limit, max(0, limit.most - used), max(1, math.ceil(milliseconds / 1000)))


@cache
def _script() -> Script:
    return client().register_script(COUNT)


# --- Without Redis ---------------------------------------------------------------------------------


_local = MovingWindowRateLimiter(MemoryStorage())


def _count_here(limits: Iterable[Limit]) -> Verdict:
    """Counts in this process. In one window after the other: those before a full one have counted the call."""
    passes, standings = True, []
    for limit in limits:
        item = RateLimitItemPerSecond(limit.most, limit.seconds)
        passes = passes and _local.hit(item, limit.key)
        until, left = _local.get_window_stats(item, limit.key)
        standings.append(_standing(limit, limit.most - left, int((until - time.time()) * 1000)))
    return Verdict(passes, standings)
