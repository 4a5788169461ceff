"""The events at whose entrance a person works, and where gate staff land after signing in."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts.models import User
from accounts.pages.landing import Landing
from bookings.checkin.models import GateStaff, SellerGateStaff
from bookings.checkin.selectors import EARLY
from bookings.holds.models import Booking
from bookings.states import HOLDING, SOLD
from core.clock import database_now
from events.models import Event
from events.schedule import is_over, still_on
from events.states import EventStatus

MAX_UPCOMING = 100
MAX_OVER = 10  # events that are over, the latest ones


class GateEvents(NamedTuple):
    """Events of somebody who works at entrances: `now` (they run, or begin within a day), `later` and `over`."""

    now: list[Event]
    later: list[Event]
    over: list[Event]


def is_named(user: User) -> bool:
    """Return whether a seller named this email address as gate staff, of any event."""
    named = GateStaff.objects.filter(email=user.email).values("email")
    for_all_events = SellerGateStaff.objects.filter(seller__is_active=True, email=user.email).values("email")
    return named.union(for_all_events).exists()  # one query, because the header of every page asks


def gate_events(user: User) -> GateEvents:
    """Return the events whose tickets `user` may check in, the next ones first.

    Those of gate staff with a confirmed address, a seller's own ones, and for operators all. Drafts and cancelled
    events have no valid tickets and are left out.
    """
    now = database_now()
    events = _events_of(user).exclude(status__in=[EventStatus.DRAFT, EventStatus.CANCELLED])
    upcoming = list(events.filter(still_on()).order_by("starts_at", "pk")[:MAX_UPCOMING])  # without a date: at the end
    return GateEvents(
        now=[event for event in upcoming if _is_now(event, now)],
        later=[event for event in upcoming if not _is_now(event, now)],
        over=list(events.filter(is_over()).order_by("-starts_at", "-pk")[:MAX_OVER]),
    )


def gate_landing(user: User) -> Landing | None:
    """Return the page where gate staff land after signing in: the only event that is on now, or the list of events.

    None for everybody else: sellers and operators, who have other work, and buyers with seats of their own.
    """
    if user.role == User.Role.SELLER or user.is_superuser or not is_named(user):
        return None
    if Booking.objects.filter(buyer=user, status__in=[*HOLDING, *SOLD]).exists():
        return None
    now = gate_events(user).now
    path = reverse("gate", args=[now[0].pk]) if len(now) == 1 else reverse("gates")
    return Landing(path, "Go to the gate")


def _events_of(user: User) -> QuerySet[Event]:
    if user.is_superuser:
        return Event.objects.all()
    mine = Q(seller=user)
    if user.is_verified:
        sellers = SellerGateStaff.objects.filter(email=user.email).values("seller")
        mine |= Q(pk__in=GateStaff.objects.filter(email=user.email).values("event")) | Q(seller__in=sellers)
    return Event.objects.filter(mine)


def _is_now(event: Event, now: datetime) -> bool:
    return event.starts_at is not None and event.starts_at - now <= EARLY
