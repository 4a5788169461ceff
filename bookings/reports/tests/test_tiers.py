"""The sales report of events with blocks whose seats belong to several tiers."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from bookings.holds.models import Booking
from bookings.payments.models import Payment, Refund
from bookings.payments.pay import pay_booking
from bookings.payments.refund import refund_booking
from bookings.reports.sales_report import sales_report
from bookings.states import RefundReason, RefundStatus
from bookings.testing.plans import as_drawn, give_tiers, put_on_plan
from core.clock import database_now
from events.inventory.blocking import block_seats
from events.models import Event

Hold = Callable[..., Booking]
GOOD_CARD = "4242424242424242"
NUMBERS = ("tier", "sold", "held", "in_sale", "gross", "refunded")


@pytest.fixture
def hall(concert: Event) -> Event:
    """The concert on a plan: the first 10 of the 50 seats of A-1 cost 95.00, the others 45.00."""
    put_on_plan(concert)
    block = concert.subsections.get(section="A", number=1)
    give_tiers(block, {"Category 1": 9500, "Category 2": 4500}, [0] * 10 + [1] * 40)
    return concert


def pay(booking: Booking) -> Booking:
    return pay_booking(booking_id=booking.pk, buyer_id=booking.buyer_id, card_number=GOOD_CARD).booking


def numbers(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in NUMBERS) for row in rows]


def test_each_seat_counts_with_its_own_tier(hall: Event, hold: Hold, alice: User, bob: User, carol: User) -> None:
    pay(as_drawn(hold(alice, "A-101", "A-102", "B-101"), "A-101", "A-102", "B-101", prices=[9500, 9500, 4500]))
    pay(as_drawn(hold(bob, "C-101", "C-102"), "C-101", "C-102"))  # of one price: the booking has no prices of its own
    Booking.objects.filter(buyer=bob).update(unit_price=4500, total_price=9000)
    gone = pay(as_drawn(hold(alice, "A-105", "B-105"), "A-105", "B-105", prices=[9500, 4500]))
    refund_booking(booking_id=gone.pk, user=carol)
    as_drawn(hold(bob, "A-109"), "A-109", prices=[9500])
    block_seats(event_id=hall.pk, seller=carol, section="A", subsection=2, seats=["1-1"])
    report = sales_report(hall)
    other = "Regular"
    assert numbers(report["by_tier"]) == [
        ("Category 1", 2, 1, 10, 28_500, 9_500),
        ("Category 2", 3, 0, 40, 18_000, 4_500),
        (other, 0, 0, 149, 0, 0),
    ]
    assert numbers(report["by_section"]) == [
        ("Category 1", 2, 1, 10, 28_500, 9_500),
        ("Category 2", 3, 0, 40, 18_000, 4_500),
        (other, 0, 0, 49, 0, 0),
        (other, 0, 0, 100, 0, 0),
    ]
    assert [section["section"] for section in report["by_section"]] == ["A", "A", "A", "B"]
    for name in ("sold", "held", "in_sale", "gross", "refunded", "revenue"):
        assert sum(tier[name] for tier in report["by_tier"]) == report[name]


def test_money_that_belongs_to_no_seat_counts_with_the_tier_of_most_seats(hall: Event, hold: Hold, alice: User) -> None:
    booking = pay(as_drawn(hold(alice, "A-101", "B-101"), "A-101", "B-101", prices=[9500, 4500]))
    payment = Payment.objects.get(booking=booking)
    Refund.objects.create(
        payment=payment,
        event_id=hall.pk,
        amount=1_000,
        reason=RefundReason.PROVIDER,
        status=RefundStatus.SENT,
        created_at=database_now(),
        sent_at=database_now(),
    )
    report = sales_report(hall)
    assert numbers(report["by_tier"])[:2] == [
        ("Category 1", 1, 0, 10, 9_500, 0),
        ("Category 2", 1, 0, 40, 4_500, 1_000),
    ]
    assert (report["gross"], report["refunded"]) == (14_000, 1_000)


def test_the_tiers_of_a_plan_take_two_more_queries_and_none_without_a_plan(
    concert: Event, hold: Hold, alice: User
) -> None:
    hold(alice)
    with CaptureQueriesContext(connection) as without:
        sales_report(concert)
    put_on_plan(concert)
    with CaptureQueriesContext(connection) as with_plan:
        sales_report(concert)
    assert len(with_plan) == len(without) + 2
