"""Check-in in the admin: the gate staff, and the log of scans."""

from operator import attrgetter
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse

from accounts.models import User
from bookings.checkin.models import CheckIn, GateStaff, SellerGateStaff
from bookings.checkin.staff import (
    add_gate_staff,
    add_gate_staff_for_all_events,
    remove_gate_staff,
    remove_gate_staff_for_all_events,
)
from bookings.holds.places import place_text
from bookings.tickets.texts import ticket_block, ticket_name, ticket_place
from events.models import Event
from events.seller_admin.rows import OwnRows, WrittenRows, user_of
from events.seller_admin.times import time_column

EMAIL_HELP_TEXT = "The person who signs in with this address, once it is confirmed. They may sign up later."


class StaffRows(WrittenRows):
    """Base class for the admin of gate staff, who can be added and removed, but not changed."""

    search_fields = ("email",)
    search_help_text = "(Part of) the email address"
    ordering = ("email",)
    employer_field: ClassVar[str]  # the field with the event or the seller that a person works for
    remove: "ClassVar[staticmethod[[Any, User], None]]"  # removes a row; takes the row and the user

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Allow sellers and operators."""
        return self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow everyone who may view the row."""
        return self.has_view_permission(request, obj)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Add the help text of the email field."""
        return super().get_form(request, obj, change, **{"help_texts": {"email": EMAIL_HELP_TEXT}, **kwargs})

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """After "Save and add another", preselect the same event or seller."""
        response = super().response_add(request, obj, post_url_continue)
        if "_addanother" not in request.POST or not isinstance(response, HttpResponseRedirect):
            return response
        chosen = urlencode({self.employer_field: getattr(obj, self.employer_field).pk})
        return HttpResponseRedirect(f"{response.url}{'&' if '?' in response.url else '?'}{chosen}")

    # --- Changes, one operation each ---------------------------------------------------------------

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Do nothing: Django calls this before the rows are deleted; `delete_model` logs afterwards."""

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete the row through the operation, then write the log entry."""
        key = obj.pk
        self.remove(obj, user_of(request))
        obj.pk = key
        super().log_deletions(request, [obj])  # the log entry that Django would have written

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete the rows one by one; if the database is lost halfway, warn about those that remain."""
        remaining = list(queryset)
        with self.reporting_unfinished(request, remaining):
            while remaining:
                self.delete_model(request, remaining[0])
                del remaining[0]


def _remove_from_event(row: GateStaff, by: User) -> None:
    remove_gate_staff(event_id=row.event_id, email=row.email, seller=by)


def _remove_from_all(row: SellerGateStaff, by: User) -> None:
    remove_gate_staff_for_all_events(seller=row.seller, email=row.email, by=by)


@admin.register(GateStaff)
class EventStaff(StaffRows):
    """The gate staff of one event."""

    seller_lookup = "event__seller"
    employer_field = "event"
    list_display = ("email", "event")
    list_select_related = ("event",)
    fields = ("event", "email")
    remove = staticmethod(_remove_from_event)

    def event_of(self, row: GateStaff) -> Event:
        """Return the event that the person works for."""
        return row.event

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Preselect the event of the person added before, or of the list's filter."""
        filters = QueryDict(request.GET.get("_changelist_filters", ""))
        return {"event": request.GET.get("event", filters.get("event__id__exact"))}

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow the filter by event that the event's page links to."""
        return lookup == "event__id__exact" or super().lookup_allowed(lookup, value, request)

    def formfield_for_foreignkey(self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        """Offer sellers their own events, and operators all events."""
        if db_field.name == "event":
            events = Event.objects.all()
            kwargs["queryset"] = events if request.user.is_superuser else events.filter(seller=user_of(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: GateStaff, form: "forms.ModelForm[Any]", change: bool) -> None:
        """Add the person with `add_gate_staff`, not by saving `obj`; show a link to send to them."""
        row = add_gate_staff(event_id=obj.event_id, email=obj.email, seller=user_of(request))
        obj.pk, obj.email = row.pk, row.email
        page = f"{settings.SITE_URL}{reverse('gate', args=[obj.event_id])}"
        self.message_user(request, f"Tell {row.email} to log in and open {page} to scan tickets.")


@admin.register(SellerGateStaff)
class AllEventsStaff(StaffRows):
    """The gate staff of all events of a seller."""

    seller_lookup = "seller"
    employer_field = "seller"
    list_select_related = ("seller",)
    remove = staticmethod(_remove_from_all)

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Show the seller to operators only; other users see their own staff."""
        return ("email", "seller") if request.user.is_superuser else ("email",)

    def get_fields(self, request: HttpRequest, obj: SellerGateStaff | None = None) -> tuple[str, ...]:
        """Let operators choose the seller; sellers add their own staff."""
        return ("seller", "email") if request.user.is_superuser else ("email",)

    def has_view_permission(self, request: HttpRequest, obj: SellerGateStaff | None = None) -> bool:
        """Allow sellers and operators to view the list, and its seller and operators to view a row."""
        user = user_of(request)
        own = obj is None or obj.seller_id == user.pk or user.is_superuser
        return self.has_module_permission(request) and own

    def formfield_for_foreignkey(self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only active sellers."""
        if db_field.name == "seller":
            kwargs["queryset"] = User.objects.filter(role=User.Role.SELLER, is_active=True).order_by("email")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: SellerGateStaff, form: "forms.ModelForm[Any]", change: bool
    ) -> None:
        """Add the person with `add_gate_staff_for_all_events`, not by saving `obj`."""
        user = user_of(request)
        seller = obj.seller if user.is_superuser else user
        row = add_gate_staff_for_all_events(seller=seller, email=obj.email, by=user)
        obj.pk, obj.seller = row.pk, seller


@admin.register(CheckIn)
class CheckIns(OwnRows):
    """The log of scans, read-only."""

    seller_lookup = "admission__event__seller"
    list_display = ("recorded", "event_of", "ticket", "seat", "holder", "kind", "device", "by_name", "scanned")
    list_filter = ("kind",)
    list_select_related = ("admission__booking", "admission__event", "admission__subsection", "by")
    search_fields = ("admission__holder__folded", "device__folded")
    search_help_text = "(Part of) the name of the holder or the scanner"
    fields = list_display
    readonly_fields = fields
    ordering = ("-recorded_at", "-id")
    recorded = time_column(
        "recorded_at", "Recorded at", event_of=attrgetter("admission.event"), form="date-time-seconds"
    )
    scanned = time_column("scanned_at", "Scanned at", event_of=attrgetter("admission.event"))

    @admin.display(description="Event")
    def event_of(self, row: CheckIn) -> Event:
        """Return the event of the ticket."""
        return row.admission.event

    @admin.display(description="Ticket")
    def ticket(self, row: CheckIn) -> str:
        """Return the reference of the ticket."""
        return row.admission.reference

    @admin.display(description="Seat")
    def seat(self, row: CheckIn) -> str:
        """Return the block and the name of the seat: "A-1 2-3"; in a standing area only its name."""
        block, place = ticket_block(row.admission).short, ticket_place(row.admission)
        return f"{block} {ticket_name(row.admission)}" if place.seat_label else f"{block}, {place_text(place)}"

    @admin.display(description="Holder")
    def holder(self, row: CheckIn) -> str:
        """Return the name on the ticket."""
        return row.admission.holder

    @admin.display(description="By")
    def by_name(self, row: CheckIn) -> str:
        """Return the name of who scanned the ticket, without a link, because sellers must not see their account."""
        return row.by.name
