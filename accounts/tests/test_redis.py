"""A Redis that is gone is told at once and held against nobody; when it is back, it is used again."""

import socket
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import redis

from accounts.redis import FAILURES, REST_SECONDS, RedisGone, breaker, client
from realtime.tests.servers import free_port, valkey

UseRedis = Callable[[str], None]


def test_answers_come_from_a_database_of_its_own(settings: Any, state_redis: redis.Redis) -> None:
    state_redis.set("a", 1)
    assert client().get("a") == b"1"
    assert len({settings.REDIS_BROKER_URL, settings.REDIS_CACHE_URL, settings.REDIS_STATE_URL}) == 3


def test_a_wrong_question_is_no_failure_of_redis(state_redis: redis.Redis) -> None:
    state_redis.set("text", "no number")
    for _ in range(FAILURES + 1):
        with pytest.raises(redis.ResponseError):
            state_redis.incr("text")
    assert breaker.current_state == "closed"


def test_after_a_few_failures_nobody_asks_for_a_while(use_redis: UseRedis) -> None:
    use_redis(f"redis://127.0.0.1:{free_port()}/0")
    for _ in range(FAILURES):
        with pytest.raises(RedisGone):
            client().ping()
    assert breaker.current_state == "open"
    pipeline = client().pipeline()
    pipeline.set("a", 1)
    with pytest.raises(RedisGone) as refused:
        pipeline.execute()
    assert refused.value.body()["status"] == 503
    assert "breaker" in repr(refused.value.__cause__).lower()


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """Where somebody listens who never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def connections_to(server: socket.socket) -> int:
    """How many have come so far."""
    server.setblocking(False)
    for number in count():
        try:
            server.accept()[0].close()
        except BlockingIOError:
            return number
    raise AssertionError


def test_a_redis_that_does_not_answer_is_not_waited_for_twice(use_redis: UseRedis, silent: socket.socket) -> None:
    use_redis(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
    with pytest.raises(RedisGone):
        client().ping()
    assert connections_to(silent) == 1


def test_a_redis_that_is_killed_and_back_is_used_again(use_redis: UseRedis, tmp_path: Path) -> None:
    port = free_port()
    use_redis(f"redis://127.0.0.1:{port}/0")
    script = client().register_script("return redis.call('INCR', KEYS[1])")
    with valkey(port, tmp_path):
        assert script(keys=["n"]) == 1
    with pytest.raises(RedisGone):
        script(keys=["n"])
    with valkey(port, tmp_path):
        end = time.monotonic() + REST_SECONDS + 5
        while True:
            try:
                assert script(keys=["n"]) in (1, 2)
                break
            except RedisGone:
                assert time.monotonic() < end
                time.sleep(0.05)
