"""One statement, one round trip: for the few calls whose price decides what the product can do.

Django's cursor puts the parameters into the text of each query, so that Postgres parses and plans it anew. This one
names the statement once a connection and sends and receives binary: half the time in both, measured
(docs/performance.md).
"""

import threading
import time
from collections.abc import Sequence
from functools import partial
from typing import Any, LiteralString

import psycopg
from django.db import DEFAULT_DB_ALIAS, Error, connection, connections

from accounts.read_only import sqlstate
from accounts.transactions import DEADLOCK, READ_ONLY, Undone, is_lost, leave_connection, until_done
from ticketing.errors import OutcomeUnknown

IDLE_SECONDS = 1


class Thread(threading.local):
    """What is kept for this thread's connection."""

    answered_at = 0.0  # last, on the monotonic clock

    def __init__(self) -> None:
        self.cursors: dict[str, psycopg.Cursor[Any]] = {}


_thread = Thread()


def ask(query: LiteralString, parameters: Sequence[Any], *, repeatable: bool = False) -> tuple[Any, ...]:
    """The first row of the answer, on Django's connection and in its transaction, if one is open.

    If none is, the statement is a transaction of its own, and asked again if it certainly left nothing behind (see
    accounts.transactions; a serialization failure is left to the caller). If the connection was lost before the answer
    came, nobody knows: then it is asked again only if it is `repeatable`, which means that a second run does nothing
    after a first; else OutcomeUnknown is raised.
    Parameters need casts (`%s::bigint`): nothing else says their types. Raises Django's database errors.
    """
    if connection.in_atomic_block:
        return _ask(query, parameters)
    return until_done(partial(_alone, query, parameters), (Undone, OutcomeUnknown) if repeatable else Undone)


def _alone(query: LiteralString, parameters: Sequence[Any]) -> tuple[Any, ...]:
    """As a transaction of its own."""
    sent = False
    try:
        _look_at_connection()
        sent = True
        return _ask(query, parameters)
    except Error as error:
        lost = is_lost(error)
        if lost:
            leave_connection()
        if lost and sent and sqlstate(error) != READ_ONLY:
            raise OutcomeUnknown from error
        if lost or sqlstate(error) == DEADLOCK:
            raise Undone(error) from error
        raise


def _ask(query: LiteralString, parameters: Sequence[Any]) -> tuple[Any, ...]:
    own = connections[DEFAULT_DB_ALIAS]  # each look at Django's `connection` is one more search for it
    with own.wrap_database_errors:
        row = kept_cursor(query, own.connection).execute(query, parameters, prepare=True, binary=True).fetchone()
    assert row is not None
    _thread.answered_at = time.monotonic()
    return row


def kept_cursor(query: str, driver: psycopg.Connection[Any]) -> psycopg.Cursor[Any]:
    """This thread's cursor for the statement, which remembers how its parameters and answers are converted."""
    cursor = _thread.cursors.get(query)
    if cursor is None or cursor.connection is not driver:
        cursor = _thread.cursors[query] = psycopg.Cursor(driver)
    return cursor


def _look_at_connection() -> None:
    """Django asks the database before each request whether it is still there, one round trip more; here it is asked
    after a second of silence and when something has gone wrong."""
    silent = time.monotonic() - _thread.answered_at > IDLE_SECONDS
    if (silent or connection.errors_occurred) and not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
        connection.close_if_health_check_failed()
    connection.ensure_connection()
