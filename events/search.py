"""What a buyer narrows the page of events by, as it stands in the address."""

from datetime import UTC, datetime, time
from decimal import Decimal

from django import forms
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from events.models import Event, Subsection
from events.money import NO_DECIMALS, THREE_DECIMALS

MOST = Decimal(1_000_000)  # of a price; the dearest seat costs as much in dollars


class EventSearch(forms.Form):
    """Words, days (inclusive, UTC), prices in whole units of each event's currency, and whether seats must be left.

    A field that can't be understood narrows nothing; its error is shown beside it.
    """

    q = forms.CharField(required=False, max_length=200)
    day_from = forms.DateField(required=False)
    day_to = forms.DateField(required=False)
    price_min = forms.DecimalField(required=False, min_value=0, max_value=MOST)
    price_max = forms.DecimalField(required=False, min_value=0, max_value=MOST)
    seats_left = forms.BooleanField(required=False)

    def narrow(self, events: QuerySet[Event]) -> QuerySet[Event]:
        """The events wanted, the next first; those without a date come last."""
        self.is_valid()
        wanted = self.cleaned_data
        for word in (wanted.get("q") or "").replace("\0", "").split():
            events = events.filter(
                Q(name__icontains=word) | Q(description__icontains=word) | Q(venue_name__icontains=word)
            )
        if wanted.get("day_from"):
            events = events.filter(starts_at__gte=datetime.combine(wanted["day_from"], time.min, UTC))
        if wanted.get("day_to"):
            events = events.filter(starts_at__lte=datetime.combine(wanted["day_to"], time.max, UTC))
        blocks = _blocks(wanted.get("price_min"), wanted.get("price_max"), seats_left=wanted.get("seats_left", False))
        if blocks is not None:
            events = events.filter(Exists(blocks))
        return events.order_by(F("starts_at").asc(nulls_last=True), "id")

    @property
    def is_active(self) -> bool:
        """Whether it narrows anything."""
        return any(self.cleaned_data.values())

    @property
    def is_detailed(self) -> bool:
        """Whether it narrows by more than words, or is in error: then the details are unfolded."""
        return bool(self.errors) or any(value for name, value in self.cleaned_data.items() if name != "q")


def _blocks(low: Decimal | None, high: Decimal | None, *, seats_left: bool) -> QuerySet[Subsection] | None:
    """Of one event: its blocks in the range of prices, if wanted with a seat left; None if any event will do."""
    if low is None and high is None and not seats_left:
        return None
    blocks = Subsection.objects.filter(event_id=OuterRef("pk"))
    if seats_left:
        blocks = blocks.filter(available__gt=0)
    if low is not None:
        blocks = blocks.filter(_price("gte", low))
    if high is not None:
        blocks = blocks.filter(_price("lte", high))
    return blocks


def _price(comparison: str, amount: Decimal) -> Q:
    """A bound on the price, whose minor unit depends on the currency."""
    none, three = Q(event__currency__in=NO_DECIMALS), Q(event__currency__in=THREE_DECIMALS)
    field = f"price__{comparison}"
    return (
        (none & Q(**{field: amount}))
        | (three & Q(**{field: amount * 1000}))
        | (~none & ~three & Q(**{field: amount * 100}))
    )
