"""`bookings_hold` and its specification agree on events with a seating plan, as they do without one."""

import random
from collections.abc import Callable

import pytest

from accounts.models import User
from bookings.holds.expiry import expire_holds
from bookings.holds.hold_request import HoldRequest
from bookings.holds.models import Booking
from bookings.holds.tests.test_hold_specification import by_function, by_specification, result_of, rows
from bookings.invariants import check_invariants
from bookings.states import SelectionMode
from core.clock import database_now
from events.models import Event, Layout, Subsection

pytestmark = pytest.mark.django_db(transaction=True)
BLOCKS = [("Parkett links", 1), ("Parkett links", 1), ("Parkett links", 2), ("Cabaret", 1), ("Floor", 1)]


def random_hold_request(dice: random.Random, event: Event) -> HoldRequest:
    section, number = dice.choice(BLOCKS)
    quantity = dice.choice([1, 1, 2, 2, 3, 4, 4, 6, 11])
    if dice.random() < 0.5:
        places = min(dice.choice([0, 0, 0, 1, 2]), quantity)
        return HoldRequest(event.pk, section, number, SelectionMode.BEST_AVAILABLE, quantity, accessible=places)
    subsection = Subsection.objects.get(event=event, section=section, number=number)
    layout = Layout.objects.filter(event_id=event.pk, subsection_id=subsection.pk).first()
    names = [*layout.names, "Z-99"] if layout else ["1-1", "1-2"]
    first = dice.randrange(len(names))
    seats = names[first : first + quantity] if dice.random() < 0.7 else dice.sample(names, min(quantity, len(names)))
    return HoldRequest(event.pk, section, number, SelectionMode.MANUAL, len(seats), seats)


def lists(event: Event) -> list[tuple[object, ...]]:
    bookings = Booking.objects.filter(event=event).order_by("created_at")
    columns = (
        "positions",
        "seat_names",
        "row_numbers",
        "seat_numbers",
        "seat_prices",
        "seat_kinds",
        "seat_notes",
        "unit_price",
        "total_price",
    )
    return list(bookings.values_list(*columns))


@pytest.mark.parametrize("run", range(6))
def test_function_and_specification_agree(
    run: int, new_drawn_event: Callable[..., Event], new_user: Callable[..., User]
) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    prices = {"Stalls": 5000, "Balcony": 3000}
    rules = {"allow_single_gaps": run % 2 == 0, "release_companion_seats": run % 3 == 0, "max_active_holds": 100}
    setups = []
    for name, hold in (("function", by_function), ("specification", by_specification)):
        event = new_drawn_event(prices=prices, **rules)
        setups.append((hold, event, [new_user(f"{email}-{name}") for email in "xyz"]))
    for step in range(40):
        results = []
        for hold, event, buyers in setups:
            dice = random.Random(seed * 1_000 + step)
            open_ = list(Booking.objects.filter(event=event, status="pending_payment").order_by("created_at"))
            if open_ and dice.random() < 0.2:
                Booking.objects.filter(pk=dice.choice(open_).pk).update(expires_at=database_now())
            results.append(result_of(hold, dice.choice(buyers), random_hold_request(dice, event), None, None))
        assert results[0] == results[1], f"step {step}"
        expire_holds()  # the function ends expired holds even if it then refuses
        assert rows(setups[0][1]) == rows(setups[1][1]), f"step {step}"
        assert lists(setups[0][1]) == lists(setups[1][1]), f"step {step}"
    assert not any(check_invariants().values())
