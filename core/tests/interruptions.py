"""Failures in the middle of a transaction, made by the database itself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

DEADLOCK = "DO $$ BEGIN RAISE EXCEPTION 'made by a test' USING ERRCODE = '40P01'; END $$"
SESSION_ENDED = "SELECT pg_terminate_backend(pg_backend_pid())"


@contextmanager
def interrupted_after(marker: str, failure: str) -> Iterator[None]:
    """Make the transaction fail once: after the first statement that contains `marker`, `failure` is executed.

    Checks at the end that this has happened, and that the statement was executed again afterwards.
    """
    executed = 0

    def execute_and_fail(
        execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        nonlocal executed
        result = execute(sql, params, many, context)
        if marker in sql:
            executed += 1
            if executed == 1:
                execute(failure, None, False, context)
        return result

    with connection.execute_wrapper(execute_and_fail):
        yield
    assert executed == 2, f"{marker!r} was executed {executed} times"
