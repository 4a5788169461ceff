"""Stream tickets: leave to open one live feed where neither cookie nor header can be sent."""

import hashlib
import secrets
from datetime import timedelta

from django.db.models.functions import Now

from accounts.models import StreamTicket, User
from accounts.transactions import durably

STREAM_TICKET_SECONDS = 30  # contract.md; from asking for it to opening the feed


@durably
def issue_stream_ticket(*, user: User) -> str:
    """A ticket good for STREAM_TICKET_SECONDS by the database's clock, once."""
    ticket = secrets.token_urlsafe(32)
    user.stream_tickets.create(digest=_digest(ticket), expires_at=Now() + timedelta(seconds=STREAM_TICKET_SECONDS))
    return ticket


@durably
def redeem_stream_ticket(*, ticket: str) -> User | None:
    """Uses the ticket up; of simultaneous uses exactly one gets the user, who must be active."""
    tickets = StreamTicket.objects.filter(digest=_digest(ticket), expires_at__gt=Now())
    found = tickets.select_related("user").first()
    deleted, _ = tickets.delete()
    return found.user if found and deleted == 1 and found.user.is_active else None


def _digest(ticket: str) -> str:
    """A plain hash is enough: the ticket has 256 random bits."""
    return hashlib.sha256(ticket.encode()).hexdigest()
