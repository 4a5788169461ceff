"""Bookings and their payments, to read."""

import uuid
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from bookings.admin.seat_story import seat_links
from bookings.models import Booking, Payment
from bookings.states import HOLDING
from events.desk import OwnRows
from events.models import Event
from events.money import money
from events.positions import seat_name


class Payments(admin.TabularInline):
    """The attempts to pay a booking. Of a card, nothing but its last four digits was ever kept."""

    model = Payment
    verbose_name_plural = "Payments"
    fields = ("status", "price", "gateway", "gateway_reference", "card_last4", "failure", "created_at", "captured_at")
    readonly_fields = ("price",)
    extra = 0
    show_change_link = False

    @admin.display(description="Amount")
    def price(self, payment: Payment) -> str:
        """The amount as people write it."""
        return money(payment.amount, payment.currency)

    def has_view_permission(self, request: HttpRequest, obj: Booking | None = None) -> bool:
        """Whoever sees the booking: its page asks first."""
        return True

    def has_add_permission(self, request: HttpRequest, obj: Booking | None = None) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Booking | None = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Booking | None = None) -> bool:
        """Nobody."""
        return False


@admin.register(Booking)
class Bookings(OwnRows):
    """Find and read bookings."""

    seller_lookup = "event__seller"
    inlines = (Payments,)
    list_display = ("buyer_email", "event", "block", "seats", "status", "price", "created_at", "deadline")
    list_filter = ("status",)
    list_select_related = ("buyer", "event", "subsection")
    search_fields = ("buyer__email",)
    search_help_text = "Booking id, or (part of) the buyer's e-mail address"
    fields = (
        "id",
        "status",
        "event",
        "buyer_email",
        "buyer_name",
        "block",
        "seats_explained",
        "seat_selection_mode",
        "quantity",
        "price_of_one",
        "price",
        "created_at",
        "expires_at",
        "extended",
        "paying_since",
        "paid_at",
        "failure",
    )
    readonly_fields = fields

    def event_of(self, row: Booking) -> Event:
        """The event it books."""
        return row.event

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """An id finds exactly that booking; anything else is looked for in the addresses."""
        try:
            return queryset.filter(pk=uuid.UUID(search_term.strip())), False
        except ValueError:
            return super().get_search_results(request, queryset, search_term)

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

    @admin.display(description="Seats (row-seat)")
    def seats(self, booking: Booking) -> str:
        """The seats by name."""
        return ", ".join(seat_name(position, booking.subsection.cols) for position in booking.positions)

    @admin.display(description="Seats (row-seat)")
    def seats_explained(self, booking: Booking) -> str:
        """The same, each with a link to its story."""
        return seat_links(booking)

    @admin.display(description="Total", ordering="total_price")
    def price(self, booking: Booking) -> str:
        """The total as people write it."""
        return money(booking.total_price, booking.event.currency)

    @admin.display(description="Price of a seat")
    def price_of_one(self, booking: Booking) -> str:
        """As it was when the seats were held."""
        return money(booking.unit_price, booking.event.currency)

    @admin.display(description="Held until", ordering="expires_at")
    def deadline(self, booking: Booking) -> Any:
        """The end of the hold, while there is one."""
        return booking.expires_at if booking.status in HOLDING else None
