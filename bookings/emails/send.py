"""Send the emails of the outbox."""

import time
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import QuerySet

from bookings.emails.compose import compose
from bookings.notifications.models import Letter
from bookings.notifications.outbox import OPEN
from bookings.states import LetterStatus
from core.clock import Now

log = structlog.get_logger(__name__)


SWEEP_SECONDS = 5  # a sweep starts no email after this time, so that its process reports regularly


CLAIM_DURATION = timedelta(minutes=10)  # then a sender counts as dead; longer than CELERY_TASK_TIME_LIMIT


FIRST_RETRY_DELAY = timedelta(seconds=10)  # doubles with each attempt


MOST_ATTEMPTS = 10  # the last one about an hour and a half after the first


def send_due_letters() -> int:
    """Send due emails one after the other for SWEEP_SECONDS and return the number of emails processed.

    Due are also emails of dead senders and emails that the mail server refused. An email is given up after
    MOST_ATTEMPTS.
    """
    Letter.objects.filter(status__in=OPEN, due_at__lte=Now(), attempts__gte=MOST_ATTEMPTS).update(
        status=LetterStatus.FAILED
    )
    end = time.monotonic() + SWEEP_SECONDS
    processed = 0
    while time.monotonic() < end and (letter := _claim()) is not None:
        _send(letter)
        processed += 1
    return processed


@transaction.atomic(durable=True)
def _claim() -> Letter | None:
    """Lock the first due email and mark it as being sent until CLAIM_DURATION from now; None if none is due."""
    letter = _due().first()
    if letter is None:
        return None
    letter.status, letter.attempts = LetterStatus.SENDING, letter.attempts + 1
    Letter.objects.filter(pk=letter.pk).update(
        status=letter.status, attempts=letter.attempts, due_at=Now() + CLAIM_DURATION
    )
    return letter


def _due() -> QuerySet[Letter]:
    """Return the due emails, locked when read: lowest rank first, then longest due. Skips those locked by others."""
    due = Letter.objects.filter(status__in=OPEN, due_at__lte=Now()).order_by("rank", "due_at")
    unlocked = due.select_for_update(of=("self",), no_key=True, skip_locked=True)
    return unlocked.select_related("booking__event", "booking__subsection", "booking__buyer", "endpoint__seller")


def _send(letter: Letter) -> None:
    """Send a claimed email with no transaction open, and record the result.

    It is dropped if it is no longer true. After an error it is retried, with a delay that doubles each time.
    """
    try:
        mail = compose(letter)
        if mail is not None:
            mail.send()
    except Exception as error:  # an email that can't be rendered or sent must not stop the others
        log.warning("email_not_sent", email=str(letter.pk), kind=letter.kind, exc_info=error)
        delay = FIRST_RETRY_DELAY * 2 ** (letter.attempts - 1)
        _record(letter, LetterStatus.WAITING, failure=repr(error)[:300], due_at=Now() + delay)
    else:
        if mail is None:
            _record(letter, LetterStatus.DROPPED)
        else:
            _record(letter, LetterStatus.SENT, sent_at=Now(), failure="")


def _record(letter: Letter, status: LetterStatus, **fields: object) -> None:
    """Record the result, unless this sender's claim has ended and another one has claimed the email."""
    claimed = Letter.objects.filter(pk=letter.pk, status=LetterStatus.SENDING, attempts=letter.attempts)
    claimed.update(status=status, **fields)
