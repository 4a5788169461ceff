"""On random blocks with curved rows, aisles, all kinds of seats and tables, three ways to choose seats agree.

These are the functions in SQL, the specification, and a plain reference that knows neither cells nor layouts.
"""

import itertools
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.holds.tests.plain_rules import PlainRules, Seat
from bookings.specification.places import Places
from events.models import Event, Subsection
from events.plans.plan import Block, Category, Place, Plan, Row, Table
from events.seating.drawn import DrawnBlock
from events.states import PlaceKind, SubsectionKind

pytestmark = pytest.mark.django_db
many_examples = settings(max_examples=200)
numbers = itertools.count(1000)

KINDS = [PlaceKind.SEAT] * 6 + [PlaceKind.WHEELCHAIR, PlaceKind.COMPANION, PlaceKind.RESTRICTED, PlaceKind.HOUSE]
FOR_WHEELCHAIRS = [PlaceKind.WHEELCHAIR, PlaceKind.COMPANION, PlaceKind.COMPANION, PlaceKind.SEAT]


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Generate a plan with one block of curved rows, some of which are tables."""
    kinds = draw(st.sampled_from([KINDS, [PlaceKind.SEAT], [*KINDS, PlaceKind.COMPANION], FOR_WHEELCHAIRS]))
    radius = draw(st.integers(1, 9))
    rows = []
    for number in range(draw(st.integers(1, 4))):
        places = [
            Place(
                label=str(seat + 1),
                x=50 * seat,
                y=90 * number + seat * (seat - radius),
                category=0,
                kind=draw(st.sampled_from(kinds)),
                ends_run=draw(st.integers(0, 5)) == 0,
            )
            for seat in range(draw(st.integers(1, 8)))
        ]
        rows.append(Row(chr(65 + number), tuple(places)))
    whole = draw(st.sets(st.integers(0, len(rows) - 1), max_size=2)) if draw(st.booleans()) else set()
    for row in whole:  # nothing divides the seats of a table
        rows[row] = rows[row]._replace(places=tuple(place._replace(ends_run=False) for place in rows[row].places))
    tables = tuple(Table(row, "round", 0, 0, 150, 150, 0.0, True) for row in sorted(whole))
    block = Block("Hall", next(numbers), SubsectionKind.DRAWN, 0, tuple(rows), tables)
    focal_point = draw(st.none() | st.tuples(st.integers(-50, 400), st.integers(-200, 300)))
    return Plan("Plan", (Category("One", ""),), (block,), (), focal_point)


class Hall:
    """A block of a plan in the database, some of whose seats are taken."""

    def __init__(self, event: Event, plan: Plan, taken: str) -> None:
        self.plan, (self.block,) = plan, plan.blocks
        drawn = DrawnBlock(plan, self.block, {0: 1000})
        self.subsection: Subsection = drawn.new_subsection(event.pk)
        self.subsection.save(force_insert=True)
        drawn.new_layout(self.subsection).save(force_insert=True)
        self.status = (taken * self.block.size)[: self.block.size]
        self.seats: list[Seat] = [(r, s) for r, row in enumerate(self.block.rows) for s in range(len(row.places))]
        self.free = [position for position, letter in enumerate(self.status) if letter == "a"]

    def rules(self, quantity: int, places: int = 0) -> PlainRules:
        free = {self.seats[position] for position in self.free}
        return PlainRules(self.plan, self.block, free, quantity=quantity, places=places)

    def positions(self, seats: list[Seat] | None) -> list[int] | None:
        return None if seats is None else [self.seats.index(seat) for seat in seats]

    def in_sql(self, function: str, *arguments: Any) -> list[int] | None:
        with connection.cursor() as cursor:
            place: list[Any] = [self.subsection.event_id, self.subsection.pk, self.status]
            marks = ", ".join(["%s"] * (3 + len(arguments)))
            cursor.execute(f"SELECT {function}({marks})", [*place, *arguments])
            found: list[int] | None = cursor.fetchone()[0]
            return found


taken = st.text("aaars", min_size=1, max_size=40) | st.text("arsb", min_size=1, max_size=40)


@many_examples
@given(
    plan=plans(),
    taken=taken,
    quantity=st.integers(1, 6),
    places=st.sampled_from([0, 0, 1, 2]),
    gaps_allowed=st.booleans(),
)
def test_the_best_available(
    concert: Event, plan: Plan, taken: str, quantity: int, places: int, gaps_allowed: bool
) -> None:
    hall, places = Hall(concert, plan, taken), min(places, quantity)
    expected = hall.positions(hall.rules(quantity, places).best(gaps_allowed=gaps_allowed))
    found = hall.in_sql("bookings_best_places", quantity, places, gaps_allowed)
    assert (found if found and len(found) == quantity else None) == expected
    specified = Places(hall.subsection).best(hall.free, quantity=quantity, places=places, gaps_allowed=gaps_allowed)
    assert specified == expected
    assert expected is None or hall.in_sql("bookings_any_room", quantity, places)


@many_examples
@given(plan=plans(), taken=taken, data=st.data())
def test_the_gaps_of_named_seats(concert: Event, plan: Plan, taken: str, data: st.DataObject) -> None:
    hall = Hall(concert, plan, taken)
    if not hall.free:
        return
    chosen = data.draw(st.lists(st.sampled_from(hall.free), min_size=1, max_size=4, unique=True))
    if Places(hall.subsection).missing_at_tables(chosen):
        return
    rules = hall.rules(len(chosen))
    expected = hall.positions(rules.avoidable_gaps([hall.seats[position] for position in chosen]))
    assert (hall.in_sql("bookings_avoidable_gaps", chosen) or []) == expected
    assert Places(hall.subsection).avoidable_gaps(hall.free, chosen) == expected


@many_examples
@given(plan=plans(), data=st.data())
def test_companions_seats_that_no_wheelchair_place_brings(concert: Event, plan: Plan, data: st.DataObject) -> None:
    hall = Hall(concert, plan, "a")
    chosen = data.draw(st.lists(st.sampled_from(hall.free), min_size=1, max_size=8, unique=True))
    expected = hall.positions(hall.rules(len(chosen)).unclaimed([hall.seats[position] for position in chosen]))
    assert Places(hall.subsection).unclaimed(chosen) == expected
    with connection.cursor() as cursor:
        place = [hall.subsection.event_id, hall.subsection.pk]
        cursor.execute("SELECT bookings_unclaimed_places(%s, %s, %s)", [*place, chosen])
        assert (cursor.fetchone()[0] or []) == expected
