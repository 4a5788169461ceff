"""An unavailable Redis is reported quickly, and used again when it is back."""

import socket
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import redis

from core.redis import (
    FAILURES,
    RESET_SECONDS,
    RedisUnavailable,
    breaker,
    client,
)
from realtime.tests.servers import free_port, valkey

UseRedis = Callable[[str], None]


def test_state_broker_and_cache_use_separate_databases(settings: Any, state_redis: redis.Redis) -> None:
    state_redis.set("a", 1)
    assert client().get("a") == b"1"
    assert len({settings.REDIS_BROKER_URL, settings.REDIS_CACHE_URL, settings.REDIS_STATE_URL}) == 3


def test_a_wrong_command_does_not_open_the_breaker(state_redis: redis.Redis) -> None:
    state_redis.set("text", "no number")
    for _ in range(FAILURES + 1):
        with pytest.raises(redis.ResponseError):
            state_redis.incr("text")
    assert breaker.current_state == "closed"


def test_the_breaker_opens_after_a_few_failures(use_redis: UseRedis) -> None:
    use_redis(f"redis://127.0.0.1:{free_port()}/0")
    for _ in range(FAILURES):
        with pytest.raises(RedisUnavailable):
            client().ping()
    assert breaker.current_state == "open"
    pipeline = client().pipeline()
    pipeline.set("a", 1)
    with pytest.raises(RedisUnavailable) as refused:
        pipeline.execute()
    assert refused.value.body()["status"] == 503
    assert "breaker" in repr(refused.value.__cause__).lower()


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that accepts connections and never responds."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def connections_to(server: socket.socket) -> int:
    """Return the number of connections made so far."""
    server.setblocking(False)
    for number in count():
        try:
            server.accept()[0].close()
        except BlockingIOError:
            return number
    raise AssertionError


def test_a_redis_that_does_not_respond_is_tried_only_once(use_redis: UseRedis, silent: socket.socket) -> None:
    use_redis(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
    with pytest.raises(RedisUnavailable):
        client().ping()
    assert connections_to(silent) == 1


def test_a_restarted_redis_is_used_again(use_redis: UseRedis, tmp_path: Path) -> None:
    port = free_port()
    use_redis(f"redis://127.0.0.1:{port}/0")
    script = client().register_script("return redis.call('INCR', KEYS[1])")
    with valkey(port, tmp_path):
        assert script(keys=["n"]) == 1
    with pytest.raises(RedisUnavailable):
        script(keys=["n"])
    with valkey(port, tmp_path):
        end = time.monotonic() + RESET_SECONDS + 5
        while True:
            try:
                assert script(keys=["n"]) in (1, 2)
                break
            except RedisUnavailable:
                assert time.monotonic() < end
                time.sleep(0.05)
