"""Query parameters of the event list in the API."""

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from events.catalog.selectors import with_prices
from events.catalog.words import in_venue, with_words
from events.models import Event

MAX_ID = 2**63 - 1
# A guess of the zone would do harm where something is written; here it only finds an event more or less.
MOMENT = "RFC 3339. A date alone is its midnight; without a zone, the time is in UTC."
ORDERS = ("starts_at", "created_at", "name")


class EventFilter(filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    """Filters the event list by words, venue, start and price."""

    q = filters.CharFilter(
        label="Words",
        method="search",
        max_length=200,
        help_text="Words in name, description or venue, whatever their case and accents.",
    )
    venue = filters.CharFilter(
        label="Venue", method="search_venue", max_length=200, help_text="Part of the venue, likewise."
    )
    starts_after = filters.IsoDateTimeFilter(field_name="starts_at", lookup_expr="gte", help_text=MOMENT)
    starts_before = filters.IsoDateTimeFilter(field_name="starts_at", lookup_expr="lte", help_text=MOMENT)
    price_min = filters.NumberFilter(
        label="Price from", method="unfiltered", min_value=0, max_value=MAX_ID, help_text="In minor units."
    )
    price_max = filters.NumberFilter(
        label="Price to", method="unfiltered", min_value=0, max_value=MAX_ID, help_text="In minor units."
    )
    ordering = filters.OrderingFilter(
        fields=ORDERS,
        error_messages={"invalid_choice": f"This must be one of {', '.join(ORDERS)}, with a minus for the reverse."},
    )

    class Meta:
        model = Event
        fields: list[str] = []

    def search(self, events: QuerySet[Event], name: str, value: str) -> QuerySet[Event]:
        """Return the events that contain each word in name, description or venue."""
        return with_words(events, value)

    def search_venue(self, events: QuerySet[Event], name: str, value: str) -> QuerySet[Event]:
        """Return the events whose venue contains the text."""
        return in_venue(events, value)

    def unfiltered(self, events: QuerySet[Event], name: str, value: object) -> QuerySet[Event]:
        """Return all the events: `filter_queryset` applies both price bounds together, to the same section."""
        return events

    def filter_queryset(self, queryset: QuerySet[Event]) -> QuerySet[Event]:
        """Apply all filters, then the price range."""
        bounds = {name: self.form.cleaned_data[name] for name in ("price_min", "price_max")}
        return with_prices(super().filter_queryset(queryset), **bounds)
