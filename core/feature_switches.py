"""The operator's feature switches, stored in Postgres so that they survive restarts of Redis and of every process.

`surge` turns on peak mode, that is, stricter rate limits. `read_only` refuses all writes while reads go on.
"""

import math
import threading
import time

import structlog
from django.contrib.auth.models import AbstractBaseUser
from django.db import Error, connection
from django.db.models.functions import Now

from core.errors import BadInput
from core.models import FeatureSwitch
from core.transactions import retrying_transaction

log = structlog.get_logger(__name__)

SURGE = "surge"
READ_ONLY = "read_only"
NAMES = (SURGE, READ_ONLY)
LIFE_SECONDS = 1.0  # how long a process uses the switches that it has read


class _Known:
    """The switches that were on when this process last read them, and the time of that read (monotonic clock)."""

    def __init__(self) -> None:
        self.on: frozenset[str] = frozenset()
        self.read_at = -math.inf
        self.reading = threading.Lock()


_known = _Known()


def is_on(name: str) -> bool:
    """Return whether the switch is on. The value may be LIFE_SECONDS old.

    Each process queries at most once in LIFE_SECONDS; during the query, its other threads use the previous value. While
    the database is unavailable, the last value remains. Don't call this function in a transaction, because a failed
    query would abort the transaction.
    """
    if time.monotonic() - _known.read_at > LIFE_SECONDS and _known.reading.acquire(blocking=False):
        try:
            _read()
        finally:
            _known.reading.release()
    return was_on(name)


def was_on(name: str) -> bool:
    """Return whether the switch was on when this process last read it, without a query."""
    return name in _known.on


def turn(*, name: str, on: bool, by: AbstractBaseUser) -> FeatureSwitch:
    """Turn a switch on or off. Raises BadInput if there is no such switch.

    This process uses the new value at once, the others within LIFE_SECONDS.
    """
    if name not in NAMES:
        raise BadInput.field("name", f"This must be one of {', '.join(NAMES)}.", "unknown")
    switch = _write(name, on, by)
    _known.on = _known.on | {name} if on else _known.on - {name}
    log.warning("switch_turned", switch=name, on=on, by=by.pk)
    return switch


@retrying_transaction
def _write(name: str, on: bool, by: AbstractBaseUser) -> FeatureSwitch:
    values = {"is_on": on, "changed_at": Now(), "changed_by": by}
    switch, _ = FeatureSwitch.objects.update_or_create(name=name, defaults=values)
    switch.refresh_from_db()
    return switch


def forget() -> None:
    """Forget what this process has read (for tests, which empty the tables)."""
    _known.on, _known.read_at = frozenset(), -math.inf


def _read() -> None:
    _known.read_at = time.monotonic()  # also if the query fails, so that the next try is a second later
    try:
        _known.on = frozenset(FeatureSwitch.objects.filter(is_on=True).values_list("name", flat=True))
    except Error as error:
        log.warning("switches_read_failed", reason=type(error).__name__)
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
