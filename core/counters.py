"""Counters, timings and gauges for the operator's page, /metrics and the waiting room.

`count` and `observe` add to a dictionary in this process. Once a second, a background thread adds the collected
numbers to two Redis hashes, which sum up all processes: one for the current second, kept for SECONDS_KEPT seconds, and
one for all time. While Redis is unavailable, the numbers for the all-time sums are kept and sent later, and those for
the per-second sums are lost. If Redis loses its data, all sums start from zero.

A counter's name is a short word. A kind may follow after a colon: "refusal:seats_taken" counts refusals of the kind
"seats_taken". A gauge is a value that is published as it is, not added up.
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

from core.redis import RedisUnavailable, client

log = structlog.get_logger(__name__)

TICK_SECONDS = 1.0
SECONDS_KEPT = 120
PROCESS_SECONDS = 5  # a process that has sent no gauges for this long counts as ended
# Upper ends of the histogram buckets of `observe`, in seconds; one more bucket takes all longer durations.
BOUNDS = (
    *(0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.075),
    *(0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 7.5, 10.0),
)
SUM = "sum"  # in place of a bucket's index: the sum of the durations, in microseconds

ALL_TIME = "numbers:all"
PROCESSES = "numbers:processes"

Reading = Callable[[], float | str]


@dataclass(frozen=True, slots=True)
class Numbers:
    """The counts and durations of all processes in a period of `seconds` seconds, or in all time (None)."""

    sums: Mapping[str, int]
    seconds: float | None = None

    def number(self, name: str) -> int:
        """Return the count of the counter `name`, including all its kinds."""
        return self.sums.get(name, 0) + sum(self.kinds(name).values())

    def kinds(self, name: str) -> dict[str, int]:
        """Return the count of each kind of the counter `name`, by kind."""
        start = f"{name}:"
        return {key.removeprefix(start): value for key, value in self.sums.items() if key.startswith(start)}

    def rate(self, name: str) -> float:
        """Return the count of the counter `name` per second. Raises ValueError for sums over all time."""
        if self.seconds is None:
            raise ValueError("Sums over all time have no rate.")
        return self.number(name) / self.seconds

    def timed(self) -> set[str]:
        """Return the names under which durations were recorded (`observe`)."""
        return {key.partition("|")[0] for key in self.sums if "|" in key}

    def classes(self, name: str) -> list[int]:
        """Return the number of durations in each bucket of BOUNDS; the last item counts those above all bounds."""
        return [self.sums.get(f"{name}|{index}", 0) for index in range(len(BOUNDS) + 1)]

    def total_seconds(self, name: str) -> float:
        """Return the sum of all durations of `name`, in seconds."""
        return self.sums.get(f"{name}|{SUM}", 0) / 1_000_000

    def percentile(self, name: str, share: float) -> float | None:
        """Return the duration in seconds that the fraction `share` (0 to 1) of all durations did not exceed.

        Interpolates within a bucket. Returns None if there are no durations or `share` is 0.
        """
        classes = self.classes(name)
        rank = share * sum(classes)
        if not rank:
            return None
        below = 0
        for index, number in enumerate(classes):
            if below + number >= rank:
                return _between(index, (rank - below) / number)
            below += number
        raise AssertionError("the classes hold fewer than their sum")


def _between(index: int, share: float) -> float:
    """Interpolate in bucket `index` of BOUNDS: return the duration at the fraction `share` (0 to 1) of its width.

    The last bucket has no upper end; return its lower end.
    """
    if index == len(BOUNDS):
        return BOUNDS[-1]
    start = BOUNDS[index - 1] if index else 0.0
    return start + share * (BOUNDS[index] - start)


class _Process:
    """The numbers that this process has not sent to Redis yet, its gauges, and the thread that sends both."""

    def __init__(self) -> None:
        self.gauges: dict[str, Reading] = {}
        self.reset()

    def reset(self) -> None:
        """Discard the collected numbers, the locks and the thread, but keep the gauges.

        Also called after a fork: the child has no thread, and may inherit a lock that is held.
        """
        self.lock = threading.Lock()
        self.flush_lock = threading.Lock()
        self.fresh: Counter[str] = Counter()
        self.unsent: Counter[str] = Counter()  # not yet in the all-time sums
        self.thread: threading.Thread | None = None

    def add(self, numbers: Mapping[str, int]) -> None:
        with self.lock:
            self.fresh.update(numbers)
            self._start_thread()

    def watch(self, name: str, read: Reading) -> None:
        with self.lock:
            self.gauges[name] = read
            self._start_thread()

    def _start_thread(self) -> None:
        if self.thread is None:
            self.thread = threading.Thread(target=_flush_every_second, name="counters", daemon=True)
            self.thread.start()

    def take(self) -> tuple[Counter[str], Counter[str]]:
        """Return the numbers collected since the last call, and all that the all-time sums in Redis still lack."""
        with self.lock:
            taken, self.fresh = self.fresh, Counter()
            self.unsent.update(taken)
        return taken, self.unsent

    def confirm(self) -> None:
        """Record that Redis has received the numbers of the last `take`."""
        self.unsent = Counter()


_process = _Process()
os.register_at_fork(after_in_child=lambda: _process.reset())


def count(name: str, number: int = 1) -> None:
    """Add `number` to the counter `name`, which may include a kind ("refusal:seats_taken")."""
    _process.add({name: number})


def observe(name: str, seconds: float) -> None:
    """Record a duration in seconds under `name`."""
    _process.add({f"{name}|{bisect_left(BOUNDS, seconds)}": 1, f"{name}|{SUM}": int(seconds * 1_000_000)})


def gauge(name: str, read: Reading) -> None:
    """Call `read` once a second from now on, and publish its result, a number or a word, as the gauge `name`."""
    _process.watch(name, read)


def recent(seconds: int = 10) -> Numbers:
    """Return the sums over the last `seconds` whole seconds, over all processes. Raises RedisUnavailable."""
    now = int(time.time())
    pipeline = client().pipeline(transaction=False)
    for second in range(now - seconds, now):
        pipeline.hgetall(_second_key(second))
    sums: Counter[str] = Counter()
    for numbers in pipeline.execute():
        sums.update(_read(numbers))
    return Numbers(sums, seconds)


def all_time() -> Numbers:
    """Return the sums since Redis was last empty, over all processes. Raises RedisUnavailable."""
    return Numbers(_read(client().hgetall(ALL_TIME)))


def processes() -> dict[str, dict[str, str]]:
    """Return the latest gauges of each running process, as text, by process name. Raises RedisUnavailable."""
    living: Any = client().zrangebyscore(PROCESSES, time.time() - PROCESS_SECONDS, "+inf")
    names = [name.decode() for name in living]
    pipeline = client().pipeline(transaction=False)
    for name in names:
        pipeline.hgetall(_process_key(name))
    gauges_of = zip(names, pipeline.execute(), strict=True) if names else []
    return {name: {key.decode(): value.decode() for key, value in gauges.items()} for name, gauges in gauges_of}


def own_gauges() -> dict[str, str]:
    """Return the current values of this process's gauges, as text, by name."""
    return {name: str(read()) for name, read in list(_process.gauges.items())}


def own_name() -> str:
    """Return the name of this process in `processes()`: host name and process id."""
    return f"{socket.gethostname()}:{os.getpid()}"


def flush() -> None:
    """Send the collected numbers and the gauges to Redis.

    If Redis is unavailable, the numbers are kept for the all-time sums, and lost for the sums of this second.
    """
    with _process.flush_lock, contextlib.suppress(RedisUnavailable):
        taken, unsent = _process.take()
        pipeline = client().pipeline(transaction=False)
        _add(pipeline, _second_key(int(time.time())), taken)
        pipeline.expire(_second_key(int(time.time())), SECONDS_KEPT)
        _add(pipeline, ALL_TIME, unsent)
        _add_gauges(pipeline)
        pipeline.execute()
        _process.confirm()


def _add(pipeline: Pipeline, key: str, numbers: Mapping[str, int]) -> None:
    for name, number in numbers.items():
        pipeline.hincrby(key, name, number)


def _add_gauges(pipeline: Pipeline) -> None:
    gauges: Any = own_gauges()
    if gauges:
        now, key = time.time(), _process_key(own_name())
        pipeline.zadd(PROCESSES, {own_name(): now})
        pipeline.zremrangebyscore(PROCESSES, "-inf", now - SECONDS_KEPT)
        pipeline.hset(key, mapping=gauges)
        pipeline.expire(key, PROCESS_SECONDS)


def _flush_every_second() -> None:
    while True:
        time.sleep(TICK_SECONDS)
        try:
            flush()
        except Exception:  # the thread must survive; the next second tries again
            log.exception("counters_flush_failed")


def _read(numbers: Mapping[Any, Any]) -> dict[str, int]:
    return {name.decode(): int(number) for name, number in numbers.items()}


def _second_key(second: int) -> str:
    return f"numbers:{second}"


def _process_key(name: str) -> str:
    return f"numbers:process:{name}"
