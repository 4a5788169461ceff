"""Errors of the database, and reads that survive the loss of their connection (a restart or a failover of Postgres)."""

from collections.abc import Callable
from typing import TypeVar

from django.db import Error, InterfaceError, OperationalError, connection

T = TypeVar("T")


def read_again_if_disconnected(read: Callable[[], T]) -> T:
    """What `read` returns; it is called once more, on a new connection, if it lost its connection.

    `read` may change nothing. Raises the second call's error.
    """
    try:
        return read()
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block or not is_disconnected():
            raise
        connection.close()
        return read()


def is_disconnected() -> bool:
    """Whether the connection of this thread was lost and not noticed yet."""
    return connection.connection is not None and bool(connection.connection.closed)


def sqlstate(error: BaseException) -> str | None:
    """Return the SQLSTATE of a database error; None if it did not come from Postgres (a lost connection)."""
    source = error.__cause__ if isinstance(error, Error) else error
    return getattr(source, "sqlstate", None)
