"""The sellers' desk: a seller manages his own events in the admin, an operator everybody's.

The admin is a door like the API: it reads the form, calls one operation and says what came of it.
"""

from django.contrib import admin
from django.http import HttpRequest

from events.admin.copying import Copying
from events.admin.creation_pages import CreationPages
from events.admin.event_page import EventPage
from events.admin.form_page import FormPage
from events.admin.list_page import ListPage
from events.admin.seat_pages import SeatPages
from events.models import Event


@admin.register(Event)
class Events(ListPage, FormPage, EventPage, SeatPages, Copying, CreationPages):
    """Create and change events, block seats, publish drafts, close sales.

    An event is never deleted: people may hold its seats.
    """

    seller_lookup = "seller"

    def event_of(self, row: Event) -> Event:
        """Itself."""
        return row

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Sellers and operators."""
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        """Whoever sees it."""
        return self.has_view_permission(request, obj)
