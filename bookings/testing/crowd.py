"""Runs code in many threads at once, each with its own connection to the real database."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection


def crowd(size: int, act: Callable[[int], Any]) -> list[Any]:
    """Run `act(0)` … `act(size - 1)` in threads that start together; return their results or exceptions, in order."""
    start = threading.Barrier(size)

    def person(number: int) -> Any:
        try:
            start.wait(timeout=30)
            return act(number)
        except Exception as error:  # an error is a result, too
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(size) as pool:
        return list(pool.map(person, range(size)))


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Run each function in its own thread, all at once; return their results or exceptions, in order."""
    return crowd(len(acts), lambda number: acts[number]())
