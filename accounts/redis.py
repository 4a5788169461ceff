"""Redis for what may be lost: limits, signals of bots, the waiting room, counters. One client, one breaker a process.

Nothing here is precious, and nothing may wait long for it: whoever asks a Redis that is gone is told so within a few
tenths of a second, and, once that has happened a few times in a row, at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pybreaker
import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.client import Pipeline
from redis.retry import Retry

from ticketing.errors import Overloaded

TIMEOUT_SECONDS = 0.3  # to connect, and for each answer
FAILURES = 3  # in a row
REST_SECONDS = 1  # then calls are let through to see, and the first that ends decides


class RedisGone(Overloaded):
    """Redis does not answer. What can do without catches this; what can't is answered 503 by it."""


def is_failure(error: BaseException) -> bool:
    """Whether it says that Redis is away, and not that it was asked something wrong."""
    return isinstance(error, redis.ConnectionError | redis.TimeoutError | redis.ReadOnlyError | redis.OutOfMemoryError)


breaker = pybreaker.CircuitBreaker(
    FAILURES, REST_SECONDS, exclude=[lambda error: not is_failure(error)], throw_new_error_on_trip=False, name="redis"
)


@contextmanager
def _watched() -> Iterator[None]:
    """One trip through the breaker. Not by the breaker's `call`, which keeps its lock while it asks."""
    try:
        with breaker.calling():
            yield
    except pybreaker.CircuitBreakerError as open_:
        raise RedisGone from open_
    except redis.RedisError as error:
        if not is_failure(error):
            raise
        raise RedisGone from error


class _Client(redis.Redis):
    """Every command, also those of `register_script`, raises RedisGone where redis-py has many errors for it."""

    def execute_command(self, *args: Any, **options: Any) -> Any:
        with _watched():
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]

    def pipeline(self, transaction: bool = True, shard_hint: Any = None) -> Pipeline:
        return _Pipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)


class _Pipeline(Pipeline):
    """Likewise. Not for WATCH: what moves several keys together is a script."""

    def execute(self, raise_on_error: bool = True) -> list[Any]:
        with _watched():
            return super().execute(raise_on_error)


@cache
def client() -> redis.Redis:
    """The client of this process, for any thread; made at the first call, connected at the first command.

    A connection that was cut is made again once, at once: a command may then have its effect twice. Answers are bytes.
    """
    return _Client.from_url(
        settings.REDIS_STATE_URL,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
    )
