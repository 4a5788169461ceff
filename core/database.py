"""Errors of the database, and reads that are repeated if their connection was lost (a restart or a failover)."""

from collections.abc import Callable
from typing import TypeVar

from django.db import Error, InterfaceError, OperationalError, connection

T = TypeVar("T")


def read_again_if_disconnected(read: Callable[[], T]) -> T:
    """Return the result of `read`; call it once more, on a new connection, if the connection was lost.

    `read` must not change anything. In a transaction, it is called only once. Raises the error of the last call.
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


def sqlstate(error: BaseException) -> str | None:
    """Return the SQLSTATE of a database error; None if it did not come from Postgres (a lost connection)."""
    source = error.__cause__ if isinstance(error, Error) else error
    return getattr(source, "sqlstate", None)


def violated_constraint(error: BaseException) -> str:
    """Return the name of the constraint that a database error is about; empty if it is about none."""
    source = error.__cause__ if isinstance(error, Error) else error
    return getattr(getattr(source, "diag", None), "constraint_name", None) or ""
