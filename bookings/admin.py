"""Bookings and their payments, to read. What happens to them happens through the operations."""

import uuid
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import User
from bookings.models import Booking, CheckIn, Payment
from bookings.operations.call_off import cancel_event, progress_of
from bookings.states import HOLDING
from events.desk import OwnRows
from events.models import Event
from events.money import money
from events.positions import seat_name
from events.states import EventStatus
from events.steps import NOTICES, Step, add_step


def _cancel(event: Event, seller: User) -> None:
    cancel_event(event_id=event.pk, seller=seller)


add_step(
    Step(
        name="cancel",
        label="Cancel the event",
        act=_cancel,
        possible_from=(EventStatus.DRAFT, EventStatus.AVAILABLE, EventStatus.SOLD_OUT),
        done="Cancelled. Every hold ends and every paid booking is refunded in the background; reload to see how far.",
        only="Only a draft or an event on sale can be cancelled",
        warning="Cancel this event for good? Every paid booking is refunded in full, every hold ends.",
    )
)
NOTICES.append(progress_of)


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
        "seats",
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
