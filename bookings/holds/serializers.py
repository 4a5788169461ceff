"""The shapes of the bookings API."""

from typing import Any

from rest_framework import serializers

from bookings.holds.models import Booking
from bookings.states import SOLD, BookingStatus, SelectionMode
from events.catalog.seat_serializers import TicketRow, ticket_body
from events.models import Event, Subsection
from events.seating.positions import seat_names
from events.states import SeatStatus


class NewBooking(serializers.Serializer[Any]):
    """POST /api/booking. `seat_positions` ("row-seat", both from 1) only and always with `manual`, `accessible` only
    with `best_available`."""

    event_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    section = serializers.CharField(max_length=32)
    subsection = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    seat_selection_mode = serializers.ChoiceField(choices=SelectionMode.choices)
    quantity = serializers.IntegerField(min_value=1, max_value=1_000)
    seat_positions = serializers.ListField(
        child=serializers.CharField(max_length=15), required=False, default=list, max_length=1_000
    )
    accessible = serializers.IntegerField(
        min_value=0,
        max_value=1_000,
        required=False,
        help_text="So many of the seats are wheelchair places, the others are beside them; 0 if left out.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """None wanted is the same request as none named."""
        if attrs.get("accessible") == 0:
            del attrs["accessible"]
        return attrs


class BookingChange(serializers.Serializer[Any]):
    """PATCH /api/booking/{id}: a buyer can cancel."""

    status = serializers.ChoiceField(choices=["cancelled"])


class BookingBody(serializers.Serializer[Any]):
    """A booking as shown. Money in minor units of `currency`."""

    id = serializers.UUIDField()
    event_id = serializers.IntegerField()
    event_name = serializers.CharField()
    venue_name = serializers.CharField()
    buyer_id = serializers.IntegerField()
    section = serializers.CharField()
    subsection = serializers.IntegerField()
    quantity = serializers.IntegerField()
    seat_selection_mode = serializers.ChoiceField(choices=SelectionMode.choices)
    seat_positions = serializers.ListField(child=serializers.CharField(), help_text='"row-seat", both from 1.')
    total_price = serializers.IntegerField()
    currency = serializers.CharField()
    status = serializers.ChoiceField(choices=BookingStatus.choices)
    expires_at = serializers.DateTimeField(help_text="The hold ends then, by the server's clock.")
    seconds_left = serializers.IntegerField(help_text="To expires_at while the seats are held, else 0.")
    created_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField(allow_null=True)
    failure = serializers.CharField(allow_null=True, help_text="Why it came to nothing.")


class BookingDetail(BookingBody):
    """A booking with its seats."""

    tickets = TicketRow(many=True)


def booking_body(booking: Booking) -> dict[str, Any]:
    """A booking with event and block (`for_display`) in the shape of BookingBody."""
    event: Event = booking.event
    block: Subsection = booking.subsection
    return {
        "id": str(booking.pk),
        "event_id": booking.event_id,
        "event_name": event.name,
        "venue_name": event.venue_name,
        "buyer_id": booking.buyer_id,
        "section": block.section,
        "subsection": block.number,
        "quantity": booking.quantity,
        "seat_selection_mode": booking.seat_selection_mode,
        "seat_positions": seat_names(block, booking.positions),
        "total_price": booking.total_price,
        "currency": event.currency,
        "status": booking.shown_status,
        "expires_at": booking.expires_at,
        "seconds_left": booking.seconds_left,
        "created_at": booking.created_at,
        "paid_at": booking.paid_at,
        "failure": booking.shown_failure or None,
    }


def booking_tickets(booking: Booking) -> list[dict[str, Any]]:
    """The booking's seats as rows of `tickets[]`, at the price they were held for.

    A lost booking's seats are shown as available: they are no longer its own.
    """
    if booking.status in SOLD:
        status = SeatStatus.SOLD
    else:
        status = SeatStatus.RESERVED if booking.shown_status == BookingStatus.PENDING_PAYMENT else SeatStatus.AVAILABLE
    block = booking.subsection
    return [ticket_body(block, position, status.value, booking.unit_price) for position in booking.positions]


def booking_detail(booking: Booking) -> dict[str, Any]:
    """The shape of BookingDetail."""
    return booking_body(booking) | {"tickets": booking_tickets(booking)}
