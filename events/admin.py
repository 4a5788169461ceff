"""The sellers' desk: a seller manages his own events in the admin, an operator everybody's.

The admin is a door like the API: it reads the form, calls one operation and says what came of it.
"""

import json
from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import quote, unquote
from django.contrib.admin.views.main import ChangeList
from django.db.models import ForeignKey, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from accounts.models import User
from events.desk import OwnRows, SafeList, user_of
from events.forms import EventChangeForm, EventTexts, NewEventForm
from events.models import Event
from events.money import money
from events.operations.change import change_event
from events.operations.create import create_event
from events.reads import section_rows, stats_of, sum_counts
from events.steps import NOTICES, STEPS, Step
from ticketing.errors import DomainError

WAITING_ROOM = (
    "For when more people come than can choose at once. It can be switched on and off while selling. Who comes before "
    "sales start is shuffled when they do; then it is first come, first served."
)


def bookings_url(event: Event) -> str:
    """The list of the event's bookings."""
    return f"{reverse('admin:bookings_booking_changelist')}?event__id__exact={event.pk}"


class EventList(SafeList):
    """A page of events with their `stats`, read by one statement for the whole page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        stats = stats_of([event.pk for event in self.result_list])
        for event in self.result_list:
            event.stats = stats[event.pk]


@admin.register(Event)
class Events(OwnRows):
    """Create and change events, publish drafts, close sales. An event is never deleted: people may hold its seats."""

    seller_lookup = "seller"
    list_display = ("name", "venue_name", "starts_at", "status", "is_active", "sold", "held", "seats", "bookings")
    list_filter = ("status", "is_active", "starts_at")
    search_fields = ("name", "venue_name")
    search_help_text = "Name or venue"
    list_select_related = ("seller",)
    actions = ("publish", "close_sales")
    readonly_fields = ("status", "seating")

    def event_of(self, row: Event) -> Event:
        """Itself."""
        return row

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Sellers and operators."""
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        """Whoever sees it."""
        return self.has_view_permission(request, obj)

    # --- The list ----------------------------------------------------------------------------------

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """With seats."""
        return EventList

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Operators also see whose event it is."""
        return (*self.list_display, "seller") if request.user.is_superuser else self.list_display

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Operators also find events by their seller."""
        return (*self.search_fields, "seller__email") if request.user.is_superuser else self.search_fields

    @admin.display(description="Sold")
    def sold(self, event: Any) -> int:
        """Seats sold."""
        return event.stats["sold"]

    @admin.display(description="Held")
    def held(self, event: Any) -> int:
        """Seats held."""
        return event.stats["reserved"]

    @admin.display(description="Seats")
    def seats(self, event: Any) -> int:
        """All seats."""
        return event.stats["total"]

    @admin.display(description="Bookings")
    def bookings(self, event: Event) -> SafeString:
        """A link to them."""
        return format_html('<a href="{}">Bookings</a>', bookings_url(event))

    # --- The forms ---------------------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: Event | None = None) -> Any:
        """Seating and currency are given once, prices can be changed, the status has its own buttons."""
        texts = ["name", "description", "venue_name"]
        times = ("starts_at", "ends_at", "sales_start_at", "sales_end_at")
        limits = ("hold_seconds", "payment_seconds", "max_tickets_per_booking", "max_active_holds")
        room = ("waiting_room_on", "admit_per_minute", "max_active", "pass_seconds")
        rest = [
            ("Times", {"fields": times, "description": "All times are UTC. Empty means no limit."}),
            ("Limits", {"fields": (*limits, "refund_until_hours", "allow_single_gaps")}),
            ("Waiting room", {"fields": room, "description": WAITING_ROOM}),
        ]
        seller = ["seller"] if request.user.is_superuser else []
        if obj is None:
            seats = ("Seats", {"fields": ("currency", "seating_config")})
            return [(None, {"fields": [*seller, *texts, "is_active", "draft"]}), seats, *rest]
        prices = {
            "fields": list(EventChangeForm.with_prices(obj).price_fields),
            "description": f"Of one seat, in minor units of {obj.currency}. A new price counts for new holds only.",
        }
        seating = ("Seating", {"fields": ("seating",), "classes": ("collapse",)})
        return [(None, {"fields": [*seller, "status", *texts, "is_active"]}), ("Prices", prices), *rest, seating]

    def get_form(self, request: HttpRequest, obj: Event | None = None, change: bool = False, **kwargs: Any) -> Any:
        """Of a new event, or of this one with its prices."""
        form = NewEventForm if obj is None else EventChangeForm.with_prices(obj)
        return super().get_form(request, obj, change, **{**kwargs, "form": form})

    def get_readonly_fields(self, request: HttpRequest, obj: Event | None = None) -> tuple[str, ...]:
        """An event never changes hands."""
        return self.readonly_fields if obj is None else (*self.readonly_fields, "seller")

    def formfield_for_foreignkey(self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        """An operator creates events for sellers."""
        if db_field.name == "seller":
            kwargs["queryset"] = User.objects.filter(role=User.Role.SELLER, is_active=True).order_by("email")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Nothing from the address: Django puts it into the fields unread, and a bad date there is a 500."""
        return {}

    @admin.display(description="As created")
    def seating(self, event: Event) -> SafeString:
        """The seating configuration, with the present prices."""
        return format_html("<pre>{}</pre>", json.dumps(event.seating_config, indent=2, ensure_ascii=False))

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With the table of blocks and the steps this event can take."""
        event = kwargs.get("obj")
        if event is not None:
            blocks = section_rows(event.pk)
            context |= {
                "totals": sum_counts(blocks),
                "blocks": [row | {"price": money(row["price"], event.currency)} for row in blocks],
                "steps": [step for step in STEPS.values() if step.offered(event)],
                "notices": [notice for notice in (tell(event) for tell in NOTICES) if notice],
                "bookings_url": bookings_url(event),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    # --- Writing: one operation each ---------------------------------------------------------------

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """The form, outside of the transaction that Django wraps around it.

        An operation is a whole transaction (`durable=True`) and announces what it did once that has committed; inside
        Django's it could do neither. The admin itself writes one row, the log entry, and only after the operation.
        A refusal that the form could not foresee is told, and leaves neither change nor log entry.
        """
        try:
            return self._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[attr-defined]
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Event, form: EventTexts, change: bool) -> None:
        """Creates the event or changes what was changed; `obj` itself is never saved."""
        user = user_of(request)
        if isinstance(form, EventChangeForm):
            change_event(event_id=obj.pk, seller=user, **form.changes())
        elif isinstance(form, NewEventForm):
            fields = form.cleaned_data.copy()
            del fields["seating_config"]
            obj.pk = create_event(**{"seller": user, **fields, "seating": form.seating}).pk

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing: the operation wrote all of it."""

    # --- Steps of the status -----------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        """Django's and the buttons'."""
        view = self.admin_site.admin_view(self.take_step)
        return [path("<path:object_id>/step/<str:name>/", view, name="events_event_step"), *super().get_urls()]

    @method_decorator(require_POST)
    def take_step(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """A button of the change page."""
        event = self.get_object(request, unquote(object_id))
        if event is None or name not in STEPS or not self.has_change_permission(request, event):
            raise Http404
        self._take(request, STEPS[name], [event])
        return HttpResponseRedirect(reverse("admin:events_event_change", args=[quote(event.pk)]))

    @admin.action(description="Publish drafts", permissions=["change"])
    def publish(self, request: HttpRequest, events: QuerySet[Event]) -> None:
        """Puts drafts on sale."""
        self._take(request, STEPS["publish"], events)

    @admin.action(description="Close sales for good", permissions=["change"])
    def close_sales(self, request: HttpRequest, events: QuerySet[Event]) -> None:
        """Ends sales."""
        self._take(request, STEPS["close"], events)

    def _take(self, request: HttpRequest, step: Step, events: Iterable[Event]) -> None:
        for event in events:
            try:
                step.take(event, user_of(request))
            except DomainError as refusal:
                self.message_user(request, f"{event.name}: {refusal}", messages.ERROR)
            else:
                self.log_change(request, event, step.done)
                self.message_user(request, f"{event.name}: {step.done}", messages.SUCCESS)
