"""Counters that several processes add to."""

import os
import threading
import time
from collections.abc import Callable

import pytest

from accounts import counters
from accounts.counters import count, flush, gauge, observe
from accounts.redis import RedisGone

pytestmark = pytest.mark.usefixtures("no_numbers")


def seconds_that_are_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two seconds later."""
    now = time.time()
    monkeypatch.setattr("accounts.counters.time.time", lambda: now + 2)


def test_what_was_counted_is_there_after_the_flush_and_adds_up(monkeypatch: pytest.MonkeyPatch) -> None:
    count("held")
    count("held", 4)
    flush()
    count("held")
    flush()
    assert counters.all_time().number("held") == 6
    seconds_that_are_over(monkeypatch)
    recent = counters.recent(10)
    assert recent.number("held") == 6
    assert recent.rate("held") == 0.6


def test_the_second_that_still_runs_is_not_among_the_recent_ones() -> None:
    count("held")
    flush()
    assert counters.recent(10).number("held") in (0, 1)  # 1 if the second is over by now


def test_kinds_are_counted_apart_and_together() -> None:
    count("refusal:seats_taken", 2)
    count("refusal:not_on_sale")
    flush()
    numbers = counters.all_time()
    assert numbers.kinds("refusal") == {"seats_taken": 2, "not_on_sale": 1}
    assert numbers.number("refusal") == 3


def test_percentiles_are_right_to_their_class() -> None:
    for milliseconds in range(1, 101):
        observe("hold", milliseconds / 1000)
    flush()
    numbers = counters.all_time()
    assert numbers.percentile("hold", 0.95) == pytest.approx(0.095, rel=0.05)
    assert numbers.percentile("hold", 0.5) == pytest.approx(0.05, rel=0.05)
    assert numbers.total_seconds("hold") == pytest.approx(5.05, rel=0.01)
    assert numbers.percentile("pay", 0.95) is None
    assert numbers.timed() == {"hold"}


def test_what_took_longer_than_all_classes_is_in_the_last() -> None:
    observe("hold", 60)
    flush()
    assert counters.all_time().percentile("hold", 0.95) == counters.BOUNDS[-1]


def test_no_count_of_many_threads_is_lost() -> None:
    threads = [threading.Thread(target=count_often, args=(1000,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    flush()
    assert counters.all_time().number("held") == 8000


def test_gauges_of_each_process_are_told() -> None:
    gauge("in_flight", lambda: 3)
    gauge("breaker:redis", lambda: "closed")
    flush()
    assert counters.processes() == {counters.own_name(): {"in_flight": "3", "breaker:redis": "closed"}}


def test_a_process_that_says_nothing_any_more_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    gauge("in_flight", lambda: 3)
    flush()
    now = time.time()
    monkeypatch.setattr("accounts.counters.time.time", lambda: now + counters.PROCESS_SECONDS + 1)
    assert counters.processes() == {}


def test_without_redis_counting_goes_on_and_the_sums_catch_up(use_redis: Callable[[str], None]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counters, "client", gone)
        count("held", 2)
        flush()
        count("held")
        flush()
        with pytest.raises(RedisGone):
            counters.all_time()
    count("held")
    flush()
    assert counters.all_time().number("held") == 4
    flush()
    assert counters.all_time().number("held") == 4


def test_a_forked_process_counts_for_itself() -> None:
    count("held")
    child = os.fork()
    if child == 0:  # without pytest's ending
        os._exit(0 if not counters._process.fresh else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def count_often(times: int) -> None:
    for _ in range(times):
        count("held")


def gone() -> None:
    raise RedisGone
