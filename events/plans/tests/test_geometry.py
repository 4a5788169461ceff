"""The geometry says where every place of a plan is, what it is called, and what it is."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from events.plans.document import read_plan
from events.plans.geometry import geometry_of
from events.plans.tests.decoding import check_geometry
from events.plans.tests.documents import document_of, grid_of, read
from events.states import PlaceKind

EXAMPLE = (Path(settings.BASE_DIR) / "docs" / "seating-plans.md").read_text().split("```json\n")[1].split("```")[0]


def test_the_geometry_of_the_documented_example_has_all_of_its_places() -> None:
    plan = read_plan(json.loads(EXAMPLE), max_places=1_000)
    assert plan.size == 18 + 19 + 16 * 20 - 2 + 400
    geometry = check_geometry(plan)
    parkett, floor = geometry["subsections"]
    assert parkett["labels"][0] == [35, -2]
    assert parkett["rows"][0] == ["A", 18] and parkett["rows"][-1] == ["T", 18]
    assert floor["outline"] == [[-500, 200], [500, 200], [500, 450], [-500, 450]]
    assert geometry["drawings"][0]["points"] == [[-600, -150], [600, -150], [600, 150], [-600, 150]]


@pytest.mark.parametrize(
    ("given_labels", "told"),
    [
        (["1", "2", "3"], [1, 1]),
        (["5", "3", "1"], [5, -2]),
        (["0", "10", "20"], [0, 10]),
        (["7"], [7, 1]),
        (["01", "02"], ["01", "02"]),
        (["1", "2", "2a"], ["1", "2", "2a"]),
        (["1", "2", "4"], ["1", "2", "4"]),
        (["a"], ["a"]),
        (["1", "a"], ["1", "a"]),
        (["\u0661", "\u0662"], ["\u0661", "\u0662"]),  # Arabic digits
        (["\u00b2"], ["\u00b2"]),
    ],
)
def test_labels_are_shortened_if_they_are_evenly_spaced_numbers(given_labels: list[str], told: list[Any]) -> None:
    plan = read(grid_of(rows=1, seats=len(given_labels), seat_labels=given_labels))
    assert check_geometry(plan)["subsections"][0]["labels"] == [told]


@given(
    counts=st.lists(st.integers(2, 12), min_size=1, max_size=5),
    aisles=st.sets(st.integers(1, 12), max_size=3),
    radius=st.none() | st.integers(700, 3_000),
    step=st.integers(1, 3),
    data=st.data(),
)
def test_every_plan_can_be_decoded(
    counts: list[int], aisles: set[int], radius: int | None, step: int, data: st.DataObject
) -> None:
    seats = [(row, seat) for row, count in enumerate(counts, 1) for seat in range(1, count + 1)]
    missing = data.draw(st.sets(st.sampled_from([seat for seat in seats if seat[1] > 1]), max_size=4))
    own = data.draw(st.sets(st.sampled_from([seat for seat in seats if seat not in missing]), max_size=4))
    kinds = st.sampled_from(PlaceKind.values)
    places = [
        {
            "row": row,
            "seat": seat,
            "kind": data.draw(kinds),
            "category": "Cheap",
            "note": f"Note {row}",
            "label": f"x{seat}",
        }
        for row, seat in own
    ]
    grid = {
        "rows": len(counts),
        "seats": counts,
        "aisles": sorted(aisles),
        "straight_aisles": data.draw(st.booleans()),
        "seat_labels": {"style": "numbers", "step": step, "reverse": True},
        "missing": [list(seat) for seat in missing],
        "places": places,
    } | ({"radius": radius} if radius else {})
    check_geometry(read(grid_of(**grid), categories=[{"name": "Seats"}, {"name": "Cheap"}]))


def test_the_bounds_contain_everything_that_is_drawn() -> None:
    plan = read(
        {"category": "Seats", "tables": [{"label": "1", "x": 0, "y": 0, "seats": 1, "width": 400}]},
        drawings=[
            {"role": "text", "text": "Foyer", "x": 900, "y": 10},
            {"role": "bar", "x": 0, "y": 0, "width": 10, "height": 600},
        ],
        focal_point={"x": -700, "y": 0},
    )
    geometry = geometry_of(plan)
    assert geometry["bounds"] == [-700, -300, 900, 300]
    assert geometry["focal_point"] == [-700, 0]
    assert geometry_of(read(grid_of()))["focal_point"] is None


def test_a_plan_of_fifty_thousand_curved_seats_is_small() -> None:
    blocks = [
        {
            **grid_of(rows=25, seats=[18 + row % 5 for row in range(25)], radius=3_000 + block * 17),
            "rotation": block * 3.6,
            "x": block % 10 * 6_000,
            "y": block // 10 * 6_000,
        }
        for block in range(100)
    ]
    plan = read_plan(document_of(*blocks), max_places=50_000)
    assert plan.size == 50_000
    assert len(gzip.compress(json.dumps(geometry_of(plan)).encode())) < 250_000
