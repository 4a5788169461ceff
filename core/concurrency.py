"""Limits how many threads of a process do something at once."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import Overloaded

STALL_SECONDS = 1.0  # without a beginning or an end for so long, nothing moves
WAIT_SECONDS = 2.0  # the longest wait for a slot while things move


class ConcurrencyLimiter:
    """At most `limit` at once. While others come and go, one more waits for a slot."""

    def __init__(self, limit: int, *, stall: float = STALL_SECONDS, wait: float = WAIT_SECONDS) -> None:
        self._limit, self._stall, self._wait = limit, stall, wait
        self._slots = threading.Condition()
        self._moved_at = 0.0
        self.in_use = 0

    @contextmanager
    def slot(self) -> Iterator[None]:
        """A slot for the block. Raises Overloaded if none is free soon, or at once if nothing has moved for a while."""
        self._enter()
        try:
            yield
        finally:
            self._leave()

    def _enter(self) -> None:
        latest = time.monotonic() + self._wait
        with self._slots:
            while self.in_use >= self._limit:
                left = min(latest, self._moved_at + self._stall) - time.monotonic()
                if left <= 0:
                    raise Overloaded
                self._slots.wait(left)
            self._moved(1)

    def _leave(self) -> None:
        with self._slots:
            self._moved(-1)
            self._slots.notify()

    def _moved(self, by: int) -> None:
        self.in_use += by
        self._moved_at = time.monotonic()
