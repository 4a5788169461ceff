"""Names, points and categories of seats survive the way into each format and back."""

import math
from collections import Counter
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from events.plans.formats.csv_export import not_in_csv, to_csv
from events.plans.formats.csv_import import from_csv
from events.plans.formats.pretix_export import not_in_pretix, to_pretix
from events.plans.formats.pretix_import import from_pretix
from events.plans.formats.tests.examples import (
    MAX_PLACES,
    file_of,
    hall,
    read,
    row,
    seat,
    seats_in_file,
    seats_of,
    zone,
)
from events.plans.plan import Plan
from events.states import PlaceKind

CHARACTERS = "ABCXYZ0123456789 .-/=+ÄßЖ東"


def labels(random: Random, most: int) -> list[str]:
    """Return different names of some of these characters."""
    names = (
        "".join(random.choices(CHARACTERS, k=random.randint(1, 6))).strip() for _ in range(random.randint(1, most))
    )
    return list(dict.fromkeys(name for name in names if name not in ("", ".", ".."))) or ["A"]


def random_file(seed: int) -> dict[str, Any]:
    """Return a file of pretix with any names, and with rows in any direction and order."""
    random = Random(seed)
    zones = []
    for index, name in enumerate(labels(random, 3)):
        left, top = random.uniform(0, 500), random.uniform(0, 500)
        rows = []
        for line, label in enumerate(labels(random, 5)):
            turn, distance = random.uniform(0, 7), random.choice([20, 24.6, 33.333])
            numbers = labels(random, 9)
            random.shuffle(numbers)
            points = [
                (step * distance * math.cos(turn), step * distance * math.sin(turn)) for step in range(len(numbers))
            ]
            seats = [
                seat(number, *point, random.choice(["Stalls", "Box"]))
                for number, point in zip(numbers, points, strict=True)
            ]
            rows.append(row(label, seats, 2_000 * index + 300 + random.random(), 700 * line + 300))
        zones.append(zone(name, rows, left, top))
    return file_of(*zones, categories=[{"name": "Stalls"}, {"name": "Box", "color": "#123456"}])


def moved(seats: Counter[tuple[Any, ...]], x: float, y: float) -> Counter[tuple[Any, ...]]:
    """Return the seats with all points moved."""
    return Counter(
        {
            (*names, round(left + x, 3), round(top + y, 3), category): count
            for (*names, left, top, category), count in seats.items()
        }
    )


@pytest.mark.parametrize("seed", range(40))
def test_a_file_of_pretix_is_written_again_with_the_same_names_and_pixels(seed: int) -> None:
    data = random_file(seed)
    document = from_pretix(data, max_places=MAX_PLACES).document
    assert document is not None
    again = to_pretix(document, max_places=MAX_PLACES)
    assert seats_in_file(again) == seats_in_file(data)
    assert seats_of(read(from_pretix(again, max_places=MAX_PLACES).document)) == seats_of(read(document))


@pytest.mark.parametrize("seed", range(40))
def test_a_plan_is_read_again_from_csv_with_the_same_seats_in_the_same_order(seed: int) -> None:
    plan = read(from_pretix(random_file(seed), max_places=MAX_PLACES).document)
    result = from_csv(to_csv(plan), name=plan.name, max_places=MAX_PLACES)
    assert result.problems == []
    assert rows_of(read(result.document)) == rows_of(plan)


def rows_of(plan: Plan) -> list[tuple[Any, ...]]:
    """Return the rows of a plan in order, with the names and points of their places."""
    return [
        (block.section, block.number, row.label, [place[:3] for place in row.places])
        for block in plan.blocks
        for row in block.rows
    ]


def test_a_hall_comes_back_unchanged() -> None:
    document = from_pretix(hall(), max_places=MAX_PLACES).document
    assert document is not None
    data = to_pretix(document, max_places=MAX_PLACES)
    assert seats_in_file(data) == seats_in_file(hall())
    again = from_pretix(data, max_places=MAX_PLACES)
    assert again.problems == []
    assert again.document == document


def rich_document() -> dict[str, Any]:
    """Return a plan with everything that our format has."""
    grid = {
        "rows": 4,
        "seats": [8, 9, 10, 11],
        "radius": 900,
        "aisles": [4],
        "missing": [[4, 1]],
        "seat_labels": {"style": "numbers", "step": 2, "reverse": True},
        "places": [
            {"row": 1, "seat": 1, "kind": "wheelchair"},
            {"row": 1, "seat": 2, "kind": "companion", "category": "Box"},
            {"row": 4, "seat": 5, "kind": "restricted", "note": "=Behind a pillar, left"},
            {"row": 2, "seat": 1, "kind": "house", "label": "+2a"},
        ],
    }
    tables = [
        {"label": "T1", "x": 0, "y": 0, "seats": 6, "sold": "whole"},
        {"label": "T2", "x": 400, "y": 0, "seats": 4, "shape": "rectangle", "rotation": 30},
    ]
    standing = {"capacity": 120, "outline": [[-300, 0], [300, 0], [300, 200], [-300, 200]]}
    return {
        "format": 1,
        "name": "Everything",
        "focal_point": {"x": 0, "y": 0},
        "categories": [{"name": "Stalls", "color": "#2563eb"}, {"name": "Box"}],
        "sections": [
            {
                "name": "Parkett",
                "subsections": [
                    {"category": "Stalls", "x": -300, "y": 400, "rotation": 12, "grid": grid},
                    {"category": "Box", "x": 900, "y": 400, "tables": tables},
                ],
            },
            {"name": "Floor", "subsections": [{"category": "Stalls", "standing": standing}]},
        ],
        "drawings": [
            {"role": "stage", "text": "Stage", "x": 0, "y": 0, "width": 800, "height": 200},
            {"role": "other", "x": 50, "y": 60, "width": 80, "height": 40, "round": True, "rotation": 45},
            {"role": "wall", "x": 0, "y": -200, "points": [[0, 0], [100, 0], [50, 40]]},
            {"role": "text", "text": "Way out", "x": 500, "y": 0, "rotation": 90},
        ],
    }


def test_a_plan_with_everything_goes_to_pretix_and_back_with_its_names_and_points() -> None:
    plan = read(rich_document())
    data = to_pretix(rich_document(), max_places=MAX_PLACES)
    result = from_pretix(data, max_places=MAX_PLACES)
    assert result.problems == []
    again = read(result.document)
    move = data["zones"][0]["position"]
    assert seats_of(again) == moved(seats_of(plan), move["x"] * 2, move["y"] * 2)
    assert [drawing.role for drawing in again.drawings] == ["other", "stage", "other", "other", "text"]
    stage = again.drawings[1]
    assert (stage.x, stage.y) == (move["x"] * 2, move["y"] * 2)
    assert not_in_pretix(plan) == [
        "1 wheelchair places are ordinary seats there.",
        "1 companions' seats are ordinary seats there.",
        "1 seats with a restricted view are ordinary seats there.",
        "1 house seats are ordinary seats there.",
        "120 places in standing areas are only drawn.",
        "Tables that are sold as a whole are sold by the seat.",
    ]


def test_a_plan_with_everything_goes_to_csv_and_back_with_names_points_kinds_and_notes() -> None:
    plan = read(rich_document())
    result = from_csv(to_csv(plan), name="Everything", max_places=MAX_PLACES)
    assert result.problems == []
    again = read(result.document)
    assert seats_of(again) == seats_of(plan)
    assert [
        (place.kind, place.note, place.ends_run)
        for block in again.blocks
        for row in block.rows[:1]
        for place in row.places
    ][:8] == [
        (place.kind, place.note, place.ends_run)
        for block in plan.blocks
        for row in block.rows[:1]
        for place in row.places
    ][:8]
    restricted = [place for row in again.blocks[0].rows for place in row.places if place.kind == PlaceKind.RESTRICTED]
    assert [place.note for place in restricted] == ["=Behind a pillar, left"]
    assert len(not_in_csv(plan)) == 3


def test_exported_files_follow_the_published_schema() -> None:
    """The rules of pretix's JSON Schema that a plan could break: ids, required members and types."""
    data = to_pretix(rich_document(), max_places=MAX_PLACES)
    seats = [seat for zone in data["zones"] for row in zone["rows"] for seat in row["seats"]]
    ids = [seat["seat_guid"] for seat in seats]
    assert len(set(ids)) == len(ids)
    assert all(len(one) > 1 and one == one.strip(" ") for one in ids)
    assert {seat["category"] for seat in seats} <= {category["name"] for category in data["categories"]}
    assert all(type(data["size"][side]) is int for side in ("width", "height"))
    assert all(isinstance(seat["seat_number"], str) for seat in seats)
    points = [(place["position"]["x"], place["position"]["y"]) for place in seats]
    assert all(math.isfinite(x) and math.isfinite(y) for x, y in points)


@pytest.mark.parametrize("unit", [0.5, 1, 2, 10])
def test_plans_in_other_units_have_the_same_size_in_pretix(unit: float) -> None:
    """A pixel is 2 cm, whatever unit the plan has, so that an import finds the same distances."""
    seats = [{"label": str(number), "x": number * 52 / unit, "y": 0} for number in range(5)]
    rows = {"category": "A", "rows": [{"label": "1", "seats": seats}]}
    document = {
        "format": 1,
        "name": "Row",
        "unit_cm": unit,
        "categories": [{"name": "A"}],
        "sections": [{"name": "Hall", "subsections": [rows]}],
    }
    result = from_pretix(to_pretix(document, max_places=MAX_PLACES), max_places=MAX_PLACES)
    places = read(result.document).blocks[0].rows[0].places
    assert [right.x - left.x for left, right in pairwise(places)] == [52] * 4
