"""An event's queue in Redis: a sorted set of user ids (queue), and a hash with the state of admission (state).

A score below 1 is a place in the lottery (`shuffle`); any other score is the time of joining in seconds since 1970.
Users who came early are therefore ahead of all others. Lua scripts make all changes that involve both keys. Scripts
read the clock of Redis, so that all processes use the same one; `at` (seconds since 1970) replaces it in tests and
benchmarks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from redis.commands.core import Script

from core.redis import client

EXPIRY_SECONDS = 7 * 86_400  # Redis deletes a queue this long after the last `next_batch` or `extend_expiry`
MAX_CATCH_UP_SECONDS = 5  # of admission that a late call makes up for; more would admit too many at once
REBUILD_SECONDS = 10  # after Redis has lost a queue, nobody is admitted for this long, so that buyers can return
CLOCK_TOLERANCE = 1  # seconds that the clocks of Redis and the database may differ
USERS_PER_CALL = 5_000

CLOCK = """
local function clock(at)
    if at ~= '' then return tonumber(at) end
    local time = redis.call('TIME')
    return tonumber(time[1]) + tonumber(time[2]) / 1000000
end
local function text(number) return string.format('%.17g', number) end
"""

# KEYS: queue, state. ARGV: at, user, opens_at, score in the lottery, score from a place token (each may be empty).
# No two users get the same time of joining: the order is that of the calls to Redis.
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
return {redis.call('ZSCORE', KEYS[1], ARGV[2]), redis.call('ZRANK', KEYS[1], ARGV[2]), redis.call('ZCARD', KEYS[1])}
"""
)

# KEYS: queue. ARGV: user.
READ_PLACE = """
return {redis.call('ZSCORE', KEYS[1], ARGV[1]), redis.call('ZRANK', KEYS[1], ARGV[1]), redis.call('ZCARD', KEYS[1])}
"""

# KEYS: queue. ARGV: users.
RANKS = """
local ranks = {}
for place, user in ipairs(ARGV) do ranks[place] = redis.call('ZRANK', KEYS[1], user) end
return ranks
"""

# KEYS: queue, state. ARGV: at. Whoever joins after this script gets a time of joining, no place in the lottery.
CLOSE_LOTTERY = (
    CLOCK
    + """
redis.call('HSETNX', KEYS[2], 'born', text(clock(ARGV[1])))
redis.call('HSET', KEYS[2], 'drawn', 1)
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(1')
"""
)

# KEYS: queue, state. ARGV: at, users per second, maximum number of users, drawn_at, MAX_CATCH_UP_SECONDS,
# REBUILD_SECONDS, CLOCK_TOLERANCE, EXPIRY_SECONDS. The users stay in the queue until their passes are written.
NEXT_BATCH = (
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
class Place:
    """A user's place in the queue.

    Its score in the sorted set, its `rank` (the number of users ahead), and how many users wait in all.
    """

    score: float
    rank: int
    waiting: int


class Room:
    """The queue of one event. All methods may raise RedisUnavailable."""

    def __init__(self, event_id: int) -> None:
        self._queue = f"queue:{{{event_id}}}:waiting"  # the braces put both keys on the same server of a cluster
        self._state = f"queue:{{{event_id}}}:state"

    def join(
        self,
        user_id: int,
        *,
        opens_at: float | None = None,
        early: float = 0.0,
        restored: float | None = None,
        at: float | None = None,
    ) -> Place:
        """Add the user to the queue unless they are in it, and return their place.

        A new place has the score `restored` if that is given. Otherwise it has the score `early` before `opens_at`
        (seconds since 1970) and before the lottery, and is the end of the queue afterwards.
        """
        place = self._run(JOIN, at, user_id, opens_at, early, restored)
        return Place(float(place[0]), int(place[1]), int(place[2]))

    def place(self, user_id: int) -> Place | None:
        """Return the user's place, or None if they are not in the queue."""
        score, rank, waiting = _script(READ_PLACE)(keys=[self._queue], args=[user_id])
        return None if score is None else Place(float(score), int(rank), int(waiting))

    def ranks(self, user_ids: Sequence[int]) -> dict[int, int]:
        """Return the number of users ahead of each of these users; those who are not in the queue are left out."""
        ranks: dict[int, int] = {}
        for first in range(0, len(user_ids), USERS_PER_CALL):
            batch = user_ids[first : first + USERS_PER_CALL]
            found = _script(RANKS)(keys=[self._queue], args=batch)
            ranks |= {user_id: rank for user_id, rank in zip(batch, found, strict=True) if rank is not None}
        return ranks

    def remove(self, user_ids: Sequence[int]) -> None:
        """Remove the users from the queue."""
        for first in range(0, len(user_ids), USERS_PER_CALL):
            client().zrem(self._queue, *user_ids[first : first + USERS_PER_CALL])

    def close_lottery(self, *, at: float | None = None) -> list[int]:
        """Close the lottery and return the ids of the users who came early; a repeated call returns the same users."""
        return [int(user_id) for user_id in self._run(CLOSE_LOTTERY, at)]

    def extend_expiry(self) -> None:
        """Keep the queue in Redis for another EXPIRY_SECONDS; for queues from which nobody is admitted yet."""
        pipeline = client().pipeline()
        pipeline.expire(self._queue, EXPIRY_SECONDS)
        pipeline.expire(self._state, EXPIRY_SECONDS)
        pipeline.execute()

    def next_batch(self, *, per_second: float, places: int, drawn_at: float, at: float | None = None) -> list[int]:
        """Return the ids of the users to admit now, from the front of the queue; they stay in it until `remove`.

        The number is `per_second` times the seconds since the last call (at most MAX_CATCH_UP_SECONDS), limited to
        `places`. A fraction of a user is carried over to the next call; users over the limit are not.

        `drawn_at` is the time of the lottery (seconds since 1970). If the queue was created later, Redis lost the
        original; nobody is admitted for REBUILD_SECONDS after that, so that buyers can join again.
        """
        limits = (MAX_CATCH_UP_SECONDS, REBUILD_SECONDS, CLOCK_TOLERANCE, EXPIRY_SECONDS)
        return [int(user_id) for user_id in self._run(NEXT_BATCH, at, per_second, max(0, places), drawn_at, *limits)]

    def __len__(self) -> int:
        """Return the number of waiting users."""
        return client().zcard(self._queue)

    def _run(self, script: str, *args: float | None) -> Any:
        values = ["" if arg is None else arg for arg in args]
        return _script(script)(keys=[self._queue, self._state], args=values)


@cache
def _script(text: str) -> Script:
    return client().register_script(text)
