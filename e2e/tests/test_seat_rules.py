"""The page proposes seats by the same rules as the database, and buyers find wheelchair places."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from bookings.holds.models import Booking
from bookings.holds.tests.seat_rules import may_take, single_gaps
from bookings.specification.seat_choice import fits, windows
from e2e.tests.seatmap import SeatMap
from e2e.tests.visitors import Visitors
from events.models import Event, Subsection
from events.seating.positions import seat_name

# Calls the page's own functions: which adjacent seats of a subsection may be taken, and which seats they propose.
PROPOSE = """async ([row, requests]) => {
  const beside = (name) => import(document.querySelector(`link[href*="/map/${name}."]`).href);
  const [best, model, layout] = await Promise.all(["best_seats", "seat_model", "layout"].map(beside));
  const seats = new model.SeatModel([row]);
  layout.arrange(seats.blocks, 800, 600);
  seats.setSeats(row);
  const [block] = seats.blocks;
  return requests.map(({ quantity, accessible, gapsAllowed }) => {
    const wanted = { near: [0, 0], accessible, gapsAllowed };
    return {
      choices: best.choices(block, quantity, accessible, gapsAllowed),
      together: best.bestTogether([block], quantity, wanted)?.positions ?? null,
      scattered: best.bestScattered([block], quantity, wanted)?.positions ?? null,
    };
  });
}"""
REQUESTS = [
    {"quantity": quantity, "accessible": accessible, "gapsAllowed": gaps_allowed}
    for quantity in (1, 2, 3, 5)
    for accessible in (0, 1, 2)
    for gaps_allowed in (True, False)
    if accessible <= quantity
]


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


def proposals_of(page: Page, subsection: Subsection) -> list[dict[str, Any]]:
    """Return the page's proposals for the subsection, one for each of REQUESTS."""
    row = {
        **{name: getattr(subsection, name) for name in ("section", "tier", "price", "rows", "cols")},
        **{"subsection": 1, "total": len(subsection.seat_status), "available": subsection.seat_status.count("a")},
        **{"reserved": 0, "sold": 0, "seats": subsection.seat_status},
        "accessible": [seat_name(position, subsection.cols) for position in subsection.accessible],
    }
    proposals: list[dict[str, Any]] = page.evaluate(PROPOSE, [row, REQUESTS])
    return proposals


def assert_same_rules(subsection: Subsection, hold_request: dict[str, Any], proposal: dict[str, Any]) -> None:
    """Assert that the page's proposal follows the rules of the database."""
    quantity, accessible, gaps_allowed = (
        hold_request["quantity"],
        hold_request["accessible"],
        hold_request["gapsAllowed"],
    )
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
        assert proposal["together"][0] in wanted
        assert gaps_allowed or may_take(subsection, proposal["together"])
    if accessible:
        possible = len(free) >= quantity and sum(position in subsection.accessible for position in free) >= accessible
    else:
        possible = sum(position not in subsection.accessible for position in free) >= quantity
    assert (proposal["scattered"] is not None) == possible
    if proposal["scattered"]:
        assert len(set(proposal["scattered"])) == quantity
        assert set(proposal["scattered"]) <= set(free)
        assert fits(proposal["scattered"], subsection.accessible, accessible)


def test_the_page_and_the_database_follow_the_same_rules(visitors: Visitors, concert: Event) -> None:
    page = visitors(None, f"/events/{concert.pk}")
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    dice = random.Random(seed)
    for _ in range(60):
        subsection = random_subsection(dice)
        for hold_request, proposal in zip(REQUESTS, proposals_of(page, subsection), strict=True):
            assert_same_rules(subsection, hold_request, proposal)


@pytest.fixture
def hall(new_event: Callable[..., Event]) -> Event:
    """An event with two subsections of 3 × 6 seats; the first has wheelchair places in its last row."""
    with_wheelchair_places = {"name": "A", "price": 5000, "subsections": 1, "accessible": ["3-4", "3-6"]}
    return new_event([with_wheelchair_places, {"name": "B", "price": 2000, "subsections": 1}], rows=3, cols=6)


def test_best_seats_avoid_wheelchair_places_unless_requested(visitors: Visitors, alice: User, hall: Event) -> None:
    page = visitors(alice)
    seats = SeatMap(page, hall)
    page.get_by_label("How many seats").fill("6")
    page.get_by_role("button", name="Find best seats").click()
    expect(seats.summary).to_contain_text("row 1, seats 1–6")

    page.get_by_label("How many seats").fill("2")
    page.get_by_label("Wheelchair places").fill("1")
    page.get_by_role("button", name="Find best seats").click()
    expect(seats.summary).to_contain_text("Section A · block 1 · row 3, seats")
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
    expect(seats.list).to_contain_text("Accessible: row 3, seats 4, 6.")
    seats.click_seat("A", 1, 3, 4)
    expect(page.locator(".tip")).to_contain_text("wheelchair place")


def test_the_filter_shows_only_subsections_with_wheelchair_places(visitors: Visitors, hall: Event) -> None:
    page = visitors()
    seats = SeatMap(page, hall)
    page.get_by_role("button", name="Accessible", exact=True).click()
    expect(seats.list.get_by_role("treeitem", name="Section B")).to_be_hidden()
    expect(seats.list.get_by_role("treeitem", name="Section A").first).to_be_visible()
    page.get_by_role("button", name="Find best seats").click()
    expect(seats.summary).to_contain_text("row 3, seats")
    page.get_by_role("button", name="Clear the filter").click()
    expect(seats.list.get_by_role("treeitem", name="Section B").first).to_be_visible()
