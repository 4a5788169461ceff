"""Repeat reads whose connection was lost (a restart or a failover of Postgres)."""

from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

T = TypeVar("T")


def read_again_if_disconnected(read: Callable[[], T]) -> T:
    """Return the result of `read`; call it once more, on a new connection, if the connection was lost.

    `read` must not change anything. Raises the error of the second call.
    """
    try:
        return read()
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block or not is_disconnected():
            raise
        connection.close()
        return read()


def is_disconnected() -> bool:
    """Return whether this thread's connection was lost and Django has not replaced it yet."""
    return connection.connection is not None and bool(connection.connection.closed)
