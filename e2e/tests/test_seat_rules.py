"""The page proposes seats by the same rules as the database, and buyers find wheelchair places."""

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from accounts.models import User
from bookings.holds.models import Booking
from bookings.holds.tests.seat_rules import may_take, single_gaps
from bookings.specification.seat_choice import fits, windows
from e2e.tests.seatmap import STATES, SeatMap
from e2e.tests.visitors import Visitors
from events.models import Event, Subsection
from events.seating.positions import seat_name

# Calls the page's own functions: which adjacent seats of a subsection may be taken, and which seats they propose.
PROPOSE = """async (rows) => {
  const module = (name) => import(document.querySelector(`link[href*="/map/${name}."]`).href);
  const names = ["seats/best_seats", "seats/seat_model", "canvas/layout", "grid_seating"];
  const [best, model, layout, grid] = await Promise.all(names.map(module));
  return rows.map(([row, requests]) => {
    const seats = new model.SeatModel([row], grid.load().block);
    layout.arrange(seats.blocks, 800, 600);
    seats.setSeats(row);
    const [block] = seats.blocks;
    return requests.map(({ quantity, accessible, gapsAllowed }) => {
      const wanted = { near: [0, 0], accessible, gapsAllowed };
      return {
        choices: best.choices(block, quantity, accessible, gapsAllowed),
        best: best.bestSeats(block, quantity, wanted),
        together: best.bestTogether([block], quantity, wanted)?.positions ?? null,
        scattered: best.bestScattered([block], quantity, wanted)?.positions ?? null,
      };
    });
  });
}"""
REQUESTS = [
    {"quantity": quantity, "accessible": accessible, "gapsAllowed": gaps_allowed}
    for quantity in (1, 2, 3, 5)
    for accessible in (0, 1, 2)
    for gaps_allowed in (True, False)
    if accessible <= quantity
]


# One row per request, in order: the arguments of bookings_best_seats as JSON.
BEST_OF_MANY = """
    SELECT bookings_best_seats(
        bookings_mark_accessible(
            asked ->> 0, ARRAY(SELECT place::integer FROM jsonb_array_elements_text(asked -> 1) AS place)
        ),
        (asked ->> 2)::integer, (asked ->> 3)::integer, (asked ->> 4)::integer, (asked ->> 5)::boolean
    )
    FROM jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS request (asked, number)
    ORDER BY number
"""


def seeded() -> random.Random:
    """Return a random generator; its seed is printed, so that a failure can be repeated."""
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    return random.Random(seed)


def random_subsection(dice: random.Random) -> Subsection:
    rows, cols = dice.randint(1, 5), dice.randint(1, 9)
    statuses = dice.choice(["aaaaars", "aarsb", "arrrssb"])
    letters = "".join(dice.choices(statuses, k=rows * cols))
    accessible = sorted(dice.sample(range(rows * cols), min(rows * cols, dice.choice([0, 2, 5]))))
    return Subsection(
        section="A",
        number=1,
        tier="Regular",
        price=100,
        rows=rows,
        cols=cols,
        seat_status=letters,
        accessible=accessible,
    )


Asked = tuple[Subsection, list[dict[str, Any]]]  # a subsection, and the requests (of REQUESTS) that it gets


def proposals_of(page: Page, asked: Sequence[Asked]) -> list[list[dict[str, Any]]]:
    """Return the page's proposal for each request."""
    rows = [[row_of(subsection), requests] for subsection, requests in asked]
    proposals: list[list[dict[str, Any]]] = page.evaluate(PROPOSE, rows)
    return proposals


def row_of(subsection: Subsection) -> dict[str, Any]:
    """Return the subsection as a row of the seat map."""
    return {
        **{name: getattr(subsection, name) for name in ("section", "tier", "price", "rows", "cols")},
        **{"subsection": 1, "total": len(subsection.seat_status), "available": subsection.seat_status.count("a")},
        **{"reserved": 0, "sold": 0, "seats": subsection.seat_status},
        "accessible": [seat_name(position, subsection.cols) for position in subsection.accessible],
    }


def chosen_by_the_database(asked: Sequence[Asked]) -> list[list[list[int] | None]]:
    """Return which seats bookings_best_seats chooses for each request; None if there are not enough."""
    calls = [
        (place.seat_status, place.accessible, place.cols, each["quantity"], each["accessible"], each["gapsAllowed"])
        for place, requests in asked
        for each in requests
    ]
    with connection.cursor() as cursor:
        cursor.execute(BEST_OF_MANY, [json.dumps(calls)])
        chosen = [row[0] for row in cursor.fetchall()]
    full = iter(seats if seats and len(seats) == call[3] else None for seats, call in zip(chosen, calls, strict=True))
    return [[next(full) for _ in requests] for _, requests in asked]


def assert_same_rules(subsection: Subsection, hold_request: dict[str, Any], proposal: dict[str, Any]) -> None:
    """Assert that the seats that the page lets a buyer take together are those that the database allows."""
    quantity, accessible, gaps_allowed = (hold_request[name] for name in ("quantity", "accessible", "gapsAllowed"))
    free = [position for position, letter in enumerate(subsection.seat_status) if letter == "a"]
    fitting = [
        seats for seats in windows(free, quantity, subsection.cols) if fits(seats, subsection.accessible, accessible)
    ]
    leaves_gap = {seats[0]: bool(single_gaps(subsection, seats)) for seats in fitting}
    without_gap = [first for first, gap in leaves_gap.items() if not gap]
    wanted = list(leaves_gap) if gaps_allowed or not without_gap else without_gap
    choices = {choice["first"]: choice["lone"] for choice in proposal["choices"]}
    assert choices == {first: leaves_gap[first] for first in wanted}
    assert (proposal["together"] is None) == (not fitting)
    if proposal["together"]:
        assert gaps_allowed or may_take(subsection, proposal["together"])


def test_the_page_lets_buyers_take_what_the_database_allows(visitors: Visitors, concert: Event) -> None:
    page = visitors(None, f"/events/{concert.pk}")
    dice = seeded()
    asked = [(random_subsection(dice), REQUESTS) for _ in range(60)]
    for (subsection, requests), proposals in zip(asked, proposals_of(page, asked), strict=True):
        for hold_request, proposal in zip(requests, proposals, strict=True):
            assert_same_rules(subsection, hold_request, proposal)


def test_the_page_and_the_database_choose_the_same_best_seats(visitors: Visitors, concert: Event) -> None:
    page = visitors(None, f"/events/{concert.pk}")
    dice = seeded()
    had_choice = scattered = 0
    for _ in range(10):
        asked = [(random_subsection(dice), dice.sample(REQUESTS, 4)) for _ in range(300)]
        for (subsection, requests), proposals, chosen in zip(
            asked, proposals_of(page, asked), chosen_by_the_database(asked), strict=True
        ):
            for wanted, proposal, seats in zip(requests, proposals, chosen, strict=True):
                place = (subsection.seat_status, subsection.cols, subsection.accessible, wanted)
                together = seats if is_side_by_side(seats, subsection.cols) else None
                assert proposal["best"] == seats, place
                assert proposal["together"] == together, place
                assert together or proposal["scattered"] == seats, place
                had_choice += len(proposal["choices"]) > 1
                scattered += seats is not None and together is None
    assert had_choice > 1_000  # so that another rule, such as the seats nearest to the stage, would be noticed
    assert scattered > 100


def test_the_api_holds_the_seats_that_the_page_proposes(
    visitors: Visitors, alice: User, bob: User, concert: Event, hold: Callable[..., Booking]
) -> None:
    hold(bob, "1-1", "1-4", "1-6", "1-9")
    page = visitors(alice)
    seats = SeatMap(page, concert)
    page.get_by_label("How many seats").fill("3")
    page.get_by_role("button", name="Best seats").click()
    expect(seats.summary).to_contain_text("3 seats")
    place, number = seats.list.get_by_role("heading").inner_text().replace("\u00a0", " ").split(", block ")
    states = seats.list.evaluate(STATES)
    booking = hold(alice, section=place.removeprefix("Section "), subsection=int(number), quantity=3)
    held = {seat_name(position, booking.subsection.cols) for position in booking.positions}
    assert {name for name, state in states.items() if state == "picked"} == held


def is_side_by_side(seats: list[int] | None, cols: int) -> bool:
    return seats is not None and seats[-1] - seats[0] == len(seats) - 1 and seats[0] // cols == seats[-1] // cols


@pytest.fixture
def hall(new_event: Callable[..., Event]) -> Event:
    """An event with two subsections of 3 × 6 seats; the first has wheelchair places in its last row."""
    with_wheelchair_places = {"name": "A", "price": 5000, "subsections": 1, "accessible": ["3-4", "3-6"]}
    return new_event([with_wheelchair_places, {"name": "B", "price": 2000, "subsections": 1}], rows=3, cols=6)


def test_best_seats_avoid_wheelchair_places_unless_requested(visitors: Visitors, alice: User, hall: Event) -> None:
    page = visitors(alice)
    seats = SeatMap(page, hall)
    page.get_by_label("How many seats").fill("6")
    page.get_by_role("button", name="Best seats").click()
    expect(seats.summary).to_contain_text("row 1, seats 1–6")

    page.get_by_label("How many seats").fill("2")
    page.get_by_label("Wheelchair places").fill("1")
    page.get_by_role("button", name="Best seats").click()
    expect(seats.summary).to_contain_text("Section A, block 1, row 3, seats")
    seats.hold()
    expect(page.get_by_role("heading", level=1)).to_have_text("Checkout")
    held = Booking.objects.get(buyer=alice)
    assert len([position for position in held.positions if position in (15, 17)]) == 1


def test_wheelchair_places_are_marked_on_the_map_and_in_the_list(visitors: Visitors, hall: Event) -> None:
    page = visitors()
    seats = SeatMap(page, hall)
    seats.open_subsection("A", 1)
    expect(seats.seat(3, 4)).to_have_accessible_name("Row 3, seat 4, $50.00, wheelchair place, available")
    expect(seats.seat(3, 5)).to_have_accessible_name("Row 3, seat 5, $50.00, available")
    expect(seats.list).to_contain_text("Accessible: row 3, seats 4 and 6.")
    seats.click_seat("A", 1, 3, 4)
    expect(page.locator(".tip")).to_contain_text("wheelchair place")


def test_the_filter_shows_only_subsections_with_wheelchair_places(visitors: Visitors, hall: Event) -> None:
    page = visitors()
    seats = SeatMap(page, hall)
    page.get_by_role("button", name="Accessible", exact=True).click()
    expect(seats.list.get_by_role("treeitem", name="Section B")).to_be_hidden()
    expect(seats.list.get_by_role("treeitem", name="Section A").first).to_be_visible()
    page.get_by_role("button", name="Best seats").click()
    expect(seats.summary).to_contain_text("row 3, seats")
    page.get_by_role("button", name="Clear the filter").click()
    seats.list.get_by_role("button", name="All blocks").click()
    expect(seats.list.get_by_role("treeitem", name="Section B").first).to_be_visible()
