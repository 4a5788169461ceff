"""Filters of the list of bookings."""

from typing import Any

from django.contrib import admin
from django.db.models import Case, QuerySet, When
from django.http import HttpRequest

from bookings.holds.models import BookingQuerySet
from bookings.states import BookingStatus
from events.models import Event
from events.seller_admin.rows import user_of

MAX_EVENTS = 50  # the filter offers the newest; the list of events links to the bookings of every event


class StatusFilter(admin.SimpleListFilter):
    """Filter by the status that buyers see: a hold past its deadline is expired, even before the sweep has run."""

    title = "status"
    parameter_name = "status__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """List all statuses."""
        return [(status.value, status.label) for status in BookingStatus]

    def queryset(self, request: HttpRequest, queryset: BookingQuerySet) -> BookingQuerySet:  # type: ignore[override]
        """Select the bookings with the chosen status."""
        status = self.value()
        return queryset.shown_as(status) if status else queryset


class EventFilter(admin.SimpleListFilter):
    """Filter by event: for sellers their own, for operators all."""

    title = "event"
    parameter_name = "event__id__exact"

    event: Event | None = None  # the chosen event, once `lookups` has run

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """List the chosen event first, then the newest."""
        value = self.value() or ""
        user = user_of(request)
        events = Event.objects.all() if user.is_superuser else Event.objects.filter(seller=user)
        if value.isdecimal():
            events = events.order_by(Case(When(pk=value, then=0), default=1), "-created_at")
        found = list(events.only("name")[:MAX_EVENTS])
        self.event = next((event for event in found if str(event.pk) == value), None)
        return [(str(event.pk), event.name) for event in found]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Select the bookings of the chosen event."""
        if self.value() is None:
            return queryset
        return queryset.filter(event=self.event) if self.event else queryset.none()
