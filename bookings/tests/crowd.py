"""Many people at once: real threads, each with its own connection to the real database."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection


def crowd(size: int, act: Callable[[int], Any]) -> list[Any]:
    """Runs `act(0)` … `act(size - 1)` in as many threads that start together; results or exceptions, in order."""
    start = threading.Barrier(size)

    def person(number: int) -> Any:
        try:
            start.wait(timeout=30)
            return act(number)
        except Exception as error:  # a refusal is a result as well
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(size) as pool:
        return list(pool.map(person, range(size)))


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Runs each act in a thread of its own, all at once; results or exceptions, in order."""
    return crowd(len(acts), lambda number: acts[number]())


class Meeting:
    """Makes threads meet between check and write, so that a missing lock shows every time.

    With the lock only one thread at a time comes here, so it waits in vain for a moment and goes on.
    """

    def __init__(self, size: int, patience: float = 0.2) -> None:
        self.barrier = threading.Barrier(size)
        self.patience = patience  # seconds

    def wait(self) -> None:
        """Returns when all have come, or nobody else does."""
        try:
            self.barrier.wait(timeout=self.patience)
        except threading.BrokenBarrierError:
            self.barrier.reset()
