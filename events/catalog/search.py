"""The search form of the events page, filled from the query string."""

from datetime import datetime, time
from decimal import Decimal

from django import forms
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from core.money.currencies import currencies_with
from events.catalog.words import with_words
from events.models import Event, Subsection

MAX_PRICE = Decimal(1_000_000)  # in whole units; the highest price a seat can have in dollars


class EventSearch(forms.Form):
    """Filters by words, days, prices (whole units of each event's currency) and free seats.

    Days are inclusive, and by the clocks at the venues.

    An invalid field does not filter; its error is shown beside it.
    """

    q = forms.CharField(required=False, max_length=200)
    day_from = forms.DateField(required=False)
    day_to = forms.DateField(required=False)
    price_min = forms.DecimalField(required=False, min_value=0, max_value=MAX_PRICE)
    price_max = forms.DecimalField(required=False, min_value=0, max_value=MAX_PRICE)
    seats_left = forms.BooleanField(required=False)

    def narrow(self, events: QuerySet[Event]) -> QuerySet[Event]:
        """Return the matching events, earliest first; events without a date come last."""
        self.is_valid()
        wanted = self.cleaned_data
        events = with_words(events, (wanted.get("q") or "").replace("\0", ""))
        if wanted.get("day_from"):
            events = events.filter(starts_at_local__gte=datetime.combine(wanted["day_from"], time.min))
        if wanted.get("day_to"):
            events = events.filter(starts_at_local__lte=datetime.combine(wanted["day_to"], time.max))
        low, high = wanted.get("price_min"), wanted.get("price_max")
        subsections = _subsections(low, high, seats_left=wanted.get("seats_left", False))
        if subsections is not None:
            events = events.filter(Exists(subsections))
        return events.order_by(F("starts_at").asc(nulls_last=True), "id")

    @property
    def is_active(self) -> bool:
        """Whether any filter is set."""
        return any(self.cleaned_data.values())

    @property
    def is_detailed(self) -> bool:
        """Whether a filter other than words is set or a field has an error; then the page shows all fields."""
        return bool(self.errors) or any(value for name, value in self.cleaned_data.items() if name != "q")


def _subsections(low: Decimal | None, high: Decimal | None, *, seats_left: bool) -> QuerySet[Subsection] | None:
    """Return the subsections of the outer query's event that match these filters; None if none of them is set.

    `low` and `high` are prices in whole units of the event's currency.
    """
    if low is None and high is None and not seats_left:
        return None
    subsections = Subsection.objects.filter(event_id=OuterRef("pk"))
    if seats_left:
        subsections = subsections.filter(available__gt=0)
    if low is not None:
        subsections = subsections.filter(_price("gte", low))
    if high is not None:
        subsections = subsections.filter(_price("lte", high))
    return subsections


def _price(comparison: str, amount: Decimal) -> Q:
    """Return the condition that the price is at least ("gte") or at most ("lte") `amount`, in whole units.

    How many minor units a whole unit has depends on the event's currency.
    """
    none, three = (Q(event__currency__in=currencies_with(decimals)) for decimals in (0, 3))
    field = f"price__{comparison}"
    return (
        (none & Q(**{field: amount}))
        | (three & Q(**{field: amount * 1000}))
        | (~none & ~three & Q(**{field: amount * 100}))
    )
