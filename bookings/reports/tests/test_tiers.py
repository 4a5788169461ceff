"""The sales report of events with blocks whose seats belong to several tiers."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from bookings.holds.models import Booking
from bookings.payments.models import Refund
from bookings.payments.refund import refund_booking
from bookings.reports.sales_report import sales_report
from bookings.states import RefundReason, RefundStatus
from core.clock import database_now
from events.inventory.blocking import block_seats
from events.lifecycle.change import change_event
from events.models import Event

Hold = Callable[..., Booking]
NUMBERS = ("tier", "sold", "held", "in_sale", "gross", "refunded")


def numbers(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in NUMBERS) for row in rows]


def test_each_seat_counts_with_its_own_tier(
    gala: Event, hold: Hold, paid_booking: Hold, alice: User, bob: User, carol: User
) -> None:
    stalls = {"event": gala, "section": "Parkett links"}
    paid_booking(alice, "AA-101", "AA-102", "BB-101", **stalls)
    paid_booking(bob, "BB-103", "BB-104", **stalls)  # of one price
    gone = paid_booking(alice, "AA-105", **stalls)
    refund_booking(booking_id=gone.pk, user=carol)
    hold(bob, "AA-109", **stalls)
    paid_booking(bob, quantity=2, event=gala, section="Floor")
    block_seats(event_id=gala.pk, seller=carol, section="Parkett links", subsection=1, seats=["AA-110"])
    refund_booking(booking_id=paid_booking(alice, "A-1", event=gala, section="Balkon", subsection=2).pk, user=carol)
    report = sales_report(gala)
    assert numbers(report["by_tier"]) == [
        ("Category 1", 4, 1, 20, 47_500, 9_500),
        ("Category 2", 1, 0, 13, 9_000, 4_500),
        ("Standing", 2, 0, 50, 7_000, 0),
    ]
    assert [(section["section"], section["tier"]) for section in report["by_section"]] == [
        ("Parkett links", "Category 1"),
        ("Parkett links", "Category 2"),
        ("Balkon", "Category 2"),
        ("Cabaret", "Category 2"),
        ("Floor", "Standing"),
    ]
    for name in ("sold", "held", "in_sale", "gross", "refunded", "revenue"):
        for groups in (report["by_tier"], report["by_section"]):
            assert sum(group[name] for group in groups) == report[name]


def test_money_that_belongs_to_no_seat_counts_with_the_tier_of_most_seats(
    gala: Event, paid_booking: Hold, alice: User
) -> None:
    booking = paid_booking(alice, "AA-101", "AA-102", event=gala, section="Parkett links")
    Refund.objects.create(
        payment=booking.payments.get(),
        event_id=gala.pk,
        amount=1_000,
        reason=RefundReason.PROVIDER,
        status=RefundStatus.SENT,
        created_at=database_now(),
        sent_at=database_now(),
    )
    report = sales_report(gala)
    assert numbers(report["by_tier"])[:2] == [
        ("Category 1", 1, 0, 21, 9_500, 1_000),
        ("Category 2", 1, 0, 13, 4_500, 0),
    ]
    assert (report["gross"], report["refunded"]) == (14_000, 1_000)


def test_a_new_price_does_not_change_what_was_sold(gala: Event, paid_booking: Hold, alice: User, carol: User) -> None:
    paid_booking(alice, "AA-101", "AA-102", event=gala, section="Parkett links")
    change_event(event_id=gala.pk, seller=carol, prices={"Category 2": 100})
    assert numbers(sales_report(gala)["by_tier"])[1] == ("Category 2", 1, 0, 13, 4_500, 0)


def test_an_event_on_a_plan_takes_two_more_queries(concert: Event, gala: Event) -> None:
    with CaptureQueriesContext(connection) as without:
        sales_report(concert)
    with CaptureQueriesContext(connection) as with_plan:
        sales_report(gala)
    assert len(with_plan) == len(without) + 2
