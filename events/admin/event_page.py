"""The part of an event's page above its form: status, seat counts, progress, and links to the event's other pages."""

from typing import Any, NamedTuple

from django.contrib.admin.utils import quote
from django.http import HttpRequest
from django.urls import reverse

from core.clock import database_now
from events.admin.copying import copy_url
from events.admin.event_actions import EVENT_ACTIONS, progress_on
from events.admin.list_page import bookings_url
from events.admin.pictures import picture_url
from events.admin.status_text import status_text
from events.lifecycle.publication import must_confirm
from events.models import Event
from events.pictures.shown import shown_picture
from events.seller_admin.rows import OwnRows

TILES = (("sold", "Sold"), ("reserved", "Reserved"), ("available", "Free"), ("blocked", "Blocked"))


class Link(NamedTuple):
    """A link to another page."""

    label: str
    url: str


class EventPage(OwnRows):
    """Adds to the page of an existing event what is shown above its form."""

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Add what the template shows above the form: status, progress, seats, links, actions that must wait."""
        event = kwargs.get("obj")
        if event is not None:
            totals = context["totals"]
            context |= {
                "must_confirm": must_confirm(event),
                "hindered": {name for name, action in EVENT_ACTIONS.items() if action.hindrance(event)},
                "status_text": status_text(event, database_now()),
                "progress": progress_on(event),
                "tiles": [{"name": name, "label": label, "seats": totals[name]} for name, label in TILES],
                "links": _links(event),
                "picture": shown_picture(event),
                "picture_url": picture_url(event),
            }
        return super().render_change_form(request, context, *args, **kwargs)


def _links(event: Event) -> list[Link]:
    return [
        Link("Charts", reverse("sell-event", args=[event.pk])),
        Link("Seats", reverse("admin:events_event_seats", args=[quote(event.pk)])),
        Link("Picture", picture_url(event)),
        Link("Bookings", bookings_url(event)),
        Link("Gate staff", f"{reverse('admin:bookings_gatestaff_changelist')}?event__id__exact={event.pk}"),
        Link("Public page", reverse("event", args=[event.pk])),
        Link("Copy", copy_url(event)),
        Link("History", reverse("admin:events_event_history", args=[quote(event.pk)])),
    ]
