"""How far the sending of emails is behind, for health checks and metrics."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q

from bookings.notifications.models import EmailMessage
from bookings.notifications.outbox import OPEN
from bookings.states import EmailKind, EmailStatus
from core.clock import Now, database_now
from core.mail import Backlog


def backlogs() -> dict[EmailKind, Backlog]:
    """Return the backlog of each kind, by the database's clock.

    An email counts as due from `due_at`, so one that waits for its next attempt counts only as retried.
    """
    open_emails = EmailMessage.objects.filter(status__in=OPEN).order_by().values("kind")
    due, retried = Q(due_at__lte=Now()), Q(attempts__gte=1, status=EmailStatus.WAITING)
    rows = open_emails.annotate(oldest=Min("due_at", filter=due), retried=Count("pk", filter=retried))
    found, now = {row["kind"]: row for row in rows}, database_now()
    return {kind: _backlog(found.get(kind.value), now) for kind in EmailKind}


def _backlog(row: Mapping[str, Any] | None, now: datetime) -> Backlog:
    if row is None:
        return Backlog(0.0, 0)
    seconds = (now - row["oldest"]).total_seconds() if row["oldest"] else 0.0
    return Backlog(max(0.0, seconds), row["retried"])
