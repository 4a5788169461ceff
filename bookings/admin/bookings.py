"""Bookings in the admin: find and read them, and act on them with buttons. Their fields are read-only."""

import uuid
from contextlib import suppress
from operator import attrgetter
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from bookings.admin.actions import BOOKING_ACTIONS, price_of, state_of
from bookings.admin.filters import EventFilter, StatusFilter
from bookings.admin.inlines import Emails, Payments, Tickets
from bookings.holds.models import Booking, BookingQuerySet
from bookings.holds.places import block_name, places_text, prices_text
from bookings.references import find_reference, mistake_in
from bookings.seat_history.admin import seat_links
from bookings.states import OPEN
from events.models import Event
from events.seller_admin.action_pages import ActionPages
from events.seller_admin.times import time_column, time_of


@admin.register(Booking)
class Bookings(ActionPages):
    """Find and read bookings; release, refund, or send their tickets again."""

    seller_lookup = "event__seller"
    row_actions = BOOKING_ACTIONS
    list_actions = tuple(BOOKING_ACTIONS)
    too_many_hint = "To refund everyone, cancel the event while it is on sale."
    inlines = (Payments, Tickets, Emails)
    list_display = (
        "reference",
        "buyer_email",
        "event",
        "subsection_name",
        "seats",
        "state",
        "price",
        "created",
        "deadline",
    )
    list_display_links = ("reference", "buyer_email")
    list_filter = (StatusFilter, EventFilter)
    search_fields = ("buyer__email", "buyer__name__folded")
    search_help_text = "Reference of a booking, ticket or payment, or (part of) the buyer's email address or name"
    sale_fields = (
        *(
            "reference",
            "state",
            "event",
            "buyer_email",
            "buyer_name",
            "subsection_name",
            "seats_with_history",
            "quantity",
            "seat_price",
        ),
        *("price", "created", "paid", "failure"),
    )
    hold_fields = ("expires", "extended", "began_paying", "id")
    fieldsets = (
        (None, {"fields": sale_fields}),
        ("The reservation, and the id in the API", {"fields": hold_fields, "classes": ("collapse",)}),
    )
    readonly_fields = (*sale_fields, *hold_fields)
    created = time_column("created_at", "Created at", event_of=attrgetter("event"))
    paid = time_column("paid_at", "Paid at", event_of=attrgetter("event"))
    expires = time_column("expires_at", "Expires at", event_of=attrgetter("event"))
    began_paying = time_column("paying_since", "Paying since", event_of=attrgetter("event"))

    class Media:
        css = {"all": ("bookings/admin.css",)}

    def event_of(self, row: Booking) -> Event:
        """Return the event of a booking."""
        return row.event

    def name_of(self, row: Booking) -> str:
        """Return a text that names a booking: its reference, its buyer's email address, subsection and seats."""
        block = block_name(row.subsection, row.event).short
        return f"{row.reference}, {row.buyer.email}, block {block}, {places_text(row)}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Include buyer, subsection and what the shown status needs, but not the events' long texts."""
        rows: BookingQuerySet = super().get_queryset(request)  # type: ignore[assignment]
        shown = rows.for_display().select_related("buyer")
        return shown.defer("subsection__seat_status", "event__description", "event__seating_config")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Add the link to download the bookings of the chosen event as CSV."""
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None) or {}
        if "cl" in context:
            filters = [spec for spec in context["cl"].filter_specs if isinstance(spec, EventFilter)]
            chosen = filters[0].event if filters else None
            context["csv_url"] = reverse("event-bookings-csv", args=[chosen.pk]) if chosen else ""
        return response

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find a booking by its id, or by its own reference or that of a ticket or payment, however it is typed.

        Otherwise search email addresses and names. If nothing is found and the term can be a mistyped reference, say
        so.
        """
        with suppress(ValueError):
            return queryset.filter(pk=uuid.UUID(search_term.strip())), False
        reference = find_reference(search_term)
        if reference is not None and (found := queryset.with_reference(reference)).exists():  # type: ignore[attr-defined]
            return found, False
        rows, may_repeat = super().get_search_results(request, queryset, search_term)
        if (mistake := mistake_in(search_term)) and not rows.exists():
            self.message_user(request, mistake, messages.WARNING)
        return rows, may_repeat

    @admin.display(description="Status", ordering="status")
    def state(self, booking: Booking) -> str:
        """The status that people see: a hold is expired as soon as its deadline passes."""
        return state_of(booking)

    @admin.display(description="Buyer", ordering="buyer__email")
    def buyer_email(self, booking: Booking) -> str:
        """The buyer's email address, without a link, because sellers must not see the account."""
        return booking.buyer.email

    @admin.display(description="Name")
    def buyer_name(self, booking: Booking) -> str:
        """Return the buyer's name."""
        return booking.buyer.name

    @admin.display(description="Block")
    def subsection_name(self, booking: Booking) -> str:
        """Section and number of the subsection, as in A-1, or the name of a section of a plan."""
        return block_name(booking.subsection, booking.event).short

    @admin.display(description="Seats")
    def seats(self, booking: Booking) -> str:
        """The seats, grouped by row."""
        return places_text(booking)

    @admin.display(description="Seats, with their history")
    def seats_with_history(self, booking: Booking) -> str:
        """Each seat with a link to its history."""
        return seat_links(booking)

    @admin.display(description="Total", ordering="total_price")
    def price(self, booking: Booking) -> str:
        """The formatted total."""
        return price_of(booking)

    @admin.display(description="Price of a seat")
    def seat_price(self, booking: Booking) -> str:
        """The price of a seat when the seats were held; "2 × $95.00, 1 × $45.00" if they have several."""
        return prices_text(booking)

    @admin.display(description="Reserved until", ordering="expires_at")
    def deadline(self, booking: Booking) -> str:
        """The end of the hold; a dash once the booking is no longer held."""
        return time_of(booking.event, booking.expires_at if booking.shown_status in OPEN else None)
