"""Query parameters of the event list."""

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters

from events.models import Event
from events.reads import with_prices

MAX_ID = 2**63 - 1


class EventFilter(filters.FilterSet):
    """Words, place, time and price; everything a buyer narrows a list by."""

    q = filters.CharFilter(
        label="Words", method="search", max_length=200, help_text="Words in name, description or venue."
    )
    venue = filters.CharFilter(field_name="venue_name", lookup_expr="icontains", max_length=200)
    starts_after = filters.IsoDateTimeFilter(field_name="starts_at", lookup_expr="gte")
    starts_before = filters.IsoDateTimeFilter(field_name="starts_at", lookup_expr="lte")
    price_min = filters.NumberFilter(
        label="Price from", method="pass_on", min_value=0, max_value=MAX_ID, help_text="In minor units."
    )
    price_max = filters.NumberFilter(
        label="Price to", method="pass_on", min_value=0, max_value=MAX_ID, help_text="In minor units."
    )
    ordering = filters.OrderingFilter(fields=["starts_at", "created_at", "name"])

    class Meta:
        model = Event
        fields: list[str] = []

    def search(self, events: QuerySet[Event], name: str, value: str) -> QuerySet[Event]:
        """Each word must occur somewhere."""
        for word in value.split():
            events = events.filter(
                Q(name__icontains=word) | Q(description__icontains=word) | Q(venue_name__icontains=word)
            )
        return events

    def pass_on(self, events: QuerySet[Event], name: str, value: object) -> QuerySet[Event]:
        """Both bounds are applied together, to one and the same section (see filter_queryset)."""
        return events

    def filter_queryset(self, queryset: QuerySet[Event]) -> QuerySet[Event]:
        """All filters, then the price range."""
        bounds = {name: self.form.cleaned_data[name] for name in ("price_min", "price_max")}
        return with_prices(super().filter_queryset(queryset), **bounds)
