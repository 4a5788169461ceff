"""If a block has no seats side by side, an item may fall back to the nearest block of the same price."""

import pytest

from accounts.models import User
from bookings.holds.hold_request import HoldRequest
from bookings.holds.places import names_of
from bookings.orders.hold import hold_order
from bookings.orders.tests.stage import item
from bookings.states import SelectionMode
from core.errors import BadInput
from events.inventory.blocking import block_seats
from events.models import Event

ROW = range(1, 11)


@pytest.fixture
def block_one_seat_in_two(concert: Event, carol: User) -> None:
    """In A1, every second seat of each row is blocked, so that nobody can sit side by side."""
    odd = [f"{row}-{seat}" for row in range(1, 6) for seat in ROW if seat % 2 == 0]
    block_seats(event_id=concert.pk, seller=carol, section="A", subsection=1, seats=odd)


def where(buyer: User, *items: HoldRequest) -> list[str]:
    bookings = hold_order(buyer_id=buyer.pk, items=items)
    return [f"{booking.subsection.section}{booking.subsection.number}" for booking in bookings]


def test_the_block_itself_comes_first(concert: Event, alice: User) -> None:
    assert where(alice, item(concert, "A2", fallback=True), item(concert, "A1", fallback=True)) == ["A2", "A1"]


def test_the_nearest_block_of_the_same_price_is_taken(concert: Event, alice: User, block_one_seat_in_two: None) -> None:
    assert where(alice, item(concert, "A1", fallback=True)) == ["A2"]
    assert where(alice, item(concert, "A1")) == ["A1"]


def test_a_block_of_another_price_is_not_taken(
    concert: Event, alice: User, bob: User, carol: User, block_one_seat_in_two: None
) -> None:
    seats = [f"{row}-{seat}" for row in range(1, 6) for seat in ROW]
    block_seats(event_id=concert.pk, seller=carol, section="A", subsection=2, seats=seats)
    (booking,) = hold_order(buyer_id=alice.pk, items=[item(concert, "A1", fallback=True)])
    assert names_of(booking) == ["1-1", "1-3"]  # apart, but where they were asked for
    concert.subsections.update(price=5000, tier="")
    assert where(bob, item(concert, "A1", fallback=True)) == ["B1"]


def test_named_seats_do_not_fall_back(concert: Event, alice: User) -> None:
    request = HoldRequest(concert.pk, "A", 1, SelectionMode.MANUAL, 1, ["1-1"], fallback=True)
    with pytest.raises(BadInput) as refused:
        hold_order(buyer_id=alice.pk, items=[request])
    assert refused.value.extra["errors"][0]["field"] == "items.0.fallback"
