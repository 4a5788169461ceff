"""How far the sending of all emails is behind: those about bookings, which the database has, and about accounts."""

from typing import NamedTuple

from accounts import late_mails
from bookings.notifications.selectors import backlogs
from bookings.states import BULK_EMAILS
from core.mail import Backlog
from core.redis import RedisUnavailable

AWAITED, BULK = "awaited", "bulk"


class EmailBacklog(NamedTuple):
    """The backlog of one kind of email; people wait for those whose `rank` is AWAITED."""

    rank: str
    kind: str
    backlog: Backlog


def email_backlogs() -> list[EmailBacklog]:
    """Return the backlog of each kind of email. Without Redis, those about accounts are left out."""
    about_bookings = [
        EmailBacklog(BULK if kind in BULK_EMAILS else AWAITED, kind.value, backlog)
        for kind, backlog in backlogs().items()
    ]
    try:
        about_accounts = late_mails.backlogs()
    except RedisUnavailable:
        return about_bookings
    return about_bookings + [EmailBacklog(AWAITED, kind, backlog) for kind, backlog in about_accounts.items()]
