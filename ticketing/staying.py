"""Staying up: which calls are refused at once, so that all the others are answered in time.

Reads are never refused here. What writes is refused in read-only mode, and when as many writes are under way in this
process as its threads can carry and none of them comes to an end: then the database is slow, and to wait with the
others would only keep the threads from those who read.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from django.conf import settings

from accounts import counters, read_only
from accounts.origin import SAFE_METHODS
from accounts.redis import breaker
from realtime import news
from ticketing.errors import Overloaded, ReadOnly

STALL_SECONDS = 1.0  # so long no write has begun or ended: nothing moves
WAIT_SECONDS = 2.0  # so long one waits for his turn at most, while things move
READ_ONLY_HEADER = "X-Read-Only"
OPERATORS = "/api/operator"  # where read-only mode is switched off
SIGNING_IN = "/api/user"  # costs processor time, not the database's; limited by address


class Gate:
    """At most `limit` writes at once. As long as they come and go, one more waits for his turn."""

    def __init__(self, limit: int, *, stall: float = STALL_SECONDS, wait: float = WAIT_SECONDS) -> None:
        self._limit, self._stall, self._wait = limit, stall, wait
        self._turns = threading.Condition()
        self._moved_at = 0.0
        self.under_way = 0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """A turn to write. Raises Overloaded if there is none soon: at once, if nothing has moved for a while."""
        self._enter()
        try:
            yield
        finally:
            self._leave()

    def _enter(self) -> None:
        latest = time.monotonic() + self._wait
        with self._turns:
            while self.under_way >= self._limit:
                left = min(latest, self._moved_at + self._stall) - time.monotonic()
                if left <= 0:
                    raise Overloaded
                self._turns.wait(left)
            self._moved(1)

    def _leave(self) -> None:
        with self._turns:
            self._moved(-1)
            self._turns.notify()

    def _moved(self, by: int) -> None:
        self.under_way += by
        self._moved_at = time.monotonic()


gate = Gate(settings.WRITES_IN_FLIGHT)


def turn(method: str, path: str) -> AbstractContextManager[None]:
    """For as long as a call is answered. Raises ReadOnly or Overloaded instead, for calls that write."""
    if method in SAFE_METHODS or path.startswith(OPERATORS):
        return nullcontext()
    if read_only.cause() is not None:
        raise ReadOnly
    is_counted = path.startswith("/api/") and not path.startswith(SIGNING_IN)
    return gate.turn() if is_counted else nullcontext()


def headers() -> dict[str, str]:
    """What every answer says while nothing can be changed."""
    return {READ_ONLY_HEADER: "1"} if read_only.cause() is not None else {}


def tell() -> None:
    """From now on this process tells how it is, for the operator's page and /metrics."""
    counters.gauge("in_flight", lambda: gate.under_way)
    counters.gauge("read_only", lambda: read_only.known() or "")
    counters.gauge("breaker:redis", lambda: breaker.current_state)
    counters.gauge("breaker:news", lambda: "open" if news.is_silent() else "closed")
