"""Bookings: found, read, and acted on by admin actions. No field of theirs is ever written by hand."""

import uuid
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from bookings.admin.filters import EventFilter, StatusFilter
from bookings.admin.inlines import Letters, Payments, Tickets
from bookings.admin.seat_story import seat_links
from bookings.deeds import BOOKING_ACTIONS, price_of, state_of
from bookings.models import Booking, BookingQuerySet
from bookings.states import OPEN
from bookings.wording import places
from events.action_pages import ActionPages
from events.models import Event
from events.money import money


@admin.register(Booking)
class Bookings(ActionPages):
    """Find bookings, read them, and do what their seller may do about them."""

    seller_lookup = "event__seller"
    row_actions = BOOKING_ACTIONS
    list_actions = tuple(BOOKING_ACTIONS)
    too_many_hint = "To refund everybody, cancel the event while it is on sale."
    inlines = (Payments, Tickets, Letters)
    list_display = ("buyer_email", "event", "block", "seats", "state", "price", "created_at", "deadline")
    list_filter = (StatusFilter, EventFilter)
    search_fields = ("buyer__email", "buyer__name")
    search_help_text = "Booking id, or (part of) the buyer's e-mail address or name"
    of_sale = (
        *("id", "state", "event", "buyer_email", "buyer_name", "block", "seats_explained", "quantity", "price_of_one"),
        *("price", "created_at", "paid_at", "failure"),
    )
    of_hold = ("expires_at", "extended", "paying_since")
    fieldsets = ((None, {"fields": of_sale}), ("The hold", {"fields": of_hold, "classes": ("collapse",)}))
    readonly_fields = (*of_sale, *of_hold)

    class Media:
        css = {"all": ("bookings/admin.css",)}

    def event_of(self, row: Booking) -> Event:
        """The event it books."""
        return row.event

    def name_of(self, row: Booking) -> str:
        """Whose it is, and where."""
        return f"{row.buyer.email}, block {row.subsection}, {places(row)}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With buyer, block, what the status by the clock needs, and of the events not the long texts."""
        rows: BookingQuerySet = super().get_queryset(request)  # type: ignore[assignment]
        shown = rows.for_display().select_related("buyer")
        return shown.defer("subsection__letters", "event__description", "event__seating_config")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """With the link to all bookings of the chosen event as CSV."""
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
        """An id finds exactly that booking; anything else is looked for in addresses and names."""
        try:
            return queryset.filter(pk=uuid.UUID(search_term.strip())), False
        except ValueError:
            return super().get_search_results(request, queryset, search_term)

    @admin.display(description="Status", ordering="status")
    def state(self, booking: Booking) -> str:
        """As people see it: a hold ends by the clock."""
        return state_of(booking)

    @admin.display(description="Buyer", ordering="buyer__email")
    def buyer_email(self, booking: Booking) -> str:
        """Without a link: a buyer's account is not the seller's business."""
        return booking.buyer.email

    @admin.display(description="Name")
    def buyer_name(self, booking: Booking) -> str:
        """The buyer's name."""
        return booking.buyer.name

    @admin.display(description="Block")
    def block(self, booking: Booking) -> str:
        """Section and number of the block."""
        return str(booking.subsection)

    @admin.display(description="Seats")
    def seats(self, booking: Booking) -> str:
        """The seats row by row."""
        return places(booking)

    @admin.display(description="Seats, each with its story")
    def seats_explained(self, booking: Booking) -> str:
        """The same one by one, each with a link."""
        return seat_links(booking)

    @admin.display(description="Total", ordering="total_price")
    def price(self, booking: Booking) -> str:
        """The total as people write it."""
        return price_of(booking)

    @admin.display(description="Price of a seat")
    def price_of_one(self, booking: Booking) -> str:
        """As it was when the seats were held."""
        return money(booking.unit_price, booking.event.currency)

    @admin.display(description="Held until", ordering="expires_at")
    def deadline(self, booking: Booking) -> Any:
        """The end of the hold, while there is one."""
        return booking.expires_at if booking.shown_status in OPEN else None
