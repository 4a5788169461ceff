"""Issue and redeem stream tickets. Each opens one live feed, for a client that can send neither cookie nor header."""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db.models.functions import Now

from accounts.models import StreamTicket, User
from core.transactions import retrying_transaction

# The first character of a used ticket's digest. No hex digest has it, so no ticket that a client sends matches the row.
USED = "+"
STREAM_TICKET_SECONDS = 30  # from issue to opening the feed; part of the API contract


@retrying_transaction
def issue_stream_ticket(*, user: User) -> str:
    """Return a new ticket: it works once, within STREAM_TICKET_SECONDS by the database's clock."""
    ticket = secrets.token_urlsafe(32)
    user.stream_tickets.create(digest=_digest(ticket), expires_at=Now() + timedelta(seconds=STREAM_TICKET_SECONDS))
    return ticket


@retrying_transaction
def redeem_stream_ticket(*, ticket: str) -> StreamTicket | None:
    """Use up the ticket and return its row; None if it is unknown, expired, used or its user is inactive.

    If several requests use a ticket at the same time, exactly one succeeds. The row remains, with a changed digest, as
    the sign-in of the feed that it opened: for ACCESS_TOKEN_SECONDS, unless the user logs out earlier.
    """
    tickets = StreamTicket.objects.filter(digest=_digest(ticket), expires_at__gt=Now())
    found = tickets.select_related("user").filter(user__is_active=True).first()
    if found is None:
        return None
    found.digest = f"{USED}{found.digest[1:]}"
    used = tickets.update(digest=found.digest, expires_at=Now() + timedelta(seconds=settings.ACCESS_TOKEN_SECONDS))
    return found if used else None


def _digest(ticket: str) -> str:
    """Return the hash of a ticket. A plain SHA-256 is enough, because a ticket has 256 random bits."""
    return hashlib.sha256(ticket.encode()).hexdigest()
