"""The gates: who works there, and what happened."""

from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse

from accounts.models import User
from bookings.models import CheckIn, GateStaff, SellerGateStaff
from bookings.operations.gate_staff import (
    add_gate_staff,
    add_standing_gate_staff,
    remove_gate_staff,
    remove_standing_gate_staff,
)
from events.desk import OwnRows, WrittenRows, user_of
from events.models import Event
from events.positions import seat_name

WHO_MAY = "Whoever signs in with this address, once it is confirmed. They may sign up later."


class StaffRows(WrittenRows):
    """People who may scan tickets: added and removed; there is nothing to change about them."""

    search_fields = ("email",)
    search_help_text = "(Part of) the e-mail address"
    ordering = ("email",)
    whose: ClassVar[str]  # the field that says whose staff a row is
    remove: "ClassVar[staticmethod[[Any, User], None]]"  # takes a row off the list; given the row and who asks

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Sellers and operators."""
        return self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever sees it."""
        return self.has_view_permission(request, obj)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """With words on the address."""
        return super().get_form(request, obj, change, **{"help_texts": {"email": WHO_MAY}, **kwargs})

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """As Django's; for another one it is already chosen whose staff he is."""
        answer = super().response_add(request, obj, post_url_continue)
        if "_addanother" not in request.POST or not isinstance(answer, HttpResponseRedirect):
            return answer
        chosen = urlencode({self.whose: getattr(obj, self.whose).pk})
        return HttpResponseRedirect(f"{answer.url}{'&' if '?' in answer.url else '?'}{chosen}")

    # --- Writing: one operation each ---------------------------------------------------------------

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Nothing: Django asks before the rows are gone, `delete_model` logs when they are."""

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """By the operation; then the log entry."""
        key = obj.pk
        self.remove(obj, user_of(request))
        obj.pk = key
        super().log_deletions(request, [obj])  # Django's own calls do the same

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """One after the other."""
        rest = list(queryset)
        with self.reporting_unfinished(request, rest):
            while rest:
                self.delete_model(request, rest[0])
                del rest[0]


def _remove_from_event(row: GateStaff, by: User) -> None:
    remove_gate_staff(event_id=row.event_id, email=row.email, seller=by)


def _remove_from_all(row: SellerGateStaff, by: User) -> None:
    remove_standing_gate_staff(seller=row.seller, email=row.email, by=by)


@admin.register(GateStaff)
class EventStaff(StaffRows):
    """Who works at the gate of one event."""

    seller_lookup = "event__seller"
    whose = "event"
    list_display = ("email", "event")
    list_select_related = ("event",)
    fields = ("event", "email")
    remove = staticmethod(_remove_from_event)

    def event_of(self, row: GateStaff) -> Event:
        """The event at whose gate he works."""
        return row.event

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The event of whom was added before, or by which the list was narrowed, if there is one."""
        filters = QueryDict(request.GET.get("_changelist_filters", ""))
        return {"event": request.GET.get("event", filters.get("event__id__exact"))}

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """By event, which is how its page leads here."""
        return lookup == "event__id__exact" or super().lookup_allowed(lookup, value, request)

    def formfield_for_foreignkey(self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        """Among one's own events."""
        if db_field.name == "event":
            events = Event.objects.all()
            kwargs["queryset"] = events if request.user.is_superuser else events.filter(seller=user_of(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: GateStaff, form: forms.ModelForm, change: bool) -> None:
        """Adds him and tells where to send him; `obj` itself is never saved."""
        row = add_gate_staff(event_id=obj.event_id, email=obj.email, seller=user_of(request))
        obj.pk, obj.email = row.pk, row.email
        gate = f"{settings.SITE_URL}{reverse('gate', args=[obj.event_id])}"
        self.message_user(request, f"Tell {row.email} to log in and open {gate} to scan tickets.")


@admin.register(SellerGateStaff)
class StandingStaff(StaffRows):
    """Who works at the gates of all events of a seller."""

    seller_lookup = "seller"
    whose = "seller"
    list_select_related = ("seller",)
    remove = staticmethod(_remove_from_all)

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Operators also see whose staff it is."""
        return ("email", "seller") if request.user.is_superuser else ("email",)

    def get_fields(self, request: HttpRequest, obj: SellerGateStaff | None = None) -> tuple[str, ...]:
        """Operators add staff for a seller, sellers their own."""
        return ("seller", "email") if request.user.is_superuser else ("email",)

    def has_view_permission(self, request: HttpRequest, obj: SellerGateStaff | None = None) -> bool:
        """Sellers and operators, and of one row only its seller and operators."""
        user = user_of(request)
        own = obj is None or obj.seller_id == user.pk or user.is_superuser
        return self.has_module_permission(request) and own

    def formfield_for_foreignkey(self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        """Among the sellers."""
        if db_field.name == "seller":
            kwargs["queryset"] = User.objects.filter(role=User.Role.SELLER, is_active=True).order_by("email")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: SellerGateStaff, form: forms.ModelForm, change: bool) -> None:
        """Adds him; `obj` itself is never saved."""
        user = user_of(request)
        seller = obj.seller if user.is_superuser else user
        row = add_standing_gate_staff(seller=seller, email=obj.email, by=user)
        obj.pk, obj.seller = row.pk, seller


@admin.register(CheckIn)
class CheckIns(OwnRows):
    """What happened at the gates, to read."""

    seller_lookup = "admission__event__seller"
    list_display = ("recorded_at", "event_of", "seat", "holder", "kind", "device", "by_name", "scanned_at")
    list_filter = ("kind",)
    list_select_related = ("admission__event", "admission__subsection", "by")
    search_fields = ("admission__holder", "device")
    search_help_text = "(Part of) the holder's name or of the place of the scanner"
    fields = list_display
    readonly_fields = fields
    ordering = ("-recorded_at", "-id")

    @admin.display(description="Event")
    def event_of(self, row: CheckIn) -> Event:
        """The event at whose gate it happened."""
        return row.admission.event

    @admin.display(description="Seat")
    def seat(self, row: CheckIn) -> str:
        """Block, row and seat."""
        block = row.admission.subsection
        return f"{block} {seat_name(row.admission.position, block.cols)}"

    @admin.display(description="Holder")
    def holder(self, row: CheckIn) -> str:
        """Whose ticket it is."""
        return row.admission.holder

    @admin.display(description="By")
    def by_name(self, row: CheckIn) -> str:
        """Who was at the gate; without a link: his account is not the seller's business."""
        return row.by.name
