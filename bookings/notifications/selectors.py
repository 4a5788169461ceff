"""How far the sending of emails is behind, for health checks and metrics."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, Min, Q

from bookings.notifications.models import EmailMessage
from bookings.notifications.outbox import OPEN
from bookings.states import EmailRank, EmailStatus
from core.clock import Now, database_now


class Backlog(NamedTuple):
    """Emails of one rank that should have been sent."""

    oldest_seconds: float  # how long the oldest due email has waited for a sender; 0 if none is due
    retried: int  # emails that were tried and not sent, such as while the mail server is away


def backlogs() -> dict[EmailRank, Backlog]:
    """Return the backlog of each rank, by the database's clock.

    An email counts as due from `due_at`, so one that waits for its next attempt counts only as retried.
    """
    open_emails = EmailMessage.objects.filter(status__in=OPEN).order_by().values("rank")
    due, retried = Q(due_at__lte=Now()), Q(attempts__gte=1, status=EmailStatus.WAITING)
    rows = open_emails.annotate(oldest=Min("due_at", filter=due), retried=Count("pk", filter=retried))
    found, now = {row["rank"]: row for row in rows}, database_now()
    return {rank: _backlog(found.get(rank.value), now) for rank in EmailRank}


def _backlog(row: Mapping[str, Any] | None, now: datetime) -> Backlog:
    if row is None:
        return Backlog(0.0, 0)
    seconds = (now - row["oldest"]).total_seconds() if row["oldest"] else 0.0
    return Backlog(max(0.0, seconds), row["retried"])
