"""An event's queue in Redis: a sorted set of user ids, and what admission has to remember from second to second.

A score below 1 is a place in the draw (bookings.waiting.shuffle), any other the time of joining, in seconds: whoever
came early stands before whoever came later. Where both keys move, a script moves them. Scripts take the time from Redis
itself, so that it is one clock for all; `at` (in seconds) is another clock, for who drives one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from redis.commands.core import Script

from accounts.redis import client

KEPT_SECONDS = 7 * 86_400  # after the last sign of life
MOST_CATCH_UP = 5  # seconds of admission that a late beat makes up for; the rest is let go, as all would come at once
REBUILD_SECONDS = 10  # that a queue which was lost has to form again before it moves
CLOCKS_DIFFER = 1  # second, between Redis and the database
USERS_A_CALL = 5_000

CLOCK = """
local function clock(at)
    if at ~= '' then return tonumber(at) end
    local time = redis.call('TIME')
    return tonumber(time[1]) + tonumber(time[2]) / 1000000
end
local function text(number) return string.format('%.17g', number) end
"""

# KEYS: queue, state. ARGV: at, user, opens_at, early score, score of a token (each may be empty).
# Nobody shares his time of joining: the order is that in which Redis was asked.
JOIN = (
    CLOCK
    + """
local now = clock(ARGV[1])
if not redis.call('ZSCORE', KEYS[1], ARGV[2]) then
    local score = ARGV[5]
    if score == '' then
        local drawn = redis.call('HEXISTS', KEYS[2], 'drawn') == 1
        if ARGV[3] ~= '' and now < tonumber(ARGV[3]) and not drawn then
            score = ARGV[4]
        else
            local last = tonumber(redis.call('HGET', KEYS[2], 'last') or '0')
            score = text(math.max(now, last + 0.000001))
            redis.call('HSET', KEYS[2], 'last', score)
        end
    end
    redis.call('ZADD', KEYS[1], score, ARGV[2])
    redis.call('HSETNX', KEYS[2], 'born', text(now))
end
return {redis.call('ZSCORE', KEYS[1], ARGV[2]), redis.call('ZRANK', KEYS[1], ARGV[2])}
"""
)

# KEYS: queue. ARGV: user.
SPOT = "return {redis.call('ZSCORE', KEYS[1], ARGV[1]), redis.call('ZRANK', KEYS[1], ARGV[1])}"

# KEYS: queue. ARGV: users.
RANKS = """
local ranks = {}
for place, user in ipairs(ARGV) do ranks[place] = redis.call('ZRANK', KEYS[1], user) end
return ranks
"""

# KEYS: queue, state. ARGV: at. From here on nobody is early any more.
CLOSE = (
    CLOCK
    + """
redis.call('HSETNX', KEYS[2], 'born', text(clock(ARGV[1])))
redis.call('HSET', KEYS[2], 'drawn', 1)
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(1')
"""
)

# KEYS: queue, state. ARGV: at, per second, room for, drawn_at, the seconds of MOST_CATCH_UP, REBUILD_SECONDS,
# CLOCKS_DIFFER and KEPT_SECONDS. Who is next stays in the queue until the passes are written.
SHARE = (
    CLOCK
    + """
local now = clock(ARGV[1])
redis.call('HSETNX', KEYS[2], 'born', text(now))
redis.call('EXPIRE', KEYS[1], ARGV[8])
redis.call('EXPIRE', KEYS[2], ARGV[8])
local born = tonumber(redis.call('HGET', KEYS[2], 'born'))
local last = tonumber(redis.call('HGET', KEYS[2], 'at') or now)
local credit = tonumber(redis.call('HGET', KEYS[2], 'credit') or '0')
local lost = born > tonumber(ARGV[4]) + tonumber(ARGV[7])
if lost and now < born + tonumber(ARGV[6]) then
    credit = 0
else
    credit = credit + math.min(math.max(now - last, 0), tonumber(ARGV[5])) * tonumber(ARGV[2])
end
local whole = math.floor(credit + 0.000001)
redis.call('HSET', KEYS[2], 'at', text(now), 'credit', text(credit - whole))
local number = math.min(whole, tonumber(ARGV[3]))
if number < 1 then return {} end
return redis.call('ZRANGE', KEYS[1], 0, number - 1)
"""
)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where somebody stands: `rank` 0 is next."""

    score: float
    rank: int


class Room:
    """The queue of one event. Everything here raises RedisGone."""

    def __init__(self, event_id: int) -> None:
        self._queue = f"queue:{{{event_id}}}:waiting"  # in braces: both keys on one server of a cluster
        self._state = f"queue:{{{event_id}}}:state"

    def join(
        self,
        user_id: int,
        *,
        opens_at: float | None = None,
        early: float = 0.0,
        restored: float | None = None,
        at: float | None = None,
    ) -> Spot:
        """Gives the user a place, if he has none: the `restored` one; before `opens_at` the one of the draw, `early`;
        else the last."""
        spot = self._run(JOIN, at, user_id, opens_at, early, restored)
        return Spot(float(spot[0]), int(spot[1]))

    def spot(self, user_id: int) -> Spot | None:
        """Where the user stands, if he does."""
        score, rank = _script(SPOT)(keys=[self._queue], args=[user_id])
        return None if score is None else Spot(float(score), int(rank))

    def ranks(self, user_ids: Sequence[int]) -> dict[int, int]:
        """Of those who stand in the queue, how many stand before each."""
        ranks: dict[int, int] = {}
        for first in range(0, len(user_ids), USERS_A_CALL):
            asked = user_ids[first : first + USERS_A_CALL]
            found = _script(RANKS)(keys=[self._queue], args=asked)
            ranks |= {user_id: rank for user_id, rank in zip(asked, found, strict=True) if rank is not None}
        return ranks

    def remove(self, user_ids: Sequence[int]) -> None:
        """They stand here no longer."""
        for first in range(0, len(user_ids), USERS_A_CALL):
            client().zrem(self._queue, *user_ids[first : first + USERS_A_CALL])

    def close_the_draw(self, *, at: float | None = None) -> list[int]:
        """Who came early. Nobody does from now on; asked again, the same are answered."""
        return [int(user_id) for user_id in self._run(CLOSE, at)]

    def keep(self) -> None:
        """Keeps a queue that does not move yet."""
        pipeline = client().pipeline()
        pipeline.expire(self._queue, KEPT_SECONDS)
        pipeline.expire(self._state, KEPT_SECONDS)
        pipeline.execute()

    def share(self, *, per_second: float, places: int, drawn_at: float, at: float | None = None) -> list[int]:
        """Who is to be let in for the time since this was last asked: `per_second`, but not more than `places`.

        Fractions are carried over, so that the rate is exact; what could not be used is not. A queue that began after
        its draw is one that was lost, and stands still until it has formed again.
        """
        limits = (MOST_CATCH_UP, REBUILD_SECONDS, CLOCKS_DIFFER, KEPT_SECONDS)
        return [int(user_id) for user_id in self._run(SHARE, at, per_second, max(0, places), drawn_at, *limits)]

    def __len__(self) -> int:
        """How many wait."""
        return client().zcard(self._queue)

    def _run(self, script: str, *args: float | None) -> Any:
        given = ["" if arg is None else arg for arg in args]
        return _script(script)(keys=[self._queue, self._state], args=given)


@cache
def _script(text: str) -> Script:
    return client().register_script(text)
