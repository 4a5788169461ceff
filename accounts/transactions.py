"""An operation's transaction, and what happens when the database gives it up half-way: it is run again, where that is
safe.

Safe is what certainly left nothing behind: a deadlock, a serialization failure, or a connection that was lost (restart,
fail-over) before COMMIT was sent. If it is lost during COMMIT, nobody knows: then the caller is told so, and only an
idempotency key or a look can help. Waits grow and are shaken by chance, so that those who failed together don't meet
again; all of it takes less than two seconds.
"""

import random
import time
from collections.abc import Callable
from functools import partial, wraps
from typing import ParamSpec, TypeVar

import stamina
from django.db import Error, connection, transaction

from accounts.read_only import sqlstate
from ticketing.errors import OutcomeUnknown

ATTEMPTS = 4
FIRST_WAIT = 0.05  # seconds
again = stamina.RetryingCaller(  # after the first attempt, which nearly always is the last and is spared all this
    attempts=ATTEMPTS - 1,
    timeout=1.5,  # seconds after which no attempt begins
    wait_initial=2 * FIRST_WAIT,  # then twice as long each time
    wait_max=0.4,
    wait_jitter=0.05,
)

DEADLOCK, SERIALIZATION = "40P01", "40001"
READ_ONLY = "25006"  # read_only_sql_transaction: the server we knew may be a standby now
GOING = ("57P01", "57P02", "57P03", READ_ONLY)  # the first three: shut down by hand, by a crash; not up yet

P = ParamSpec("P")
T = TypeVar("T")


class Undone(Exception):
    """What was tried has certainly left nothing behind, and may succeed another time."""

    def __init__(self, failure: Error) -> None:
        super().__init__(type(failure.__cause__).__name__)
        self.failure = failure


def durably(operation: Callable[P, T]) -> Callable[P, T]:
    """The operation is one transaction, the outermost; again if the database gave it up and that is certain.

    So whatever it does besides asking the database, it must be able to do twice, or leave to `on_commit`. Raises
    OutcomeUnknown if the connection was lost during COMMIT.
    """

    @wraps(operation)
    def whole(*args: P.args, **kwargs: P.kwargs) -> T:
        return until_done(partial(_once, operation, *args, **kwargs))

    return whole


def until_done(attempt: Callable[[], T], on: type[Exception] | tuple[type[Exception], ...] = Undone) -> T:
    """What the attempt returns, which is made again when it raises Undone (or what else `on` says).

    In the end its failure is raised.
    """
    try:
        return attempt()
    except on:
        time.sleep(FIRST_WAIT * random.uniform(1, 2))
    try:
        return again(on, attempt)
    except Undone as undone:
        raise undone.failure from undone.failure.__cause__


def is_lost(error: Error) -> bool:
    """Whether the server is gone or another one, so that only a new connection can help."""
    code = sqlstate(error) or ""
    return connection.connection is None or connection.connection.closed or code in GOING or code.startswith("08")


def leave_connection() -> None:
    """Lets go of a connection to a server that is gone, so that the next statement makes a new one."""
    if not connection.in_atomic_block:
        connection.close()


def _once(operation: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    lost = committing = False
    try:
        with transaction.atomic(durable=True):
            try:
                result = operation(*args, **kwargs)
            except Error as error:
                lost = is_lost(error)  # here, since the end of the block connects again
                raise
            used, committing = connection.connection, True
        return result
    except Error as error:
        if committing and (used is not connection.connection or is_lost(error)):
            raise OutcomeUnknown from error
        if lost:
            leave_connection()
        if lost or sqlstate(error) in (DEADLOCK, SERIALIZATION):
            raise Undone(error) from error
        raise
