"""The example plans, which the designer starts from."""

import json
from bisect import bisect_left
from math import dist

import pytest

from events.plans.document import read_plan
from events.plans.examples import template, templates
from events.plans.members import MAX_CM
from events.plans.tests.decoding import check_geometry
from events.states import PlaceKind, SubsectionKind

MAX_PLACES = 10_000


def test_there_is_one_for_each_kind_of_hall() -> None:
    names = templates()
    assert names == {
        "arena_in_the_round": "Arena in the round",
        "cabaret": "Cabaret",
        "cinema": "Cinema",
        "concert_hall": "Concert hall",
        "standing_hall": "Standing hall with balcony",
        "theatre": "Theatre",
        "thrust_stage": "Thrust stage",
    }


@pytest.mark.parametrize("key", templates())
def test_each_is_read_without_problems_and_has_what_a_hall_has(key: str) -> None:
    plan = read_plan(template(key), max_places=MAX_PLACES)
    roles = [drawing.role for drawing in plan.drawings]
    assert "stage" in roles and "exit" in roles and plan.focal_point is not None
    kinds = {place.kind for block in plan.blocks for row in block.rows for place in row.places}
    assert {PlaceKind.WHEELCHAIR, PlaceKind.COMPANION} <= kinds
    check_geometry(plan)


@pytest.mark.parametrize("key", templates())
def test_no_two_seats_of_one_overlap(key: str) -> None:
    plan = read_plan(template(key), max_places=MAX_PLACES)
    points = sorted((place.x, place.y) for block in plan.blocks for row in block.rows for place in row.places)
    for index, (x, y) in enumerate(points):
        near = points[index + 1 : bisect_left(points, (x + 40, -MAX_CM))]
        assert all(dist((x, y), other) >= 40 for other in near)


def test_the_concert_hall_has_three_levels_boxes_and_a_standing_floor() -> None:
    plan = read_plan(template("concert_hall"), max_places=MAX_PLACES)
    assert {"Stalls", "First balcony", "Second balcony", "Boxes left", "Boxes right"} <= {
        b.section for b in plan.blocks
    }
    assert sum(block.section == "Boxes left" for block in plan.blocks) == 6
    [floor] = [block for block in plan.blocks if block.kind == SubsectionKind.STANDING]
    assert 1_700 < plan.size - floor.capacity < 1_900
    assert any(place.kind is PlaceKind.HOUSE for block in plan.blocks for row in block.rows for place in row.places)


def test_the_cabaret_has_tables_that_are_sold_as_a_whole_and_others_by_the_seat() -> None:
    tables = [table for block in read_plan(template("cabaret"), max_places=MAX_PLACES).blocks for table in block.tables]
    assert {table.whole for table in tables} == {True, False}
    assert {table.shape for table in tables} == {"round", "rectangle"}


def test_a_template_may_be_changed() -> None:
    before = json.dumps(template("cinema"))
    template("cinema")["sections"].clear()
    assert json.dumps(template("cinema")) == before


def test_an_unknown_template_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        template("../theatre")
