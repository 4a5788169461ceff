"""Run the transaction of an operation, and repeat it if the database rolled it back.

Promise: if the call of an operation returns, its transaction is committed, and it had its effect once. If the call
raises, nothing has changed, unless it raises OutcomeUnknown: then nobody knows whether something has changed.

- **What is repeated.** An attempt that certainly changed nothing and may succeed the next time (`RolledBack`): a
  deadlock (40P01), a serialization failure (40001), a server that became a standby (25006), a reference that another
  transaction has chosen at the same moment (a unique constraint named …_reference_once), or a connection that was lost
  (restart, failover) before COMMIT was sent.
- **How often.** At most ATTEMPTS (4) attempts. The waits between them grow and are random, so that operations that
  failed together don't meet again: 0.05 to 0.1 s, 0.1 to 0.15 s and 0.2 to 0.25 s, half a second in all. An
  attempt that fails more than 1.5 s after the second one began is the last.
- **What is raised.** The Django database error of the last attempt. OutcomeUnknown if the connection was lost after
  COMMIT was sent and before its response arrived: the caller must use an idempotency key, or read the state. All other
  errors, such as a refusal of the operation or a violated constraint, roll back and are raised at once.

There are two entry points. `retrying_transaction` is for operations, and is the only place that opens an outermost
transaction (`core/tests/test_transaction_idiom.py`). `core.prepared_statements.execute_prepared` is for the few single
statements that are a transaction of their own. In both, `error_to_raise` decides whether an attempt is repeated, and
`retry_until_committed` repeats it.

An operation must be able to run again after an attempt that was rolled back:

- It reads its rows inside the transaction. It doesn't change objects of the caller in a way that the next attempt
  would see.
- It changes nothing but the database. Celery tasks, published messages and calls to Redis or to other servers wait for
  the commit: `core.enqueue.enqueue_on_commit`, `transaction.on_commit`, or code after the transaction. Django discards
  the callbacks of an attempt that is rolled back.
"""

import random
import time
from collections.abc import Callable, Collection
from functools import partial, wraps
from typing import ParamSpec, TypeVar

import stamina
from django.db import Error, connection, transaction

from core.database import sqlstate, violated_constraint
from core.errors import OutcomeUnknown

ATTEMPTS = 4
WAIT_SECONDS = 0.05  # before the second attempt, at least; at most twice as long
retry = stamina.RetryingCaller(  # for later attempts; the first, which nearly always succeeds, is made without it
    attempts=ATTEMPTS - 1,
    timeout=1.5,  # seconds since the second attempt began; an attempt that fails later is the last
    wait_initial=2 * WAIT_SECONDS,  # doubled each time
    wait_max=0.4,
    wait_jitter=0.05,
)

DEADLOCK, SERIALIZATION = "40P01", "40001"
READ_ONLY = "25006"  # read_only_sql_transaction: the server may have become a standby
CHOSEN_AT_RANDOM = "_reference_once"  # the end of names of unique constraints: the next choice is another
UNAVAILABLE = ("57P01", "57P02", "57P03", READ_ONLY)  # admin_shutdown, crash_shutdown, cannot_connect_now

P = ParamSpec("P")
T = TypeVar("T")


class RolledBack(Exception):
    """The attempt certainly changed nothing, and may succeed when repeated. `failure` is the database error."""

    def __init__(self, failure: Error) -> None:
        super().__init__(type(failure.__cause__).__name__)
        self.failure = failure


def retrying_transaction(operation: Callable[P, T]) -> Callable[P, T]:
    """Decorate an operation: run it as one outermost transaction; repeat it if the database certainly rolled it back.

    The operation must be able to run again (see the module). A call raises what the operation raises, the last database
    error, or OutcomeUnknown; RuntimeError if a transaction is already open.
    """

    @wraps(operation)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        return retry_until_committed(partial(_run_once, operation, *args, **kwargs))

    return run


def retry_until_committed(
    attempt: Callable[[], T], on: type[Exception] | tuple[type[Exception], ...] = RolledBack
) -> T:
    """Return the result of `attempt`, a whole transaction; repeat it if it raises an exception in `on`.

    Raises the exception of the last attempt or, if that is RolledBack, the database error in it.
    """
    try:
        return attempt()
    except on:
        time.sleep(WAIT_SECONDS * random.uniform(1, 2))  # noqa: S311  (no secret)
    try:
        return retry(on, attempt)
    except RolledBack as rolled_back:
        raise rolled_back.failure from rolled_back.failure.__cause__


def error_to_raise(
    error: Error, *, lost: bool, commit_sent: bool, repeat_after: Collection[str] = (DEADLOCK, SERIALIZATION)
) -> Exception:
    """Return the exception that an attempt must raise for a database error.

    - OutcomeUnknown if the connection was `lost` when COMMIT (or a statement that commits by itself) had been sent.
    - RolledBack if the connection was lost before that, if the SQLSTATE is in `repeat_after`, or if two transactions
      have chosen the same reference.
    - Otherwise the error itself.

    Also discards a lost connection.
    """
    if lost:
        discard_connection()
    if lost and commit_sent and sqlstate(error) != READ_ONLY:  # 25006 is a response: the server changed nothing
        return OutcomeUnknown()
    if lost or sqlstate(error) in repeat_after or violated_constraint(error).endswith(CHOSEN_AT_RANDOM):
        return RolledBack(error)
    return error


def connection_lost(error: Error) -> bool:
    """Return whether the server is gone or was replaced, judging by the error, so that only a new connection helps."""
    code = sqlstate(error) or ""
    return connection.connection is None or connection.connection.closed or code in UNAVAILABLE or code.startswith("08")


def discard_connection() -> None:
    """Close the connection, unless a transaction is open, so that the next query opens a new one."""
    if not connection.in_atomic_block:
        connection.close()


def _run_once(operation: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    lost = commit_sent = False
    try:
        with transaction.atomic(durable=True):
            try:
                result = operation(*args, **kwargs)
            except Error as error:
                lost = connection_lost(error)  # checked here, because leaving the block reconnects
                raise
            used, commit_sent = connection.connection, True
        return result
    except Error as error:
        if commit_sent:
            lost = used is not connection.connection or connection_lost(error)
        failure = error_to_raise(error, lost=lost, commit_sent=commit_sent)
        if failure is error:
            raise
        raise failure from error
