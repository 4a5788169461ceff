"""The list of events."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from events.catalog.selectors import stats_of
from events.models import Event
from events.seller_admin.rows import OwnRows, SafeList
from events.wall_clocks import clock_text


def bookings_url(event: Event) -> str:
    """Return the URL of the list of the event's bookings."""
    return f"{reverse('admin:bookings_booking_changelist')}?event__id__exact={event.pk}"


class EventList(SafeList):
    """A page of events with their `stats`, read with one query."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        stats = stats_of([event.pk for event in self.result_list])
        for event in self.result_list:
            event.stats = stats[event.pk]


class ActiveFilter(admin.BooleanFieldListFilter):
    """The filter for active events, with a title in plain English."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = "active"


class ListPage(OwnRows):
    """The list of events with seat counts."""

    list_display = ("name", "venue_name", "start", "status", "listed", "sold", "held", "seats", "bookings")
    list_filter = ("status", ("is_active", ActiveFilter), "starts_at")
    search_fields = ("name__folded", "venue_name__folded")
    search_help_text = "Name or venue"
    list_select_related = ("seller",)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return the list class that reads the seat counts."""
        return EventList

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Return the columns of the list; operators also see the seller."""
        return (*self.list_display, "seller") if request.user.is_superuser else self.list_display

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Return the fields to search in; operators can also search for the seller's email address."""
        return (*self.search_fields, "seller__email") if request.user.is_superuser else self.search_fields

    @admin.display(description="Starts at", ordering="starts_at")
    def start(self, event: Event) -> str:
        """Return the start by the clock at the venue."""
        return clock_text(event, event.starts_at) if event.starts_at else "-"

    @admin.display(description="Active", boolean=True, ordering="is_active")
    def listed(self, event: Event) -> bool:
        """Return whether the event is active: listed, and on sale if its status and times allow it."""
        return event.is_active

    @admin.display(description="Sold")
    def sold(self, event: Any) -> int:
        """Return the number of sold seats."""
        return int(event.stats["sold"])

    @admin.display(description="Reserved")
    def held(self, event: Any) -> int:
        """Return the number of held seats."""
        return int(event.stats["reserved"])

    @admin.display(description="Seats")
    def seats(self, event: Any) -> int:
        """Return the number of all seats, also blocked ones."""
        return int(event.stats["total"])

    @admin.display(description="Bookings")
    def bookings(self, event: Event) -> SafeString:
        """Return a link to the list of the event's bookings."""
        return format_html('<a href="{}">Bookings</a>', bookings_url(event))
