"""Sends the emails of the outbox (`bookings.notifications`).

Two sweeps start every second, each in a process of its own: rendering tickets takes longer than selling them. `mailer`
sends what people wait for, such as tickets, and gets its share of the processor however busy the machine is;
`bulk-mailer` sends the emails that come in thousands, and runs only while a core is idle. Any number of sweeps may run
at the same time.

Claims: a sender claims an email before it sends it, with no transaction open while it waits for the mail server. Other
senders skip a claimed email, so each is sent once. The claim of a sender that dies ends after CLAIM_DURATION, and
another sender repeats the email. It is then sent twice only if the first sender died after the mail server had accepted
it and before that was recorded; that is better than tickets that never arrive.

Order: emails that people wait for have a rank of their own (`EmailRank`), so a buyer's tickets never wait behind 20,000
emails about a changed event. Within a rank, the email that has been due for longest is the first.
"""

import time
from datetime import timedelta

import structlog
from django.db.models import QuerySet

from bookings.emails.compose import compose
from bookings.notifications.models import EmailMessage
from bookings.notifications.outbox import OPEN
from bookings.states import EmailRank, EmailStatus
from core.clock import Now
from core.transactions import retrying_transaction

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 5  # a sweep starts no email after this time, so that its process reports regularly
CLAIM_DURATION = timedelta(minutes=10)  # then a sender counts as dead; longer than CELERY_TASK_TIME_LIMIT
FIRST_RETRY_DELAY = timedelta(seconds=10)  # doubles with each attempt
MAX_ATTEMPTS = 10  # the last one about an hour and a half after the first


def send_due_emails(rank: EmailRank | None = None) -> int:
    """Send due emails one after the other for SWEEP_SECONDS and return the number of emails processed.

    Sends the emails of `rank`, or of all ranks, the lowest first. Emails whose sender died, and emails that could not
    be sent before, become due again. An email that has had MAX_ATTEMPTS attempts is marked as failed instead.
    """
    EmailMessage.objects.filter(status__in=OPEN, due_at__lte=Now(), attempts__gte=MAX_ATTEMPTS).update(
        status=EmailStatus.FAILED
    )
    end = time.monotonic() + SWEEP_SECONDS
    processed = 0
    while time.monotonic() < end and (email := _claim(rank)) is not None:
        _send(email)
        processed += 1
    return processed


@retrying_transaction
def _claim(rank: EmailRank | None) -> EmailMessage | None:
    """Claim the first due email until CLAIM_DURATION from now and return it; None if no email is due."""
    email = _due(rank).first()
    if email is None:
        return None
    email.status, email.attempts = EmailStatus.SENDING, email.attempts + 1
    EmailMessage.objects.filter(pk=email.pk).update(
        status=email.status, attempts=email.attempts, due_at=Now() + CLAIM_DURATION
    )
    return email


def _due(rank: EmailRank | None) -> QuerySet[EmailMessage]:
    """Return the due emails, locked when read: lowest rank first, then longest due. Skips those locked by others."""
    due = EmailMessage.objects.filter(status__in=OPEN, due_at__lte=Now()).order_by("rank", "due_at")
    wanted = due if rank is None else due.filter(rank=rank)
    unlocked = wanted.select_for_update(of=("self",), no_key=True, skip_locked=True)
    return unlocked.select_related(
        "booking__event__seller", "booking__subsection", "booking__buyer", "endpoint__seller"
    )


def _send(email: EmailMessage) -> None:
    """Send a claimed email with no transaction open, and record the result.

    An email that no longer applies (`compose` returns None) is dropped. After an error it is retried, with a delay that
    doubles each time.
    """
    try:
        mail = compose(email)
        if mail is not None:
            mail.send()
    except Exception as error:  # an email that can't be rendered or sent must not stop the others
        log.warning("email_not_sent", email=str(email.pk), kind=email.kind, exc_info=error)
        delay = FIRST_RETRY_DELAY * 2 ** (email.attempts - 1)
        _record(email, EmailStatus.WAITING, failure=repr(error)[:300], due_at=Now() + delay)
    else:
        if mail is None:
            _record(email, EmailStatus.DROPPED)
        else:
            _record(email, EmailStatus.SENT, sent_at=Now(), failure="")


def _record(email: EmailMessage, status: EmailStatus, **fields: object) -> None:
    """Record the result of sending an email, unless another sender has claimed it since this one's claim ended."""
    claimed = EmailMessage.objects.filter(pk=email.pk, status=EmailStatus.SENDING, attempts=email.attempts)
    claimed.update(status=status, **fields)
