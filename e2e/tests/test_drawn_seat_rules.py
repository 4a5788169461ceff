"""On random blocks of seating plans, the page proposes the seats that the database chooses."""

import random
from typing import Any

from django.db import connection

from e2e.tests.test_seat_rules import REQUESTS, seeded
from e2e.tests.visitors import Visitors
from events.models import Event, Subsection
from events.plans.geometry import geometry_of
from events.plans.plan import Block, Category, Place, Plan, Row, Table
from events.seating.drawn import DrawnBlock
from events.states import PlaceKind, SubsectionKind

BLOCKS = 250
# Calls the page's own functions with the geometry of a plan of one block, and its row of the seat map.
PROPOSE = """async (asked) => {
  const module = (name) => import(document.querySelector(`link[href*="/map/${name}."]`).href);
  const names = ["seats/best_seats", "seats/seat_model", "seats/geometry", "plan_seating", "seats/companions"];
  const [best, model, geometry, { seatingOf }, companions] = await Promise.all(names.map(module));
  return asked.map(([row, plan, requests, choice]) => {
    const seats = new model.SeatModel([row], seatingOf(new geometry.Plan(plan)).block);
    seats.setSeats(row);
    const [block] = seats.blocks;
    return requests.map(({ quantity, accessible, gapsAllowed }) => ({
      best: best.bestSeats(block, quantity, { accessible, gapsAllowed }),
      names: [...block.seats.keys()].map((position) => block.name(position)),
      unclaimed: companions.unclaimed(block, choice),
    }));
  });
}"""
KINDS = [PlaceKind.SEAT] * 6 + [PlaceKind.WHEELCHAIR, PlaceKind.COMPANION, PlaceKind.RESTRICTED, PlaceKind.HOUSE]
FOR_WHEELCHAIRS = [PlaceKind.WHEELCHAIR, PlaceKind.COMPANION, PlaceKind.COMPANION, PlaceKind.SEAT]


def random_plan(dice: random.Random, number: int) -> Plan:
    """Return a plan of one block with curved rows, aisles and all kinds of seats, some of whose rows are tables."""
    kinds = dice.choice([KINDS, [PlaceKind.SEAT], FOR_WHEELCHAIRS])
    rows = [random_row(dice, index, kinds) for index in range(dice.randint(1, 4))]
    whole = dice.sample(range(len(rows)), dice.choice([0, 0, 1]))
    tables = tuple(Table(row, "round", 0, 0, 150, 150, 0.0, True) for row in whole)
    block = Block("Hall", number, SubsectionKind.DRAWN, 0, tuple(rows), tables)
    focal_point = dice.choice([None, (dice.randint(-50, 400), dice.randint(-200, 300))])
    return Plan("Plan", (Category("One", ""),), (block,), (), focal_point)


def random_row(dice: random.Random, index: int, kinds: list[PlaceKind]) -> Row:
    first, step, bend = dice.randint(1, 9), dice.choice([1, 2, -2]), dice.randint(1, 9)
    return Row(
        chr(65 + index),
        tuple(
            Place(
                label=str(first + 20 + step * seat) + dice.choice(["", "", "", "a"]),
                x=50 * seat,
                y=90 * index + seat * (seat - bend),
                category=0,
                kind=dice.choice(kinds),
                ends_run=dice.random() < 0.17,
            )
            for seat in range(dice.randint(1, 9))
        ),
    )


def save(event: Event, plan: Plan, dice: random.Random) -> tuple[Subsection, str]:
    """Save the plan's block as one of an event; return it with a random status of each seat."""
    drawn = DrawnBlock(plan, plan.blocks[0], {0: 1000})
    subsection = drawn.new_subsection(event.pk)
    subsection.save(force_insert=True)
    drawn.new_layout(subsection).save(force_insert=True)
    return subsection, "".join(dice.choices(dice.choice(["aaaars", "aarsb", "arrrssb"]), k=subsection.total))


def chosen_by_the_database(subsection: Subsection, status: str, wanted: dict[str, Any]) -> list[int] | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bookings_best_places(%s, %s, %s, %s, %s, %s)",
            [
                subsection.event_id,
                subsection.pk,
                status,
                wanted["quantity"],
                wanted["accessible"],
                wanted["gapsAllowed"],
            ],
        )
        seats: list[int] | None = cursor.fetchone()[0]
    return seats if seats and len(seats) == wanted["quantity"] else None


def unclaimed_in_the_database(subsection: Subsection, choice: list[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT bookings_unclaimed_places(%s, %s, %s)", [subsection.event_id, subsection.pk, choice])
        unclaimed: list[int] | None = cursor.fetchone()[0]
    return unclaimed or []


def test_the_page_and_the_database_choose_the_same_seats_of_a_plan(
    visitors: Visitors, concert: Event, opera: Event
) -> None:
    page = visitors(None, f"/events/{opera.pk}")
    dice = seeded()
    asked: list[Any] = []
    expected, names, unclaimed = [], [], []
    for number in range(1, BLOCKS + 1):
        plan = random_plan(dice, number)
        subsection, status = save(concert, plan, dice)
        names.append([f"{line.label}-{place.label}" for line in plan.blocks[0].rows for place in line.places])
        requests = dice.sample(REQUESTS, 4)
        counts = {"available": status.count("a"), "reserved": 0, "sold": 0, "total": len(status), "seats": status}
        row = {"section": "Hall", "subsection": number, "kind": "drawn", "tier": "One", "price": 1000, **counts}
        choice = dice.sample(range(subsection.total), dice.randint(1, min(8, subsection.total)))
        unclaimed.append(unclaimed_in_the_database(subsection, choice))
        asked.append([row | {"rows": subsection.rows, "cols": subsection.cols}, geometry_of(plan), requests, choice])
        expected.append([chosen_by_the_database(subsection, status, wanted) for wanted in requests])
    proposed = page.evaluate(PROPOSE, asked)
    for (row, geometry, requests, _choice), seats, proposals in zip(asked, expected, proposed, strict=True):
        assert [proposal["best"] for proposal in proposals] == seats, (row["seats"], geometry, requests)
    assert [proposals[0]["names"] for proposals in proposed] == names
    assert [proposals[0]["unclaimed"] for proposals in proposed] == unclaimed
    assert sum(seats is not None for each in expected for seats in each) > BLOCKS / 2
