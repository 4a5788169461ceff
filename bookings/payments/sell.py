"""Sells held seats after a capture with `bookings_sell` (bookings/sql/sell.sql): one transaction, one round trip.

`bookings_sell` handles the usual case of `settle_stepwise` in bookings.payments.settle, which is its specification; a
property test compares both.
"""

import uuid
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from bookings.holds.models import Booking, loaded
from bookings.payments.gateways.protocol import Charge
from bookings.payments.models import Payment
from bookings.publish import BookingChanged, publish_seats_and_booking
from bookings.states import BookingStatus, PaymentStatus
from core.prepared_statements import execute_prepared
from events.inventory.sold_out import refresh_sold_out
from events.publish import SeatsChanged
from events.states import SeatStatus

SELL = "SELECT * FROM bookings_sell(%s::uuid, %s::text, %s::numeric, %s::text)"


class BookingSale(NamedTuple):
    """The sale of one booking of the order. `seats` are positions (from 0).

    `version` and the four counts are those of the subsection after the sale.
    """

    booking_id: uuid.UUID
    reference: str
    subsection_id: int
    seats: list[int]
    version: int
    available: int
    reserved: int
    sold: int
    blocked: int


class Sale(NamedTuple):
    """The row that `bookings_sell` returns. All fields have values if `outcome` is "sold".

    `sales` has a BookingSale's fields for each booking that was held, by id.
    """

    outcome: str
    order_id: uuid.UUID
    buyer_id: int
    event_id: int
    sold_at: datetime
    payment_reference: str
    sales: list[dict[str, Any]]

    @property
    def bookings(self) -> list[BookingSale]:
        """The sale of each booking."""
        return [BookingSale(**{**one, "booking_id": uuid.UUID(one["booking_id"])}) for one in self.sales]


def sell_held_seats(*, payment_id: uuid.UUID, charge: Charge) -> Payment | None:
    """Record the capture of an open payment whose order is held, and sell its seats; return the payment.

    Returns None and writes nothing in every other case.

    1. Lock the subsections, the order's bookings, the payment.
    2. Check that the payment is open, that the captured amount and currency are its own, and that the order is held.
    3. Write payment, seats, audit log, bookings, tickets and one confirmation email.

    After the commit the changes are published to the event's viewers and
    the buyer. If no seat of a subsection is available or reserved any more, the event is marked as sold out, provided
    that it is.
    """
    sale = Sale(*execute_prepared(SELL, (payment_id, charge.reference, charge.amount, charge.currency)))
    if sale.outcome != "sold":
        return None
    bookings = sale.bookings
    for booking in bookings:
        _publish(sale, booking)
    if any(booking.available == booking.reserved == 0 for booking in bookings):
        transaction.on_commit(lambda: refresh_sold_out(sale.event_id), robust=True)
    return _payment(payment_id, sale, bookings)


def _publish(sale: Sale, booking: BookingSale) -> None:
    seats = SeatsChanged(
        event_id=sale.event_id,
        subsection_id=booking.subsection_id,
        from_version=booking.version - 1,
        version=booking.version,
        available=booking.available,
        reserved=booking.reserved,
        sold=booking.sold,
        blocked=booking.blocked,
        status=SeatStatus.SOLD.value,
        positions=booking.seats,
        at=sale.sold_at.isoformat(),
    )
    change = BookingChanged(booking.booking_id, sale.buyer_id, sale.event_id, BookingStatus.PAID.value, sale.sold_at)
    publish_seats_and_booking(seats, change)


def _payment(payment_id: uuid.UUID, sale: Sale, bookings: list[BookingSale]) -> Payment:
    """Return the payment with the order's first booking, built from the result of the sale without a query.

    Only ids and the columns known from the sale are set; other columns are loaded on access.
    """
    payment = loaded(
        Payment,
        id=payment_id,
        reference=sale.payment_reference,
        event_id=sale.event_id,
        order_id=sale.order_id,
        status=PaymentStatus.CAPTURED.value,
        captured_at=sale.sold_at,
    )
    first = bookings[0]
    payment.booking = loaded(
        Booking,
        id=first.booking_id,
        reference=first.reference,
        buyer_id=sale.buyer_id,
        event_id=sale.event_id,
        subsection_id=first.subsection_id,
        order_id=sale.order_id,
        positions=first.seats,
        status=BookingStatus.PAID.value,
        paid_at=sale.sold_at,
        updated_at=sale.sold_at,
    )
    return payment
