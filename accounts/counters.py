"""What is counted and timed, for the operator's page, /metrics and the waiting room: cheap, and no more than numbers.

A call of `count` or `observe` adds to a dictionary in this process. Once a second a thread of its own brings what has
come together to Redis, where the processes' numbers add up twice: in a hash of that second, kept for two minutes, and
in one of all time. If Redis is gone, the sums of all time catch up later; the seconds are lost, and so are both sums
with Redis. Names are short words; a kind may follow after a colon: "refusal:seats_taken".
"""

import contextlib
import os
import socket
import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from redis.client import Pipeline

from accounts.redis import RedisGone, client

log = structlog.get_logger(__name__)

TICK_SECONDS = 1.0
SECONDS_KEPT = 120
PROCESS_KEPT = 5  # seconds after which a process that says nothing is no more
# Upper ends of the classes of `observe`, in seconds; what is longer is in the last class, which has no end.
BOUNDS = (
    *(0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.075),
    *(0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 7.5, 10.0),
)
SUM = "sum"  # of microseconds

ALL_TIME = "numbers:all"
PROCESSES = "numbers:processes"

Reading = Callable[[], float | str]


@dataclass(frozen=True, slots=True)
class Numbers:
    """Sums of `seconds` seconds, or of all time (None)."""

    sums: Mapping[str, int]
    seconds: float | None = None

    def number(self, name: str) -> int:
        """How many were counted; of a name that has kinds, all of them."""
        return self.sums.get(name, 0) + sum(self.kinds(name).values())

    def kinds(self, name: str) -> dict[str, int]:
        """How many of each kind of a name."""
        start = f"{name}:"
        return {key.removeprefix(start): value for key, value in self.sums.items() if key.startswith(start)}

    def rate(self, name: str) -> float:
        """How many a second."""
        assert self.seconds
        return self.number(name) / self.seconds

    def timed(self) -> set[str]:
        """The names that were observed."""
        return {key.partition("|")[0] for key in self.sums if "|" in key}

    def classes(self, name: str) -> list[int]:
        """How many durations fell into each class of BOUNDS, and after them."""
        return [self.sums.get(f"{name}|{place}", 0) for place in range(len(BOUNDS) + 1)]

    def total_seconds(self, name: str) -> float:
        """The sum of all durations."""
        return self.sums.get(f"{name}|{SUM}", 0) / 1_000_000

    def percentile(self, name: str, share: float) -> float | None:
        """The duration, in seconds, that `share` (0 to 1) of the observed did not exceed: exact to its class."""
        classes = self.classes(name)
        rank = share * sum(classes)
        if not rank:
            return None
        below = 0
        for place, many in enumerate(classes):
            if below + many >= rank:
                return _between(place, (rank - below) / many)
            below += many
        raise AssertionError("the classes hold fewer than their sum")


def _between(place: int, share: float) -> float:
    """So far into a class."""
    if place == len(BOUNDS):
        return BOUNDS[-1]
    start = BOUNDS[place - 1] if place else 0.0
    return start + share * (BOUNDS[place] - start)


class _Process:
    """What this process has counted and not told yet."""

    def __init__(self) -> None:
        self.gauges: dict[str, Reading] = {}
        self.reset()

    def reset(self) -> None:
        """As it is at the start, and after a fork, which takes no thread along and perhaps a held lock."""
        self.lock = threading.Lock()
        self.telling = threading.Lock()
        self.fresh: Counter[str] = Counter()
        self.untold: Counter[str] = Counter()  # to the sums of all time
        self.teller: threading.Thread | None = None

    def add(self, numbers: Mapping[str, int]) -> None:
        with self.lock:
            self.fresh.update(numbers)
            self._begin()

    def watch(self, name: str, read: Reading) -> None:
        with self.lock:
            self.gauges[name] = read
            self._begin()

    def _begin(self) -> None:
        if self.teller is None:
            self.teller = threading.Thread(target=_tell_for_ever, name="counters", daemon=True)
            self.teller.start()

    def take(self) -> tuple[Counter[str], Counter[str]]:
        """What came together since it was taken last, and since it was told last."""
        with self.lock:
            taken, self.fresh = self.fresh, Counter()
            self.untold.update(taken)
        return taken, self.untold

    def told(self) -> None:
        """All that was taken has arrived."""
        self.untold = Counter()


_process = _Process()
os.register_at_fork(after_in_child=lambda: _process.reset())


def count(name: str, number: int = 1) -> None:
    """Counts something that happened."""
    _process.add({name: number})


def observe(name: str, seconds: float) -> None:
    """Notes how long something took."""
    _process.add({f"{name}|{bisect_left(BOUNDS, seconds)}": 1, f"{name}|{SUM}": int(seconds * 1_000_000)})


def gauge(name: str, read: Reading) -> None:
    """From now on this process tells, once a second, what `read` gives: something that goes up and down, or a word."""
    _process.watch(name, read)


def recent(seconds: int = 10) -> Numbers:
    """The sums of the last so many whole seconds, over all processes. Raises RedisGone."""
    now = int(time.time())
    pipeline = client().pipeline(transaction=False)
    for second in range(now - seconds, now):
        pipeline.hgetall(_second_key(second))
    sums: Counter[str] = Counter()
    for numbers in pipeline.execute():
        sums.update(_read(numbers))
    return Numbers(sums, seconds)


def all_time() -> Numbers:
    """The sums since Redis began, over all processes. Raises RedisGone."""
    return Numbers(_read(client().hgetall(ALL_TIME)))


def processes() -> dict[str, dict[str, str]]:
    """What the gauges of each living process said last, by the process's name. Raises RedisGone."""
    living: Any = client().zrangebyscore(PROCESSES, time.time() - PROCESS_KEPT, "+inf")
    names = [name.decode() for name in living]
    pipeline = client().pipeline(transaction=False)
    for name in names:
        pipeline.hgetall(_process_key(name))
    told = zip(names, pipeline.execute(), strict=True) if names else []
    return {name: {key.decode(): value.decode() for key, value in gauges.items()} for name, gauges in told}


def own_gauges() -> dict[str, str]:
    """What the gauges of this process say now."""
    return {name: str(read()) for name, read in list(_process.gauges.items())}


def own_name() -> str:
    """What this process is called in `processes`."""
    return f"{socket.gethostname()}:{os.getpid()}"


def flush() -> None:
    """Brings to Redis what this process has counted; if Redis is gone, all but this second's is kept for later."""
    with _process.telling, contextlib.suppress(RedisGone):
        taken, untold = _process.take()
        pipeline = client().pipeline(transaction=False)
        _add(pipeline, _second_key(int(time.time())), taken)
        pipeline.expire(_second_key(int(time.time())), SECONDS_KEPT)
        _add(pipeline, ALL_TIME, untold)
        _add_gauges(pipeline)
        pipeline.execute()
        _process.told()


def _add(pipeline: Pipeline, key: str, numbers: Mapping[str, int]) -> None:
    for name, number in numbers.items():
        pipeline.hincrby(key, name, number)


def _add_gauges(pipeline: Pipeline) -> None:
    said: Any = own_gauges()
    if said:
        now, key = time.time(), _process_key(own_name())
        pipeline.zadd(PROCESSES, {own_name(): now})
        pipeline.zremrangebyscore(PROCESSES, "-inf", now - SECONDS_KEPT)
        pipeline.hset(key, mapping=said)
        pipeline.expire(key, PROCESS_KEPT)


def _tell_for_ever() -> None:
    while True:
        time.sleep(TICK_SECONDS)
        try:
            flush()
        except Exception:  # numbers are not worth a dead thread; the next second tries again
            log.exception("numbers_untold")


def _read(numbers: Mapping[Any, Any]) -> dict[str, int]:
    return {name.decode(): int(number) for name, number in numbers.items()}


def _second_key(second: int) -> str:
    return f"numbers:{second}"


def _process_key(name: str) -> str:
    return f"numbers:process:{name}"
