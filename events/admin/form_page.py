"""The page with the form of a new or existing event."""

import json
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.db.models import ForeignKey
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import User
from core.money.amounts import money
from events.admin.copying import copy_of
from events.admin.event_actions import NOTICES
from events.admin.forms import (
    LIMITS,
    OTHER_TIMES,
    PLACE,
    ROOM,
    TEXTS,
    EventChangeForm,
    EventTexts,
    NewEventForm,
    VenueSelect,
)
from events.admin.plans.choice import plan_choices
from events.admin.zone_choices import latest_zone
from events.catalog.selectors import section_rows, sum_counts
from events.lifecycle.background_creation import LARGE, request_event
from events.lifecycle.change import change_event
from events.lifecycle.create import create_event
from events.models import Event
from events.seat_models import MAX_PRICE, NAME_LENGTH
from events.seating.configuration import MAX_SECTIONS, MAX_SUBSECTIONS
from events.seller_admin.rows import WrittenRows, user_of
from events.states import PRICES_CHANGE_IN, EventStatus
from events.venues.write import venues_of

WAITING_ROOM = (
    "Use it when you expect more buyers than can choose seats at the same time. You can switch it on and off during "
    "the sale. Buyers who arrive before sales start get a random place in the queue; after that, it is first come, "
    "first served."
)

TIMES_HELP = "By the clock at the venue. Leave a field empty for no limit."
# Limits that the seating builder checks in the browser; the server checks them again.
SEATING_LIMITS = {
    "sections": MAX_SECTIONS,
    "blocks": MAX_SUBSECTIONS,
    "price": MAX_PRICE,
    "name": NAME_LENGTH,
    "large": LARGE,
}


def _prices_text(event: Event) -> str:
    price = f"Price of one seat in {event.currency}."
    if event.status == EventStatus.COMPLETED:
        return f"{price} The event is over: prices can change only together with dates by which it isn't."
    if event.status not in PRICES_CHANGE_IN:
        return f"{price} Nobody can buy seats any more, so the prices stay as they are."
    return f"{price} A new price applies to new bookings only."


def _new_event_fieldsets(seller: list[str]) -> list[tuple[str | None, dict[str, Any]]]:
    """Return the fieldsets of a new event: first what every event needs; the rest has defaults and starts collapsed.

    `seller` is ["seller"] if the form asks for the seller, otherwise empty.
    """
    collapsed = {"classes": ("collapse",)}
    return [
        (None, {"fields": [*seller, *TEXTS, *PLACE, "starts_at"]}),
        ("Seats and prices", {"fields": ("currency", "seating_config")}),
        ("Times", {"fields": OTHER_TIMES, "description": TIMES_HELP, **collapsed}),
        ("Limits", {"fields": LIMITS, **collapsed}),
        ("Waiting room", {"fields": ROOM, "description": WAITING_ROOM, **collapsed}),
    ]


class FormPage(WrittenRows):
    """The page with the form of an event: saving calls one operation, which creates or changes the event."""

    readonly_fields = ("status", "seating")
    add_form_template = "admin/events/event/add_form.html"

    def get_fieldsets(self, request: HttpRequest, obj: Event | None = None) -> Any:
        """Return the fieldsets of a new event, or of an existing one, whose seating and currency can't be changed.

        The status is read-only: the event's actions change it.
        """
        seller = ["seller"] if request.user.is_superuser else []
        if obj is None:
            return _new_event_fieldsets(seller)
        prices = {
            "fields": list(EventChangeForm.with_prices(obj).price_fields),
            "description": _prices_text(obj),
        }
        return [
            (None, {"fields": [*seller, "status", *TEXTS, *PLACE, "is_active"]}),
            ("Prices", prices),
            ("Times", {"fields": ("starts_at", *OTHER_TIMES), "description": TIMES_HELP}),
            ("Limits", {"fields": LIMITS}),
            ("Waiting room", {"fields": ROOM, "description": WAITING_ROOM}),
            ("Seating", {"fields": ("seating",), "classes": ("collapse",)}),
        ]

    def get_form(self, request: HttpRequest, obj: Event | None = None, change: bool = False, **kwargs: Any) -> Any:
        """Return the form class for a new event, or for the event `obj` with a price field for each section."""
        form = NewEventForm if obj is None else EventChangeForm.with_prices(obj)
        return super().get_form(request, obj, change, **{**kwargs, "form": form})

    def get_readonly_fields(self, request: HttpRequest, obj: Event | None = None) -> tuple[str, ...]:
        """Make status and seating read-only, and the seller of an existing event."""
        return self.readonly_fields if obj is None else (*self.readonly_fields, "seller")

    def formfield_for_foreignkey(self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only active sellers, by email, as the seller of an event, and only venues of the user."""
        if db_field.name == "seller":
            kwargs["queryset"] = User.objects.filter(role=User.Role.SELLER, is_active=True).order_by("email")
        if db_field.name == "venue":
            kwargs["queryset"] = venues_of(user_of(request)).order_by("name", "pk")
            kwargs["widget"] = VenueSelect
            kwargs["empty_label"] = "None: write the place below"
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Return initial data for a new event: a copy of the event in `?copy=`, or the zone that the seller used last.

        Other values in the URL are ignored, as Django would answer a malformed date with a 500.
        """
        return copy_of(copied) if (copied := self._copied(request)) else latest_zone(user_of(request))

    def _copied(self, request: HttpRequest) -> Event | None:
        """Return the event with the id in `?copy=`; None if there is none or the user may not see it."""
        return self.get_object(request, request.GET.get("copy", ""))

    @admin.display(description="As created")
    def seating(self, event: Event) -> SafeString:
        """Return the seating configuration with current prices, as formatted JSON."""
        return format_html("<pre>{}</pre>", json.dumps(event.seating_config, indent=2, ensure_ascii=False))

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Add an event's subsections, seat counts and notices; for a new event, what the seating builder needs."""
        event = kwargs.get("obj")
        context["show_save_and_add_another"] = False  # saving leads to the event's page
        if event is None:
            limits = SEATING_LIMITS | {"seats": settings.MAX_SEATS_PER_EVENT}
            copied = self._copied(request)
            plans = plan_choices(user_of(request), copied)
            context |= {"limits": limits, "limits_json": json.dumps(limits), "copied": copied, "plans": plans}
        else:
            rows = section_rows(event.pk)
            context |= {
                "totals": sum_counts(rows),
                "subsections": [row | {"price": money(row["price"], event.currency)} for row in rows],
                "notices": [text for text in (notice(event) for notice in NOTICES) if text],
            }
        return super().render_change_form(request, context, *args, **kwargs)

    # --- Writing: one operation per form -----------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: Event, form: EventTexts, change: bool) -> None:
        """Create the event or apply its changes with an operation; `obj` itself is never saved."""
        user = user_of(request)
        if isinstance(form, EventChangeForm):
            change_event(event_id=obj.pk, seller=user, **form.changes())
        elif isinstance(form, NewEventForm):
            self._create(obj, user, form)

    def _create(self, obj: Event, user: User, form: NewEventForm) -> None:
        fields = {"seller": user, **form.cleaned_data, "seating": form.seating, "draft": True}
        fields["venue_id"] = (venue := fields.pop("venue")) and venue.pk
        del fields["seating_config"]
        if form.seating.seats < LARGE:
            obj.pk = create_event(**fields).pk
        else:
            obj.creation = request_event(asked_by=user, **fields)

    def log_addition(self, request: HttpRequest, obj: Event, message: Any) -> Any:
        """Write the log entry of a new event, unless a worker creates the event later and then writes the entry."""
        return super().log_addition(request, obj, message) if obj.pk else None

    def response_add(self, request: HttpRequest, obj: Event, post_url_continue: str | None = None) -> HttpResponse:
        """Redirect to the new event, or to the progress page of its creation if a worker creates it."""
        if obj.pk:
            return super().response_add(request, obj, post_url_continue)
        return HttpResponseRedirect(reverse("admin:events_event_creation", args=[obj.creation.pk]))

    def response_post_save_add(self, request: HttpRequest, obj: Event) -> HttpResponseRedirect:
        """Redirect to the page of the new event, where it can be published."""
        return HttpResponseRedirect(reverse("admin:events_event_change", args=[quote(obj.pk)]))

    def response_post_save_change(self, request: HttpRequest, obj: Event) -> HttpResponseRedirect:
        """Redirect to the event's page again, which shows who is notified of the change."""
        return self.response_post_save_add(request, obj)
