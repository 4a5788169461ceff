"""Serializers of the orders API, and the function that returns an order in its shape."""

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from bookings.holds.models import Booking
from bookings.holds.selectors import current_bookings
from bookings.holds.serializers import BookingDetail, NewBooking, booking_detail
from bookings.invoices.models import Terms
from bookings.invoices.serializers import Breakdown, breakdown_body
from bookings.invoices.terms import breakdown_of
from bookings.payments.models import Payment
from bookings.payments.serializers import payment_body
from bookings.references import reference_field
from bookings.states import BookingStatus, PayOutcome
from core.http.bodies import Body
from core.http.json_types import Flag, ListOf, WholeNumber

MAX_ITEMS = 50  # of one request; an event's max_tickets_per_booking is the real limit


class OrderItem(NewBooking):
    """Seats in one block, as in POST /api/booking; the order names the event."""

    event_id = None  # type: ignore[assignment]  # removes the inherited field
    fallback = Flag(
        default=False,
        help_text=(
            "For best_available: if the block has no seats side by side, take the nearest block of the same price that"
            " has them. First come blocks of the same section by the distance of their numbers, then other sections in"
            " the event's order. The booking says where its seats are."
        ),
    )


class NewItems(Body):
    """POST /api/order/{id}/items."""

    items = ListOf(child=OrderItem(), min_length=1, max_length=MAX_ITEMS)


class NewOrder(NewItems):
    """POST /api/order: seats in several blocks of an event, all of them or none."""

    event_id = WholeNumber(min_value=1, max_value=2**63 - 1)


class OrderBody(serializers.Serializer[Any]):
    """An order. Money is in minor units of `currency`.

    `status` is the one that its held or paid bookings have. `total_price` and the times are those of these bookings:
    what was taken out of the order or returned is in `bookings` only.
    """

    id = serializers.UUIDField(help_text="Of a booking that was made by itself, the booking's id.")
    reference = reference_field("What people call the order: the reference of its first booking.")
    event_id = serializers.IntegerField()
    event_name = serializers.CharField()
    venue_name = serializers.CharField()
    buyer_id = serializers.IntegerField()
    status = serializers.ChoiceField(choices=BookingStatus.choices)
    quantity = serializers.IntegerField()
    total_price = serializers.IntegerField()
    currency = serializers.CharField()
    breakdown = Breakdown(
        help_text="What of `total_price` is fees and taxes, by the event's terms when the seats were held."
    )
    expires_at = serializers.DateTimeField(help_text="When the holds end, by the server's clock.")
    seconds_left = serializers.IntegerField(help_text="Until expires_at while the seats are held, otherwise 0.")
    created_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField(allow_null=True)
    bookings = BookingDetail(many=True, help_text="All bookings of the order, also those that were taken out of it.")


class OrderPaymentBody(serializers.Serializer[Any]):
    """The outcome of a payment."""

    order_id = serializers.UUIDField()
    payment_id = serializers.UUIDField()
    reference = reference_field("What people call the payment.")
    status = serializers.ChoiceField(choices=PayOutcome.choices)
    paid_at = serializers.DateTimeField(allow_null=True)
    next_url = serializers.CharField(
        allow_null=True, help_text="Where the buyer goes on; null if they have nothing to do."
    )


def order_payment_body(payment: Payment) -> dict[str, Any]:
    """Return a payment in the shape of OrderPaymentBody."""
    body = payment_body(payment)
    return {"order_id": payment.order_id, **{name: body[name] for name in body if name != "booking_id"}}


def order_body(bookings: Sequence[Booking]) -> dict[str, Any]:
    """Return an order in the shape of OrderBody, from all its bookings by id, loaded with `for_display`."""
    first, current = bookings[0], current_bookings(bookings)
    return {
        "id": str(first.order_id),
        "reference": first.reference,
        "event_id": first.event_id,
        "event_name": first.event.name,
        "venue_name": first.event.venue_name,
        "buyer_id": first.buyer_id,
        "status": current[0].shown_status,
        "quantity": sum(booking.quantity for booking in current),
        "total_price": sum(booking.total_price for booking in current),
        "currency": first.event.currency,
        "breakdown": breakdown_body(breakdown_of(bookings, current, first.order.terms or Terms())),
        "expires_at": current[0].expires_at,
        "seconds_left": current[0].seconds_left,
        "created_at": first.created_at,
        "paid_at": current[0].paid_at,
        "bookings": [booking_detail(booking) for booking in bookings],
    }
