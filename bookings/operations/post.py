"""Mail to buyers: written down with what it is about, sent afterwards, once.

A letter is a row, inserted by the operation that makes it true and in its transaction, so that none is forgotten when
the broker is down and none is sent of what was rolled back. Whoever sends it claims it first: of any number of tasks
one does. A sender that dies after the mail server took the mail and before that was noted is the one case in which
somebody gets it twice; never getting the tickets would be worse.
"""

import uuid
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import F

from accounts.operations.later import later
from bookings.mails import compose
from bookings.models import Booking, Letter
from bookings.states import LetterKind, LetterStatus
from events.clock import Now

log = structlog.get_logger(__name__)

OPEN = (LetterStatus.WAITING, LetterStatus.SENDING)
TASK_GETS = timedelta(seconds=20)  # before the sweep takes its message for lost
QUEUE_GETS = timedelta(minutes=5)  # the same, when the sweep itself has enqueued it
SENDER_GETS = timedelta(minutes=10)  # before he counts as dead: above CELERY_TASK_TIME_LIMIT
FIRST_WAIT = timedelta(seconds=10)  # doubled with each attempt
MOST_ATTEMPTS = 10  # the last about an hour and a half after the first


def write_letter(kind: LetterKind, booking: Booking, *, subject: uuid.UUID | None = None, at_once: bool = True) -> None:
    """In a transaction: notes that the booking's buyer is to get this mail, once for each kind and subject.

    Not `at_once` leaves it to the sweep, a few seconds later: for what happens in other people's requests.
    """
    letter = Letter(
        kind=kind,
        booking_id=booking.pk,
        subject=subject or booking.pk,
        due_at=Now() + TASK_GETS if at_once else Now(),
        written_at=Now(),
    )
    Letter.objects.bulk_create([letter], ignore_conflicts=True)
    if at_once:
        later("bookings.tasks.send_letter", letter_id=str(letter.pk))


def send_letter(*, letter_id: uuid.UUID) -> None:
    """Sends the letter unless somebody else does or did, or it is no longer true.

    Claims it (guarded update), sends it with no transaction open, notes it. What goes wrong is tried again by the
    sweep, later each time.
    """
    waiting = Letter.objects.filter(pk=letter_id, status=LetterStatus.WAITING)
    if not waiting.update(status=LetterStatus.SENDING, attempts=F("attempts") + 1, due_at=Now() + SENDER_GETS):
        return
    letter = Letter.objects.select_related("booking__event", "booking__subsection", "booking__buyer").get(pk=letter_id)
    try:
        mail = compose(letter)
        if mail is not None:
            mail.send()
    except Exception as error:  # one letter that can't be made or sent stops no other
        log.warning("letter_not_sent", letter=str(letter_id), kind=letter.kind, exc_info=error)
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


@transaction.atomic(durable=True)
def send_due_letters() -> int:
    """The sweep: has sent what is due, which a lost message, a dead sender or a mail server left; returns how many.

    Rows that another sweep has locked are left to it. Gives a letter up after MOST_ATTEMPTS.
    """
    due = Letter.objects.filter(status__in=OPEN, due_at__lte=Now())
    due.filter(attempts__gte=MOST_ATTEMPTS).update(status=LetterStatus.FAILED)
    locked = due.order_by("due_at").select_for_update(of=("self",), no_key=True, skip_locked=True)
    letters = list(locked.values_list("pk", flat=True)[:500])
    Letter.objects.filter(pk__in=letters).update(status=LetterStatus.WAITING, due_at=Now() + QUEUE_GETS)
    for letter_id in letters:
        later("bookings.tasks.send_letter", letter_id=str(letter_id))
    return len(letters)
