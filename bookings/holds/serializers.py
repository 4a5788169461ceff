"""Serializers of the bookings API, and functions that return bookings in their shapes."""

from typing import Any

from rest_framework import serializers

from bookings.holds.kinds import KIND, NOTE, kinds_and_notes, kinds_body
from bookings.holds.models import Booking
from bookings.holds.places import SEAT_NAME, names_of, places_of, prices_of
from bookings.references import reference_field
from bookings.states import SOLD, BookedKind, BookingStatus, SelectionMode
from core.http.bodies import Body
from core.http.json_types import Choice, ListOf, WholeNumber
from core.http.texts import Line, Text
from events.catalog.seat_serializers import TicketRow, ticket_body
from events.models import Event, Subsection
from events.seating.positions import NAME_LENGTH
from events.states import SeatStatus, SubsectionKind


class NewBooking(Body):
    """POST /api/booking. `seat_positions` are for `manual` only, `accessible` is for `best_available` only.

    Seats are named as people see them, as "C-12"; without a seating plan by row and seat, both from 1. The places of a
    standing area have no names: they are booked with `best_available`.
    """

    event_id = WholeNumber(min_value=1, max_value=2**63 - 1)
    section = Line(max_length=32)
    subsection = WholeNumber(min_value=1, max_value=2**31 - 1)
    seat_selection_mode = Choice(choices=SelectionMode.choices)
    quantity = WholeNumber(min_value=1, max_value=1_000)
    seat_positions = ListOf(child=Text(max_length=NAME_LENGTH), required=False, default=list, max_length=1_000)
    accessible = WholeNumber(
        min_value=0,
        max_value=1_000,
        required=False,
        help_text="How many of the seats are wheelchair places, with the others beside them; 0 by default.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Remove `accessible` if it is 0, so that the request has the same hash as one without it."""
        if attrs.get("accessible") == 0:
            del attrs["accessible"]
        return attrs


class BookingChange(Body):
    """PATCH /api/booking/{id}: cancel the booking."""

    status = Choice(choices=["cancelled"])


class BookingBody(serializers.Serializer[Any]):
    """A booking. Money is in minor units of `currency`."""

    id = serializers.UUIDField()
    reference = reference_field("What people call the booking.")
    event_id = serializers.IntegerField()
    event_name = serializers.CharField()
    venue_name = serializers.CharField()
    buyer_id = serializers.IntegerField()
    section = serializers.CharField()
    subsection = serializers.IntegerField()
    quantity = serializers.IntegerField()
    seat_selection_mode = serializers.ChoiceField(choices=SelectionMode.choices)
    subsection_kind = serializers.ChoiceField(choices=SubsectionKind.choices)
    seat_positions = serializers.ListField(child=serializers.CharField(), help_text=SEAT_NAME)
    seat_kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=BookedKind.choices), help_text=f"Of each of the `seat_positions`. {KIND}"
    )
    seat_notes = serializers.ListField(
        child=serializers.CharField(allow_blank=True), help_text=f"Of each of the `seat_positions`. {NOTE}"
    )
    total_price = serializers.IntegerField()
    currency = serializers.CharField()
    status = serializers.ChoiceField(choices=BookingStatus.choices)
    expires_at = serializers.DateTimeField(help_text="When the hold ends, by the server's clock.")
    seconds_left = serializers.IntegerField(help_text="Until expires_at while the seats are held, otherwise 0.")
    created_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField(allow_null=True)
    failure = serializers.CharField(allow_null=True, help_text="Why the booking failed, expired or was cancelled.")


class BookedSeat(TicketRow):
    """One seat of a booking."""

    seat_kind = serializers.ChoiceField(choices=BookedKind.choices, help_text=KIND)
    seat_note = serializers.CharField(help_text=NOTE)


class BookingDetail(BookingBody):
    """A booking with its seats."""

    tickets = BookedSeat(many=True)


def booking_body(booking: Booking) -> dict[str, Any]:
    """Return a booking, loaded with `for_display`, in the shape of BookingBody."""
    event: Event = booking.event
    subsection: Subsection = booking.subsection
    return {
        "id": str(booking.pk),
        "reference": booking.reference,
        "event_id": booking.event_id,
        "event_name": event.name,
        "venue_name": event.venue_name,
        "buyer_id": booking.buyer_id,
        "section": subsection.section,
        "subsection": subsection.number,
        "quantity": booking.quantity,
        "seat_selection_mode": booking.seat_selection_mode,
        "subsection_kind": subsection.kind,
        "seat_positions": names_of(booking),
        **kinds_body(booking),
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
    """Return the booking's seats in the shape of BookedSeat, at the prices at which they were held.

    Seats that the booking no longer holds are shown as available, even if someone else has them.
    """
    if booking.status in SOLD:
        status = SeatStatus.SOLD
    else:
        status = SeatStatus.RESERVED if booking.shown_status == BookingStatus.PENDING_PAYMENT else SeatStatus.AVAILABLE
    special = kinds_and_notes(booking, booking.subsection)
    seats = zip(booking.positions, places_of(booking), prices_of(booking), special, strict=True)
    return [
        {**ticket_body(booking.subsection, at, place, status.value, price), **each.body()}
        for at, place, price, each in seats
    ]


def booking_detail(booking: Booking) -> dict[str, Any]:
    """Return a booking, loaded with `for_display`, in the shape of BookingDetail."""
    return booking_body(booking) | {"tickets": booking_tickets(booking)}
