"""Races for the places of a standing area. Those for all places of a plan: test_sold_out_plans.py."""

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
from events.models import Event, Subsection

pytestmark = pytest.mark.django_db(transaction=True)
BEST = SelectionMode.BEST_AVAILABLE
without_guard = (
    "AND t.position = ANY (seats)\n            AND t.status = 'available';",
    "AND t.position = ANY (seats);",
)


@pytest.fixture
def buyers(new_user: Callable[..., User]) -> list[User]:
    """Eight buyers."""
    Event.objects.update(max_active_holds=1000)
    return [new_user(f"buyer{number}") for number in range(8)]


def standing(event: Event, buyers: list[User], quantity: int = 2) -> Counter[str]:
    """Hold places of the standing area, which has 12, with eight buyers at once."""
    hold_request = HoldRequest(event.pk, "Floor", 1, BEST, quantity)
    return outcomes(crowd(8, lambda n: hold_seats(buyer_id=buyers[n].pk, hold_request=hold_request)))


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
