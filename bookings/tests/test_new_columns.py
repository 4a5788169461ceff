"""New columns with defaults break no sale, because functions and operations name the columns that they set."""

from collections.abc import Callable

import pytest
from django.db import connection

from accounts.models import User
from bookings.checkin.check_in import check_in
from bookings.holds.cancel import cancel_booking
from bookings.holds.expiry import expire_in
from bookings.holds.models import Booking
from bookings.payments.refund import refund_booking
from bookings.states import BookingStatus, DeliveryKind
from bookings.tickets.issue import code_of
from bookings.webhooks.endpoints import add_endpoint
from core.clock import database_now
from events.models import Event

TABLES = (
    *("events_subsection", "events_ticket", "events_seatchange", "bookings_order", "bookings_booking"),
    *(
        "bookings_payment",
        "bookings_refund",
        "bookings_admission",
        "bookings_checkin",
        "bookings_emailmessage",
        "bookings_delivery",
    ),
)
Hold = Callable[..., Booking]


@pytest.fixture
def new_columns(concert: Event, alice: User, carol: User) -> None:
    """Add a NOT NULL column with a default to each table of the sale, as a newer version may do while this one runs."""
    kinds = [DeliveryKind.BOOKING_PAID, DeliveryKind.TICKET_CHECKED_IN]
    add_endpoint(seller=carol, url="https://93.184.216.34/hook", kinds=kinds)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with deferred checks can't be altered
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ADD COLUMN added integer NOT NULL DEFAULT 7")


def added(table: str) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT added FROM {table}")
        return {value for (value,) in cursor.fetchall()}


def status_of(booking: Booking) -> str:
    return Booking.objects.get(pk=booking.pk).status


def test_new_columns_with_defaults_break_no_sale(
    new_columns: None, hold: Hold, paid_booking: Hold, concert: Event, alice: User, bob: User, carol: User
) -> None:
    refunded, visited = paid_booking(alice), paid_booking(bob)
    refund_booking(booking_id=refunded.pk, user=carol)
    check_in(
        event_id=concert.pk,
        code=code_of(visited.admissions.select_related("event").earliest("position")),
        by=carol,
    )
    cancelled = cancel_booking(booking_id=hold(alice).pk, buyer=alice)
    expired = hold(alice, "5-1")
    Booking.objects.filter(pk=expired.pk).update(expires_at=database_now())
    assert expire_in(expired.subsection_id) == 1
    assert [status_of(booking) for booking in (refunded, visited, cancelled, expired)] == [
        BookingStatus.REFUNDED,
        BookingStatus.PAID,
        BookingStatus.CANCELLED,
        BookingStatus.EXPIRED,
    ]
    assert {table: added(table) for table in TABLES} == {table: {7} for table in TABLES}
