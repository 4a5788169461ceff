"""Run a prepared statement in one round trip, for the few calls that limit the throughput of the product.

Django's cursor writes the parameters into the text of each query, so Postgres parses and plans it every time. Here, a
statement is prepared once for each connection, and parameters and results are binary. This halves the time in Python
and in Postgres (measured, see docs/performance.md).

Outside of a transaction, the statement is a transaction of its own, with the promise, the attempts, the waits and the
errors of `core.transactions`. Two things differ:

- **The statement is its own COMMIT.** If the connection is lost after it was sent and before its result arrives, nobody
  knows the outcome: OutcomeUnknown is raised. With `repeatable=True`, the statement is repeated instead.
- **Serialization failures (40001) are not repeated here.** The SQL functions raise them if somebody changed seats
  without the lock; the caller decides whether to repeat the call (`bookings/holds/hold.py`).
"""

import threading
import time
from collections.abc import Sequence
from functools import partial
from typing import Any, LiteralString

import psycopg
from django.db import DEFAULT_DB_ALIAS, Error, connection, connections

from core.errors import OutcomeUnknown
from core.transactions import DEADLOCK, RolledBack, connection_lost, error_to_raise, retry_until_committed

IDLE_SECONDS = 1  # without a response, after which the connection is checked before it is used


class Thread(threading.local):
    """The cursors of this thread's connection, by query, and the time of its last response."""

    last_response_at = 0.0  # monotonic clock

    def __init__(self) -> None:
        self.cursors: dict[str, psycopg.Cursor[Any]] = {}


_thread = Thread()


def execute_prepared(query: LiteralString, parameters: Sequence[Any], *, repeatable: bool = False) -> tuple[Any, ...]:
    """Run the query on Django's connection and return the first row of the result.

    In an open transaction, the query is part of that transaction and never repeated. Otherwise the query is a
    transaction of its own: it is repeated if it certainly changed nothing and, with `repeatable=True`, also if its
    outcome is unknown. A query is repeatable if a second run after a successful first one changes nothing.

    Parameters need casts (`%s::bigint`), because nothing else gives their types. The query must return a row. Raises
    Django's database errors and OutcomeUnknown.
    """
    if connection.in_atomic_block:
        return _execute(query, parameters)
    return retry_until_committed(
        partial(_execute_once, query, parameters),
        (RolledBack, OutcomeUnknown) if repeatable else RolledBack,
    )


def _execute_once(query: LiteralString, parameters: Sequence[Any]) -> tuple[Any, ...]:
    """Run the query as a transaction of its own: one attempt.

    Raises RolledBack, OutcomeUnknown or the database error (see `error_to_raise`).
    """
    sent = False
    try:
        _check_connection()
        sent = True
        return _execute(query, parameters)
    except Error as error:
        lost = connection_lost(error)
        failure = error_to_raise(error, lost=lost, commit_sent=sent, repeat_after=(DEADLOCK,))
        if failure is error:
            raise
        raise failure from error


def _execute(query: LiteralString, parameters: Sequence[Any]) -> tuple[Any, ...]:
    django_connection = connections[DEFAULT_DB_ALIAS]  # looked up once: the proxy `connection` does so at each use
    with django_connection.wrap_database_errors:
        cursor = kept_cursor(query, django_connection.connection)
        row: tuple[Any, ...] | None = cursor.execute(query, parameters, prepare=True, binary=True).fetchone()
    assert row is not None  # noqa: S101  (every query returns a row)
    _thread.last_response_at = time.monotonic()
    return row


def kept_cursor(query: str, driver: psycopg.Connection[Any]) -> psycopg.Cursor[Any]:
    """Return this thread's cursor for the query on the connection `driver`; create it the first time.

    A cursor that is used again remembers how to convert the parameters and the results.
    """
    cursor = _thread.cursors.get(query)
    if cursor is None or cursor.connection is not driver:
        cursor = _thread.cursors[query] = psycopg.Cursor(driver)
    return cursor


def _check_connection() -> None:
    """Make sure that this thread has a connection, and that it is alive if it was idle or an error occurred.

    Idle means IDLE_SECONDS without a response. Django checks before each request, which costs one more round trip.
    """
    idle = time.monotonic() - _thread.last_response_at > IDLE_SECONDS
    if (idle or connection.errors_occurred) and not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
        connection.close_if_health_check_failed()
    connection.ensure_connection()
