"""Counting calls: exactly up to the limit, in any period, in one round trip, and also without Redis."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import redis

from core import rate_limits
from core.rate_limits import Limit, RateLimitResult, count
from core.redis import client
from realtime.tests.servers import free_port

ALICE, BOB = "user:1", "user:2"

pytestmark = pytest.mark.usefixtures("state_redis")


@pytest.fixture
def without_redis(use_redis: Callable[[str], None]) -> Iterator[None]:
    rate_limits._local.storage.reset()
    use_redis(f"redis://127.0.0.1:{free_port()}/0")
    yield
    rate_limits._local.storage.reset()


def limit(max_calls: int, seconds: int = 60, *, name: str = "api", caller: str = ALICE) -> Limit:
    return Limit(name, max_calls, seconds, caller)


def passed(times: int, *limits: Limit) -> list[bool]:
    return [count(limits).passes for _ in range(times)]


def test_as_many_calls_pass_as_the_limit_allows_and_each_caller_and_name_has_its_own() -> None:
    assert passed(4, limit(3)) == [True, True, True, False]
    assert passed(1, limit(3, caller=BOB)) == passed(1, limit(3, name="booking")) == [True]


@pytest.mark.usefixtures("without_redis")
def test_without_redis_the_same_limit_counts_in_this_process() -> None:
    assert passed(4, limit(3)) == [True, True, True, False]
    assert passed(1, limit(3, caller=BOB)) == [True]


def in_parallel(threads: int, times: int, call: Callable[[], RateLimitResult]) -> Counter[bool]:
    """Let each thread call so many times, all starting together; count the calls that passed."""
    start = Barrier(threads)

    def one(number: int) -> Counter[bool]:
        start.wait(30)
        return Counter(call().passes for _ in range(times))

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(one, range(threads)), Counter())


def test_of_two_hundred_simultaneous_calls_exactly_the_limit_passes() -> None:
    both = [limit(10), limit(50, name="booking")]
    assert in_parallel(20, 10, lambda: count(both)) == {True: 10, False: 190}


@pytest.mark.usefixtures("without_redis")
def test_without_redis_threads_of_one_process_share_the_limit() -> None:
    assert in_parallel(20, 10, lambda: count([limit(10)])) == {True: 10, False: 190}


def test_a_burst_over_the_end_of_a_window_passes_no_more_than_the_limit() -> None:
    """With a counter that restarts at each full second, twice as many would pass."""
    period, max_calls = 1, 20
    passed_at: list[float] = []

    def keep_calling(number: int) -> None:
        end = time.monotonic() + 2.5
        while time.monotonic() < end:
            before = time.monotonic()
            if count([limit(max_calls, period)]).passes:
                passed_at.append((before + time.monotonic()) / 2)
            time.sleep(0.002)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(keep_calling, range(8)))
    times = sorted(passed_at)
    assert len(times) >= 2 * max_calls
    # The time of a call is known only to a few milliseconds.
    assert all(later - first > period - 0.2 for first, later in zip(times, times[max_calls:], strict=False))


def test_refused_calls_do_not_extend_the_wait() -> None:
    assert passed(20, limit(1, 1)) == [True] + [False] * 19
    time.sleep(1.01)
    assert passed(1, limit(1, 1)) == [True]


def test_a_call_that_one_limit_refuses_is_counted_by_none() -> None:
    assert passed(3, limit(5), limit(1, name="booking")) == [True, False, False]
    result = count([limit(5)])
    assert result.statuses[0].left == 3


def test_one_round_trip_counts_in_all_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    count([limit(5)])  # from now on Redis has the script
    trips = []
    execute = type(client()).execute_command

    def record(self: Any, *args: Any, **options: Any) -> Any:
        trips.append(args[0])
        return execute(self, *args, **options)

    monkeypatch.setattr(type(client()), "execute_command", record)
    count([limit(5), limit(5, name="surge"), limit(5, name="booking")])
    assert trips == ["EVALSHA"]


def test_headers_have_quota_window_remaining_calls_and_seconds() -> None:
    first, second = count([limit(2), limit(1, 10, name="booking")]), count([limit(2), limit(1, 10, name="booking")])
    assert dict(first.headers()) == {
        "RateLimit-Policy": '"api";q=2;w=60, "booking";q=1;w=10',
        "RateLimit": '"api";r=1;t=60, "booking";r=0;t=10',
    }
    assert second.exceeded.limit.name == "booking"
    assert 1 <= second.exceeded.wait <= 10


@pytest.mark.usefixtures("without_redis")
def test_headers_are_the_same_without_redis() -> None:
    headers = dict(count([limit(2)]).headers())
    assert headers["RateLimit-Policy"] == '"api";q=2;w=60'
    assert headers["RateLimit"].startswith('"api";r=1;t=')


def test_a_window_expires_and_is_never_longer_than_its_limit(state_redis: redis.Redis) -> None:
    passed(30, limit(10, 2))
    (key,) = state_redis.keys("limit:*")
    assert state_redis.llen(key) == 10
    assert 0 < state_redis.pttl(key) <= 2_000


def test_a_limit_that_was_lowered_counts_at_once(state_redis: redis.Redis) -> None:
    passed(5, limit(10))
    result = count([limit(3)])
    assert (result.passes, result.statuses[0].left) == (False, 0)


def test_a_script_that_redis_has_forgotten_is_sent_again(state_redis: redis.Redis) -> None:
    passed(1, limit(10))
    state_redis.script_flush()
    assert passed(1, limit(10)) == [True]


def test_when_redis_is_lost_counting_starts_anew_in_each_process(
    use_redis: Callable[[str], None], request: Any
) -> None:
    assert passed(4, limit(3)) == [True, True, True, False]
    request.getfixturevalue("without_redis")
    assert passed(4, limit(3)) == [True, True, True, False]
