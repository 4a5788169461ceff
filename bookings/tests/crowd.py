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
