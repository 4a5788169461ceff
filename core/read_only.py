"""Read-only mode: nothing can be changed, but everything can still be read.

It is on if the operator turned on the feature switch `read_only`, or if the database refuses writes (a standby after a
failover, a full disk, an administrator's setting). Each process finds out by itself that the database refuses writes,
and then tries a write every TRY_SECONDS until one succeeds.
"""

import math
import threading
import time
from enum import StrEnum

import structlog
from django.db import DatabaseError, connection
from django.db.models.functions import Now

from core import feature_switches
from core.database import sqlstate
from core.models import FeatureSwitch

log = structlog.get_logger(__name__)

REFUSALS = ("25006", "53100")  # SQLSTATEs: read_only_sql_transaction, disk_full
TRY_SECONDS = 3.0
TRIAL = "trial"  # name of a row in the switches' table that is only there to try a write


class Cause(StrEnum):
    """Why nothing can be changed: the operator's feature switch, or a database that refuses writes."""

    SWITCH = "switch"
    DATABASE = "database"


class _Known:
    """Whether this process found that the database refuses writes, and when it last tried one (monotonic clock)."""

    def __init__(self) -> None:
        self.refused = False
        self.tried_at = -math.inf
        self.trying = threading.Lock()


_known = _Known()


def cause() -> Cause | None:
    """Return why nothing can be changed; None if changes are possible.

    May query and write, so don't call it in a transaction.
    """
    feature_switches.is_on(feature_switches.READ_ONLY)
    if _known.refused:
        _try_again()
    return known_cause()


def known_cause() -> Cause | None:
    """Return the last known result of `cause`, without a query: for threads without a connection."""
    if feature_switches.was_on(feature_switches.READ_ONLY):
        return Cause.SWITCH
    return Cause.DATABASE if _known.refused else None


def is_read_only() -> bool:
    """Return whether nothing can be changed, for processes that never write themselves.

    Queries whether the server accepts writes, instead of waiting for a write to fail.
    """
    if cause() is not None:
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('transaction_read_only')::boolean")
        return bool(cursor.fetchone()[0])


def record_if_refused(error: BaseException) -> bool:
    """Return whether this error means that the database refuses writes; if so, remember it."""
    if sqlstate(error) not in REFUSALS:
        return False
    if not _known.refused:
        log.error("database_refuses_writes", sqlstate=sqlstate(error))
    _known.refused, _known.tried_at = True, time.monotonic()
    return True


def forget() -> None:
    """Reset what this process knows about the database (tests)."""
    _known.refused, _known.tried_at = False, -math.inf


def _try_again() -> None:
    """Try a write if the last try is TRY_SECONDS ago; record if the database accepts writes again.

    One thread of the process tries; the others go on without waiting for the result.
    """
    if time.monotonic() - _known.tried_at < TRY_SECONDS or not _known.trying.acquire(blocking=False):
        return
    try:
        _known.tried_at = time.monotonic()
        _write_trial_row()
    except DatabaseError as error:
        log.warning("database_still_refuses", reason=type(error).__name__)
    else:
        _known.refused = False
        log.warning("database_writes_again")
    finally:
        _known.trying.release()


def _write_trial_row() -> None:
    """Write a row on a new connection, since an existing session may be read-only for its lifetime."""
    if not connection.in_atomic_block:
        connection.close()
    FeatureSwitch.objects.update_or_create(name=TRIAL, defaults={"changed_at": Now()})
