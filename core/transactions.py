"""Run an operation as one transaction, and repeat it if the database rolled it back and a repeat is safe.

A repeat is safe if the failed attempt certainly changed nothing: after a deadlock, a serialization failure, or a
connection that was lost (restart, failover) before COMMIT was sent. If it is lost during COMMIT, nobody knows the
outcome; the caller gets OutcomeUnknown, and must use an idempotency key or read the state.

Waits between attempts grow and are random, so that operations that failed together don't meet again. All waits
together take less than two seconds.
"""

import random
import time
from collections.abc import Callable
from functools import partial, wraps
from typing import ParamSpec, TypeVar

import stamina
from django.db import Error, connection, transaction

from core.errors import OutcomeUnknown
from core.read_only import sqlstate

ATTEMPTS = 4
WAIT_SECONDS = 0.05  # before the second attempt, at least
retry = stamina.RetryingCaller(  # for later attempts; the first, which nearly always succeeds, is made without it
    attempts=ATTEMPTS - 1,
    timeout=1.5,  # seconds; no attempt begins after that
    wait_initial=2 * WAIT_SECONDS,  # doubled each time
    wait_max=0.4,
    wait_jitter=0.05,
)

DEADLOCK, SERIALIZATION = "40P01", "40001"
READ_ONLY = "25006"  # read_only_sql_transaction: the server may have become a standby
UNAVAILABLE = ("57P01", "57P02", "57P03", READ_ONLY)  # admin_shutdown, crash_shutdown, cannot_connect_now

P = ParamSpec("P")
T = TypeVar("T")


class RolledBack(Exception):
    """The attempt certainly changed nothing, and may succeed when repeated."""

    def __init__(self, failure: Error) -> None:
        super().__init__(type(failure.__cause__).__name__)
        self.failure = failure


def retrying_transaction(operation: Callable[P, T]) -> Callable[P, T]:
    """Run the operation as one outermost transaction; repeat it if the database certainly rolled it back.

    Side effects outside the database must be safe to repeat, or be left to `on_commit`. Raises OutcomeUnknown if the
    connection was lost during COMMIT.
    """

    @wraps(operation)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        return retry_until_committed(partial(_run_once, operation, *args, **kwargs))

    return run


def retry_until_committed(
    attempt: Callable[[], T], on: type[Exception] | tuple[type[Exception], ...] = RolledBack
) -> T:
    """Return the result of `attempt`, and repeat it if it raises RolledBack (or an exception in `on`).

    Raises the failure of the last attempt.
    """
    try:
        return attempt()
    except on:
        time.sleep(WAIT_SECONDS * random.uniform(1, 2))  # noqa: S311  (no secret)
    try:
        return retry(on, attempt)
    except RolledBack as rolled_back:
        raise rolled_back.failure from rolled_back.failure.__cause__


def connection_lost(error: Error) -> bool:
    """Return whether the server is gone or was replaced, so that only a new connection can help."""
    code = sqlstate(error) or ""
    return connection.connection is None or connection.connection.closed or code in UNAVAILABLE or code.startswith("08")


def discard_connection() -> None:
    """Close a connection to a server that is gone, so that the next query opens a new one."""
    if not connection.in_atomic_block:
        connection.close()


def _run_once(operation: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    lost = committing = False
    try:
        with transaction.atomic(durable=True):
            try:
                result = operation(*args, **kwargs)
            except Error as error:
                lost = connection_lost(error)  # checked here, because leaving the block reconnects
                raise
            used, committing = connection.connection, True
        return result
    except Error as error:
        if committing and (used is not connection.connection or connection_lost(error)):
            raise OutcomeUnknown from error
        if lost:
            discard_connection()
        if lost or sqlstate(error) in (DEADLOCK, SERIALIZATION):
            raise RolledBack(error) from error
        raise
