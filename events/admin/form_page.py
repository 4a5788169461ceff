"""The form of an event, new or as it is."""

import json
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.db.models import DateTimeField, Field, ForeignKey
from django.forms import SplitDateTimeField, SplitDateTimeWidget
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import User
from events.admin.copying import copy_of
from events.desk import WrittenRows, user_of
from events.forms import LIMITS, OTHER_TIMES, ROOM, TEXTS, EventChangeForm, EventTexts, NewEventForm
from events.models import MAX_PRICE, NAME_LENGTH, Event
from events.money import money
from events.operations.change import change_event
from events.operations.create import create_event
from events.operations.creation import LARGE, ask_for_event
from events.reads import section_rows, sum_counts
from events.seating import MAX_SECTIONS, MAX_SUBSECTIONS
from events.steps import NOTICES

WAITING_ROOM = (
    "For when more people come than can choose at once. It can be switched on and off while selling. Who comes before "
    "sales start is shuffled when they do; then it is first come, first served."
)

UTC_NOTE = "All times are UTC. Empty means no limit."
# What the builder of the seats says before it is hit; the server has the last word.
SEATING_LIMITS = {
    "sections": MAX_SECTIONS,
    "blocks": MAX_SUBSECTIONS,
    "price": MAX_PRICE,
    "name": NAME_LENGTH,
    "large": LARGE,
}


class DateAndTime(SplitDateTimeWidget):
    """Nobody has to know how a date is written here, and a phone shows its own picker."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        parts = [{"type": kind, "class": "vTextField"} for kind in ("date", "time")]
        super().__init__(attrs, "%Y-%m-%d", "%H:%M:%S", *parts)


def _new_event_fieldsets(seller: list[str]) -> list[tuple[str | None, dict[str, Any]]]:
    """First what every event needs; the rest has defaults that fit most, and lies folded up."""
    rest = {"classes": ("collapse",)}
    return [
        (None, {"fields": [*seller, *TEXTS, "starts_at"]}),
        ("Seats and prices", {"fields": ("currency", "seating_config")}),
        ("Sale", {"fields": ("draft", "is_active")}),
        ("Times", {"fields": OTHER_TIMES, "description": UTC_NOTE, **rest}),
        ("Limits", {"fields": LIMITS, **rest}),
        ("Waiting room", {"fields": ROOM, "description": WAITING_ROOM, **rest}),
    ]


class FormPage(WrittenRows):
    """Reads the form, calls one operation and says what came of it."""

    readonly_fields = ("status", "seating")
    formfield_overrides = {DateTimeField: {"form_class": SplitDateTimeField, "widget": DateAndTime}}
    add_form_template = "admin/events/event/add_form.html"

    def get_fieldsets(self, request: HttpRequest, obj: Event | None = None) -> Any:
        """Seating and currency are given once, prices can be changed, the status has its own buttons."""
        seller = ["seller"] if request.user.is_superuser else []
        if obj is None:
            return _new_event_fieldsets(seller)
        prices = {
            "fields": list(EventChangeForm.with_prices(obj).price_fields),
            "description": f"Of one seat, in {obj.currency}. A new price counts for new holds only.",
        }
        return [
            (None, {"fields": [*seller, "status", *TEXTS, "is_active"]}),
            ("Prices", prices),
            ("Times", {"fields": ("starts_at", *OTHER_TIMES), "description": UTC_NOTE}),
            ("Limits", {"fields": LIMITS}),
            ("Waiting room", {"fields": ROOM, "description": WAITING_ROOM}),
            ("Seating", {"fields": ("seating",), "classes": ("collapse",)}),
        ]

    def get_form(self, request: HttpRequest, obj: Event | None = None, change: bool = False, **kwargs: Any) -> Any:
        """Of a new event, or of this one with its prices."""
        form = NewEventForm if obj is None else EventChangeForm.with_prices(obj)
        return super().get_form(request, obj, change, **{**kwargs, "form": form})

    def get_readonly_fields(self, request: HttpRequest, obj: Event | None = None) -> tuple[str, ...]:
        """An event never changes hands."""
        return self.readonly_fields if obj is None else (*self.readonly_fields, "seller")

    def formfield_for_dbfield(self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        """Date and time are two of the browser's own fields, in its writing; each has a name for who only hears it."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field, SplitDateTimeField):
            for part, widget in zip(("date", "time"), field.widget.widgets, strict=True):
                widget.attrs["aria-label"] = f"{field.label}: {part} (UTC)"
        return field

    def formfield_for_foreignkey(self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        """An operator creates events for sellers."""
        if db_field.name == "seller":
            kwargs["queryset"] = User.objects.filter(role=User.Role.SELLER, is_active=True).order_by("email")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What is copied, and nothing else of the address: Django puts it in unread, and a bad date is a 500."""
        return copy_of(copied) if (copied := self._copied(request)) else {}

    def _copied(self, request: HttpRequest) -> Event | None:
        """The event named by `?copy=`, if it is one of his."""
        return self.get_object(request, request.GET.get("copy", ""))

    @admin.display(description="As created")
    def seating(self, event: Event) -> SafeString:
        """The seating configuration, with the present prices."""
        return format_html("<pre>{}</pre>", json.dumps(event.seating_config, indent=2, ensure_ascii=False))

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With the table of blocks; a new one with what its builder must know."""
        event = kwargs.get("obj")
        context["show_save_and_add_another"] = False  # it goes on at the event
        if event is None:
            limits = SEATING_LIMITS | {"seats": settings.MAX_SEATS_PER_EVENT}
            context |= {"limits": limits, "limits_json": json.dumps(limits), "copied": self._copied(request)}
        else:
            blocks = section_rows(event.pk)
            context |= {
                "totals": sum_counts(blocks),
                "blocks": [row | {"price": money(row["price"], event.currency)} for row in blocks],
                "notices": [notice for notice in (tell(event) for tell in NOTICES) if notice],
            }
        return super().render_change_form(request, context, *args, **kwargs)

    # --- Writing: one operation each ---------------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: Event, form: EventTexts, change: bool) -> None:
        """Creates the event or changes what was changed; `obj` itself is never saved."""
        user = user_of(request)
        if isinstance(form, EventChangeForm):
            change_event(event_id=obj.pk, seller=user, **form.changes())
        elif isinstance(form, NewEventForm):
            self._create(obj, user, form)

    def _create(self, obj: Event, user: User, form: NewEventForm) -> None:
        fields = {"seller": user, **form.cleaned_data, "seating": form.seating}
        del fields["seating_config"]
        if form.seating.seats < LARGE:
            obj.pk = create_event(**fields).pk
        else:
            obj.creation = ask_for_event(asked_by=user, **fields)

    def log_addition(self, request: HttpRequest, obj: Event, message: Any) -> Any:
        """Nothing yet of what a worker has still to make: whoever makes it writes it down."""
        return super().log_addition(request, obj, message) if obj.pk else None

    def response_add(self, request: HttpRequest, obj: Event, post_url_continue: str | None = None) -> HttpResponse:
        """To the event, or to the page that shows how far it is."""
        if obj.pk:
            return super().response_add(request, obj, post_url_continue)
        return HttpResponseRedirect(reverse("admin:events_event_creation", args=[obj.creation.pk]))

    def response_post_save_add(self, request: HttpRequest, obj: Event) -> HttpResponseRedirect:
        """To its page, where it is published."""
        return HttpResponseRedirect(reverse("admin:events_event_change", args=[quote(obj.pk)]))

    def response_post_save_change(self, request: HttpRequest, obj: Event) -> HttpResponseRedirect:
        """To its page, which says who is told of the change."""
        return self.response_post_save_add(request, obj)
