"""A large event is asked for in the admin and made by a worker, who tells how far he is.

The event is one transaction: all of it or nothing. So how far it is, is written beside that transaction, by a
connection of its own. Messages and workers may be lost: a sweep takes up what nobody is at work on.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.admin.models import ADDITION, LogEntry
from django.db import DEFAULT_DB_ALIAS, DataError, Error, IntegrityError, connection, connections

from accounts.models import User
from accounts.operations.later import later
from accounts.transactions import durably
from events.clock import Now
from events.models import Creation, Event
from events.operations.create import write_event
from events.seating import Seating, read_seating
from events.states import OPEN_CREATIONS, CreationStatus
from ticketing.errors import DomainError

logger = logging.getLogger(__name__)

# Seats from which on the admin leaves an event to a worker. 50,000 take about half a second on a busy machine with two
# cores, before a person would look for a bar; 200,000 take two seconds and more.
LARGE = 50_000
PATIENCE = timedelta(seconds=2)  # by then its message should have come
MOST_ATTEMPTS = 5
MOST_AT_ONCE = 10  # that one sweep sees to
TELL_SECONDS = 0.2  # between two notes of how far it is

# Held until the event is committed, or its worker's connection gone. It can't be the row's own lock: the other
# connection writes `done` there meanwhile.
LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('events_creation', %s))"


class TriedTooOften(DomainError):
    """Workers have begun as often as they may and never came to the end."""

    detail = f"It was tried {MOST_ATTEMPTS} times and never came to an end. Please create it again."


class MadeByAnother(Exception):
    """Somebody else has made the event meanwhile; this one must not stay."""


@durably
def ask_for_event(*, seller: User, asked_by: User, seating: Seating, **fields: Any) -> Creation:
    """Keeps the wish for an event; a worker makes it soon. `fields` as for `create_event`."""
    creation = Creation.objects.create(
        seller=seller, asked_by=asked_by, fields=fields, seating_config=seating.config, total=seating.seats
    )
    later("events.tasks.make_event", creation_id=creation.pk)
    return creation


def make_event(*, creation_id: int) -> Event | None:
    """Makes the event that was asked for; None if it is made, has failed, or somebody is at work on it.

    Safe to run zero or many times at once: there will be one event. What can't succeed another time is noted as the
    failure; a database that is gone or busy is raised, and the next sweep tries again.
    """
    try:
        with _notes(creation_id) as notes:
            return _make(creation_id, notes)
    except DomainError as refusal:
        _fail(creation_id, _words(refusal))
    except (DataError, IntegrityError):
        logger.exception("Creation %s can't be made", creation_id)
        _fail(creation_id, "The database refused it. Nothing was created.")
    return None


def make_forgotten_events() -> None:
    """The sweep: what was asked for some time ago and is not there, the oldest first.

    Whatever somebody is at work on is passed over; who died at work holds no lock any more.
    """
    forgotten = Creation.objects.filter(status__in=OPEN_CREATIONS, created_at__lt=Now() - PATIENCE)
    for creation_id in list(forgotten.order_by("created_at").values_list("pk", flat=True)[:MOST_AT_ONCE]):
        try:
            make_event(creation_id=creation_id)
        except (Error, MadeByAnother):
            logger.exception("Creation %s is left to the next sweep", creation_id)


class Notes:
    """What is told about a creation while its event is being made, by a connection that commits each note."""

    def __init__(self, creation_id: int) -> None:
        self._creation_id = creation_id
        self._connection = connections.create_connection(DEFAULT_DB_ALIAS)
        self._told_at = 0.0

    def begun(self) -> None:
        """A worker has begun, from the first seat on."""
        self._write("status = 'running', attempts = attempts + 1, done = 0")

    def written(self, seats: int) -> None:
        """So many seats are written."""
        if time.monotonic() - self._told_at >= TELL_SECONDS:
            self._told_at = time.monotonic()
            self._write("done = %s", seats)

    def close(self) -> None:
        """Lets go of the connection."""
        self._connection.close()

    def _write(self, what: str, *values: int) -> None:
        with self._connection.cursor() as cursor:
            statement = f"UPDATE events_creation SET {what} WHERE id = %s AND status IN ('waiting', 'running')"
            cursor.execute(statement, [*values, self._creation_id])


@contextmanager
def _notes(creation_id: int) -> Iterator[Notes]:
    notes = Notes(creation_id)
    try:
        yield notes
    finally:
        notes.close()


@durably
def _make(creation_id: int, notes: Notes) -> Event | None:
    """1. Lock. 2. Check that it is still wanted. 3. Write the event, telling how far it is. 4. Note that it is done,
    and in the event's history who asked for it."""
    if not _try_lock(creation_id):
        return None
    creation = Creation.objects.select_related("seller").filter(pk=creation_id, status__in=OPEN_CREATIONS).first()
    if creation is None:
        return None
    if creation.attempts >= MOST_ATTEMPTS:
        raise TriedTooOften
    notes.begun()
    seating = read_seating(creation.seating_config, max_seats=settings.MAX_SEATS_PER_EVENT)
    event = write_event(seller=creation.seller, seating=seating, told=notes.written, **creation.fields)
    _note_done(creation, event)
    return event


def _try_lock(creation_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [creation_id])
        return cursor.fetchone()[0]


def _note_done(creation: Creation, event: Event) -> None:
    open_still = Creation.objects.filter(pk=creation.pk, status__in=OPEN_CREATIONS)
    if not open_still.update(status=CreationStatus.DONE, done=creation.total, event=event):
        raise MadeByAnother
    LogEntry.objects.log_actions(
        creation.asked_by_id or creation.seller_id, [event], ADDITION, [{"added": {}}], single_object=True
    )


def _words(refusal: DomainError) -> str:
    return " ".join(problem["detail"] for problem in refusal.extra.get("errors", [])) or str(refusal)


def _fail(creation_id: int, why: str) -> None:
    Creation.objects.filter(pk=creation_id, status__in=OPEN_CREATIONS).update(status=CreationStatus.FAILED, failure=why)
