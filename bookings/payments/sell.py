"""Sells held seats after a capture with `bookings_sell` (bookings/sql/sell.sql): one transaction, one round trip.

`bookings_sell` handles the usual case of `settle_stepwise` in bookings.payments.settle, which is its specification; a
property test compares both.
"""

import uuid
from datetime import datetime
from typing import NamedTuple

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


class Sale(NamedTuple):
    """The row that `bookings_sell` returns. All fields have values if `outcome` is "sold".

    `seats` are positions (from 0). `version` and the four counts are those of the subsection after the sale.
    """

    outcome: str
    booking_id: uuid.UUID
    buyer_id: int
    event_id: int
    subsection_id: int
    seats: list[int]
    sold_at: datetime
    version: int
    available: int
    reserved: int
    sold: int
    blocked: int
    booking_reference: str
    payment_reference: str


def sell_held_seats(*, payment_id: uuid.UUID, charge: Charge) -> Payment | None:
    """Record the capture of an open payment whose booking is held, and sell its seats; return the payment.

    Returns None and writes nothing in every other case.

    1. Lock the subsection, the booking, the payment.
    2. Check that the payment is open, that the captured amount and currency are its own, and that the booking is held.
    3. Write payment, seats, audit log, booking, tickets and the confirmation email.

    After the commit the change is published to the event's viewers and
    the buyer. If no seat of the subsection is available or reserved any more, the event is marked as sold out, provided
    that it is.
    """
    sale = Sale(*execute_prepared(SELL, (payment_id, charge.reference, charge.amount, charge.currency)))
    if sale.outcome != "sold":
        return None
    _publish(sale)
    if sale.available == sale.reserved == 0:
        transaction.on_commit(lambda: refresh_sold_out(sale.event_id), robust=True)
    return _payment(payment_id, sale)


def _publish(sale: Sale) -> None:
    seats = SeatsChanged(
        event_id=sale.event_id,
        subsection_id=sale.subsection_id,
        from_version=sale.version - 1,
        version=sale.version,
        available=sale.available,
        reserved=sale.reserved,
        sold=sale.sold,
        blocked=sale.blocked,
        status=SeatStatus.SOLD.value,
        positions=sale.seats,
        at=sale.sold_at.isoformat(),
    )
    paid = BookingStatus.PAID.value
    publish_seats_and_booking(seats, BookingChanged(sale.booking_id, sale.buyer_id, sale.event_id, paid, sale.sold_at))


def _payment(payment_id: uuid.UUID, sale: Sale) -> Payment:
    """Return the payment with its booking, built from the result of the sale without a query.

    Only ids and the columns known from the sale are set; other columns are loaded on access.
    """
    payment = loaded(
        Payment,
        id=payment_id,
        reference=sale.payment_reference,
        event_id=sale.event_id,
        order_id=sale.booking_id,
        status=PaymentStatus.CAPTURED.value,
        captured_at=sale.sold_at,
    )
    payment.booking = loaded(
        Booking,
        id=sale.booking_id,
        reference=sale.booking_reference,
        buyer_id=sale.buyer_id,
        event_id=sale.event_id,
        subsection_id=sale.subsection_id,
        positions=sale.seats,
        status=BookingStatus.PAID.value,
        paid_at=sale.sold_at,
        updated_at=sale.sold_at,
    )
    return payment
