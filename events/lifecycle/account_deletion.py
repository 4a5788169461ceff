"""What deleting a seller's account means for events: those to come must be over or cancelled first."""

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from accounts.errors import AccountObstacle
from accounts.models import User
from events.models import Creation, Event, Subsection
from events.schedule import still_on
from events.states import OPEN_CREATIONS, EventStatus

STATUS_TEXTS = {
    EventStatus.AVAILABLE: "on sale",
    EventStatus.SOLD_OUT: "sold out",
    EventStatus.ENDED: "sales ended, still to take place",
}


def event_obstacles(user: User) -> list[AccountObstacle]:
    """Return the events that are on sale, whose sold seats are for a date to come, or that are being created."""
    return [_obstacle(event) for event in _to_come(user)] + [
        {"kind": "event", "id": str(creation.pk), "name": f"{creation}: being created"}
        for creation in Creation.objects.filter(seller=user, status__in=OPEN_CREATIONS)
    ]


def _to_come(user: User) -> list[Event]:
    sold = Exists(Subsection.objects.filter(event=OuterRef("pk"), sold__gt=0))
    on_sale = Q(status__in=(EventStatus.AVAILABLE, EventStatus.SOLD_OUT))
    ended = Q(status=EventStatus.ENDED) & still_on() & sold
    return list(user.events.filter(on_sale | ended).order_by("pk"))


def _obstacle(event: Event) -> AccountObstacle:
    return {
        "kind": "event",
        "id": str(event.pk),
        "name": f"{event.name}: {STATUS_TEXTS[EventStatus(event.status)]}",
        "path": reverse("event", args=[event.pk]),
    }
