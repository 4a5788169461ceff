"""How near to each other the seats of a plan may be, and which problem is reported where."""

import time

import pytest

from core.errors import BadInput
from events.plans.document import read_plan
from events.plans.examples import template, templates
from events.plans.tests.documents import document_of, given, grid_of, problems_of, read

BLOCK = "document.sections.0.subsections.0"


def test_seats_on_one_spot_are_refused_by_their_names() -> None:
    with pytest.raises(BadInput) as refusal:
        read(given({"label": "1", "x": 0, "y": 0}, {"label": "2", "x": 50, "y": 0}, {"label": "3", "x": 7, "y": 7}))
    assert refusal.value.extra["errors"] == [
        {
            "field": f"{BLOCK}.rows.0.seats.2",
            "code": "too_close",
            "detail": "The seats A-1 and A-3 are less than 10 cm apart.",
        }
    ]


@pytest.mark.parametrize("step", [(10, 0), (0, 10), (8, 6), (-7, 8), (19, 0)])
def test_seats_may_be_ten_centimetres_apart(step: tuple[int, int]) -> None:
    seats = [{"label": str(n), "x": 3 + n * step[0], "y": 4 + n * step[1]} for n in range(20)]
    assert read(given(*seats)).size == 20


@pytest.mark.parametrize("step", [(9, 0), (0, 9), (-7, 7), (1, 1), (0, 0)])
def test_seats_may_not_be_closer_wherever_they_are(step: tuple[int, int]) -> None:
    for place in range(0, 40, 3):
        seats = [{"label": str(n), "x": place + n * step[0], "y": -place + n * step[1]} for n in range(2)]
        assert problems_of(document_of(given(*seats))) == {f"{BLOCK}.rows.0.seats.1": "too_close"}


def test_blocks_that_lie_on_each_other_are_refused_with_both_paths() -> None:
    row = given({"label": "7", "x": 75, "y": 95}, {"label": "8", "x": 125, "y": 95})
    with pytest.raises(BadInput) as refusal:
        read(grid_of(), {**grid_of(), "x": 5}, row)
    other = "of another block, which is at document.sections.0.subsections"
    assert [(problem["field"], problem["detail"]) for problem in refusal.value.extra["errors"]] == [
        ("document.sections.0.subsections.1", f"Seat A-1 is less than 10 cm from seat A-1 {other}.0."),
        ("document.sections.0.subsections.2.rows.0.seats.0", f"Seat A-7 is less than 10 cm from seat B-4 {other}.0."),
    ]
    assert read(grid_of(), {**grid_of(), "x": 25}).size == 24


def test_blocks_of_a_large_plan_are_compared_in_a_moment() -> None:
    grid = {"rows": 100, "seats": 100}
    blocks = [{"category": "Seats", "x": 6_000 * n, "grid": grid} for n in range(4)]
    started = time.process_time()
    refused = problems_of(document_of(*blocks, {**blocks[0], "x": 3_000}), max_places=50_000)
    assert refused == {"document.sections.0.subsections.4": "too_close"}
    assert time.process_time() - started < 5


@pytest.mark.parametrize("name", templates())
def test_the_plan_of_a_published_version_is_the_plan_that_was_checked(name: str) -> None:
    document = template(name)
    assert read_plan(document, max_places=100_000, published=True) == read_plan(document, max_places=100_000)
