"""The sales curve: who can read it, and a comparison of its points with a recount of the audit log in plain Python."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from bookings.holds.models import Booking
from bookings.payments.refund import refund_booking
from bookings.reports.sales_curve import MAX_POINTS, sales_curve
from core.clock import database_now
from events.inventory.tests.audit_log import unguarded
from events.models import Event, SeatChange

Hold = Callable[..., Booking]


def path(event: Event) -> str:
    return f"/api/event/{event.pk}/analytics/curve"


def test_only_the_seller_and_operators_see_the_curve(
    concert: Event, new_event: Callable[..., Event], carol: User, olga: User, alice: User, dave: User, client_of: Any
) -> None:
    for user, status in ((carol, 200), (olga, 200), (None, 401), (alice, 403), (dave, 403)):
        assert client_of(user).get(path(concert)).status_code == status
    assert client_of(dave).get(path(new_event(draft=True))).status_code == 404
    assert client_of(carol).get("/api/event/999999/analytics/curve").status_code == 404
    assert client_of(carol).get(path(concert))["Cache-Control"] == "private, no-store"


def test_the_curve_is_empty_before_the_first_hold(concert: Event, carol: User, client_of: Any) -> None:
    nothing = {"event_id": concert.pk, "name": concert.name, "began_at": None, "points": []}
    assert client_of(carol).get(path(concert)).json() == nothing


def test_the_curve_begins_with_the_first_hold_and_falls_with_a_refund(
    concert: Event, alice: User, bob: User, paid_booking: Hold
) -> None:
    first = paid_booking(alice, "1-1", "1-2")
    paid_booking(bob, "2-1")
    refund_booking(booking_id=first.pk, user=alice)
    began = database_now()
    with unguarded():
        for version, seconds in enumerate([0, 59, 60, 61, 185], start=1):
            SeatChange.objects.filter(version=version).update(at=began + timedelta(seconds=seconds))
    curve = sales_curve(concert)
    assert curve["began_at"] == began
    assert curve["points"] == [{"minute": 1, "sold": 2}, {"minute": 2, "sold": 3}, {"minute": 4, "sold": 1}]


def test_the_curve_begins_with_the_start_of_sales_if_one_is_set(
    concert: Event, alice: User, paid_booking: Hold
) -> None:
    paid_booking(alice)
    Event.objects.update(sales_start_at=database_now() - timedelta(minutes=10, seconds=30))
    assert sales_curve(Event.objects.get())["points"] == [{"minute": 11, "sold": 2}]
    Event.objects.update(sales_start_at=database_now() + timedelta(days=1))  # the start was moved after the sale
    assert sales_curve(Event.objects.get())["points"] == [{"minute": 1, "sold": 2}]


def test_the_curve_does_not_include_other_events(
    concert: Event, new_event: Callable[..., Event], alice: User, paid_booking: Hold
) -> None:
    paid_booking(alice, event=new_event())
    assert sales_curve(concert)["points"] == []


@pytest.mark.parametrize("days", [0.1, 3, 40])
def test_the_points_equal_a_recount_of_the_audit_log(concert: Event, days: float) -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    began = make_changes(random.Random(seed), concert, days)
    curve = sales_curve(concert)
    assert curve["began_at"] == began
    assert curve["points"] == recount(concert, began, curve["points"])
    assert 0 < len(curve["points"]) <= MAX_POINTS


def make_changes(chance: random.Random, event: Event, days: float) -> datetime:
    """Insert changes of all kinds over so many days into the audit log; return the time of the first hold."""
    block = event.subsections.first()
    assert block is not None
    began = database_now() - timedelta(days=50)
    times = [began, *(began + timedelta(days=days) * chance.random() for _ in range(1_500))]
    kinds = ["held", *chance.choices(["held", "paid", "paid", "refunded", "expired", "blocked"], k=1_500)]
    SeatChange.objects.bulk_create(
        SeatChange(
            event=event,
            subsection=block,
            version=version,
            kind=kind,
            positions=list(range(chance.randint(1, 4))),
            at=at,
        )
        for version, (kind, at) in enumerate(zip(kinds, times, strict=True), start=1)
    )
    return began


def recount(event: Event, began: datetime, points: list[dict[str, int]]) -> list[dict[str, int]]:
    """Compute the seats sold at the minutes of these points, change by change."""
    sign = {"paid": 1, "refunded": -1}
    moves = [
        (change.at, sign[change.kind] * len(change.positions))
        for change in SeatChange.objects.filter(subsection__event=event)
        if change.kind in sign
    ]
    ends = [began + timedelta(minutes=point["minute"]) for point in points]
    assert max(at for at, _ in moves) < ends[-1]
    sold = [sum(seats for at, seats in moves if at < end) for end in ends]
    return [{"minute": point["minute"], "sold": total} for point, total in zip(points, sold, strict=True)]


def test_the_curve_takes_two_queries(
    concert: Event, alice: User, paid_booking: Hold, django_assert_num_queries: Any
) -> None:
    paid_booking(alice)
    with django_assert_num_queries(2):
        sales_curve(concert)
