"""One statement, one round trip: for the few calls whose price decides what the product can do.

Django's cursor puts the parameters into the text of each query, so that Postgres parses and plans it anew. This one
names the statement once a connection and sends and receives binary: half the time in both, measured
(docs/performance.md).
"""

import threading
import time
from collections.abc import Sequence
from typing import Any, LiteralString

import psycopg
from django.db import connection

IDLE_SECONDS = 1


class LastAnswer(threading.local):
    """When this thread's connection answered last, on the monotonic clock."""

    at = 0.0


_last_answer = LastAnswer()


def ask(query: LiteralString, parameters: Sequence[Any]) -> tuple[Any, ...]:
    """The first row of the answer, on Django's connection and in its transaction, if one is open.

    Parameters need casts (`%s::bigint`): nothing else says their types. Raises Django's database errors.
    """
    _look_at_connection()
    with connection.wrap_database_errors:
        cursor = psycopg.Cursor(connection.connection)
        row = cursor.execute(query, parameters, prepare=True, binary=True).fetchone()
    assert row is not None
    _last_answer.at = time.monotonic()
    return row


def _look_at_connection() -> None:
    """Django asks the database before each request whether it is still there, one round trip more; here it is asked
    after a second of silence and when something has gone wrong."""
    silent = time.monotonic() - _last_answer.at > IDLE_SECONDS
    if (silent or connection.errors_occurred) and not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
        connection.close_if_health_check_failed()
    connection.ensure_connection()
