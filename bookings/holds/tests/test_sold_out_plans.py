"""Each example plan becomes an event, and sixty-four buyers at once take all of its places."""

import random
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import OperationalError
from psycopg.errors import DeadlockDetected

from accounts.models import User
from bookings.holds.hold import hold_seats
from bookings.holds.hold_request import HoldRequest
from bookings.holds.models import Booking
from bookings.holds.tests.test_races import check_all_invariants
from bookings.states import SelectionMode
from bookings.testing.crowd import crowd
from core.errors import DomainError
from events.models import Event, Layout, Subsection, Ticket
from events.plans.document import read_plan
from events.plans.examples import template, templates
from events.states import PlaceKind, SubsectionKind

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 10  # places that a buyer takes with one booking, at most
QUANTITIES = (1, 4, AT_ONCE, AT_ONCE, AT_ONCE)  # mostly many, because the arena has thousands of seats


class Block:
    """What a buyer knows of a block: which places belong together, and which of them are free."""

    def __init__(self, subsection: Subsection, layout: Layout | None) -> None:
        self.pk, self.total, self.names = subsection.pk, subsection.total, layout.names if layout else None
        self.place = (subsection.event_id, subsection.section, subsection.number)
        self.tables: list[range] = []
        self.units: list[list[int]] = []  # whole tables; wheelchair places, each with a companion's seat; single seats
        if layout is not None:
            starts = zip(layout.table_starts, layout.table_sizes, strict=True)
            self.tables = [range(start, start + size) for start, size in starts]
            pairs = zip(subsection.accessible, layout.companions, strict=True)
            together = [*map(list, self.tables), *map(list, pairs)]
            alone = set(range(self.total)).difference(*together)
            self.units = sorted([*together, *([position] for position in alone)])

    def request(self, dice: random.Random) -> HoldRequest | None:
        """Return a request for places that are perhaps free: a number of them, or names. None if none is free."""
        status = Subsection.objects.values_list("seat_status", flat=True).get(pk=self.pk)
        free = [position for position, letter in enumerate(status) if letter == "a"]
        if not free:
            return None
        if self.names is None or dice.random() < 0.5:
            return HoldRequest(*self.place, SelectionMode.BEST_AVAILABLE, min(dice.choice(QUANTITIES), len(free)))
        names = [self.names[position] for position in self._beside_each_other(set(free), dice)]
        return HoldRequest(*self.place, SelectionMode.MANUAL, len(names), names)

    def _beside_each_other(self, free: set[int], dice: random.Random) -> list[int]:
        units = [[position for position in unit if position in free] for unit in self.units]
        units = [unit for unit in units if unit]
        first, chosen = dice.randrange(len(units)), list[int]()
        for unit in units[first : first + dice.choice(QUANTITIES)]:
            if len(chosen) + len(unit) <= AT_ONCE:
                chosen += unit
        return chosen


@pytest.mark.parametrize("key", templates())
def test_64_buyers_sell_out_an_example_plan_and_each_place_is_sold_once(
    key: str, new_drawn_event: Callable[..., Event], new_user: Callable[..., User]
) -> None:
    event = new_drawn_event(
        template(key), allow_single_gaps=True, max_active_holds=1000, max_tickets_per_booking=AT_ONCE
    )
    buyers = [new_user(f"buyer{number}") for number in range(64)]
    layouts = {layout.subsection_id: layout for layout in Layout.objects.filter(event=event)}
    blocks = [Block(each, layouts.get(each.pk)) for each in Subsection.objects.filter(event=event)]
    seed = random.randrange(10**6)
    print(f"seed {seed}")

    def shop(number: int) -> int:
        """Hold places until none is free; return the number of bookings."""
        dice, held, open_blocks = random.Random(seed + number), 0, list(blocks)
        for _ in range(1000):
            if not open_blocks:
                return held
            block = dice.choice(open_blocks)
            try:
                if hold_request := block.request(dice):
                    hold_seats(buyer_id=buyers[number].pk, hold_request=hold_request)
                    held += 1
                else:
                    open_blocks.remove(block)
            except DomainError:
                pass  # somebody else has some of these places
            except OperationalError as error:  # a time-out, for which the API's response is 503: they try again
                if isinstance(error.__cause__, DeadlockDetected):
                    raise
        raise AssertionError("not sold out")

    results = crowd(64, shop)
    assert [result for result in results if not isinstance(result, int)] == []
    assert sum(results) == Booking.objects.count()
    check_sold_out(event, template(key), blocks)
    check_all_invariants()


def check_sold_out(event: Event, document: dict[str, object], blocks: list[Block]) -> None:
    """Check that each place has one booking, but house seats none, and that whole tables are of one booking."""
    plan = read_plan(document, max_places=200_000)
    kinds = Counter(place.kind for block in plan.blocks for row in block.rows for place in row.places)
    holders = {
        (booking.subsection_id, position): booking.pk
        for booking in Booking.objects.all()
        for position in booking.positions
    }
    house = kinds[PlaceKind.HOUSE]
    assert len(holders) == sum(Booking.objects.values_list("quantity", flat=True)) == plan.size - house
    statuses = Ticket.objects.filter(event=event).values_list("status", flat=True)
    assert Counter(statuses) == Counter(reserved=plan.size - house, blocked=house)
    standing = Subsection.objects.filter(event=event, kind=SubsectionKind.STANDING)
    capacities = sorted(block.capacity for block in plan.blocks if block.capacity)
    assert sorted(standing.values_list("reserved", flat=True)) == capacities
    for block in blocks:
        for table in block.tables:
            assert len({holders[block.pk, position] for position in table}) == 1
