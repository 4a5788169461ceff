"""Selectors of check-in: who may check in tickets, and what gate staff see. None of them takes a lock."""

from datetime import datetime, timedelta

from django.db.models import QuerySet, Sum

from accounts.models import User
from bookings.checkin.models import CheckIn, GateStaff, SellerGateStaff
from bookings.states import AdmissionStatus
from bookings.tickets.models import Admission
from core.errors import NotFound, PermissionRefused
from events.models import Event, Subsection
from events.ownership import may_manage
from events.states import EventStatus

UNVERIFIED = "You are named as gate staff. Please confirm your email address first, with the link that we sent to it."
NOT_STAFF = "Only gate staff of this event can do this. Its seller can add you by your email address."
EARLY = timedelta(days=1)  # a scan this long before the start is probably a mistake


def check_in_event(event_id: int, user: User) -> Event:
    """Return the event if `user` may check in its tickets.

    The event's seller and operators may, and users with a verified email address that the seller named as gate staff of
    this event or of all events. Unverified addresses don't count, because anyone could register with another person's
    address. Raises NotFound (also for a draft, unless the user manages it or is named), PermissionRefused.
    """
    event = Event.objects.filter(pk=event_id).first()
    if event is None:
        raise NotFound("There is no such event.")
    named = may_manage(event, user) or _is_named(event, user)
    if not named and event.status == EventStatus.DRAFT:
        raise NotFound("There is no such event.")
    if not named:
        raise PermissionRefused(NOT_STAFF)
    if not (user.is_verified or may_manage(event, user)):
        raise PermissionRefused(UNVERIFIED)
    return event


def _is_named(event: Event, user: User) -> bool:
    of_event = GateStaff.objects.filter(event=event, email=user.email)
    of_seller = SellerGateStaff.objects.filter(seller_id=event.seller_id, email=user.email)
    return of_event.exists() or of_seller.exists()


def is_early(event: Event, now: datetime) -> bool:
    """Return whether the event begins more than EARLY after `now`, so that hardly anybody can be at its entrance."""
    return event.starts_at is not None and event.starts_at - now > EARLY


def counts(event: Event) -> dict[str, int]:
    """Return how many tickets are checked in, and how many are valid (used or not)."""
    sold = Subsection.objects.filter(event=event).aggregate(sum=Sum("sold"))["sum"]  # one valid ticket for each
    used = Admission.objects.filter(event=event, status=AdmissionStatus.USED).order_by()
    return {"checked_in": used.count(), "issued": sold or 0}


def recent_check_ins(event: Event) -> QuerySet[CheckIn]:
    """Return the event's check-ins, undos and conflicts, newest first."""
    rows = CheckIn.objects.filter(admission__event=event)
    rows = rows.select_related("admission__booking", "admission__event", "admission__subsection", "by")
    return rows.order_by("-recorded_at", "-id")
