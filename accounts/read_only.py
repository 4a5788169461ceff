"""Read-only: nothing may be changed, because the operator wants it so or the database can't; all that reads goes on.

Each process finds out for itself that the database refuses to write (a standby after a fail-over, a full disk, an
administrator's setting), and tries again every few seconds until it may.
"""

import math
import threading
import time
from enum import StrEnum

import structlog
from django.db import DatabaseError, Error, connection
from django.db.models.functions import Now

from accounts import switches
from accounts.models import Switch

log = structlog.get_logger(__name__)

REFUSALS = ("25006", "53100")  # SQLSTATE: read_only_sql_transaction, disk_full
TRY_SECONDS = 3.0
TRIAL = "trial"  # a row of the switches' table that means nothing: writing it is the trial


class Cause(StrEnum):
    """Why nothing is written."""

    SWITCH = "switch"
    DATABASE = "database"


class _Known:
    """What this process knows of the database, and when it tried last, on the monotonic clock."""

    def __init__(self) -> None:
        self.refused = False
        self.tried_at = -math.inf
        self.trying = threading.Lock()


_known = _Known()


def cause() -> Cause | None:
    """Why nothing may be written now; None if it may. Not for use in a transaction."""
    switches.is_on(switches.READ_ONLY)
    if _known.refused:
        _try_again()
    return known()


def known() -> Cause | None:
    """The same as far as this process knows without asking anybody: for threads that have no connection."""
    if switches.was_on(switches.READ_ONLY):
        return Cause.SWITCH
    return Cause.DATABASE if _known.refused else None


def seen() -> bool:
    """Whether nothing can be changed, as somebody sees it who never writes: by the switch, or by the server's word."""
    if cause() is not None:
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('transaction_read_only')::boolean")
        return bool(cursor.fetchone()[0])


def note(error: BaseException) -> bool:
    """Whether the database failed so because it does not write; from now on this process knows it."""
    if sqlstate(error) not in REFUSALS:
        return False
    if not _known.refused:
        log.error("database_refuses_writes", sqlstate=sqlstate(error))
    _known.refused, _known.tried_at = True, time.monotonic()
    return True


def sqlstate(error: BaseException) -> str | None:
    """The code that Postgres gave the failure; None if it came from elsewhere (a lost connection)."""
    source = error.__cause__ if isinstance(error, Error) else error
    return getattr(source, "sqlstate", None)


def forget() -> None:
    """As if the database had never refused (tests)."""
    _known.refused, _known.tried_at = False, -math.inf


def _try_again() -> None:
    """One thread a process, every TRY_SECONDS; the others go on with what is known."""
    if time.monotonic() - _known.tried_at < TRY_SECONDS or not _known.trying.acquire(blocking=False):
        return
    try:
        _known.tried_at = time.monotonic()
        _write_something()
    except DatabaseError as error:
        log.warning("database_still_refuses", reason=type(error).__name__)
    else:
        _known.refused = False
        log.warning("database_writes_again")
    finally:
        _known.trying.release()


def _write_something() -> None:
    """On a new connection, since a session keeps what it began with."""
    if not connection.in_atomic_block:
        connection.close()
    Switch.objects.update_or_create(name=TRIAL, defaults={"changed_at": Now()})
