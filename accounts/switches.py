"""The operator's switches: kept in Postgres, so that they outlive Redis and every process.

`surge` makes the stricter limits count; `read_only` refuses whatever writes, while all that reads goes on.
"""

import math
import threading
import time

import structlog
from django.db import Error, connection, transaction
from django.db.models.functions import Now

from accounts.models import Switch, User
from ticketing.errors import BadInput

log = structlog.get_logger(__name__)

SURGE = "surge"
READ_ONLY = "read_only"
NAMES = (SURGE, READ_ONLY)
LIFE_SECONDS = 1.0  # how old what a process knows may be


class _Known:
    """What this process has read of the switches, and when, on the monotonic clock."""

    def __init__(self) -> None:
        self.on: frozenset[str] = frozenset()
        self.read_at = -math.inf
        self.reading = threading.Lock()


_known = _Known()


def is_on(name: str) -> bool:
    """Whether the switch is on, as it was at most LIFE_SECONDS ago; while the database is away, as it was last known.

    One query a second and process, by whoever comes first; the others don't wait for it. Not for use in a transaction:
    a failing query would spoil it.
    """
    if time.monotonic() - _known.read_at > LIFE_SECONDS and _known.reading.acquire(blocking=False):
        try:
            _read()
        finally:
            _known.reading.release()
    return was_on(name)


def was_on(name: str) -> bool:
    """The same as far as this process knows, without asking the database."""
    return name in _known.on


def turn(*, name: str, on: bool, by: User) -> Switch:
    """Turns a switch: this process knows at once, the others within LIFE_SECONDS. Raises BadInput if there is none."""
    if name not in NAMES:
        raise BadInput.field("name", f"This must be one of {', '.join(NAMES)}.", "unknown")
    with transaction.atomic(durable=True):
        now = {"is_on": on, "changed_at": Now(), "changed_by": by}
        switch, _ = Switch.objects.update_or_create(name=name, defaults=now)
        switch.refresh_from_db()
    _known.on = _known.on | {name} if on else _known.on - {name}
    log.warning("switch_turned", switch=name, on=on, by=by.pk)
    return switch


def forget() -> None:
    """Forgets what this process knows (tests, whose tables are emptied behind its back)."""
    _known.on, _known.read_at = frozenset(), -math.inf


def _read() -> None:
    _known.read_at = time.monotonic()  # also if it fails: a second passes before the next try
    try:
        _known.on = frozenset(Switch.objects.filter(is_on=True).values_list("name", flat=True))
    except Error as error:
        log.warning("switches_unread", reason=type(error).__name__)
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
