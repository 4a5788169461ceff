"""Filters for the list of bookings in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import Case, QuerySet, When
from django.http import HttpRequest

from bookings.models import BookingQuerySet
from bookings.states import BookingStatus
from events.desk import user_of
from events.models import Event

MAX_EVENTS = 50  # the newest events, offered as choices; the list of events links to the bookings of all others


class StatusFilter(admin.SimpleListFilter):
    """Filters by the status that people see: a hold whose deadline has passed is expired, even before the sweep."""

    title = "status"
    parameter_name = "status__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return all statuses."""
        return [(status.value, status.label) for status in BookingStatus]

    def queryset(self, request: HttpRequest, queryset: BookingQuerySet) -> BookingQuerySet:  # type: ignore[override]
        """Return the bookings with the chosen status, or all if none is chosen."""
        status = self.value()
        return queryset.shown_as(status) if status else queryset


class EventFilter(admin.SimpleListFilter):
    """Filters by event. Sellers choose from their own events, operators from all."""

    title = "event"
    parameter_name = "event__id__exact"

    event: Event | None = None  # the chosen one

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the chosen event, then the newest ones."""
        value = self.value() or ""
        user = user_of(request)
        events = Event.objects.all() if user.is_superuser else Event.objects.filter(seller=user)
        if value.isdecimal():
            events = events.order_by(Case(When(pk=value, then=0), default=1), "-created_at")
        found = list(events.only("name")[:MAX_EVENTS])
        self.event = next((event for event in found if str(event.pk) == value), None)
        return [(str(event.pk), event.name) for event in found]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the bookings of the chosen event, or all if none is chosen; none if the user may not see it."""
        if self.value() is None:
            return queryset
        return queryset.filter(event=self.event) if self.event else queryset.none()
