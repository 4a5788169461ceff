"""Counters to which several processes add."""

import os
import threading
import time
from collections.abc import Callable

import pytest

from core import counters
from core.counters import (
    count,
    flush,
    gauge,
    observe,
)
from core.redis import RedisUnavailable

pytestmark = pytest.mark.usefixtures("no_numbers")


def after_two_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Move the clock of counters on by two seconds."""
    now = time.time()
    monkeypatch.setattr("core.counters.time.time", lambda: now + 2)


def test_counts_appear_after_a_flush_and_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    count("held")
    count("held", 4)
    flush()
    count("held")
    flush()
    assert counters.all_time().number("held") == 6
    after_two_seconds(monkeypatch)
    recent = counters.recent(10)
    assert recent.number("held") == 6
    assert recent.rate("held") == 0.6


def test_recent_leaves_out_the_current_second() -> None:
    count("held")
    flush()
    assert counters.recent(10).number("held") in (0, 1)  # 1 if a new second has begun meanwhile


def test_kinds_are_counted_separately_and_in_total() -> None:
    count("refusal:seats_taken", 2)
    count("refusal:not_on_sale")
    flush()
    numbers = counters.all_time()
    assert numbers.kinds("refusal") == {"seats_taken": 2, "not_on_sale": 1}
    assert numbers.number("refusal") == 3


def test_percentiles_are_accurate_to_a_bucket() -> None:
    for milliseconds in range(1, 101):
        observe("hold", milliseconds / 1000)
    flush()
    numbers = counters.all_time()
    assert numbers.percentile("hold", 0.95) == pytest.approx(0.095, rel=0.05)
    assert numbers.percentile("hold", 0.5) == pytest.approx(0.05, rel=0.05)
    assert numbers.total_seconds("hold") == pytest.approx(5.05, rel=0.01)
    assert numbers.percentile("pay", 0.95) is None
    assert numbers.timed() == {"hold"}


def test_longer_durations_count_in_the_last_bucket() -> None:
    observe("hold", 60)
    flush()
    assert counters.all_time().percentile("hold", 0.95) == counters.BOUNDS[-1]


def test_counts_of_several_threads_are_not_lost() -> None:
    threads = [threading.Thread(target=count_often, args=(1000,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    flush()
    assert counters.all_time().number("held") == 8000


def test_gauges_of_each_process_are_published() -> None:
    gauge("in_flight", lambda: 3)
    gauge("breaker:redis", lambda: "closed")
    flush()
    assert counters.processes() == {counters.own_name(): {"in_flight": "3", "breaker:redis": "closed"}}


def test_a_process_that_sends_no_gauges_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    gauge("in_flight", lambda: 3)
    flush()
    now = time.time()
    monkeypatch.setattr("core.counters.time.time", lambda: now + counters.PROCESS_SECONDS + 1)
    assert counters.processes() == {}


def test_all_time_sums_catch_up_after_redis_was_unavailable(use_redis: Callable[[str], None]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counters, "client", unavailable)
        count("held", 2)
        flush()
        count("held")
        flush()
        with pytest.raises(RedisUnavailable):
            counters.all_time()
    count("held")
    flush()
    assert counters.all_time().number("held") == 4
    flush()
    assert counters.all_time().number("held") == 4


def test_a_forked_process_starts_with_empty_counters() -> None:
    count("held")
    child = os.fork()
    if child == 0:  # leave without pytest's cleanup
        os._exit(0 if not counters._process.fresh else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def count_often(times: int) -> None:
    for _ in range(times):
        count("held")


def unavailable() -> None:
    raise RedisUnavailable
