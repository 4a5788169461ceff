"""Selling held seats for captured money: one statement, the database function `bookings_sell`
(bookings/sql/sell.sql), which is one transaction and one round trip.

It does the plain case of bookings.operations.settle, where the same is written down step by step; a property test holds
both together.
"""

import uuid
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from bookings.models import Booking, Payment
from bookings.news import BookingNews, announce_change
from bookings.statement import ask
from bookings.states import BookingStatus, PaymentStatus
from events.news import SeatNews
from events.operations.life import refresh_sold_out
from events.states import SeatStatus

SELL = "SELECT * FROM bookings_sell(%s::uuid, %s::text)"


class Sale(NamedTuple):
    """What `bookings_sell` returns: all of it if `outcome` is "sold"."""

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


def sell_held_seats(*, payment_id: uuid.UUID, reference: str) -> Payment | None:
    """Writes down that the money of an open payment was captured while the booking's seats are held: payment, seats,
    trail, booking, admissions and the letter. None, and nothing written, if the case is another one.

    Locks the block, the booking, the payment. After the commit the event's viewers and the buyer are told, and with the
    last seats of a block it is looked whether the event is sold out.
    """
    sale = Sale(*ask(SELL, (payment_id, reference)))
    if sale.outcome != "sold":
        return None
    _announce(sale)
    if sale.available == sale.reserved == 0:
        transaction.on_commit(lambda: refresh_sold_out(sale.event_id), robust=True)
    return _payment(payment_id, sale)


def _announce(sale: Sale) -> None:
    seats = SeatNews(
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
    announce_change(seats, BookingNews(sale.booking_id, sale.buyer_id, sale.event_id, paid, sale.sold_at))


def _payment(payment_id: uuid.UUID, sale: Sale) -> Payment:
    """The payment and its booking with what has changed; all else is read when it is asked for."""
    payment = Payment.from_db(
        None,
        ("id", "event_id", "booking_id", "status", "captured_at"),
        (payment_id, sale.event_id, sale.booking_id, PaymentStatus.CAPTURED.value, sale.sold_at),
    )
    payment.booking = Booking.from_db(
        None,
        ("id", "buyer_id", "event_id", "subsection_id", "positions", "status", "paid_at", "updated_at"),
        (
            *(sale.booking_id, sale.buyer_id, sale.event_id, sale.subsection_id, sale.seats),
            *(BookingStatus.PAID.value, sale.sold_at, sale.sold_at),
        ),
    )
    return payment
