"""Races for the places of a seating plan, and for a standing area in particular."""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from bookings.holds import hold as holding
from bookings.holds.hold import hold_seats
from bookings.holds.hold_request import HoldRequest
from bookings.holds.models import Booking
from bookings.holds.tests.test_races import check_all_invariants, outcomes, pause, without_subsection_lock
from bookings.states import SelectionMode
from bookings.testing.crowd import crowd
from bookings.testing.surgery import altered
from core.errors import DomainError
from events.models import Event, Layout, Subsection, Ticket

pytestmark = pytest.mark.django_db(transaction=True)
BEST, MANUAL = SelectionMode.BEST_AVAILABLE, SelectionMode.MANUAL
without_guard = (
    "AND t.position = ANY (seats)\n            AND t.status = 'available';",
    "AND t.position = ANY (seats);",
)


@pytest.fixture
def buyers(new_user: Callable[..., User]) -> list[User]:
    """Sixty-four buyers."""
    Event.objects.update(max_active_holds=1000)
    return [new_user(f"buyer{number}") for number in range(64)]


def standing(event: Event, buyers: list[User], quantity: int = 2) -> Counter[str]:
    """Hold places of the standing area, which has 12, with eight buyers at once."""
    hold_request = HoldRequest(event.pk, "Floor", 1, BEST, quantity)
    return outcomes(crowd(8, lambda n: hold_seats(buyer_id=buyers[n].pk, hold_request=hold_request)))


def test_64_buyers_sell_out_a_plan_and_each_place_is_sold_once(opera: Event, buyers: list[User]) -> None:
    Event.objects.update(allow_single_gaps=True, release_companion_seats=True, max_active_holds=1000)
    seed = random.randrange(10**6)
    print(f"seed {seed}")

    def shop(number: int) -> int:
        dice, held = random.Random(seed + number), 0
        for _ in range(200):
            subsections = list(Subsection.objects.filter(event=opera, available__gt=0))
            if not subsections:
                return held
            try:
                hold_seats(buyer_id=buyers[number].pk, hold_request=random_request(dice, dice.choice(subsections)))
                held += 1
            except DomainError:
                pass
        raise AssertionError("not sold out")

    assert sum(crowd(64, shop)) == Booking.objects.count()
    taken = [(b.subsection_id, position) for b in Booking.objects.all() for position in b.positions]
    assert len(taken) == len(set(taken)) == Ticket.objects.filter(event=opera, status="reserved").count()
    assert Counter(Ticket.objects.filter(event=opera).values_list("status", flat=True)) == {
        "reserved": len(taken),
        "blocked": 1,
    }
    check_all_invariants()


def random_request(dice: random.Random, subsection: Subsection) -> HoldRequest:
    """Return a request for the best available, or for named seats that are perhaps free."""
    place = (subsection.event_id, subsection.section, subsection.number)
    layout = Layout.objects.filter(event_id=subsection.event_id, subsection_id=subsection.pk).first()
    free = [position for position, letter in enumerate(subsection.seat_status) if letter == "a"]
    if layout is None or dice.random() < 0.4:
        return HoldRequest(*place, BEST, dice.randint(1, min(4, len(free) + 1)))
    start = dice.choice(free)
    sizes = dict(zip(layout.table_starts, layout.table_sizes, strict=True))
    table = next((first for first, size in sizes.items() if first <= start < first + size), None)
    chosen = [start] if table is None else range(table, table + sizes[table])
    names = [layout.names[position] for position in chosen]
    return HoldRequest(*place, MANUAL, len(names), names)


def test_a_standing_area_is_never_sold_beyond_its_capacity(
    opera: Event, buyers: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "MAX_ATTEMPTS", 1)
    with altered("bookings_hold", pause):
        assert standing(opera, buyers) == {"Booking": 6, "NotEnoughSeats": 2}
    floor = Subsection.objects.get(section="Floor")
    assert (floor.available, floor.reserved) == (0, 12)
    check_all_invariants()


def test_without_the_lock_buyers_get_the_same_places_although_others_are_free(
    opera: Event, buyers: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "MAX_ATTEMPTS", 1)
    with altered("bookings_hold", without_subsection_lock, pause):
        assert standing(opera, buyers)["Overloaded"] > 0
    check_all_invariants()


def test_without_the_lock_and_the_guarded_update_a_standing_area_is_sold_beyond_its_capacity(
    opera: Event, buyers: list[User]
) -> None:
    with altered("bookings_hold", without_subsection_lock, without_guard, pause):
        standing(opera, buyers, quantity=3)
    held: list[Any] = list(Booking.objects.values_list("quantity", flat=True))
    assert sum(held) > 12
