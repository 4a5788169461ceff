"""Recent attempts to hold seats and wasted holds (those that expired or were cancelled) of buyers, counted in Redis.

Counts halve every hour and are deleted BOT_SIGNAL_HOURS after their last change. One script, in one round trip, records
an attempt and returns the counts. If Redis loses them, counting starts again.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import redis
from django.conf import settings

from bookings.bots.signals import HALF_LIFE_SECONDS, Facts
from core.redis import RedisUnavailable, client

STORED_SECONDS = settings.BOT_SIGNAL_HOURS * 3600
ADD_TO_COUNTS = f"""
local now = tonumber(ARGV[1])
if not now then
  local clock = redis.call('TIME')
  now = clock[1] + clock[2] / 1000000
end
local stamp = string.format('%.4f', now)

-- Adds to the counts in a hash, after reducing them by their age; returns them.
local function add(key, added)
  local at = tonumber(redis.call('HGET', key, 'at')) or now
  local factor = 0.5 ^ (math.max(0, now - at) / {HALF_LIFE_SECONDS})
  local counts = {{}}
  for name, count in pairs(added) do
    counts[name] = (tonumber(redis.call('HGET', key, name)) or 0) * factor + count
    redis.call('HSET', key, name, math.max(0, counts[name]))
  end
  redis.call('HSET', key, 'at', stamp)
  redis.call('EXPIRE', key, {STORED_SECONDS})
  return counts
end
"""
# KEYS: the buyer, their address, the accounts at the address, the event's freed seats, the solution.
# ARGV: the time or '', the buyer's id, their address, for how many seconds to store the solution (0: there is none).
RECORD_ATTEMPT = (
    ADD_TO_COUNTS
    + """
local buyer, address, accounts, freed, solution = unpack(KEYS)

-- The times of the latest eight attempts, newest first.
local function record_time(key)
  local times = {stamp}
  for at in string.gmatch(redis.call('HGET', key, 'times') or '', '[^,]+') do
    if #times < 8 and now - at < 600 then times[#times + 1] = at end
  end
  redis.call('HSET', key, 'times', table.concat(times, ','))
end

-- Whether other buyers' seats became free less than half a second ago, while that happens too rarely to be chance.
local function is_snipe()
  local recent, newest = 0, 0
  for _, entry in ipairs(redis.call('LRANGE', freed, 0, -1)) do
    local at, buyer_id = string.match(entry, '(.+):(.+)')
    if now - at < 10 then recent = recent + 1 end
    if buyer_id ~= ARGV[2] then newest = math.max(newest, tonumber(at)) end
  end
  return recent <= 2 and now - newest < 0.5
end

local solved = tonumber(ARGV[4]) > 0 and redis.call('SET', solution, 1, 'NX', 'EX', ARGV[4])
if not solved then -- with a solution, the previous attempt is repeated
  record_time(buyer)
  record_time(address)
end
local snipe = not solved and is_snipe()
local own = add(buyer, {wasted = 0, snipes = snipe and 1 or 0, unanswered = solved and -1 or 0})
local shared = add(address, {wasted = 0, attempts = solved and 0 or 1})
redis.call('HSET', buyer, 'address', ARGV[3])
redis.call('PFADD', accounts, ARGV[2])
if redis.call('TTL', accounts) < 0 then redis.call('EXPIRE', accounts, 3600) end
return {
  solved and 1 or 0,
  tostring(own.wasted), tostring(own.snipes), tostring(math.max(0, own.unanswered)),
  redis.call('HGET', buyer, 'times') or '',
  redis.call('PFCOUNT', accounts),
  tostring(shared.attempts), tostring(shared.wasted), redis.call('HGET', address, 'times') or ''
}
"""
)
# KEYS: the buyer, the event's freed seats. ARGV: the time or '', the buyer's id, the prefix of addresses' keys.
RECORD_WASTED = (
    ADD_TO_COUNTS
    + """
add(KEYS[1], {wasted = 1})
local address = redis.call('HGET', KEYS[1], 'address')
if address then add(ARGV[3] .. address, {wasted = 1}) end
redis.call('LPUSH', KEYS[2], stamp .. ':' .. ARGV[2])
redis.call('LTRIM', KEYS[2], 0, 3)
redis.call('EXPIRE', KEYS[2], 60)
"""
)
ADDRESS_KEY = "bots:address:"


class WastedHold(NamedTuple):
    """A hold that ended without a sale."""

    buyer_id: int
    event_id: int


class Stored(NamedTuple):
    """What is stored about a buyer: their latest IP address, wasted holds, and the times of their latest attempts."""

    address: str
    wasted: float
    times: list[float]  # seconds since 1970, newest first


class AttemptHistory(NamedTuple):
    """The facts about a buyer, and whether their solution of a challenge was accepted (each is accepted once)."""

    facts: Facts
    solved: bool


def record_attempt(
    *,
    buyer_id: int,
    event_id: int,
    address: str,
    solution: str = "",
    solution_seconds: int = 0,
    now: float | None = None,
) -> AttemptHistory:
    """Record an attempt of the buyer to hold seats; return the facts about the buyer and their IP address.

    `solution` identifies a solved challenge; it is stored for `solution_seconds`, so that it is accepted only once. An
    attempt with an accepted solution repeats the one that was challenged, so it is not recorded as another. `now` is in
    seconds since 1970; by default it is the time of Redis. Raises RedisUnavailable.
    """
    keys = (
        _buyer_key(buyer_id),
        ADDRESS_KEY + address,
        f"bots:accounts:{address}",
        _freed_key(event_id),
        f"bots:solved:{solution}",
    )
    arguments = (_time(now), buyer_id, address, solution_seconds if solution else 0)
    return _history(_run(client(), RECORD_ATTEMPT, keys, arguments))


def record_refusal(*, buyer_id: int, address: str, challenged: bool) -> None:
    """Record that the buyer's latest attempt was refused, and whether with a challenge (`challenged`).

    The attempt no longer counts as one of the address. Raises RedisUnavailable.
    """
    pipe = client().pipeline(transaction=False)
    pipe.hincrbyfloat(_buyer_key(buyer_id), "unanswered", int(challenged))
    pipe.hincrbyfloat(ADDRESS_KEY + address, "attempts", -1)
    pipe.execute()


def record_wasted_holds(holds: Iterable[WastedHold], *, now: float | None = None) -> None:
    """Count these holds as wasted. Does nothing if Redis is unavailable or BOT_CHALLENGE is off."""
    if not settings.BOT_CHALLENGE:
        return
    pipe = client().pipeline(transaction=False)
    for hold in holds:
        keys = (_buyer_key(hold.buyer_id), _freed_key(hold.event_id))
        _run(pipe, RECORD_WASTED, keys, (_time(now), hold.buyer_id, ADDRESS_KEY))
    try:
        pipe.execute()
    except RedisUnavailable:
        return


def stored_about(buyer_id: int) -> Stored:
    """Return what is stored under a buyer's id. Raises RedisUnavailable."""
    values: Any = client().hmget(_buyer_key(buyer_id), ["address", "wasted", "times"])
    address, wasted, times = values
    return Stored((address or b"").decode(), float(wasted or 0), _times(times or b""))


def forget(buyer_id: int) -> None:
    """Delete what is stored under a buyer's id. If Redis is unavailable, it expires by itself (STORED_SECONDS)."""
    with suppress(RedisUnavailable):
        client().delete(_buyer_key(buyer_id))


def _run(redis_: redis.Redis, script: str, keys: Sequence[str], arguments: Sequence[Any]) -> Any:
    return redis_.eval(script, len(keys), *keys, *arguments)


def _history(reply: Sequence[Any]) -> AttemptHistory:
    solved, wasted, snipes, unanswered, times, accounts, attempts, address_wasted, address_times = reply
    facts = Facts(
        wasted=float(wasted),
        snipes=float(snipes),
        unanswered=float(unanswered),
        times=_times(times),
        accounts=accounts,
        address_attempts=float(attempts),
        address_wasted=float(address_wasted),
        address_times=_times(address_times),
    )
    return AttemptHistory(facts, bool(solved))


def _times(text: bytes) -> list[float]:
    return [float(at) for at in text.split(b",") if at]


def _time(now: float | None) -> float | str:
    return "" if now is None else now


def _buyer_key(buyer_id: int) -> str:
    return f"bots:buyer:{buyer_id}"


def _freed_key(event_id: int) -> str:
    return f"bots:freed:{event_id}"
