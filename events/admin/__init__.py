"""Events in the seller admin: sellers manage their own events, operators all events.

Like the API, the admin reads the input, calls one operation and shows the result.
"""

from django.contrib import admin
from django.http import HttpRequest

from events.admin.copying import Copying
from events.admin.creation_pages import CreationPages
from events.admin.event_page import EventPage
from events.admin.form_page import FormPage
from events.admin.list_page import ListPage
from events.admin.pictures import PicturePages
from events.admin.plans import SeatingPlans
from events.admin.seat_pages import SeatPages
from events.admin.venues import Venues
from events.models import Event

__all__ = ["Events", "SeatingPlans", "Venues"]


@admin.register(Event)
class Events(ListPage, FormPage, EventPage, SeatPages, PicturePages, Copying, CreationPages):
    """The admin of events: create and change events, block seats, publish drafts, close sales.

    Events are never deleted: buyers may have reserved its seats.
    """

    seller_lookup = "seller"

    def event_of(self, row: Event) -> Event:
        """Return the row itself."""
        return row

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Allow sellers and operators to create events."""
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        """Allow everybody who may see the event to change it."""
        return self.has_view_permission(request, obj)
