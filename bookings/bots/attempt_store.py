"""What buyers did lately, kept in Redis: counts that halve in an hour and are deleted after six.

One script, one round trip, records an attempt and returns all that is known. If Redis loses it, counting starts again.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import redis
from django.conf import settings

from bookings.bots.signals import HALF_SECONDS, Facts
from core.redis import RedisUnavailable, client

KEPT_SECONDS = 6 * 3600
FADING = f"""
local now = tonumber(ARGV[1])
if not now then
  local clock = redis.call('TIME')
  now = clock[1] + clock[2] / 1000000
end
local stamp = string.format('%.4f', now)

-- Adds to the counts of a hash, which halve in an hour; returns them.
local function add(key, more)
  local at = tonumber(redis.call('HGET', key, 'at')) or now
  local factor = 0.5 ^ (math.max(0, now - at) / {HALF_SECONDS})
  local counts = {{}}
  for name, count in pairs(more) do
    counts[name] = (tonumber(redis.call('HGET', key, name)) or 0) * factor + count
    redis.call('HSET', key, name, math.max(0, counts[name]))
  end
  redis.call('HSET', key, 'at', stamp)
  redis.call('EXPIRE', key, {KEPT_SECONDS})
  return counts
end
"""
# KEYS: the buyer, their address, its accounts, what the event has freed, the solution.
# ARGV: the time or '', the buyer's id, their address, for how many seconds to remember the solution (0: there is none).
ATTEMPT = (
    FADING
    + """
local buyer, place, accounts, freed, solution = unpack(KEYS)

-- The times of the latest eight attempts, newest first.
local function note_time(key)
  local times = {stamp}
  for at in string.gmatch(redis.call('HGET', key, 'times') or '', '[^,]+') do
    if #times < 8 and now - at < 600 then times[#times + 1] = at end
  end
  redis.call('HSET', key, 'times', table.concat(times, ','))
end

-- Whether other buyers' seats came free less than half a second ago, while that is too rare to be met by chance.
local function is_snipe()
  local recent, newest = 0, 0
  for _, entry in ipairs(redis.call('LRANGE', freed, 0, -1)) do
    local at, who = string.match(entry, '(.+):(.+)')
    if now - at < 10 then recent = recent + 1 end
    if who ~= ARGV[2] then newest = math.max(newest, tonumber(at)) end
  end
  return recent <= 2 and now - newest < 0.5
end

local solved = tonumber(ARGV[4]) > 0 and redis.call('SET', solution, 1, 'NX', 'EX', ARGV[4])
if not solved then -- with a solution it is the previous attempt again
  note_time(buyer)
  note_time(place)
end
local snipe = not solved and is_snipe()
local own = add(buyer, {wasted = 0, snipes = snipe and 1 or 0, unanswered = solved and -1 or 0})
local shared = add(place, {wasted = 0, attempts = solved and 0 or 1})
redis.call('HSET', buyer, 'address', ARGV[3])
redis.call('PFADD', accounts, ARGV[2])
if redis.call('TTL', accounts) < 0 then redis.call('EXPIRE', accounts, 3600) end
return {
  solved and 1 or 0,
  tostring(own.wasted), tostring(own.snipes), tostring(math.max(0, own.unanswered)),
  redis.call('HGET', buyer, 'times') or '',
  redis.call('PFCOUNT', accounts),
  tostring(shared.attempts), tostring(shared.wasted), redis.call('HGET', place, 'times') or ''
}
"""
)
# KEYS: the buyer, what the event has freed. ARGV: the time or '', the buyer's id, the prefix of addresses' keys.
WASTE = (
    FADING
    + """
add(KEYS[1], {wasted = 1})
local address = redis.call('HGET', KEYS[1], 'address')
if address then add(ARGV[3] .. address, {wasted = 1}) end
redis.call('LPUSH', KEYS[2], stamp .. ':' .. ARGV[2])
redis.call('LTRIM', KEYS[2], 0, 3)
redis.call('EXPIRE', KEYS[2], 60)
"""
)
ADDRESS = "bots:address:"


class Wasted(NamedTuple):
    """A hold that freed its seats again without a sale."""

    buyer_id: int
    event_id: int


class AttemptHistory(NamedTuple):
    """The answer of Redis: the facts, and whether it accepted the solution (once each)."""

    facts: Facts
    solved: bool


def note_attempt(
    *,
    buyer_id: int,
    event_id: int,
    address: str,
    solution: str = "",
    solution_seconds: int = 0,
    now: float | None = None,
) -> AttemptHistory:
    """Records that the buyer asks for seats; returns what is known about them and their address.

    `solution` names a solved challenge, which is remembered for `solution_seconds`. `now` (seconds) is Redis'
    clock unless a test drives it. Raises RedisUnavailable.
    """
    place, accounts = ADDRESS + address, f"bots:accounts:{address}"
    keys = (_buyer(buyer_id), place, accounts, _freed(event_id), f"bots:solved:{solution}")
    arguments = (_time(now), buyer_id, address, solution_seconds if solution else 0)
    return _history(_run(client(), ATTEMPT, keys, arguments))


def note_refusal(*, buyer_id: int, address: str, challenged: bool) -> None:
    """Records that the latest attempt was answered with a challenge, or refused. Raises RedisUnavailable."""
    pipe = client().pipeline(transaction=False)
    pipe.hincrbyfloat(_buyer(buyer_id), "unanswered", int(challenged))
    pipe.hincrbyfloat(ADDRESS + address, "attempts", -1)
    pipe.execute()


def note_wasted(holds: Iterable[Wasted], *, now: float | None = None) -> None:
    """Records holds that ended unpaid or were cancelled. Does nothing without Redis."""
    if not settings.BOT_CHALLENGE:
        return
    pipe = client().pipeline(transaction=False)
    for hold in holds:
        keys = (_buyer(hold.buyer_id), _freed(hold.event_id))
        _run(pipe, WASTE, keys, (_time(now), hold.buyer_id, ADDRESS))
    try:
        pipe.execute()
    except RedisUnavailable:
        return


def _run(redis_: redis.Redis, script: str, keys: Sequence[str], arguments: Sequence[Any]) -> Any:
    return redis_.eval(script, len(keys), *keys, *arguments)


def _history(answer: Sequence[Any]) -> AttemptHistory:
    solved, wasted, snipes, unanswered, times, neighbours, attempts, address_wasted, address_times = answer
    facts = Facts(
        wasted=float(wasted),
        snipes=float(snipes),
        unanswered=float(unanswered),
        times=_times(times),
        neighbours=neighbours,
        address_attempts=float(attempts),
        address_wasted=float(address_wasted),
        address_times=_times(address_times),
    )
    return AttemptHistory(facts, bool(solved))


def _times(text: bytes) -> list[float]:
    return [float(at) for at in text.split(b",") if at]


def _time(now: float | None) -> float | str:
    return "" if now is None else now


def _buyer(buyer_id: int) -> str:
    return f"bots:buyer:{buyer_id}"


def _freed(event_id: int) -> str:
    return f"bots:freed:{event_id}"
