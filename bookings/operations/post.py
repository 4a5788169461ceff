"""Mail to buyers and sellers: written down with what it is about, sent afterwards, once.

A letter is a row, inserted by the operation that makes it true and in its transaction, so that none is forgotten and
none is sent of what was rolled back. The sweep finds it within about a second, in a process of its own: printing
tickets costs more than selling them. What people wait for goes first: a buyer's tickets never stand behind the 20,000
mails about an event that changed (`Letter.rank`). Whoever sends a letter claims it first: of any number of sweeps one
does. A sender that dies after the mail server took the mail and before that was noted is the one case in which somebody
gets it twice; never getting the tickets would be worse.
"""

import time
import uuid
from collections.abc import Sequence
from datetime import timedelta

import structlog
from django.db import connection, transaction
from django.db.models import QuerySet

from bookings.mails import compose
from bookings.models import Booking, Endpoint, Letter
from bookings.models.booking import new_id
from bookings.states import LetterKind, LetterStatus
from events.clock import Now

log = structlog.get_logger(__name__)

OPEN = (LetterStatus.WAITING, LetterStatus.SENDING)
DONE = (LetterStatus.SENT, LetterStatus.DROPPED, LetterStatus.FAILED)
SWEEP_SECONDS = 5  # after which a sweep begins no other letter, so that its process is heard of
SENDER_GETS = timedelta(minutes=10)  # before he counts as dead: above CELERY_TASK_TIME_LIMIT
FIRST_WAIT = timedelta(seconds=10)  # doubled with each attempt
MOST_ATTEMPTS = 10  # the last about an hour and a half after the first

WRITE_LETTERS = """
    INSERT INTO bookings_letter (id, kind, event_id, booking_id, subject, due_at, written_at)
    SELECT id, %s, %s, booking_id, subject, clock_timestamp(), clock_timestamp()
    FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[]) AS letter (id, booking_id, subject)
    ON CONFLICT DO NOTHING
"""


def write_letter(kind: LetterKind, booking: Booking, *, subject: uuid.UUID | None = None) -> None:
    """In a transaction: notes that the booking's buyer is to get this mail, once for each kind and subject."""
    _write(kind, booking.event_id, [booking.pk], [subject or booking.pk])


def write_letters(kind: LetterKind, event_id: int, booking_ids: Sequence[uuid.UUID]) -> None:
    """The same about many bookings of one event, in one statement."""
    _write(kind, event_id, list(booking_ids), list(booking_ids))


def write_letter_about(endpoint: Endpoint) -> None:
    """In the transaction that switches an endpoint off: notes that its seller is to get a mail about that."""
    now = Now()
    Letter.objects.create(kind=LetterKind.ENDPOINT_OFF, endpoint=endpoint, subject=new_id(), due_at=now, written_at=now)


def _write(kind: LetterKind, event_id: int, booking_ids: list[uuid.UUID], subjects: list[uuid.UUID]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(WRITE_LETTERS, [kind.value, event_id, [new_id() for _ in booking_ids], booking_ids, subjects])


def send_due_letters() -> int:
    """The sweep: sends what is due, one letter after the other, for SWEEP_SECONDS; returns how many it dealt with.

    Also what a dead sender or a mail server left. Gives a letter up after MOST_ATTEMPTS.
    """
    Letter.objects.filter(status__in=OPEN, due_at__lte=Now(), attempts__gte=MOST_ATTEMPTS).update(
        status=LetterStatus.FAILED
    )
    end = time.monotonic() + SWEEP_SECONDS
    dealt_with = 0
    while time.monotonic() < end and (letter := _claim()) is not None:
        _send(letter)
        dealt_with += 1
    return dealt_with


@transaction.atomic(durable=True)
def _claim() -> Letter | None:
    """The first of the due letters, which belongs to this sender now; None if none is due."""
    letter = _due().first()
    if letter is None:
        return None
    letter.status, letter.attempts = LetterStatus.SENDING, letter.attempts + 1
    Letter.objects.filter(pk=letter.pk).update(
        status=letter.status, attempts=letter.attempts, due_at=Now() + SENDER_GETS
    )
    return letter


def _due() -> QuerySet[Letter]:
    """Of the lowest rank that which is due for the longest comes first. Those that another sweep has locked are left
    to it."""
    due = Letter.objects.filter(status__in=OPEN, due_at__lte=Now()).order_by("rank", "due_at")
    unlocked = due.select_for_update(of=("self",), no_key=True, skip_locked=True)
    return unlocked.select_related("booking__event", "booking__subsection", "booking__buyer", "endpoint__seller")


def _send(letter: Letter) -> None:
    """Sends a claimed letter, unless it is no longer true, with no transaction open; then notes it. What goes wrong is
    tried again, later each time."""
    try:
        mail = compose(letter)
        if mail is not None:
            mail.send()
    except Exception as error:  # one letter that can't be made or sent stops no other
        log.warning("letter_not_sent", letter=str(letter.pk), kind=letter.kind, exc_info=error)
        wait = FIRST_WAIT * 2 ** (letter.attempts - 1)
        _note(letter, LetterStatus.WAITING, failure=repr(error)[:300], due_at=Now() + wait)
    else:
        if mail is None:
            _note(letter, LetterStatus.DROPPED)
        else:
            _note(letter, LetterStatus.SENT, sent_at=Now(), failure="")


def _note(letter: Letter, status: LetterStatus, **fields: object) -> None:
    """What became of it, unless the sweep has taken this sender for dead meanwhile."""
    own = Letter.objects.filter(pk=letter.pk, status=LetterStatus.SENDING, attempts=letter.attempts)
    own.update(status=status, **fields)
