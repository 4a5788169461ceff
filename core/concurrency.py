"""Limit how many threads of a process run a block of code at once."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import Overloaded

STALL_SECONDS = 1.0  # if no slot is taken or released for this long, waiting is useless
WAIT_SECONDS = 2.0  # the longest wait for a slot


class ConcurrencyLimiter:
    """A limit on the number of threads that run a block of code at once: there are `limit` slots, one for each thread.

    A thread without a slot waits for at most `wait` seconds, and gives up earlier if no slot is taken or released for
    `stall` seconds.
    """

    def __init__(self, limit: int, *, stall: float = STALL_SECONDS, wait: float = WAIT_SECONDS) -> None:
        self._limit, self._stall, self._wait = limit, stall, wait
        self._slots = threading.Condition()
        self._changed_at = 0.0  # when a slot was last taken or released, on the monotonic clock
        self.in_use = 0

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold a slot during the `with` block, after waiting for one if necessary.

        Raises Overloaded if no slot becomes free within `wait` seconds, or as soon as no slot was taken or released for
        `stall` seconds.
        """
        self._enter()
        try:
            yield
        finally:
            self._leave()

    def _enter(self) -> None:
        latest = time.monotonic() + self._wait
        with self._slots:
            while self.in_use >= self._limit:
                left = min(latest, self._changed_at + self._stall) - time.monotonic()
                if left <= 0:
                    raise Overloaded
                self._slots.wait(left)
            self._change_in_use(1)

    def _leave(self) -> None:
        with self._slots:
            self._change_in_use(-1)
            self._slots.notify()

    def _change_in_use(self, by: int) -> None:
        self.in_use += by
        self._changed_at = time.monotonic()
