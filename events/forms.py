"""The sellers' forms of an event. They check and never write: the admin hands what they hold to the operations."""

import json
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import ValidationError

from events.help_texts import HELP_TEXTS, LABELS
from events.models import MAX_PRICE, Event
from events.money import decimals_of, in_minor_units, money, plain
from events.operations.change import check_times
from events.seating import DEFAULT_TIER, Seating, read_seating
from ticketing.errors import BadInput

# What a seller may say about an event at any time, in the parts of its form.
TEXTS = ("name", "description", "venue_name")
OTHER_TIMES = ("ends_at", "sales_start_at", "sales_end_at")
LIMITS = (
    "hold_seconds",
    "payment_seconds",
    "max_tickets_per_booking",
    "max_active_holds",
    "refund_until_hours",
    "allow_single_gaps",
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
    "JSON. A section is one or more equal blocks (“subsections”) of rows × cols seats at one price, in minor units "
    "(4500 is 45.00). “rows” and “cols” beside “sections” are for those that bring none; “tier” is any label. "
    "The example makes 100 + 240 + 160 = 500 seats. This can't be changed later."
)


class EventTexts(forms.ModelForm):
    """What a seller may say about an event at any time: texts, times, limits."""

    description = forms.CharField(widget=AdminTextareaWidget(attrs={"rows": 5}), max_length=10_000, required=False)

    class Meta:
        model = Event
        fields: tuple[str, ...] = (*TEXTS, "is_active", "starts_at", *OTHER_TIMES, *LIMITS, *ROOM)
        labels = LABELS
        help_texts = HELP_TEXTS

    def clean(self) -> dict[str, Any]:
        """The order of the times; each problem at its field."""
        data = super().clean() or self.cleaned_data
        try:
            check_times(data)
        except BadInput as refusal:
            for problem in refusal.extra["errors"]:
                self.add_error(problem["field"], problem["detail"])
        return data


class NewEventForm(EventTexts):
    """A new event with its seats."""

    currency = forms.RegexField(
        r"^[A-Z]{3}\Z",
        initial="USD",
        widget=forms.TextInput(attrs={"size": 4, "maxlength": 3, "autocomplete": "off"}),
        help_text="Three capital letters (ISO 4217), such as USD or EUR. This can't be changed later.",
    )
    seating_config = forms.CharField(
        label="Seating",
        widget=forms.Textarea(attrs={"rows": 12, "cols": 90, "spellcheck": "false", "class": "seating-config"}),
        initial=SEATING_EXAMPLE,
        help_text=SEATING_HELP,
    )
    draft = forms.BooleanField(
        required=False,
        label="Keep as a draft",
        help_text="Nobody but you sees a draft; publish it later. Otherwise the event is on sale at once.",
    )

    seating: Seating  # what `seating_config` says, once it is clean

    class Meta(EventTexts.Meta):
        fields = (*EventTexts.Meta.fields, "currency", "seating_config")

    def clean_seating_config(self) -> dict[str, Any]:
        """Every problem of the seating with the path of its field, before anything is allocated."""
        try:
            self.seating = read_seating(
                _read_json(self.cleaned_data["seating_config"]), max_seats=settings.MAX_SEATS_PER_EVENT
            )
        except BadInput as refusal:
            raise ValidationError([_problem(**problem) for problem in refusal.extra["errors"]]) from None
        return self.seating.config


class PriceField(forms.DecimalField):
    """A price as people write it, in `currency`; what is kept and given is minor units."""

    def __init__(self, *, currency: str, **options: Any) -> None:
        self.currency = currency
        options |= {"min_value": 0, "max_value": plain(MAX_PRICE, currency), "decimal_places": decimals_of(currency)}
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        """4500 is shown as 45.00; what somebody has typed, as it is."""
        return plain(value, self.currency) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        """Exact: no float comes in between."""
        return in_minor_units(super().clean(value), self.currency)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """45 and 45.00 are the same."""
        return super().has_changed(self.prepare_value(initial), data)


class EventChangeForm(EventTexts):
    """An event that exists; `with_prices` adds a field for each section."""

    price_fields: dict[str, str] = {}  # name of the field: name of the section

    @classmethod
    def with_prices(cls, event: Event) -> "type[EventChangeForm]":
        """The form with one price field a section of `event`."""
        sections = event.seating_config["sections"]
        fields = {f"price_{index}": _price_field(section, event.currency) for index, section in enumerate(sections)}
        names = dict(zip(fields, [section["name"] for section in sections], strict=True))
        return type(cls.__name__, (cls,), {"price_fields": names, **fields})

    def __init__(self, *args: Any, **options: Any) -> None:
        """What was changed is told by what the page had shown, not by what there is now: of two tabs, the one saved
        last must not take back what the other has changed."""
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.show_hidden_initial = True

    def changes(self) -> dict[str, Any]:
        """What the seller changed, in the words of `change_event`; what he left alone is not in it."""
        changed = {name: self.cleaned_data[name] for name in self.changed_data}
        prices = {section: changed.pop(name) for name, section in self.price_fields.items() if name in changed}
        return {**changed, "prices": prices}


def _price_field(section: dict[str, Any], currency: str) -> PriceField:
    tier = section.get("tier", DEFAULT_TIER)
    return PriceField(
        currency=currency,
        label=f"Section {section['name']} ({tier})",
        initial=section["price"],
        help_text=f"Now {money(section['price'], currency)}.",
    )


def _problem(field: str, detail: str, code: str) -> ValidationError:
    path = field.removeprefix("seating_config").removeprefix(".")
    return ValidationError("%(problem)s", code, {"problem": f"{path}: {detail}" if path else detail})


def _read_json(text: str) -> Any:
    """Raises ValidationError saying where the text stops being JSON."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ValidationError(f"This is not JSON: {error.msg} at {where}.", "invalid_json") from None
    except (ValueError, RecursionError):  # an integer of thousands of digits; very deep nesting
        raise ValidationError("This is not a seating configuration.", "invalid_json") from None
