"""Stream tickets: leave to open one live feed where neither cookie nor header can be sent."""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db.models.functions import Now

from accounts.models import StreamTicket, User
from accounts.transactions import durably

USED = "+"  # in the first place of a digest, where no ticket's has it: nothing that a client sends leads to that row
STREAM_TICKET_SECONDS = 30  # contract.md; from asking for it to opening the feed


@durably
def issue_stream_ticket(*, user: User) -> str:
    """A ticket good for STREAM_TICKET_SECONDS by the database's clock, once."""
    ticket = secrets.token_urlsafe(32)
    user.stream_tickets.create(digest=_digest(ticket), expires_at=Now() + timedelta(seconds=STREAM_TICKET_SECONDS))
    return ticket


@durably
def redeem_stream_ticket(*, ticket: str) -> StreamTicket | None:
    """Uses the ticket up; of simultaneous uses exactly one gets it, and its user must be active.

    The row stays under another name for what it opened: as long as an access token would last, if its user doesn't log
    out before.
    """
    tickets = StreamTicket.objects.filter(digest=_digest(ticket), expires_at__gt=Now())
    found = tickets.select_related("user").filter(user__is_active=True).first()
    if found is None:
        return None
    found.digest = f"{USED}{found.digest[1:]}"
    used = tickets.update(digest=found.digest, expires_at=Now() + timedelta(seconds=settings.ACCESS_TOKEN_SECONDS))
    return found if used else None


def _digest(ticket: str) -> str:
    """A plain hash is enough: the ticket has 256 random bits."""
    return hashlib.sha256(ticket.encode()).hexdigest()
