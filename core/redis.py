"""The Redis client for data that may be lost: rate limits, bot signals, the waiting room, counters.

There is one client and one circuit breaker for each process. A call to an unavailable Redis fails within tenths of a
second, and at once after FAILURES failures in a row.
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

from core.errors import Overloaded

TIMEOUT_SECONDS = 0.3  # to connect, and for each response
FAILURES = 3  # in a row
RESET_SECONDS = 1  # after this, the open breaker lets calls through; the first to end closes it or opens it again


class RedisUnavailable(Overloaded):
    """Redis is unavailable. Callers that can do without Redis catch this; if nobody does, the response is a 503."""


def is_failure(error: BaseException) -> bool:
    """Return whether the error means that Redis is unavailable, rather than that the command was wrong."""
    return isinstance(error, redis.ConnectionError | redis.TimeoutError | redis.ReadOnlyError | redis.OutOfMemoryError)


breaker = pybreaker.CircuitBreaker(
    FAILURES, RESET_SECONDS, exclude=[lambda error: not is_failure(error)], throw_new_error_on_trip=False, name="redis"
)


@contextmanager
def _through_breaker() -> Iterator[None]:
    """Run the `with` block as one call through the circuit breaker.

    Raises RedisUnavailable if the breaker is open or the call fails because Redis is unavailable. `breaker.call` is not
    used because it holds the breaker's lock during the call.
    """
    try:
        with breaker.calling():
            yield
    except pybreaker.CircuitBreakerError as breaker_open:
        raise RedisUnavailable from breaker_open
    except redis.RedisError as error:
        if not is_failure(error):
            raise
        raise RedisUnavailable from error


class _Client(redis.Redis):
    """A Redis client whose commands and scripts raise RedisUnavailable for all connection errors."""

    def execute_command(self, *args: Any, **options: Any) -> Any:
        with _through_breaker():
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]

    def pipeline(self, transaction: bool = True, shard_hint: Any = None) -> Pipeline:
        return _Pipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)


class _Pipeline(Pipeline):
    """A pipeline that raises RedisUnavailable as `_Client` does. It does not support WATCH; use a script instead."""

    def execute(self, raise_on_error: bool = True) -> list[Any]:
        with _through_breaker():
            return super().execute(raise_on_error)


@cache
def client() -> redis.Redis:
    """Return the client that all threads of this process share. It connects at the first command.

    If the connection is lost, the client repeats the command once, at once, on a new connection, so a command may take
    effect twice. Responses are bytes.
    """
    return _Client.from_url(
        settings.REDIS_STATE_URL,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
    )
