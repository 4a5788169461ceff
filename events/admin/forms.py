"""Forms of the seller admin for events. They validate and never write: the admin passes their data to operations."""

import json
import re
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.core.exceptions import ValidationError

from core.errors import BadInput
from core.http.json_body import mistake_in
from core.money.amounts import (
    in_major_units,
    in_minor_units,
    money,
)
from core.money.currencies import check_currency, currency_of, decimals_of
from core.text.lines import check_line
from core.text.visible import check_visible
from events.admin.help_texts import HELP_TEXTS, LABELS
from events.admin.local_time_field import LocalTimeField, local_time
from events.admin.zone_choices import suggest_zone, zone_choices
from events.lifecycle.change import CHANGE_WHEN_CANCELLED
from events.lifecycle.dates import DATES, check_dates, check_move
from events.models import DEFAULT_CURRENCY, Event
from events.pricing import charge_rules, check_seating_prices
from events.seat_models import MAX_PRICE
from events.seating.configuration import Seating, read_any_seating
from events.seating.plan_choice import PlanChoice
from events.seating.prices import Priced, priced_parts
from events.states import EventStatus
from events.venue_models import Venue

# Fields that sellers may change at any time, by fieldset.
TEXTS = ("name", "description")
PLACE = ("venue", "venue_name", "time_zone")
OTHER_TIMES = ("ends_at", "sales_start_at", "sales_end_at", "late_entry_until")
LIMITS = (
    "hold_seconds",
    "payment_seconds",
    "max_tickets_per_booking",
    "max_active_holds",
    "refund_until_hours",
    "allow_single_gaps",
    "release_companion_seats",
)
ROOM = ("waiting_room_on", "admit_per_minute", "max_active", "pass_seconds")
SEATING_EXAMPLE = """{
  "sections": [
    {"name": "Front stalls", "tier": "VIP", "price": 12000, "subsections": 2, "rows": 5, "cols": 10},
    {"name": "Stalls", "tier": "Regular", "price": 6500, "subsections": 3, "rows": 8, "cols": 10},
    {"name": "Balcony", "tier": "Economy", "price": 3500, "subsections": 2, "rows": 5, "cols": 16}
  ]
}"""
SEATING_HELP = (
    "One entry for each section. A section consists of one or more equal blocks (“subsections”) of rows × cols seats "
    "at one price, in minor units (4500 is 45.00). “rows” and “cols” next to “sections” are defaults for sections "
    "without them; “tier” is any label. The example has 100 + 240 + 160 = 500 seats. With a seating plan of the venue, "
    "write the id of its version and a price per category instead, as in "
    "{“plan_version”: 12, “prices”: {“Category 1”: 4500}}. You can't change this later."
)


class VenueSelect(forms.Select):
    """The choice of a venue; each option has the zone of its clock and its country's currency for the page's script."""

    def create_option(self, name: str, value: Any, *args: Any, **options: Any) -> dict[str, Any]:
        """Return the option with `data-zone` and, if the country is known, `data-currency`."""
        option: dict[str, Any] = super().create_option(name, value, *args, **options)
        if value:
            option["attrs"]["data-zone"] = value.instance.time_zone
            if currency := currency_of(value.instance.country):
                option["attrs"]["data-currency"] = currency
        return option


def _date_field(name: str) -> LocalTimeField:
    return LocalTimeField(label=LABELS[name], help_text=HELP_TEXTS[name])


class EventTexts(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """Base of both event forms: fields that sellers may change at any time (texts, place, times, limits, waiting room).

    Times are typed as the clock at the venue shows them, and cleaned into instants.
    """

    venue_name = forms.CharField(
        label=LABELS["venue_name"],
        help_text=HELP_TEXTS["venue_name"],
        max_length=200,
        required=False,
        widget=AdminTextInputWidget,
        validators=[check_visible, check_line],
    )
    time_zone = forms.ChoiceField(
        label=LABELS["time_zone"], help_text=HELP_TEXTS["time_zone"], choices=zone_choices, required=False
    )
    starts_at, ends_at = _date_field("starts_at"), _date_field("ends_at")
    sales_start_at, sales_end_at = _date_field("sales_start_at"), _date_field("sales_end_at")
    late_entry_until = _date_field("late_entry_until")
    description = forms.CharField(widget=AdminTextareaWidget(attrs={"rows": 5}), max_length=10_000, required=False)

    class Meta:
        model = Event
        fields: tuple[str, ...] = (*TEXTS, *PLACE, "starts_at", *OTHER_TIMES, *LIMITS, *ROOM)
        labels = LABELS
        help_texts = HELP_TEXTS

    def __init__(self, *args: Any, **options: Any) -> None:
        """Show the times of an existing event as the clock at its venue shows them."""
        super().__init__(*args, **options)
        self.shown_zone = self.instance.time_zone
        for name in DATES:
            self.initial[name] = local_time(getattr(self.instance, name), self.shown_zone)

    def clean(self) -> dict[str, Any]:
        """Read the place, then the times by the clock there; add each error to the field it is about."""
        data = super().clean() or self.cleaned_data
        self._read_place(data)
        self._read_times(data)
        changed = [name for name in DATES if name in self.changed_data]
        try:
            if changed and not any(name in self.errors for name in DATES):
                self._check_dates(changed)
        except BadInput as refusal:
            for problem in refusal.extra["errors"]:
                self.add_error(problem["field"], problem["detail"])
        return data

    def _read_place(self, data: dict[str, Any]) -> None:
        """Complete name and zone from the venue; without a venue, require a name."""
        venue = data.get("venue")
        if venue is not None:
            self._check_owner(venue, data)
            data["time_zone"] = venue.time_zone
            if not data.get("venue_name") or {"venue", "venue_name"} & set(self.changed_data) == {"venue"}:
                data["venue_name"] = venue.name
        elif not data.get("venue_name") and "venue_name" not in self.errors:
            self.add_error("venue_name", ValidationError("Choose a venue, or write where it takes place.", "required"))
        data["time_zone"] = data.get("time_zone") or self.shown_zone

    def _check_owner(self, venue: Venue, data: dict[str, Any]) -> None:
        seller_id = data["seller"].pk if data.get("seller") else self.instance.seller_id
        if seller_id is not None and venue.seller_id != seller_id:
            self.add_error("venue", "This is a venue of another seller.")

    def _read_times(self, data: dict[str, Any]) -> None:
        """Replace what the clock shows by instants."""
        for name in DATES:
            shown = data.get(name)
            try:
                data[name] = shown and shown.instant(data["time_zone"])
            except ValidationError as error:
                if error.code == "two_times":
                    self.fields[name].widget.ask_side()
                self.add_error(name, error)

    def _check_dates(self, changed: list[str]) -> None:
        """Raise BadInput if the dates contradict each other or, for an existing event, move it into the past.

        `change_event` and `create_event` check the same under their locks.
        """
        event = Event(pk=self.instance.pk, **{name: self.cleaned_data.get(name) for name in DATES})
        check_dates(event)
        if event.pk:
            check_move(event, old_start=self.instance.starts_at, changed=changed)


class NewEventForm(EventTexts):
    """The form of a new event, which starts as a draft: also its currency and its seating."""

    currency = forms.CharField(
        initial=DEFAULT_CURRENCY,
        validators=[check_currency],
        widget=forms.TextInput(attrs={"size": 4, "maxlength": 3, "autocomplete": "off"}),
        help_text="Three capital letters, such as USD or EUR. You can't change this later.",
    )
    seating_config = forms.CharField(
        label="Seating",
        widget=forms.Textarea(attrs={"rows": 12, "cols": 90, "spellcheck": "false", "class": "seating-config"}),
        initial=SEATING_EXAMPLE,
        help_text=SEATING_HELP,
    )
    seating: Seating | PlanChoice  # the parsed `seating_config`, set by its clean method

    class Meta(EventTexts.Meta):
        fields = (*EventTexts.Meta.fields, "currency", "seating_config")

    def __init__(self, *args: Any, **options: Any) -> None:
        """Let the page's script suggest the zone of the seller's browser if none is known from before."""
        super().__init__(*args, **options)
        suggest_zone(self)

    def clean(self) -> dict[str, Any]:
        """Also check that the prices can be charged in the currency."""
        data = super().clean()
        if "seating_config" in data and "currency" in data:
            try:
                check_seating_prices(self.seating, data["currency"])
            except BadInput as refusal:
                for problem in refusal.extra["errors"]:
                    is_currency = problem["field"] == "currency"
                    self.add_error(
                        "currency" if is_currency else "seating_config",
                        problem["detail"] if is_currency else _problem(**problem),
                    )
        return data

    def clean_seating_config(self) -> dict[str, Any]:
        """Parse the seating into `seating`; return its configuration.

        Raise ValidationError with all problems, each with the path of its field, before any seats are created.
        """
        try:
            self.seating = read_any_seating(
                _read_json(self.cleaned_data["seating_config"]), max_seats=settings.MAX_SEATS_PER_EVENT
            )
        except BadInput as refusal:
            raise ValidationError([_problem(**problem) for problem in refusal.extra["errors"]]) from None
        return self.seating.config


PRICE = re.compile(r"\s*-?[0-9]*\.?[0-9]*\s*", re.ASCII)  # Python's Decimal also reads 1e3, 1_000 and ١٠٠٠


class PriceField(forms.DecimalField):
    """A price typed as a decimal in `currency`, in plain digits; its value is in minor units."""

    def __init__(self, *, currency: str, **options: Any) -> None:
        """Take the currency and the options of a DecimalField; `initial` is in minor units."""
        self.currency = currency
        options |= {
            "min_value": 0,
            "max_value": in_major_units(MAX_PRICE, currency),
            "decimal_places": decimals_of(currency),
        }
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        """Return minor units (4500) as a decimal (45.00), and input that was typed unchanged."""
        return in_major_units(value, self.currency) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        """Return the typed price in minor units, converted exactly, without floats.

        A new price must be one that can be charged.
        """
        if isinstance(value, str) and not PRICE.fullmatch(value):
            example = in_major_units(4500, self.currency)
            raise ValidationError(f"Write the price in digits, such as {example}.", "invalid")
        price = in_minor_units(super().clean(value), self.currency)
        if price and price != self.initial and (refusal := charge_rules().refusal(price, self.currency)):
            raise ValidationError(refusal, "not_chargeable")
        return price

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return whether the price differs from `initial` (minor units); 45 and 45.00 are equal."""
        return super().has_changed(self.prepare_value(initial), data)


class EventChangeForm(EventTexts):
    """The form of an existing event; `with_prices` adds a price field per section, or per category of its plan."""

    price_fields: dict[str, str] = {}  # field name → name of the section or category

    class Meta(EventTexts.Meta):
        fields = (*EventTexts.Meta.fields, "is_active")

    @classmethod
    def with_prices(cls, event: Event) -> "type[EventChangeForm]":
        """Return a form class with one price field for each section, or category, of `event`."""
        parts = priced_parts(event.seating_config)
        fields = {f"price_{index}": _price_field(part, event.currency) for index, part in enumerate(parts)}
        names = dict(zip(fields, [part.name for part in parts], strict=True))
        return type(cls.__name__, (cls,), {"price_fields": names, **fields})

    def __init__(self, *args: Any, **options: Any) -> None:
        """Make the form detect changes against the values that the page has shown, not the current ones.

        Otherwise, of two open tabs with the form, the one saved last would undo the changes of the other.
        """
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            field.show_hidden_initial = True
            field.disabled = name in self._final

    @property
    def _final(self) -> list[str]:
        """The fields that the event's status doesn't allow to change any more; `change_event` refuses them, too.

        A completed event has none: with new dates it may be on sale again, at new prices.
        """
        if self.instance.status == EventStatus.CANCELLED:
            return [name for name in self.fields if name not in CHANGE_WHEN_CANCELLED]
        return list(self.price_fields) if self.instance.status == EventStatus.ENDED else []

    def clean(self) -> dict[str, Any]:
        """Also refuse a page that was loaded before these fields became final, and would be ignored in silence.

        Browsers don't send fields that are disabled.
        """
        data = super().clean()
        inputs = {part for name in self._final for part in (name, f"{name}_0", f"{name}_1")}
        if inputs & self.data.keys():
            status = self.instance.get_status_display().lower()
            raise ValidationError(
                f"This event has become “{status}” since you opened the page, so that some of its fields can't be"
                " changed any more. Please save again: they keep their values."
            )
        return data

    def changes(self) -> dict[str, Any]:
        """Return the changed fields as arguments of `change_event`; `prices` is {section name: minor units}.

        In another zone, all times are other instants, although nobody typed them again.
        """
        names = {*self.changed_data} - {*PLACE} | {"venue", "venue_name"} & {*self.changed_data}
        if self.cleaned_data["time_zone"] != self.shown_zone:
            names |= {"time_zone", *DATES}
        changed = {name: self.cleaned_data[name] for name in names}
        if "venue" in changed:
            changed["venue_id"] = (venue := changed.pop("venue")) and venue.pk
            changed["venue_name"] = self.cleaned_data["venue_name"]
        prices = {section: changed.pop(name) for name, section in self.price_fields.items() if name in changed}
        return {**changed, "prices": prices}


def _price_field(part: Priced, currency: str) -> PriceField:
    return PriceField(
        currency=currency, label=part.label, initial=part.price, help_text=f"Now {money(part.price, currency)}."
    )


def _problem(field: str, detail: str, code: str) -> ValidationError:
    path = field.removeprefix("seating_config").removeprefix(".")
    return ValidationError("%(problem)s", code, {"problem": f"{path}: {detail}" if path else detail})


def _read_json(text: str) -> Any:
    """Parse JSON. Raise ValidationError with the line and column of an error."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValidationError(f"This text can't be read: {mistake_in(error)}.", "invalid_json") from None
    except (ValueError, RecursionError):  # an integer of thousands of digits; very deep nesting
        raise ValidationError("This is not a seating configuration.", "invalid_json") from None
