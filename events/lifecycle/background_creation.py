"""Creates large events in the background: the admin stores a request, and a worker creates the event.

The event is created in one transaction, so the worker records its progress through a second database connection. Task
messages and workers may be lost: a sweep takes up requests that no worker is handling.
"""

import logging
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, LiteralString

from django.conf import settings
from django.contrib.admin.models import ADDITION, LogEntry
from django.db import DEFAULT_DB_ALIAS, DataError, Error, IntegrityError, connection, connections
from django.utils.dateparse import parse_datetime

from accounts.models import User
from core.clock import Now
from core.enqueue import enqueue_on_commit
from core.errors import DomainError, Unavailable
from core.transactions import retrying_transaction
from events.lifecycle.create import write_event
from events.lifecycle.dates import DATES
from events.models import Creation, Event
from events.ownership import lock_seller
from events.seating.configuration import Seating, read_any_seating
from events.seating.plan_choice import PlanChoice
from events.states import OPEN_CREATIONS, CreationStatus

logger = logging.getLogger(__name__)

# From this number of seats on, the admin leaves an event to a worker. On a busy machine with two cores 50,000 seats
# take about half a second, too short to need a progress bar; 200,000 take two seconds and more.
LARGE = 50_000
SWEEP_DELAY = timedelta(seconds=2)  # after this time the task message is assumed to be lost or late
MAX_ATTEMPTS = 5
SWEEP_BATCH = 10  # requests handled by one sweep
PROGRESS_SECONDS = 0.2  # minimum time between two progress updates

# This lock is held until the event is committed or the worker's connection ends. It can't be a lock on the request's
# row, because the second connection updates `done` in that row meanwhile.
LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('events_creation', %s))"


class TooManyAttempts(DomainError):
    """Workers have started MAX_ATTEMPTS times and never finished."""

    detail = f"It was tried {MAX_ATTEMPTS} times and never came to an end. Please create it again."


class AlreadyCreated(Exception):
    """Another worker has created the event meanwhile; raised to roll back the transaction of this worker."""


@retrying_transaction
def request_event(*, seller: User, asked_by: User, seating: Seating | PlanChoice, **fields: Any) -> Creation:
    """Store a request for an event; a worker creates it shortly afterwards.

    `fields` are as for `create_event`. `asked_by` is the user who appears in the event's admin history as its creator.
    Raises PermissionRefused if the seller's account has been deleted.
    """
    creation = Creation.objects.create(
        seller=seller, asked_by=asked_by, fields=fields, seating_config=seating.config, total=seating.seats
    )
    lock_seller(seller.pk)
    enqueue_on_commit("events.tasks.make_event", creation_id=creation.pk)
    return creation


def make_event(*, creation_id: int) -> Event | None:
    """Create the requested event and return it; None if it exists, can't be created or another worker is creating it.

    Safe to run any number of times at once: only one event is created. Errors that would happen again are stored in the
    request as its failure. Errors of a database that is unavailable or busy are raised, and the next sweep tries again;
    so is OutcomeUnknown, because the event may have been created.
    """
    try:
        with _progress_record(creation_id) as progress:
            return _make(creation_id, progress)
    except Unavailable:
        raise
    except DomainError as refusal:
        _fail(creation_id, _refusal_text(refusal))
    except (DataError, IntegrityError):
        logger.exception("Creation %s failed", creation_id)
        _fail(creation_id, "The database refused it. Nothing was created.")
    return None


def create_overdue_events() -> None:
    """Create the events whose requests are older than SWEEP_DELAY and still open, oldest first. Run as a sweep.

    Requests that a worker is handling are skipped; a worker that has died no longer holds its lock.
    """
    overdue = Creation.objects.filter(status__in=OPEN_CREATIONS, created_at__lt=Now() - SWEEP_DELAY)
    for creation_id in list(overdue.order_by("created_at").values_list("pk", flat=True)[:SWEEP_BATCH]):
        try:
            make_event(creation_id=creation_id)
        except (Error, Unavailable, AlreadyCreated):
            logger.exception("Creation %s is left to the next sweep", creation_id)


class ProgressRecord:
    """Records the progress of a creation, through a second connection that commits each update."""

    def __init__(self, creation_id: int) -> None:
        self._creation_id = creation_id
        self._connection = connections.create_connection(DEFAULT_DB_ALIAS)
        self._updated_at = -math.inf

    def begin(self) -> None:
        """Record that a worker has started, with no seat written yet."""
        self._write("status = 'running', attempts = attempts + 1, done = 0")

    def update(self, seats: int) -> None:
        """Record the number of seats written so far, at most every PROGRESS_SECONDS."""
        if time.monotonic() - self._updated_at >= PROGRESS_SECONDS:
            self._updated_at = time.monotonic()
            self._write("done = %s", seats)

    def close(self) -> None:
        """Close the second connection."""
        self._connection.close()

    def _write(self, assignments: LiteralString, *values: int) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE events_creation SET {assignments}"  # noqa: S608  (constants of this class)
                " WHERE id = %s AND status IN ('waiting', 'running')",
                [*values, self._creation_id],
            )


@contextmanager
def _progress_record(creation_id: int) -> Iterator[ProgressRecord]:
    progress = ProgressRecord(creation_id)
    try:
        yield progress
    finally:
        progress.close()


@retrying_transaction
def _make(creation_id: int, progress: ProgressRecord) -> Event | None:
    """Create the requested event in one transaction.

    1. Take the advisory lock of the request.
    2. Check that the request is still open and has attempts left.
    3. Write the event, recording the progress.
    4. Mark the request as done, and record in the event's admin history who requested it.
    """
    if not _try_lock(creation_id):
        return None
    creation = Creation.objects.select_related("seller").filter(pk=creation_id, status__in=OPEN_CREATIONS).first()
    if creation is None:
        return None
    if creation.attempts >= MAX_ATTEMPTS:
        raise TooManyAttempts
    progress.begin()
    seating = read_any_seating(creation.seating_config, max_seats=settings.MAX_SEATS_PER_EVENT)
    event = write_event(seller=creation.seller, seating=seating, on_progress=progress.update, **_columns(creation))
    _mark_done(creation, event)
    return event


def _columns(creation: Creation) -> dict[str, Any]:
    """Return the columns of the requested event; JSON has kept its dates as text."""
    dates = {name: parse_datetime(creation.fields[name]) for name in DATES if creation.fields.get(name)}
    return {**creation.fields, **dates}


def _try_lock(creation_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [creation_id])
        return bool(cursor.fetchone()[0])


def _mark_done(creation: Creation, event: Event) -> None:
    still_open = Creation.objects.filter(pk=creation.pk, status__in=OPEN_CREATIONS)
    if not still_open.update(status=CreationStatus.DONE, done=creation.total, event=event):
        raise AlreadyCreated
    LogEntry.objects.log_actions(
        creation.asked_by_id or creation.seller_id, [event], ADDITION, [{"added": {}}], single_object=True
    )


def _refusal_text(refusal: DomainError) -> str:
    return " ".join(problem["detail"] for problem in refusal.extra.get("errors", [])) or str(refusal)


def _fail(creation_id: int, reason: str) -> None:
    still_open = Creation.objects.filter(pk=creation_id, status__in=OPEN_CREATIONS)
    still_open.update(status=CreationStatus.FAILED, failure=reason)
